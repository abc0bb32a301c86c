/** Finds where in an author's file a token of Markdown stands, once something is wrong with it. */
import type { Token } from 'marked';
import type { Spot } from './markup.ts';
import type { LiquidPiece } from './pieces.ts';

export interface Read {
  readonly source: string;
  readonly key: string;
  readonly pieces: readonly LiquidPiece[];
  /** The source with words in place of Liquid. */
  readonly markdown: string;
  readonly tokens: readonly Token[];
}

/** Answers with UTF-16 units from the beginning of the source. */
export function placeIn(read: Read): (spot: Spot) => number {
  const places = new Map<Token, number>();
  placeAll(read.tokens, read.markdown, 0, read.markdown.length, places);
  const inSource = sourceOffsets(read);
  return ({ token, offset }) => inSource((places.get(token) ?? 0) + offset);
}

/** Tokens are in the order of the text; quotes and lists take the beginnings of lines away. */
function placeAll(
  tokens: readonly Token[],
  markdown: string,
  from: number,
  to: number,
  places: Map<Token, number>,
): void {
  let at = from;
  for (const token of tokens) {
    const within = markdown.slice(at, to);
    const whole = within.indexOf(token.raw);
    const begin = whole === -1 ? within.indexOf(token.raw.trim().split('\n', 1)[0] ?? '') : whole;
    if (begin === -1) {
      places.set(token, at);
      continue;
    }
    const end = whole === -1 ? to : at + begin + token.raw.length;
    places.set(token, at + begin);
    for (const children of childrenOf(token)) placeAll(children, markdown, at + begin, end, places);
    // The rest of a token that was not found whole begins after its first line.
    at = whole === -1 ? at + begin + 1 : end;
  }
}

function childrenOf(token: Token): readonly (readonly Token[])[] {
  if (token.type === 'list' && 'items' in token && Array.isArray(token.items)) return [token.items];
  if (token.type === 'table' && 'header' in token && 'rows' in token) {
    const cells: unknown[] = [token.header, ...(Array.isArray(token.rows) ? token.rows : [])].flat();
    return [cells.flatMap((cell) => (isParent(cell) ? cell.tokens : []))];
  }
  return 'tokens' in token && token.tokens !== undefined ? [token.tokens] : [];
}

function isParent(value: unknown): value is { readonly tokens: readonly Token[] } {
  return typeof value === 'object' && value !== null && 'tokens' in value && Array.isArray(value.tokens);
}

/** From places among the words to places among the Liquid they stand for. */
function sourceOffsets({ source, key, pieces, markdown }: Read): (at: number) => number {
  const begins: number[] = [];
  let length = 0;
  for (const piece of pieces) {
    begins.push(length);
    length += piece.source.length;
  }
  const marks = [{ at: 0, source: 0 }];
  for (const found of markdown.matchAll(new RegExp(`(<!--)?${key}(\\d+)z(-->)?`, 'g'))) {
    const [whole, before = '', index, after = ''] = found;
    const begin = begins[Number(index)] ?? 0;
    const end = begin + (pieces[Number(index)]?.source.length ?? 0);
    const own = before !== '' && source.slice(begin - before.length, begin) !== before;
    marks.push({ at: found.index + (own ? 0 : before.length), source: begin });
    marks.push({ at: found.index + whole.length - (own ? 0 : after.length), source: end });
  }
  return (at) => {
    const mark = marks.findLast((one) => one.at <= at) ?? { at: 0, source: 0 };
    return Math.min(mark.source + at - mark.at, source.length);
  };
}
