/**
 * Reads MJML into a tree that knows where everything stands. MJML's own reader is not used: it opens files
 * (`mj-include`), mends what is wrong without a word, and knows lines but no columns.
 */
import type { Mistake } from '../mistake.ts';

export interface MjmlAttribute {
  readonly name: string;
  readonly value: string;
  readonly at: number;
}

export interface MjmlElement {
  /** `LIQUID` for tags of Liquid that stand between elements. */
  readonly tag: string;
  readonly at: number;
  readonly attributes: readonly MjmlAttribute[];
  readonly children: readonly MjmlElement[];
  /** HTML, as written, of an element that holds HTML. */
  readonly content: string;
  readonly contentAt: number;
}

export const LIQUID = '#liquid';

/** Elements whose inside is HTML or text, never MJML. */
export const HOLDS_HTML: ReadonlySet<string> = new Set([
  ...['mj-text', 'mj-button', 'mj-table', 'mj-raw', 'mj-social-element', 'mj-navbar-link', 'mj-style'],
  ...['mj-title', 'mj-preview', 'mj-breakpoint', 'mj-accordion-title', 'mj-accordion-text'],
]);

/** No email that somebody wrote has as many; each costs about 20 µs at the check. */
const MOST_ELEMENTS = 1_000;
const DEEPEST = 12;

/** Why the text cannot be read any further. */
class Unreadable extends Error {
  readonly mistake: Mistake;
  constructor(offset: number, message: string, expected: string) {
    super(message);
    this.mistake = { offset, message, expected };
  }
}

interface Reading {
  readonly text: string;
  at: number;
  elements: number;
  readonly mistakes: Mistake[];
}

/** @param liquid how many characters there stand for a Liquid tag; 0 when it is something else */
export function readMjml(
  text: string,
  liquid: (text: string, at: number) => number,
): { before: string; root?: MjmlElement; mistakes: Mistake[] } {
  const reading: Reading = { text, at: 0, elements: 0, mistakes: [] };
  let before = '';
  const tagAt = (at: number): number => liquid(text, at);
  try {
    const top = readBlock(reading, tagAt, 0);
    const root = top.find(({ tag }) => tag !== LIQUID);
    for (const other of top) {
      if (other === root) continue;
      if (other.tag !== LIQUID) mistake(reading, other.at, `a second root <${other.tag}>`, 'one <mjml>…</mjml>');
      else if (root !== undefined && other.at > root.at)
        mistake(reading, other.at, 'Liquid after the end of the email', 'nothing after </mjml>');
      else before += other.content;
    }
    if (reading.at < text.length) mistake(reading, reading.at, 'an end tag that nothing opened', 'no such tag');
    if (root === undefined) mistake(reading, 0, 'there is no MJML here', '<mjml><mj-body>…</mj-body></mjml>');
    return { before, ...(root && { root }), mistakes: reading.mistakes };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { before, mistakes: [...reading.mistakes, error.mistake] };
  }
}

const mistake = (reading: Reading, offset: number, message: string, expected: string): void => {
  reading.mistakes.push({ offset, message, expected });
};

/** Elements up to an end tag or the end of the text. */
function readBlock(reading: Reading, tagAt: (at: number) => number, depth: number): MjmlElement[] {
  const { text } = reading;
  const found: MjmlElement[] = [];
  for (;;) {
    skipSpace(reading);
    const { at } = reading;
    if (at >= text.length || text.startsWith('</', at)) return found;
    const length = tagAt(at);
    if (length > 0) {
      found.push({ ...NOTHING, tag: LIQUID, at, content: text.slice(at, at + length) });
      reading.at += length;
    } else if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at);
      if (end === -1) throw new Unreadable(at, 'a comment does not end', '-->');
      reading.at = end + 3;
    } else if (/^<[a-z]/i.test(text.slice(at, at + 2))) found.push(readElement(reading, tagAt, depth));
    else if (text.charAt(at) === '<') throw new Unreadable(at, 'this is no element', 'an element such as <mj-section>');
    else {
      mistake(reading, at, 'text between elements', 'text in an <mj-text>');
      while (reading.at < text.length && text.charAt(reading.at) !== '<' && tagAt(reading.at) === 0) reading.at += 1;
    }
  }
}

const NOTHING = { attributes: [], children: [], content: '', contentAt: 0 } as const;

function readElement(reading: Reading, tagAt: (at: number) => number, depth: number): MjmlElement {
  const { text, at } = reading;
  reading.elements += 1;
  if (reading.elements > MOST_ELEMENTS)
    throw new Unreadable(at, 'the email has too many elements', `at most ${MOST_ELEMENTS}`);
  if (depth >= DEEPEST) throw new Unreadable(at, 'it is nested too deeply', `at most ${DEEPEST} levels`);
  reading.at += 1;
  const tag = take(reading, /[a-z][\w:.-]*/iy);
  const attributes = readAttributes(reading, tag, at);
  const none = { ...NOTHING, tag, at, attributes };
  if (text.startsWith('/>', reading.at)) {
    reading.at += 2;
    return none;
  }
  if (text.charAt(reading.at) !== '>') throw new Unreadable(reading.at, `<${tag}> does not end`, '> or />');
  reading.at += 1;
  if (HOLDS_HTML.has(tag)) {
    const contentAt = reading.at;
    const close = new RegExp(`</${tag}\\s*>`, 'g');
    close.lastIndex = contentAt;
    const end = close.exec(text);
    if (end === null) throw new Unreadable(at, `<${tag}> is never closed`, `</${tag}>`);
    reading.at = close.lastIndex;
    return { ...none, content: text.slice(contentAt, end.index), contentAt };
  }
  const children = readBlock(reading, tagAt, depth + 1);
  const closing = reading.at;
  if (closing >= text.length) throw new Unreadable(at, `<${tag}> is never closed`, `</${tag}>`);
  reading.at += 2;
  const closed = take(reading, /[a-z][\w:.-]*/iy);
  if (closed !== tag) throw new Unreadable(closing, `</${closed}> closes nothing`, `</${tag}>, which closes <${tag}>`);
  skipSpace(reading);
  if (text.charAt(reading.at) !== '>') throw new Unreadable(closing, `</${tag}> does not end`, `</${tag}>`);
  reading.at += 1;
  return { ...none, children };
}

function readAttributes(reading: Reading, tag: string, begin: number): MjmlAttribute[] {
  const { text } = reading;
  const attributes: MjmlAttribute[] = [];
  for (;;) {
    skipSpace(reading);
    const { at } = reading;
    const char = text.charAt(at);
    if (char === '>' || char === '/') return attributes;
    const name = take(reading, /[a-z][\w:.-]*/iy);
    if (name === '') {
      if (at >= text.length) throw new Unreadable(begin, `<${tag}> does not end`, '> or />');
      throw new Unreadable(at, `this is no attribute of <${tag}>`, 'name="value"');
    }
    const equals = take(reading, /\s*=\s*/y);
    const quote = text.charAt(reading.at);
    if (equals === '' || (quote !== '"' && quote !== "'"))
      throw new Unreadable(at, `the attribute '${name}' has no value in quotes`, `${name}="value"`);
    const end = text.indexOf(quote, reading.at + 1);
    if (end === -1) throw new Unreadable(at, `the value of '${name}' does not end`, `${name}="value"`);
    if (attributes.some((other) => other.name === name))
      mistake(reading, at, `the attribute '${name}' is there twice`, 'each attribute once');
    else attributes.push({ name, value: text.slice(reading.at + 1, end), at });
    reading.at = end + 1;
  }
}

function skipSpace(reading: Reading): void {
  take(reading, /\s+/y);
}

/** @param pattern sticky */
function take(reading: Reading, pattern: RegExp): string {
  pattern.lastIndex = reading.at;
  const found = pattern.exec(reading.text)?.[0] ?? '';
  reading.at += found.length;
  return found;
}
