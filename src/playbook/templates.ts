/** Static check of a Liquid template: its tags, filters and variables, each mistake at its place. */
import { type StaticAnalysis, Tokenizer, TokenKind } from 'liquidjs';
import { RENDER_LIMIT_MS, within } from '../email/limit.ts';
import { ALLOWED_FILTERS, ALLOWED_TAGS, createLiquid, TEMPLATE_VARIABLES, type TemplateVariable } from './liquid.ts';
import { didYouMean, oneOfNames } from './nearest.ts';
import { lineCounter } from './source.ts';

export interface TemplateMistake {
  /** UTF-16 units from the start of the template. */
  readonly offset: number;
  readonly message: string;
  readonly expected: string;
}

/** The engine of the renderer, but unknown filters are found by the check, which says all of them. */
const engine = createLiquid({ strictFilters: false });

/** Tags that belong to another one, which opens before them. */
const INNER_TAGS = [
  'else',
  'elsif',
  'when',
  'endcapture',
  'endcase',
  'endcomment',
  'endfor',
  'endif',
  'endraw',
  'endunless',
];
/** Tags whose first value may have filters. */
const VALUE_TAGS = ['case', 'elsif', 'if', 'unless'];

/** @param allowed variables that have a value where this template is rendered */
export function checkTemplate(text: string, allowed: readonly TemplateVariable[]): TemplateMistake[] {
  if (!text.includes('{{') && !text.includes('{%')) return [];
  const mistakes: TemplateMistake[] = [];
  try {
    const readable = checkTokens(text, mistakes);
    // With an unknown tag the rest cannot be read in its order: its outputs still can, one by one.
    const analysed = readable ? text : outputsOf(text);
    const { globals } = engine.analyzeSync(engine.parse(analysed), { partials: false });
    checkVariables(text, readable ? globals : withoutLocals(text, globals), allowed, mistakes);
  } catch (error) {
    mistakes.push(syntaxMistake(error));
  }
  return mistakes;
}

/** Tags and filters by name. False when a tag is unknown, since what is in it cannot be read then. */
function checkTokens(text: string, mistakes: TemplateMistake[]): boolean {
  let readable = true;
  let comment = false;
  for (const token of new Tokenizer(text).readTopLevelTokens(engine.options)) {
    if (token.kind === TokenKind.Output && !comment && 'contentRange' in token) {
      checkFilters(new Tokenizer(text, engine.options.operators, undefined, token.contentRange), mistakes);
    }
    if (token.kind !== TokenKind.Tag || !('name' in token)) continue;
    if (token.name === 'comment' || token.name === 'endcomment') comment = token.name === 'comment';
    if (comment) continue;
    if (!isAllowedTag(token.name)) {
      readable = false;
      mistakes.push({
        offset: token.begin,
        message: `unknown tag '${token.name}'${didYouMean(token.name, ALLOWED_TAGS)}`,
        expected: oneOfNames(ALLOWED_TAGS, ''),
      });
    } else if (token.name === 'assign') {
      token.tokenizer.readIdentifier();
      token.tokenizer.skipBlank();
      if (token.tokenizer.peek() === '=') {
        token.tokenizer.advance();
        checkFilters(token.tokenizer, mistakes);
      }
    } else if (VALUE_TAGS.includes(token.name)) checkFilters(token.tokenizer, mistakes);
  }
  return readable;
}

/** The text with its tags blanked out, so that places stay. */
const outputsOf = (text: string): string => text.replace(/\{%.*?%\}/gs, (tag) => tag.replace(/[^\n]/g, ' '));

/** Less the names that tags of this text define. */
function withoutLocals(text: string, globals: StaticAnalysis['globals']): StaticAnalysis['globals'] {
  const defined = [...text.matchAll(/\{%-?\s*(?:assign|capture|for)\s+([\w-]+)/g)].map(([, name]) => name);
  return Object.fromEntries(Object.entries(globals).filter(([name]) => !defined.includes(name)));
}

const isAllowedTag = (name: string): boolean =>
  ALLOWED_TAGS.some((allowed) => allowed === name) || INNER_TAGS.includes(name);

function checkFilters(tokenizer: Tokenizer, mistakes: TemplateMistake[]): void {
  for (const filter of tokenizer.readFilteredValue().filters) {
    if (ALLOWED_FILTERS.some((allowed) => allowed === filter.name)) continue;
    mistakes.push({
      offset: filter.begin,
      message: `unknown filter '${filter.name}'${didYouMean(filter.name, ALLOWED_FILTERS)}`,
      expected: oneOfNames(ALLOWED_FILTERS, ''),
    });
  }
}

function checkVariables(
  text: string,
  globals: StaticAnalysis['globals'],
  allowed: readonly TemplateVariable[],
  mistakes: TemplateMistake[],
): void {
  const lines = lineCounter(text);
  for (const variable of Object.values(globals).flat()) {
    const offset = (lines.lineStarts[variable.location.row - 1] ?? 0) + variable.location.col - 1;
    const mistake = variableMistake(variable.segments, allowed);
    if (mistake) mistakes.push({ offset, ...mistake });
  }
}

function variableMistake(
  segments: readonly unknown[],
  allowed: readonly TemplateVariable[],
): { message: string; expected: string } | undefined {
  const [root, field, ...rest] = segments;
  const name = allowed.find((variable) => variable === root);
  if (name === undefined) {
    const here = root === 'rep' || root === 'lead' || root === 'unsubscribeUrl' || root === 'role' ? ' here' : '';
    return {
      message: `unknown variable '${root}'${here}${didYouMean(String(root), allowed)}`,
      expected: oneOfNames(allowed, ''),
    };
  }
  const fields: readonly string[] = TEMPLATE_VARIABLES[name];
  if (fields.length === 0) {
    return field === undefined ? undefined : { message: `'${name}' has no fields`, expected: `{{ ${name} }}` };
  }
  const expected = `one of ${fields.map((known) => `${name}.${known}`).join(', ')}`;
  if (field === undefined) return { message: `'${name}' is not a text`, expected };
  if (typeof field !== 'string' || !fields.includes(field)) {
    const shown = typeof field === 'string' ? field : '…';
    return { message: `unknown field '${name}.${shown}'${didYouMean(shown, fields)}`, expected };
  }
  if (name === 'lead' && field === 'attributes') {
    return rest.length === 1
      ? undefined
      : { message: 'lead.attributes needs a name', expected: 'lead.attributes.NAME' };
  }
  return rest.length === 0
    ? undefined
    : { message: `'${name}.${field}' has no fields`, expected: `{{ ${name}.${field} }}` };
}

function syntaxMistake(error: unknown): TemplateMistake {
  const expected = 'Liquid, such as "{{ lead.firstName }}" or "{% if lead.role == \'it\' %}…{% endif %}"';
  if (error instanceof RangeError) return { offset: 0, message: 'the template is nested too deeply', expected };
  if (!(error instanceof Error)) return { offset: 0, message: String(error), expected };
  const message = error.message.split(/, line:\d+/)[0] ?? error.message;
  const token: unknown = 'token' in error ? error.token : undefined;
  const begin = typeof token === 'object' && token !== null && 'begin' in token ? token.begin : undefined;
  return { offset: typeof begin === 'number' ? begin : 0, message, expected };
}

/** Renders with empty-handed sample values, to look at the shape of the result; undefined when that fails. */
export function renderSample(text: string): string | undefined {
  const lead = Object.fromEntries(TEMPLATE_VARIABLES.lead.map((field) => [field, field]));
  const sample = {
    lead: { ...lead, attributes: {} },
    rep: { name: 'Rep', email: 'rep@example.com' },
    company: { name: 'Company', postalAddress: 'Street 1' },
    unsubscribeUrl: 'https://example.com/u',
    role: 'champion',
  };
  try {
    return within(RENDER_LIMIT_MS, () => String(engine.parseAndRenderSync(text, sample)));
  } catch {
    return undefined;
  }
}
