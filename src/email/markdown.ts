/**
 * Turns a body of Markdown with Liquid into two Liquid templates, one of HTML and one of plain text, once
 * per playbook. Markdown is read before any value is there, so what a lead typed can never become
 * markup: `*x*`, `<script>` or `[a](http://evil)` in a name stay the characters they are.
 *
 * For that every Liquid output and tag is swapped for a word that Markdown leaves alone, and put back
 * afterwards. A line of nothing but tags is a block of its own, so `{% if %}` around paragraphs works.
 */
import { Marked, type Token, type Tokens, type TokensList } from 'marked';
import { VolleyError } from '../core/errors.ts';
import { guardLinks, htmlSource, MEND_FILTER, restore, unusedKey, word, wordsIn } from './inert.ts';
import { readMarkup } from './markup.ts';
import type { Mistake } from './mistake.ts';
import { type LiquidPiece, splitLiquid } from './pieces.ts';
import { placeIn } from './places.ts';
import { toText } from './text.ts';
import { showsNothing } from './visible.ts';

export interface BodyTemplates {
  readonly html: string;
  readonly text: string;
}

interface Swapped {
  readonly key: string;
  readonly pieces: LiquidPiece[];
  readonly markdown: string;
  readonly tokens: TokensList;
}

/**
 * The HTML is closed where it is opened whatever the values are, also where the check would have refused it.
 * @throws VolleyError `email-html` for raw HTML that no mail should hold, or a value where it could not be made safe
 */
export function compileBody(name: string, source: string): BodyTemplates {
  const { key, pieces, tokens } = swap(source);
  const { mistakes, uneven } = readMarkup(tokens, key, pieces);
  const unsafe = mistakes.find(({ recent }) => recent !== true);
  if (unsafe !== undefined) throw new VolleyError('email-html', `email ${name}: ${unsafe.message}`);
  const html = restore(guardLinks(marked.parser(tokens), key, pieces), key, pieces, htmlSource);
  return {
    html: uneven || mistakes.length > 0 ? mended(html) : html,
    text: restore(toText(tokens), key, pieces, (piece) => piece.source),
  };
}

/** What is wrong with a body, in its order. @throws liquidjs's TokenizationError */
export function checkBody(source: string): Mistake[] {
  const { key, pieces, markdown, tokens } = swap(source);
  const { mistakes } = readMarkup(tokens, key, pieces);
  if (mistakes.length > 0) {
    const place = placeIn({ key, pieces, markdown, tokens, source });
    return mistakes.map(({ spot, ...mistake }) => ({ ...mistake, offset: place(spot) }));
  }
  // What Liquid tags leave is known at a render alone.
  if (pieces.some(({ kind }) => kind === 'tag') || !showsNothing(marked.parser(tokens), key, pieces)) return [];
  return [{ offset: 0, message: 'the email has no body', expected: 'words that can be seen', recent: true }];
}

/** Once it is made, since what is missing depends on the values. */
const mended = (html: string): string =>
  `{% capture volley_body %}${html}{% endcapture %}{{ volley_body | ${MEND_FILTER} }}`;

function swap(source: string): Swapped {
  const pieces = splitLiquid(source);
  const key = unusedKey(source);
  const swapped = pieces.map((piece, index) => (piece.kind === 'text' ? piece.source : word(key, index))).join('');
  const tagWords = new RegExp(`^([ \\t]*)((?:${key}\\d+z[ \\t]*)+)$`, 'gm');
  const markdown = swapped.replace(tagWords, (line, indent: string, words: string) => {
    const found = wordsIn(words, key);
    if (found.some((index) => pieces[index]?.kind !== 'tag')) return line;
    return `${indent}${found.map((index) => `<!--${word(key, index)}-->`).join('')}`;
  });
  return { key, pieces, markdown, tokens: marked.lexer(markdown) };
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
