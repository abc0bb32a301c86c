/** From a place in a scalar's text to its place in the YAML around it: quotes, escapes, folding, indentation. */
import type { Scalar } from 'yaml';

/** Source length of an escape in a double-quoted scalar, by its letter; all others take two characters. */
const ESCAPES: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 };

/**
 * Offset in `yaml` of the character that became `text[offset]`. Exact for plain, quoted and block scalars
 * as people write them; with unusual folding it may be off by the number of folded line breaks.
 */
export function offsetInScalar(yaml: string, scalar: Scalar, offset: number): number {
  const [from, to] = scalar.range ?? [0, 0];
  switch (scalar.type) {
    case 'QUOTE_DOUBLE':
      return inFlow(yaml, from + 1, to - 1, offset, (at) =>
        yaml[at] === '\\' ? (ESCAPES[yaml[at + 1] ?? ''] ?? 2) : 1,
      );
    case 'QUOTE_SINGLE':
      return inFlow(yaml, from + 1, to - 1, offset, (at) => (yaml.startsWith("''", at) ? 2 : 1));
    case 'BLOCK_LITERAL':
      return inBlock(yaml, from, to, offset, false);
    case 'BLOCK_FOLDED':
      return inBlock(yaml, from, to, offset, true);
    default:
      return inFlow(yaml, from, to, offset, () => 1);
  }
}

/** Flow scalars: a run of line breaks with the blanks around it is one space, or its breaks less one. */
function inFlow(yaml: string, from: number, to: number, offset: number, width: (at: number) => number): number {
  let at = from;
  let left = offset;
  while (left > 0 && at < to) {
    const fold = /^[ \t]*\n\s*/.exec(yaml.slice(at, to));
    if (fold) {
      const breaks = fold[0].split('\n').length - 1;
      const became = breaks === 1 ? 1 : breaks - 1;
      at += fold[0].length;
      left -= became;
    } else if (yaml[at] === '\\' && yaml[at + 1] === '\n' && width(at) > 1) {
      at += (/^\\\n\s*/.exec(yaml.slice(at, to))?.[0] ?? '').length;
    } else {
      at += width(at);
      left -= 1;
    }
  }
  return Math.min(at, Math.max(to, from));
}

/** Block scalars: every line less its indentation; folded ones join lines by a space. */
function inBlock(yaml: string, from: number, to: number, offset: number, folded: boolean): number {
  const header = yaml.indexOf('\n', from) + 1;
  if (header === 0) return from;
  const indent = /^(?:[ \t]*\n)*([ ]*)/.exec(yaml.slice(header, to))?.[1]?.length ?? 0;
  let at = header;
  let left = offset;
  let lineStart = true;
  while (at < to) {
    if (lineStart) {
      at += Math.min(indent, /^ */.exec(yaml.slice(at, at + indent))?.[0].length ?? 0);
      lineStart = false;
    }
    if (left <= 0) return at;
    if (yaml[at] === '\n') {
      const breaks = folded ? (/^\n(?:[ \t]*\n)*/.exec(yaml.slice(at, to))?.[0] ?? '\n') : '\n';
      const count = breaks.split('\n').length - 1;
      left -= folded && count > 1 ? count - 1 : 1;
      at += breaks.length;
      lineStart = true;
    } else {
      at += 1;
      left -= 1;
    }
  }
  return at;
}
