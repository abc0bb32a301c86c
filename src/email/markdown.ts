/**
 * Turns a body of Markdown with Liquid into two Liquid templates, one of HTML and one of plain text, once
 * per playbook. Markdown is read before any value is there, so what a lead typed can never become
 * markup: `*x*`, `<script>` or `[a](http://evil)` in a name stay the characters they are.
 *
 * For that every Liquid output and tag is swapped for a word that Markdown leaves alone, and put back
 * afterwards. A line of nothing but tags is a block of its own, so `{% if %}` around paragraphs works.
 */
import { Marked, type Token, type Tokens } from 'marked';
import { VolleyError } from '../core/errors.ts';
import { type LiquidPiece, splitLiquid } from './pieces.ts';
import { toText } from './text.ts';

export interface BodyTemplates {
  readonly html: string;
  readonly text: string;
}

/** Filters that the HTML engine has beside the allowed ones (`src/email/engines.ts`). */
export const HREF_FILTER = 'volley_href';
export const PLAIN_FILTER = 'volley_plain';

/**
 * @throws VolleyError `email-html` for raw HTML that no mail should hold, or a value where it could not be made safe
 */
export function compileBody(name: string, source: string): BodyTemplates {
  const pieces = splitLiquid(source);
  const key = unusedKey(source);
  const swapped = pieces.map((piece, index) => (piece.kind === 'text' ? piece.source : word(key, index))).join('');
  const tagWords = new RegExp(`^([ \\t]*)((?:${key}\\d+z[ \\t]*)+)$`, 'gm');
  const markdown = swapped.replace(tagWords, (line, indent: string, words: string) => {
    const found = wordsIn(words, key);
    if (found.some((index) => pieces[index]?.kind !== 'tag')) return line;
    return `${indent}${found.map((index) => `<!--${word(key, index)}-->`).join('')}`;
  });
  const tokens = marked.lexer(markdown);
  const html = marked.parser(tokens);
  refuseUnsafe(name, html, key);
  return {
    html: restore(guardLinks(html, key, pieces), key, pieces, htmlSource),
    text: restore(toText(tokens), key, pieces, (piece) => piece.source),
  };
}

/** A paragraph of one link is the call to action: it gets a button. A bare address stays one. */
const marked = new Marked({ gfm: true }).use({
  renderer: {
    paragraph({ tokens }: Tokens.Paragraph): string | false {
      const link = loneLink(tokens);
      if (link === undefined) return false;
      return `<p class="action"><a class="button" href="${attribute(link.href)}">${this.parser.parseInline(link.tokens)}</a></p>\n`;
    },
  },
});

function loneLink(tokens: readonly Token[]): Tokens.Link | undefined {
  const [only, ...others] = tokens;
  if (only === undefined || others.length > 0) return undefined;
  if (only.type === 'strong' && 'tokens' in only) return loneLink(only.tokens ?? []);
  return isLink(only) && only.text !== only.href ? only : undefined;
}

function isLink(token: Token): token is Tokens.Link {
  return token.type === 'link';
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Starts with a digit, so that `<WORD>` is no HTML tag, and holds a `q`, so that `WORD.` starts no list. */
function word(key: string, index: number): string {
  return `${key}${index}z`;
}

function unusedKey(source: string): string {
  for (let n = 0; ; n += 1) if (!source.includes(`0q${n}v`)) return `0q${n}v`;
}

function wordsIn(text: string, key: string): number[] {
  return [...text.matchAll(new RegExp(`${key}(\\d+)z`, 'g'))].map((match) => Number(match[1]));
}

function restore(
  text: string,
  key: string,
  pieces: readonly LiquidPiece[],
  show: (piece: LiquidPiece) => string,
): string {
  const anyWord = new RegExp(`(?:<!--|&lt;!--)?${key}(\\d+)z((?:-->|--&gt;)?)`, 'g');
  return text.replace(anyWord, (_, index: string) => {
    const piece = pieces[Number(index)];
    return piece === undefined ? '' : show(piece);
  });
}

/** What is captured is text, not markup: it is escaped where it is put out, and so only once. */
function htmlSource(piece: LiquidPiece): string {
  return piece.kind === 'tag'
    ? piece.parts.map((part) => (part.kind === 'output' ? withFilter(part.source, PLAIN_FILTER) : part.source)).join('')
    : piece.source;
}

function withFilter(output: string, filter: string): string {
  return output.replace(/(\s*-?\}\})$/, ` | ${filter}$1`);
}

/** A value that begins an address may only be a web or mail address: no `javascript:`. */
function guardLinks(html: string, key: string, pieces: LiquidPiece[]): string {
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

const TAG = /<\/?([a-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/gi;
const FORBIDDEN = new Set(['script', 'style', 'iframe', 'object', 'embed', 'form', 'input', 'base', 'meta', 'link']);

const SCRIPT_LINK = /\s(?:href|src)\s*=\s*["']?\s*(?:javascript|data|vbscript):/i;

function refuseUnsafe(name: string, html: string, key: string): void {
  for (const [, tag = '', attributes = ''] of html.matchAll(TAG)) {
    const bare = attributes.replace(/"[^"]*"|'[^']*'/g, '');
    const words = FORBIDDEN.has(tag.toLowerCase())
      ? `<${tag}> has no place in an email`
      : /\son\w+\s*=/i.test(attributes)
        ? 'an email runs no scripts: no on… attributes'
        : (tag + bare).includes(key)
          ? 'a Liquid value in an HTML tag must stand in a quoted attribute'
          : SCRIPT_LINK.test(attributes)
            ? 'a link of an email leads to a web or mail address'
            : undefined;
    if (words !== undefined) throw new VolleyError('email-html', `email ${name}: ${words}`);
  }
}
