/** The HTML inside of MJML: what no email may hold, and what would break out of its place. */
import { unsafe } from '../inert.ts';
import { cutHtml, VOID_TAGS } from '../tags.ts';
import type { Mistake, MjmlElement } from './read.ts';

const EXPECTED = 'HTML that mail can hold';

/** @param text what stands in place of the content, of the same length; @param key what stands for Liquid begins so */
export function checkContent({ tag, content, contentAt }: MjmlElement, key: string): Mistake[] {
  const at = (offset: number, message: string, expected = EXPECTED): Mistake => ({
    offset: contentAt + offset,
    message,
    expected,
  });
  if (tag === 'mj-style') return checkStyle(content, key).map(([offset, message]) => at(offset, message, 'plain CSS'));
  if (tag === 'mj-breakpoint') return [];
  const mistakes: Mistake[] = [];
  const open: { readonly name: string; readonly at: number }[] = [];
  for (const token of cutHtml(content)) {
    if (token.kind === 'text') continue;
    const words = unsafe(token, key);
    if (words !== undefined) mistakes.push(at(token.at, words));
    if (token.kind === 'comment' || VOID_TAGS.has(token.name)) continue;
    if (/^mj-/.test(token.name)) {
      mistakes.push(at(token.at, `<${token.name}> in <${tag}>, which holds HTML`, 'MJML beside it, HTML in it'));
    } else if (!token.closing) open.push({ name: token.name, at: token.at });
    else if (open.at(-1)?.name === token.name) open.pop();
    else mistakes.push(at(token.at, `</${token.name}> closes nothing here`, closes(open.at(-1)?.name)));
  }
  const [first] = open;
  if (first !== undefined && mistakes.length === 0)
    mistakes.push(at(first.at, `<${first.name}> is never closed`, `</${first.name}> in the same <${tag}>`));
  return mistakes;
}

const closes = (name: string | undefined): string => (name === undefined ? 'no end tag' : `</${name}>`);

/** CSS fetches nothing, and does not end its element. */
function checkStyle(css: string, key: string): [offset: number, message: string][] {
  const found: [RegExp, string][] = [
    [/</, "'<' in CSS"],
    [/@import|@charset|@namespace/i, 'an email fetches no styles'],
    [/@font-face/i, 'an email loads no fonts'],
    [/url\s*\(/i, 'CSS of an email fetches nothing'],
    [/expression\s*\(|behavior\s*:|-moz-binding/i, 'an email runs no scripts'],
    [/\\/, 'a backslash in CSS'],
  ];
  const mistakes = found.flatMap(([pattern, message]): [number, string][] => {
    const offset = css.search(pattern);
    return offset === -1 ? [] : [[offset, message]];
  });
  const liquid = css.indexOf(key);
  return liquid === -1 ? mistakes : [...mistakes, [liquid, 'Liquid in mj-style']];
}
