/** What the commands print: results on stdout, everything else on stderr, so that pipes stay clean. */
import { Presets, SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import pc from 'picocolors';

const { FORCE_COLOR: forced = '', NO_COLOR: refused = '', TERM: terminal } = process.env;

/** Not picocolors' own rule: it colours whatever runs with `CI` set, and who reads a pipe there reads the codes. */
const wanted =
  refused === '' && (forced === '' ? process.stdout.isTTY === true && terminal !== 'dumb' : forced !== '0');

export const colour = pc.createColors(wanted);

export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export const note = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** Aligned columns without borders: they survive copying into a ticket. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  /** Columns to align on the right; by default those of numbers. */
  right: readonly boolean[] = (rows[0] ?? []).map((cell) => typeof cell === 'number'),
): string {
  const plain = {
    chars: {
      ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
      ...{
        'bottom-right': '',
        left: '',
        'left-mid': '',
        mid: '',
        'mid-mid': '',
        right: '',
        'right-mid': '',
        middle: '  ',
      },
    },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  };
  const built = new Table({
    head: head.map((word) => colour.bold(word)),
    colAligns: head.map((_, i) => (right[i] === true ? 'right' : 'left')),
    ...plain,
  });
  built.push(...rows.map((row) => row.map(String)));
  return built.toString();
}

/** A framed list of names and values under a title. */
export function box(title: string, rows: readonly (readonly [string, string])[]): string {
  const wide = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `${name.padEnd(wide)}  ${value}`);
  const width = Math.max(title.length, ...lines.map((line) => line.length));
  const rule = '─'.repeat(width + 2);
  const framed = [colour.bold(title.padEnd(width)), ...lines.map((line) => line.padEnd(width))];
  return [`┌${rule}┐`, ...framed.map((line) => `│ ${line} │`), `└${rule}┘`].join('\n');
}

export interface Progress {
  to(value: number): void;
  end(): void;
}

const LINE_MS = 15_000;

/** A bar on stderr when somebody watches; in a pipe or a log, a line every 15 seconds. */
export function progress(label: string, total: number, show = process.stderr.isTTY === true): Progress {
  if (total <= 0) return { to: () => {}, end: () => {} };
  if (!show) {
    let said = Date.now();
    const to = (value: number): void => {
      if (Date.now() - said < LINE_MS) return;
      said = Date.now();
      note(`${label}: ${Math.min(value, total)} of ${total}`);
    };
    return { to, end: () => {} };
  }
  const bar = new SingleBar(
    {
      format: `${label} [{bar}] {percentage}% | {value}/{total}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.rect,
  );
  bar.start(total, 0);
  return { to: (value) => bar.update(Math.min(value, total)), end: () => bar.stop() };
}
