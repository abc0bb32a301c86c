/** Plain text of HTML that somebody wrote by hand, for the text part: paragraphs, links with their address, lists. */
import { decodeEntities } from './entities.ts';
import { cutHtml, type HtmlTag } from './tags.ts';

/** Elements that stand on lines of their own, with an empty line around them. */
const BLOCKS: ReadonlySet<string> = new Set('p div h1 h2 h3 h4 h5 h6 ul ol table blockquote pre hr'.split(' '));
/** Elements that begin a line. */
const LINES: ReadonlySet<string> = new Set(['li', 'tr']);

export function htmlToText(html: string): string {
  let text = '';
  const links: { readonly href: string; readonly from: number }[] = [];
  const open = (tag: HtmlTag): void => {
    if (BLOCKS.has(tag.name)) text += '\n\n';
    else if (LINES.has(tag.name)) text += '\n';
    if (tag.name === 'br') text += '\n';
    else if (tag.name === 'hr') text += '---\n\n';
    else if (tag.name === 'li') text += '- ';
    else if (tag.name === 'img') text += decodeEntities(attributeOf(tag, 'alt'));
    else if (tag.name === 'a') links.push({ href: decodeEntities(attributeOf(tag, 'href')), from: text.length });
  };
  const close = (name: string): void => {
    if (BLOCKS.has(name)) text += '\n\n';
    else if (name === 'td' || name === 'th') text += '\t';
    if (name !== 'a') return;
    const link = links.pop();
    if (link !== undefined) text = withAddress(text.slice(0, link.from), text.slice(link.from), link.href);
  };
  for (const token of cutHtml(html)) {
    if (token.kind === 'text') text += spaced(decodeEntities(token.source.replace(/\s+/g, ' ')), text);
    else if (token.kind === 'tag') token.closing ? close(token.name) : open(token);
  }
  return text
    .replace(/\t+(?=\n|$)/g, '')
    .replace(/[ ]*\t[ ]*/g, ' | ')
    .replace(/[ ]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** White space at the beginning of a line, and after other white space, is none. */
const spaced = (next: string, before: string): string => (/(?:^|\s)$/.test(before) ? next.replace(/^ /, '') : next);

const attributeOf = (tag: HtmlTag, name: string): string =>
  tag.attributes.find((attribute) => attribute.name === name)?.value ?? '';

/** `text (address)`, or the text alone when that is what it says, or there is nowhere to go. */
export function withAddress(before: string, text: string, href: string): string {
  const address = href.trim().replace(/^mailto:/, '');
  return `${before}${text}${address === '' || address === '#' || text.trim() === address ? '' : ` (${address})`}`;
}
