/**
 * Turns a body of Markdown with Liquid into two Liquid templates, one of HTML and one of plain text, once
 * per playbook. Markdown is read before any value is there, so what a lead typed can never become
 * markup: `*x*`, `<script>` or `[a](http://evil)` in a name stay the characters they are.
 *
 * For that every Liquid output and tag is swapped for a word that Markdown leaves alone, and put back
 * afterwards. A line of nothing but tags is a block of its own, so `{% if %}` around paragraphs works.
 */
import { Marked, type Token, type Tokens } from 'marked';
import { guardLinks, htmlSource, refuseUnsafe, restore, unusedKey, word, wordsIn } from './inert.ts';
import { splitLiquid } from './pieces.ts';
import { toText } from './text.ts';

export interface BodyTemplates {
  readonly html: string;
  readonly text: string;
}

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
