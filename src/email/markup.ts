/** Walks what Markdown was read into: the HTML and the links that somebody wrote in it, and the Liquid around them. */
import type { Token, Tokens } from 'marked';
import type { Mistake } from './mistake.ts';
import { Nesting } from './nesting.ts';
import { type Reading, readAddress, readLiquid, readOwnHtml } from './own-html.ts';
import type { LiquidPiece } from './pieces.ts';

/** A place in what a token was read from. */
export interface Spot {
  readonly token: Token;
  /** UTF-16 units from the beginning of its text. */
  readonly offset: number;
}

export interface MarkupMistake extends Mistake {
  readonly spot: Spot;
}

/** The mistakes have no offsets yet: `src/email/places.ts` finds them. */
export function readMarkup(
  tokens: readonly Token[],
  key: string,
  pieces: readonly LiquidPiece[],
): { readonly mistakes: readonly MarkupMistake[]; readonly uneven: boolean } {
  const walk = new Walk(key, pieces);
  walk.all(tokens);
  walk.reading.nesting.finish();
  const { mistakes, nesting } = walk.reading;
  const found = [...mistakes, ...nesting.mistakes].map((mistake) => ({
    ...mistake,
    spot: walk.spotOf(mistake.offset),
  }));
  return { mistakes: found, uneven: nesting.uneven };
}

/** What each token is made into, in words; Liquid that is partly in it leaves HTML that does not close. */
const SCOPES: Readonly<Record<string, string>> = {
  paragraph: 'paragraph',
  heading: 'heading',
  blockquote: 'quote',
  strong: 'bold text',
  em: 'emphasis',
  del: 'struck text',
  link: 'link',
  list: 'list',
};

class Walk {
  readonly reading: Reading;
  private readonly tokens: Token[] = [];
  /** Where each token's own offsets begin. */
  private readonly begins: number[] = [];
  private next = 0;

  constructor(key: string, pieces: readonly LiquidPiece[]) {
    const words = new RegExp(`${key}(\\d+)z`, 'g');
    this.reading = {
      key,
      nesting: new Nesting(),
      mistakes: [],
      liquidIn: (text) =>
        [...text.matchAll(words)].flatMap(({ 1: index, index: at }) => {
          const piece = pieces[Number(index)];
          return piece?.kind === 'tag' ? [{ at, source: piece.source }] : [];
        }),
    };
  }

  all(tokens: readonly Token[]): void {
    for (const token of tokens) this.one(token);
  }

  spotOf(offset: number): Spot {
    let n = this.begins.length - 1;
    while (n > 0 && (this.begins[n] ?? 0) > offset) n -= 1;
    const token = this.tokens[n];
    return token === undefined
      ? { token: { type: 'space', raw: '' }, offset: 0 }
      : { token, offset: offset - (this.begins[n] ?? 0) };
  }

  private begin(token: Token): number {
    const begin = this.next;
    this.next += token.raw.length + 1;
    this.tokens.push(token);
    this.begins.push(begin);
    return begin;
  }

  private one(token: Token): void {
    const { nesting } = this.reading;
    const at = this.begin(token);
    if (isRaw(token)) {
      readOwnHtml(token.text, at, this.reading);
      return;
    }
    if (isLink(token)) {
      readAddress(token.type === 'image' ? 'the picture' : 'the link', token.href, at, this.reading);
      this.strict('link', `${token.href} ${token.title ?? ''}`, at);
      if (token.type === 'image') {
        this.strict('picture', token.text, at);
        return;
      }
    }
    if (isList(token)) {
      for (const item of token.items) this.scope('list item', item.tokens);
    } else if (isTable(token)) {
      for (const cell of [...token.header, ...token.rows.flat()]) this.scope('cell', cell.tokens);
    } else if ('tokens' in token && token.tokens !== undefined) {
      const name = SCOPES[token.type];
      if (name === undefined) this.all(token.tokens);
      else this.scope(name, token.tokens);
    } else if ('text' in token && typeof token.text === 'string') {
      if (token.type === 'text') readLiquid(token.text, at, this.reading);
      else {
        nesting.enter('code', false);
        readLiquid(token.text, at, this.reading);
        nesting.leave();
      }
    }
  }

  private scope(name: string, tokens: readonly Token[]): void {
    this.reading.nesting.enter(name, false);
    this.all(tokens);
    this.reading.nesting.leave();
  }

  /** Text that becomes an attribute. */
  private strict(name: string, text: string, at: number): void {
    this.reading.nesting.enter(name, true);
    readLiquid(text, at, this.reading);
    this.reading.nesting.leave();
  }
}

/** HTML as it was written; after an inline `<code>` or `<pre>` also what else stands there. */
function isRaw(token: Token): token is Token & { readonly text: string } {
  return token.type === 'html' || (token.type === 'text' && 'escaped' in token && token.escaped === true);
}

function isLink(token: Token): token is Tokens.Link | Tokens.Image {
  return token.type === 'link' || token.type === 'image';
}

function isList(token: Token): token is Tokens.List {
  return token.type === 'list';
}

function isTable(token: Token): token is Tokens.Table {
  return token.type === 'table';
}
