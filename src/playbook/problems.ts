/** What is wrong with a playbook, in the words its author reads: `{ file, line, column, message, expected }`. */
import { MAX_FILE_BYTES } from './files.ts';

export interface PlaybookProblem {
  /** Path inside the playbook's folder, e.g. `cadences/evaluation-guide.yaml`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units as editors count them. */
  readonly column: number;
  readonly message: string;
  /** What would have been right there. */
  readonly expected: string;
}

/** A problem of the file as a whole. */
export const wholeFile = (file: string, message: string, expected: string): PlaybookProblem => ({
  file,
  line: 1,
  column: 1,
  message,
  expected,
});

/** The file has more bytes than a playbook's may. */
export const sizeProblem = (file: string, bytes: number): PlaybookProblem =>
  wholeFile(file, `the file has ${bytes} bytes`, `at most ${MAX_FILE_BYTES}`);

/** More than anybody reads at once; a file of nothing but mistakes is not worth more of them. */
const MOST = 1_000;

/** By file (`playbook.yaml` first), then from top to bottom; the same problem is said once; the first thousand of them. */
export function sortProblems(problems: readonly PlaybookProblem[]): PlaybookProblem[] {
  const rank = (file: string) => (file === 'playbook.yaml' ? '' : file);
  const seen = new Set<string>();
  const sorted = [...problems]
    .sort(
      (a, b) =>
        compare(rank(a.file), rank(b.file)) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
    )
    .filter((problem) => {
      const key = JSON.stringify([problem.file, problem.line, problem.column, problem.message]);
      return !seen.has(key) && seen.add(key);
    });
  const last = sorted[MOST];
  if (!last) return sorted;
  return [
    ...sorted.slice(0, MOST),
    { ...last, message: `from here on there are ${sorted.length - MOST} more mistakes`, expected: 'none' },
  ];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One problem as one line for terminals: `playbook.yaml:3:5 message (expected …)`. */
export function formatProblem({ file, line, column, message, expected }: PlaybookProblem): string {
  return `${file}:${line}:${column} ${message} (expected ${expected})`;
}
