/**
 * What keeps values inert in any body: every Liquid output and tag is swapped for a word that the language of
 * the body leaves alone, and put back once the markup is made, where each output is escaped.
 */
import { quote } from './address.ts';
import type { LiquidPiece } from './pieces.ts';
import type { HtmlComment, HtmlTag } from './tags.ts';

/** Filters that the HTML engine has beside the allowed ones (`src/email/engines.ts`). */
export const HREF_FILTER = 'volley_href';
export const PLAIN_FILTER = 'volley_plain';
export const MEND_FILTER = 'volley_mend';

/** Starts with a digit, so that `<WORD>` is no HTML tag, and holds a `q`, so that `WORD.` starts no list. */
export function word(key: string, index: number): string {
  return `${key}${index}z`;
}

export function unusedKey(source: string): string {
  for (let n = 0; ; n += 1) if (!source.includes(`0q${n}v`)) return `0q${n}v`;
}

export function wordsIn(text: string, key: string): number[] {
  return [...text.matchAll(new RegExp(`${key}(\\d+)z`, 'g'))].map((match) => Number(match[1]));
}

export function restore(
  text: string,
  key: string,
  pieces: readonly LiquidPiece[],
  show: (piece: LiquidPiece) => string,
): string {
  // Both ends of the comment or neither: half of one would let out what stands in an author's own comment.
  const anyWord = new RegExp(`<!--${key}(\\d+)z-->|&lt;!--${key}(\\d+)z--&gt;|${key}(\\d+)z`, 'g');
  return text.replace(anyWord, (_, comment?: string, shown?: string, bare?: string) => {
    const piece = pieces[Number(comment ?? shown ?? bare)];
    return piece === undefined ? '' : show(piece);
  });
}

/** What is captured is text, not markup: it is escaped where it is put out, and so only once. */
export function htmlSource(piece: LiquidPiece): string {
  return piece.kind === 'tag'
    ? piece.parts.map((part) => (part.kind === 'output' ? withFilter(part.source, PLAIN_FILTER) : part.source)).join('')
    : piece.source;
}

function withFilter(output: string, filter: string): string {
  return output.replace(/(\s*-?\}\})$/, ` | ${filter}$1`);
}

/** A value that begins an address may only be a web or mail address: no `javascript:`. */
export function guardLinks(html: string, key: string, pieces: LiquidPiece[]): string {
  return html.replace(/(\s(?:href|src)\s*=\s*)("[^"]*"|'[^']*')/gi, (whole, before: string, quoted: string) => {
    const leading = new RegExp(`^(?:${key}\\d+z)+`).exec(quoted.slice(1))?.[0];
    if (leading === undefined) return whole;
    const guarded = wordsIn(leading, key).map((index) => {
      const piece = pieces[index];
      if (piece?.kind !== 'output') return word(key, index);
      const source = withFilter(piece.source, HREF_FILTER);
      return word(key, pieces.push({ kind: 'output', source, parts: [] }) - 1);
    });
    return `${before}${quoted.charAt(0)}${guarded.join('')}${quoted.slice(1 + leading.length)}`;
  });
}

/** The same for Markdown that somebody goes on writing: a bare host must not become a link that leads nowhere. */
export const guardMarkdown = (source: string): string =>
  source.replace(
    /(\]\(\s*<?|\b(?:href|src)\s*=\s*["'])(\{\{[^{}]*\}\})/gi,
    (_, before: string, output: string) => `${before}${withFilter(output, HREF_FILTER)}`,
  );

const FORBIDDEN = new Set(
  [
    'script style iframe frame frameset object embed applet form input button select textarea base meta link title',
    'html head body svg math template noscript noembed noframes plaintext xmp audio video dialog',
  ].flatMap((names) => names.split(' ')),
);

/** Attributes that hold an address. */
const ADDRESSES = new Set(['href', 'src', 'background', 'action', 'formaction', 'poster', 'xlink:href']);

/** What no email may hold, in words; `undefined` for a tag or comment that is right. */
export function unsafe(token: HtmlTag | HtmlComment, key: string): string | undefined {
  if (!token.ended) return token.kind === 'tag' ? `<${token.name}> does not end` : 'a comment does not end';
  if (token.kind === 'comment') return undefined;
  if (FORBIDDEN.has(token.name)) return `<${token.name}> has no place in an email`;
  for (const { name, value, quoted } of token.attributes) {
    if (name.startsWith('on')) return `an email runs no scripts: no on… attributes such as ${quote(name)}`;
    if (name.includes(key) || (!quoted && value.includes(key)))
      return 'a Liquid value in an HTML tag must stand in a quoted attribute';
    if (name === 'style' && value.includes(key)) return 'a Liquid value cannot stand in a style';
    if (ADDRESSES.has(name) && leadsToScript(value)) return scriptWords(value);
  }
  return token.name.includes(key) ? 'a Liquid value in an HTML tag must stand in a quoted attribute' : undefined;
}

export const scriptWords = (address: string): string =>
  `a link of an email leads to a web or mail address, not to ${quote(address)}`;

/** As a browser reads an address: entities decoded, even unended ones; white space and control characters left out. */
export function leadsToScript(address: string): boolean {
  const plain = address
    .replace(/&#x0*([0-9a-f]{1,5});?/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/&#0*(\d{1,6});?/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&colon;?/gi, ':')
    .replace(/&(?:tab|newline|nbsp);?/gi, '')
    .replace(/[\s\p{Cc}]/gu, '');
  return /^(?:javascript|vbscript|data):/i.test(plain);
}
