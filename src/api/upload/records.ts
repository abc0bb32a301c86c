/**
 * Text to lines, and lines to CSV records. csv-parse reads the fields; where a record ends is found
 * here, because a quote that is opened and never closed makes a parser swallow the rest of the
 * file: a record that does not end within bounds costs its first line, and reading goes on after it.
 */
import { parse } from 'csv-parse/sync';
import { Problem } from '../problem/problem.ts';

/** Longest line of a file, in characters. */
export const LINE_MAX = 1_000_000;
/** A field with line breaks in it is an address or a note, not a novel. */
const RECORD_LINES = 100;
const RECORD_MAX = 100_000;

/** Splits at LF, CR LF and a lone CR, which old spreadsheets write. */
export class Lines {
  #rest = '';

  /** The lines that ended. @throws Problem `bad-file` */
  push(text: string): string[] {
    const all = this.#rest + text;
    // A CR at the end may be half of a CR LF.
    const held = all.endsWith('\r') ? '\r' : '';
    const lines = (held === '' ? all : all.slice(0, -1)).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + held;
    if (this.#rest.length > LINE_MAX) {
      throw new Problem('bad-file', `A line is longer than ${LINE_MAX} characters: this is no list of leads`);
    }
    return lines;
  }

  end(): string[] {
    const rest = this.#rest.replace(/\r$/, '');
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}

export interface RecordText {
  /** As a spreadsheet counts: the first is 1, empty ones count too. */
  readonly row: number;
  readonly text: string;
  /** The record cannot be read: why. */
  readonly error?: string;
}

const NEVER_CLOSED = 'a quote is opened here and never closed';

/** Puts the lines of a record together. */
export class Records {
  readonly #delimiter: string;
  #row = 0;
  /** Lines of a record whose quote is still open. */
  #open: string[] = [];
  #size = 0;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** Adds lines; answers the records that ended, without empty ones. */
  push(lines: readonly string[]): RecordText[] {
    const out: RecordText[] = [];
    const waiting = lines.toReversed();
    for (let line = waiting.pop(); line !== undefined; line = waiting.pop()) {
      const quoted = endsQuoted(line, this.#delimiter, this.#open.length > 0);
      if (this.#open.length === 0 && !quoted) {
        this.#row += 1;
        if (line.trim() !== '') out.push({ row: this.#row, text: line });
        continue;
      }
      this.#open.push(line);
      this.#size += line.length;
      if (!quoted) out.push(this.#take());
      else if (this.#open.length > RECORD_LINES || this.#size > RECORD_MAX)
        waiting.push(...this.#giveUp(out).reverse());
    }
    return out;
  }

  end(): RecordText[] {
    const out: RecordText[] = [];
    while (this.#open.length > 0) {
      const others = this.#giveUp(out);
      out.push(...this.push(others));
    }
    return out;
  }

  #take(): RecordText {
    this.#row += 1;
    const text = this.#open.join('\n');
    this.#open = [];
    this.#size = 0;
    return { row: this.#row, text };
  }

  /** The first line is broken; the others are to be read again. */
  #giveUp(out: RecordText[]): string[] {
    const [first = '', ...others] = this.#open;
    this.#open = [];
    this.#size = 0;
    this.#row += 1;
    out.push({ row: this.#row, text: first, error: NEVER_CLOSED });
    return others;
  }
}

/** Whether a line ends inside quotes. A quote opens only at the start of a field, as csv-parse has it. */
function endsQuoted(line: string, delimiter: string, startsQuoted: boolean): boolean {
  if (!line.includes('"')) return startsQuoted;
  let quoted = startsQuoted;
  let fieldStart = !startsQuoted;
  for (let n = 0; n < line.length; n += 1) {
    const char = line[n];
    if (quoted) {
      if (char !== '"') continue;
      if (line[n + 1] === '"') n += 1;
      else quoted = false;
    } else if (char === delimiter) fieldStart = true;
    else {
      if (char === '"' && fieldStart) quoted = true;
      fieldStart = false;
    }
  }
  return quoted;
}

/** The character that separates fields: the one the header has most of. */
export function delimiterOf(header: string): string {
  const bare = header.replace(/"(?:[^"]|"")*"/g, '');
  const counts = [',', ';', '\t'].map((char) => ({ char, n: bare.split(char).length }));
  return counts.reduce((best, one) => (one.n > best.n ? one : best)).char;
}

export type Row = readonly [row: number, fields: readonly string[]] | readonly [row: number, error: string];

/** The fields of records. One that csv-parse refuses is an error, and only that one. */
export function readFields(records: readonly RecordText[], delimiter: string): Row[] {
  const readable = records.filter((record) => record.error === undefined);
  const together = fieldsOf(readable.map((record) => record.text).join('\n'), delimiter);
  const fields = new Map(
    readable.map((record, n) => [record.row, together?.length === readable.length ? together[n] : undefined]),
  );
  return records.map((record): Row => {
    if (record.error !== undefined) return [record.row, record.error];
    const found = fields.get(record.row) ?? fieldsOf(record.text, delimiter)?.[0];
    return found === undefined ? [record.row, 'the row is not CSV'] : [record.row, found];
  });
}

function fieldsOf(text: string, delimiter: string): string[][] | undefined {
  if (text === '') return [];
  try {
    return parse(text, { delimiter, relax_quotes: true, relax_column_count: true, record_delimiter: '\n' });
  } catch {
    return undefined;
  }
}
