/** HTML that somebody wrote, in Markdown or in MJML: what no email may hold, and whether it is closed. */
import { LINKS, leadsNowhere, quote } from './address.ts';
import { leadsToScript, scriptWords, unsafe } from './inert.ts';
import type { Mistake } from './mistake.ts';
import type { Nesting } from './nesting.ts';
import { misplaced } from './styles.ts';
import { cutHtml, type HtmlTag, VOID_TAGS } from './tags.ts';

/** Tags of Liquid in a piece of HTML. */
export interface LiquidTag {
  readonly at: number;
  readonly source: string;
}

export interface Reading {
  /** What stands for Liquid begins so. */
  readonly key: string;
  readonly nesting: Nesting;
  readonly mistakes: Mistake[];
  /** Tags of Liquid that a text holds. */
  liquidIn(text: string): readonly LiquidTag[];
}

const EXPECTED = 'HTML that mail can hold';

/** @param begin where the HTML stands */
export function readOwnHtml(html: string, begin: number, reading: Reading): void {
  const { key, nesting, mistakes } = reading;
  for (const token of cutHtml(html)) {
    const offset = begin + token.at;
    if (token.kind === 'text') {
      const named = new RegExp(`</?${key}`).exec(token.source);
      if (named !== null)
        mistakes.push({
          offset: offset + named.index,
          message: 'Liquid cannot be the name of a tag',
          expected: '&lt;',
        });
      readLiquid(token.source, offset, reading);
      continue;
    }
    const words = unsafe(token, key);
    const said = token.kind === 'tag' && token.closing && mistakes.some(({ message }) => message === words);
    if (words !== undefined && !said) mistakes.push({ offset, message: words, expected: EXPECTED });
    if (token.kind === 'comment' && new RegExp(`^<!--${key}\\d+z-->$`).test(token.source)) {
      readLiquid(token.source, offset, reading); // A line of Liquid (`markdown.ts`), and no comment later.
      continue;
    }
    if (token.kind === 'comment') {
      nesting.enter('comment', true);
      readLiquid(token.source, offset, reading);
      nesting.leave();
      continue;
    }
    readAttributes(token, offset, reading);
    if (VOID_TAGS.has(token.name) || !token.ended) continue;
    if (token.closing) nesting.close(token.name, offset);
    else nesting.open(token.name, offset);
  }
}

export function readLiquid(text: string, begin: number, { nesting, liquidIn }: Reading): void {
  for (const { at, source } of liquidIn(text)) nesting.liquid(source, begin + at);
}

function readAttributes({ name: tag, attributes }: HtmlTag, offset: number, reading: Reading): void {
  const { key, nesting, mistakes } = reading;
  for (const { name, value } of attributes) {
    if (value.includes(key)) {
      nesting.enter(`attribute '${name}'`, true);
      readLiquid(value, offset, reading);
      nesting.leave();
    }
    if (LINKS.has(name)) readAddress(`'${name}' of <${tag}>`, value, offset, reading);
    if (name !== 'style' || value.includes(key)) continue;
    const wrong = misplaced(tag, value);
    if (wrong !== undefined)
      mistakes.push({
        offset,
        message: `the style ${quote(wrong)} may hide what follows, such as the unsubscribe link`,
        expected: 'colours, fonts, borders and distances',
        recent: true,
      });
  }
}

/** @param what whose address it is, in words */
export function readAddress(what: string, address: string, offset: number, { key, mistakes }: Reading): void {
  if (address.trimStart().startsWith(key) || !leadsNowhere(address)) return;
  if (mistakes.some((other) => other.offset === offset)) return; // Said as what no email may hold.
  if (leadsToScript(address)) {
    mistakes.push({ offset, message: scriptWords(address), expected: 'https://…' });
    return;
  }
  mistakes.push({ offset, message: `${what} is no address: ${quote(address)}`, expected: 'https://…', recent: true });
}
