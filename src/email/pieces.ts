/** Cuts a template into its text, its Liquid outputs and its Liquid tags, with liquidjs's own tokenizer. */
import { defaultOptions, Tokenizer, TokenKind } from 'liquidjs';

export interface LiquidPart {
  readonly kind: 'text' | 'output' | 'tag';
  readonly source: string;
}

export interface LiquidPiece extends LiquidPart {
  /** The parts of a block that is kept whole (`capture`, `comment`); else the tag alone. */
  readonly parts: readonly LiquidPart[];
}

/** Blocks whose inside is no part of the message where they stand. */
const WHOLE = /^\{%-?\s*(capture|comment)\b/;

/** The pieces joined by their `source` are the template again. @throws liquidjs's TokenizationError */
export function splitLiquid(template: string): LiquidPiece[] {
  const pieces: LiquidPiece[] = [];
  let whole: { name: string; parts: LiquidPart[] } | undefined;
  for (const token of new Tokenizer(template).readTopLevelTokens(defaultOptions)) {
    const source = template.slice(token.begin, token.end);
    const kind = token.kind === TokenKind.Tag ? 'tag' : token.kind === TokenKind.Output ? 'output' : 'text';
    const part: LiquidPart = { kind, source };
    const opens = kind === 'tag' && whole === undefined ? WHOLE.exec(source)?.[1] : undefined;
    if (opens !== undefined) {
      whole = { name: opens, parts: [part] };
      continue;
    }
    if (whole === undefined) {
      pieces.push({ ...part, parts: kind === 'tag' ? [part] : [] });
      continue;
    }
    whole.parts.push(part);
    if (kind === 'tag' && new RegExp(`^\\{%-?\\s*end${whole.name}\\b`).test(source)) {
      pieces.push(join(whole.parts));
      whole = undefined;
    }
  }
  // An unclosed block: liquidjs says so when it parses the template.
  if (whole !== undefined) pieces.push(join(whole.parts));
  return pieces;
}

function join(parts: readonly LiquidPart[]): LiquidPiece {
  return { kind: 'tag', source: parts.map((part) => part.source).join(''), parts };
}
