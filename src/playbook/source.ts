/** One file's text with positions: from an offset or a path in its YAML to line and column. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml';
import type { PlaybookProblem } from './problems.ts';
import { offsetInScalar } from './scalar.ts';

/** Levels of maps, entries and lists; steps in arms of splits in branches need about eight each. */
const MAX_DEPTH = 120;

export type Path = readonly (string | number)[];

export interface Source {
  readonly file: string;
  /** The YAML as plain values, as far as it could be read. */
  readonly value: unknown;
  /** Syntax errors: what the file defines cannot be known. */
  readonly broken: boolean;
  readonly problems: readonly PlaybookProblem[];
  /** Problem at the value (or the key) of this path, or at the deepest part of it that exists. */
  at(path: Path, message: string, expected: string, what?: 'key' | 'value'): PlaybookProblem;
  /** Problem inside the text of the scalar at this path, `offset` UTF-16 units from its start. */
  inside(path: Path, offset: number, message: string, expected: string): PlaybookProblem;
  /** Problem at an offset of the file's text. */
  atOffset(offset: number, message: string, expected: string): PlaybookProblem;
}

/**
 * Parses the YAML between `from` and `to` of a file (all of it by default). Never throws: nesting too deep
 * and the like are problems too. Anchors' aliases are refused: expanding them is how small files become big.
 */
export function readYaml(file: string, text: string, from = 0, to = text.length): Source {
  const lines = lineCounter(text);
  const problems: PlaybookProblem[] = [];
  const atOffset = (offset: number, message: string, expected: string): PlaybookProblem => {
    const { line, col } = lines.linePos(Math.min(Math.max(offset, 0), text.length));
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), message, expected };
  };
  const yaml = text.slice(from, to);

  let root: Node | null = null;
  let value: unknown;
  let broken = false;
  try {
    const document = parseDocument(yaml, {
      prettyErrors: false,
      stringKeys: true,
      keepSourceTokens: false,
      // What it would say on stderr is among our mistakes, with a place.
      logLevel: 'error',
    });
    for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
      broken ||= code !== 'DUPLICATE_KEY';
      const [what, expected] = syntaxWords(code, lowerFirst(message), keyAt(yaml, pos[0]));
      problems.push(atOffset(from + pos[0], what, expected));
    }
    let readable = true;
    const refuse = (node: Node, message: string, expected: string) => {
      readable = false;
      problems.push(atOffset(from + (node.range?.[0] ?? 0), message, expected));
      return visit.SKIP;
    };
    visit(document, {
      Alias: (_key, alias) => refuse(alias, `the alias *${alias.source} is not allowed`, 'the value written out'),
      Collection: (_key, node, path) =>
        path.length > MAX_DEPTH ? refuse(node, 'it is nested too deeply', `at most ${MAX_DEPTH} levels`) : undefined,
    });
    broken ||= !readable;
    root = document.contents;
    value = readable ? document.toJS({ maxAliasCount: 0 }) : undefined;
  } catch (error) {
    broken = true;
    const why =
      error instanceof RangeError
        ? 'it is nested too deeply'
        : error instanceof Error
          ? error.message
          : 'unknown reason';
    problems.push(atOffset(from, `the file cannot be read: ${why}`, 'valid YAML'));
  }

  return {
    file,
    value,
    broken,
    problems,
    atOffset,
    at: (path, message, expected, what = 'value') => atOffset(from + offsetOf(root, path, what), message, expected),
    inside(path, offset, message, expected) {
      const node = nodeAt(root, path);
      const start = isScalar(node) ? offsetInScalar(yaml, node, offset) : offsetOf(root, path, 'value');
      return atOffset(from + start, message, expected);
    },
  };
}

/** Line starts of a text, for offsets anywhere in it. */
export function lineCounter(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return lines;
}

function nodeAt(root: Node | null, path: Path): unknown {
  let node: unknown = root;
  for (const segment of path) {
    if (isMap(node)) node = pairOf(node.items, segment)?.value;
    else if (isSeq(node) && typeof segment === 'number') node = node.items[segment];
    else return undefined;
  }
  return node;
}

function offsetOf(root: Node | null, path: Path, what: 'key' | 'value'): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [index, segment] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = pairOf(node.items, segment);
      if (!pair) return offset;
      // A missing value is best shown at its key; so is what is missing inside a block map.
      offset = start(pair.key) ?? offset;
      if (last && what === 'value') offset = start(pair.value) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof segment === 'number') {
      node = node.items[segment];
      offset = start(node) ?? offset;
    } else return offset;
  }
  return offset;
}

const pairIndexes = new WeakMap<readonly Pair[], Map<string, Pair>>();

/** Indexed, since a file with ten thousand wrong keys asks for each of them. */
function pairOf(pairs: readonly Pair[], segment: string | number): Pair | undefined {
  let index = pairIndexes.get(pairs);
  if (!index) {
    index = new Map();
    for (const pair of pairs) if (isScalar(pair.key)) index.set(String(pair.key.value), pair);
    pairIndexes.set(pairs, index);
  }
  return index.get(String(segment));
}

function start(node: unknown): number | undefined {
  if (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) return node.range?.[0];
  return undefined;
}

function syntaxWords(code: string, message: string, key: string): [message: string, expected: string] {
  if (code === 'DUPLICATE_KEY') return [`the key ${key} is there twice`, 'each key once'];
  if (code === 'NON_STRING_KEY') return ['a map cannot be a key', 'text; a template with {{ }} needs quotes'];
  if (code === 'MULTIPLE_DOCS') return ['a second document begins here', 'one document a file: no line of ---'];
  if (/call stack/i.test(message)) return ['it is nested too deeply', `at most ${MAX_DEPTH} levels`];
  return [message, 'valid YAML'];
}

const keyAt = (yaml: string, offset: number): string => /^[^\s:,}]+/.exec(yaml.slice(offset))?.[0] ?? '';

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
