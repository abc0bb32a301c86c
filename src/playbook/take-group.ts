/** The edit that takes the winner of an experiment: a person reviews and applies it; nothing changes by itself. */
import { isMap, isSeq, LineCounter, type Node, parseDocument, visit, type YAMLMap, type YAMLSeq } from 'yaml';
import { HOLDOUT } from '../core/experiments/experiment.ts';
import { compile } from './compile.ts';
import { normalise, type PlaybookFiles } from './files.ts';

export interface Change {
  readonly file: string;
  /** A unified diff, as `git apply` and `patch -p1` take it. */
  readonly diff: string;
}

/**
 * Puts the steps of one arm in the place of a split (none for its holdout).
 * @param experiment `step:CADENCE/STEP`
 * @returns undefined when these files have no such split, or would be no sound playbook afterwards
 */
export function takeGroup(files: PlaybookFiles, experiment: string, group: string): Change | undefined {
  const [, cadence, step] = /^step:([^/]+)\/([^/]+)$/.exec(experiment) ?? [];
  if (cadence === undefined || step === undefined) return undefined;
  for (const [file, given] of Object.entries(files)) {
    if (!file.startsWith('cadences/')) continue;
    const text = normalise(given);
    const document = parseDocument(text, { logLevel: 'error' });
    if (document.errors.length > 0 || document.get('cadence') !== cadence) continue;
    const found = splitIn(document, step);
    const after = found && replaced(text, found, group);
    if (after === undefined || !compile({ ...files, [file]: after }).ok) return undefined;
    return { file, diff: diffOf(file, text, after) };
  }
  return undefined;
}

interface Found {
  readonly block: YAMLSeq;
  readonly step: YAMLMap;
}

function splitIn(document: ReturnType<typeof parseDocument>, id: string): Found | undefined {
  let found: Found | undefined;
  visit(document, {
    Map(_key, step, path) {
      const block = path.at(-1);
      if (!isSeq(block) || step.get('id') !== id || !step.has('split')) return undefined;
      found = { block, step };
      return visit.BREAK;
    },
  });
  return found;
}

function replaced(text: string, { block, step }: Found, group: string): string | undefined {
  const arm = step.getIn(['split', 'arms', group, 'steps'], true);
  const steps = group === HOLDOUT ? [] : isSeq(arm) ? arm.items : undefined;
  if (steps === undefined || step.range === null || step.range === undefined) return undefined;
  const lines = new LineCounter();
  parseDocument(text, { lineCounter: lines });
  const columnOf = (offset: number): number => lines.linePos(offset).col - 1;
  const sources = steps.map((item) => {
    const range = isNode(item) ? item.range : undefined;
    if (range === undefined || range === null) return undefined;
    return { words: text.slice(range[0], range[1]).trimEnd(), column: columnOf(range[0]) };
  });
  if (sources.some((one) => one === undefined)) return undefined;
  const known = sources.filter((one) => one !== undefined);
  const [from, to] = step.range;
  if (block.flow === true) {
    if (known.length === 0) return undefined;
    return text.slice(0, from) + known.map(({ words }) => words).join(', ') + text.slice(to);
  }
  const dash = text.lastIndexOf('-', from);
  const indent = columnOf(dash);
  const start = dash - indent;
  const end = text.indexOf('\n', from + text.slice(from, to).trimEnd().length);
  const inner = known.map(({ words, column }) => `${' '.repeat(indent)}- ${moved(words, indent + 2 - column)}\n`);
  return text.slice(0, start) + inner.join('') + (end < 0 ? '' : text.slice(end + 1));
}

const isNode = (item: unknown): item is Node => isMap(item);

/** All lines but the first further in, or out, by so many columns. */
function moved(words: string, by: number): string {
  const [first = '', ...rest] = words.split('\n');
  const shift = (line: string): string => {
    if (line.trim() === '') return '';
    return by >= 0 ? ' '.repeat(by) + line : line.slice(Math.min(-by, line.length - line.trimStart().length));
  };
  return [first, ...rest.map(shift)].join('\n');
}

const CONTEXT = 3;

/** One place has changed: one hunk. */
function diffOf(file: string, before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < Math.min(a.length, b.length) && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const from = Math.max(0, head - CONTEXT);
  // A file that ends with a line break has an empty last line that is none.
  const last = (lines: readonly string[]): number => Math.min(lines.length - tail + CONTEXT, lines.length - 1);
  const lead = a.slice(from, head).map((line) => ` ${line}`);
  const gone = a.slice(head, a.length - tail).map((line) => `-${line}`);
  const come = b.slice(head, b.length - tail).map((line) => `+${line}`);
  const trail = a.slice(a.length - tail, last(a)).map((line) => ` ${line}`);
  const span = (lines: readonly string[]): string => `${from + 1},${last(lines) - from}`;
  return [
    `--- a/${file}`,
    `+++ b/${file}`,
    `@@ -${span(a)} +${span(b)} @@`,
    ...lead,
    ...gone,
    ...come,
    ...trail,
    '',
  ].join('\n');
}
