/**
 * Values that a lead may not have, found before anybody is sent `Hi ,`: each needs a default, or a question
 * about it around it. Names that end a phrase close up by themselves (`src/email/close-up.ts`).
 */
import { closedUp } from '../email/close-up.ts';
import { splitLiquid } from '../email/pieces.ts';
import { TEMPLATE_VARIABLES } from './liquid.ts';
import type { TemplateMistake } from './templates.ts';

/** What every lead has. */
const ALWAYS: ReadonlySet<string> = new Set(['lead.email', 'lead.freemail']);

/** Unknown fields are said by the check of names. */
const MAY_LACK = new RegExp(`^lead\\.(?:${TEMPLATE_VARIABLES.lead.join('|')})(?:\\.|$)`);
const FIELD = /\blead\.(?:attributes\.[\w-]+|\w+)/g;
const COMPARED = String.raw`(?:==|!=|>=|<=|>|<|\bcontains\b)`;

interface Block {
  /** Fields and locals the conditions of the block compare with something. */
  readonly asked: Set<string>;
}

/** None for Liquid that cannot be read, which its own check says. */
export function checkMissing(template: string): TemplateMistake[] {
  if (!template.includes('lead.')) return [];
  let pieces: ReturnType<typeof splitLiquid>;
  try {
    pieces = splitLiquid(template);
  } catch {
    return [];
  }
  const closed = closedUp(template);
  const reading: Reading = { mistakes: [], blocks: [], locals: new Map() };
  let at = 0;
  for (const piece of pieces) {
    let offset = at;
    for (const part of piece.parts.length > 0 ? piece.parts : [piece]) {
      if (part.kind === 'output' && !closed.has(offset)) readOutput(reading, part.source, offset);
      else if (part.kind === 'tag') readTag(reading, part.source, offset);
      offset += part.source.length;
    }
    at += piece.source.length;
  }
  return reading.mistakes;
}

interface Reading {
  readonly mistakes: TemplateMistake[];
  readonly blocks: Block[];
  /** Locals whose value may be empty, with the fields it comes from. */
  readonly locals: Map<string, readonly string[]>;
}

function readOutput(reading: Reading, source: string, offset: number): void {
  const [first] = mayBeEmpty(reading, source.slice(2, -2));
  if (first === undefined) return;
  const { name, index } = first;
  reading.mistakes.push({
    offset: offset + 2 + index,
    message: `${name} may be empty`,
    expected: `a default, {{ ${name} | default: '…' }}, or {% if ${name} != "" %} around it`,
  });
}

function readTag(reading: Reading, source: string, offset: number): void {
  const [whole = '', tag = ''] = /^\{%-?\s*(\w+)/.exec(source) ?? [];
  const rest = source.slice(whole.length).replace(/-?%\}$/, '');
  if (tag === 'if' || tag === 'unless' || tag === 'case') reading.blocks.push({ asked: new Set() });
  if (tag === 'if' || tag === 'unless' || tag === 'elsif' || tag === 'case') {
    const asked = reading.blocks.at(-1)?.asked;
    for (const { name, index } of mentions(reading, rest)) {
      if (tag === 'case' || isCompared(rest, name, index)) asked?.add(name);
      else
        reading.mistakes.push({
          offset: offset + whole.length + index,
          message: `this holds for everybody: ${name} is an empty text where it is not known`,
          expected: `{% ${tag} ${name} != "" %}`,
        });
    }
  } else if (/^end(?:if|unless|case)$/.test(tag)) reading.blocks.pop();
  else if (tag === 'assign') {
    const [, local = '', expression = ''] = /^\s*([\w-]+)\s*=([\s\S]*)$/.exec(rest) ?? [];
    const fields = mayBeEmpty(reading, expression).map(({ name }) => name);
    if (fields.length === 0) reading.locals.delete(local);
    else reading.locals.set(local, fields);
  }
}

interface Mention {
  readonly name: string;
  readonly index: number;
}

/** What an expression takes its value from that may be empty, and that nothing around it has asked about. */
function mayBeEmpty(reading: Reading, expression: string): Mention[] {
  const plain = withoutTexts(expression);
  // Only what comes with or after the last default can leave it empty.
  const fallback = plain.lastIndexOf('default', plain.search(/\|\s*default\b(?![\s\S]*\|\s*default\b)/) + 12);
  const from = /\|\s*default\b/.test(plain) ? fallback : 0;
  return mentions(reading, expression)
    .filter(({ index }) => index >= from)
    .filter(({ name }) => {
      const sources = [name, ...(reading.locals.get(name) ?? [])];
      return !reading.blocks.some(({ asked }) => sources.some((source) => asked.has(source)));
    });
}

function mentions({ locals }: Reading, expression: string): Mention[] {
  const plain = withoutTexts(expression);
  const fields = [...plain.matchAll(FIELD)].map((found) => ({ name: found[0], index: found.index }));
  const own = [...plain.matchAll(/(?<![\w.|:]\s*)\b[a-zA-Z_][\w-]*/g)]
    .map((found) => ({ name: found[0], index: found.index }))
    .filter(({ name }) => locals.has(name));
  return [...fields.filter(({ name }) => MAY_LACK.test(name) && !ALWAYS.has(name)), ...own];
}

/** Texts in quotes blanked out, so that places stay. */
const withoutTexts = (source: string): string =>
  source.replace(/"[^"]*"|'[^']*'/g, (text) => `'${' '.repeat(text.length - 2)}'`);

function isCompared(source: string, name: string, index: number): boolean {
  const after = source.slice(index + name.length);
  const before = source.slice(0, index);
  return (
    new RegExp(String.raw`^(?:\.size)?\s*(?:${COMPARED}|\|)`).test(after) || new RegExp(`${COMPARED}\\s*$`).test(before)
  );
}
