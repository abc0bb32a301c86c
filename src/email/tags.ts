/** HTML cut into tags, comments and text as a browser would cut it; one pass, so no text makes it slow. */

export interface HtmlAttribute {
  readonly name: string;
  readonly value: string;
  readonly quoted: boolean;
}

export interface HtmlText {
  readonly kind: 'text';
  readonly at: number;
  readonly source: string;
}

export interface HtmlTag {
  readonly kind: 'tag';
  readonly at: number;
  /** Lower case. */
  readonly name: string;
  readonly closing: boolean;
  readonly attributes: readonly HtmlAttribute[];
  /** False when the text is over before its `>`. */
  readonly ended: boolean;
}

export interface HtmlComment {
  readonly kind: 'comment';
  readonly at: number;
  readonly source: string;
  /** False when the text is over before its end: it would hide whatever follows. */
  readonly ended: boolean;
}

export type HtmlToken = HtmlText | HtmlTag | HtmlComment;

/** Elements that have no end tag. */
export const VOID_TAGS: ReadonlySet<string> = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);

export function cutHtml(html: string): HtmlToken[] {
  const tokens: HtmlToken[] = [];
  let text = 0;
  let at = html.indexOf('<');
  while (at !== -1) {
    const found = tokenAt(html, at);
    if (found === undefined) {
      at = html.indexOf('<', at + 1);
      continue;
    }
    if (at > text) tokens.push({ kind: 'text', at: text, source: html.slice(text, at) });
    tokens.push(found.token);
    text = found.end;
    at = html.indexOf('<', found.end);
  }
  if (text < html.length) tokens.push({ kind: 'text', at: text, source: html.slice(text) });
  return tokens;
}

/** A browser ends a comment at `--!>` as well, and an empty one at `<!-->`. */
const COMMENT = /<!--(?:-?>|[\s\S]*?(?:--!?>|$))/y;
/** What begins so and is no comment is taken for one, up to the next `>`. */
const BOGUS = /<(?:!(?!--)|\?|\/(?![a-z]))[^>]*>?/iy;

function tokenAt(html: string, at: number): { token: HtmlToken; end: number } | undefined {
  const comment = match(COMMENT, html, at) ?? match(BOGUS, html, at);
  if (comment !== undefined) {
    const ended = comment.startsWith('<!--')
      ? /--!?>$/.test(comment.slice(-4)) && comment !== '<!--!>'
      : comment.endsWith('>');
    return { token: { kind: 'comment', at, source: comment, ended }, end: at + comment.length };
  }
  const closing = html.charAt(at + 1) === '/';
  const named = match(/[a-z][^\s/>]*/iy, html, at + (closing ? 2 : 1));
  if (named === undefined) return undefined;
  const { attributes, end, ended } = attributesAt(html, at + (closing ? 2 : 1) + named.length);
  return { token: { kind: 'tag', at, name: named.toLowerCase(), closing, attributes, ended }, end };
}

function attributesAt(html: string, from: number): { attributes: HtmlAttribute[]; end: number; ended: boolean } {
  const attributes: HtmlAttribute[] = [];
  let at = from;
  for (;;) {
    at += match(/[\s/]+/y, html, at)?.length ?? 0;
    if (at >= html.length) return { attributes, end: html.length, ended: false };
    if (html.charAt(at) === '>') return { attributes, end: at + 1, ended: true };
    const name = match(/=?[^\s/>=]*/y, html, at) ?? '';
    at += name.length;
    const equals = match(/\s*=\s*/y, html, at);
    if (equals === undefined) {
      attributes.push({ name: name.toLowerCase(), value: '', quoted: true });
      continue;
    }
    at += equals.length;
    const quote = html.charAt(at);
    if (quote === '"' || quote === "'") {
      const close = html.indexOf(quote, at + 1);
      const end = close === -1 ? html.length : close;
      attributes.push({ name: name.toLowerCase(), value: html.slice(at + 1, end), quoted: true });
      at = end + 1;
    } else {
      const value = match(/[^\s>]*/y, html, at) ?? '';
      attributes.push({ name: name.toLowerCase(), value, quoted: false });
      at += value.length;
    }
  }
}

/** @param pattern sticky */
function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
