/**
 * HTML that is not closed where it was opened, made so: for versions of a playbook that were applied before the check
 * asked for it, and for bodies whose Liquid takes away part of what Markdown has made. Costs time at every render, so
 * what is known to be closed is left alone (`markdown.ts`).
 */
import { misplaced } from './styles.ts';
import { cutHtml, type HtmlTag, VOID_TAGS } from './tags.ts';

/** Every tag closed, no end tag without a beginning, nothing cut off, and no style that takes an element elsewhere. */
export function mendHtml(html: string): string {
  const tokens = cutHtml(html);
  const open: string[] = [];
  let made = '';
  for (const [n, token] of tokens.entries()) {
    const source = html.slice(token.at, tokens[n + 1]?.at ?? html.length);
    if (token.kind === 'text') made += source;
    else if (!token.ended) continue;
    else if (token.kind === 'comment' || (VOID_TAGS.has(token.name) && !token.closing)) made += source;
    else if (!token.closing) {
      open.push(token.name);
      made += withoutStyle(token) ?? source;
    } else if (open.includes(token.name)) made += closing(open.splice(open.lastIndexOf(token.name)));
  }
  return made + closing(open);
}

const closing = (names: readonly string[]): string =>
  names
    .toReversed()
    .map((name) => `</${name}>`)
    .join('');

/** The tag again, when its style has no place in an email. */
function withoutStyle({ name, attributes }: HtmlTag): string | undefined {
  const misplacing = attributes.find((attribute) => attribute.name === 'style' && misplaced(name, attribute.value));
  if (misplacing === undefined) return undefined;
  const kept = attributes
    .filter((attribute) => attribute !== misplacing)
    .map((attribute) => ` ${attribute.name}="${attribute.value.replaceAll('"', '&quot;')}"`);
  return `<${name}${kept.join('')}>`;
}
