/** The HTML inside of MJML: what no email may hold, and what would break out of its place. */
import type { Mistake } from '../mistake.ts';
import { type Reading, readAddress, readLiquid, readOwnHtml } from '../own-html.ts';
import { cutHtml } from '../tags.ts';
import { HOLDS_HTML, LIQUID, type MjmlElement } from './read.ts';

/**
 * Reads what an element and all in it holds. What stands in place of the content has the same length.
 * @param reading its `key` begins what stands for Liquid
 */
export function readContent(element: MjmlElement, reading: Reading): void {
  const { tag, at, content, contentAt, attributes, children } = element;
  const { nesting, mistakes, key } = reading;
  if (tag === LIQUID) {
    readLiquid(content, at, reading);
    return;
  }
  for (const attribute of attributes) {
    if (attribute.name === 'href' || attribute.name === 'src')
      readAddress(`'${attribute.name}'`, attribute.value, attribute.at, reading);
    if (!attribute.value.includes(key)) continue;
    nesting.enter(`attribute '${attribute.name}'`, true);
    readLiquid(attribute.value, attribute.at, reading);
    nesting.leave();
  }
  if (tag === 'mj-breakpoint') return;
  nesting.enter(`<${tag}>`, true);
  if (tag === 'mj-style') mistakes.push(...checkStyle(content, contentAt, key));
  else if (HOLDS_HTML.has(tag)) {
    mistakes.push(...mjmlIn(element));
    readOwnHtml(content, contentAt, reading);
  }
  for (const child of children) readContent(child, reading);
  nesting.leave();
}

function mjmlIn({ tag, content, contentAt }: MjmlElement): Mistake[] {
  return cutHtml(content).flatMap((token) =>
    token.kind === 'tag' && /^mj-/.test(token.name)
      ? [
          {
            offset: contentAt + token.at,
            message: `<${token.name}> in <${tag}>, which holds HTML`,
            expected: 'MJML beside it, HTML in it',
          },
        ]
      : [],
  );
}

/** CSS fetches nothing, and does not end its element. */
function checkStyle(css: string, begin: number, key: string): Mistake[] {
  const found: [RegExp, string][] = [
    [/</, "'<' in CSS"],
    [/@import|@charset|@namespace/i, 'an email fetches no styles'],
    [/@font-face/i, 'an email loads no fonts'],
    [/url\s*\(/i, 'CSS of an email fetches nothing'],
    [/expression\s*\(|behavior\s*:|-moz-binding/i, 'an email runs no scripts'],
    [/\\/, 'a backslash in CSS'],
  ];
  const places = [...found.map(([pattern, message]) => ({ at: css.search(pattern), message }))];
  places.push({ at: css.indexOf(key), message: 'Liquid in mj-style' });
  return places.flatMap(({ at, message }) =>
    at === -1 ? [] : [{ offset: begin + at, message, expected: 'plain CSS' }],
  );
}
