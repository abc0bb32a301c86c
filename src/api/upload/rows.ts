/** The rows of an upload, one after the other, in bounded memory. */
import { cleanText } from '../../core/scrub/text.ts';
import { Problem } from '../problem/problem.ts';
import type { Format, RawRow } from './raw-rows.ts';
import { delimiterOf, Lines, Records, readFields } from './records.ts';

export interface Rows {
  /** The header row; empty for NDJSON. */
  readonly columns: readonly string[];
  readonly rows: AsyncGenerator<readonly RawRow[]>;
}

/** Longest line of NDJSON, in characters: one lead with all it may have. */
const JSON_LINE_MAX = 200_000;

/**
 * Reads a file up to its header.
 * @throws Problem `bad-file` when there is none, and what decoding throws
 */
export async function readRows(text: AsyncGenerator<string>, format: Format): Promise<Rows> {
  return format === 'ndjson' ? { columns: [], rows: jsonRows(text) } : csvRows(text);
}

async function* jsonRows(text: AsyncGenerator<string>): AsyncGenerator<readonly RawRow[]> {
  const lines = new Lines();
  let row = 0;
  const read = (some: readonly string[]): RawRow[] =>
    some.flatMap((line): RawRow[] => {
      row += 1;
      if (line.trim() === '') return [];
      if (line.length > JSON_LINE_MAX) return [{ row, error: `the line is longer than ${JSON_LINE_MAX} characters` }];
      return [{ row, line }];
    });
  for await (const part of text) yield read(lines.push(part));
  yield read(lines.end());
}

async function csvRows(text: AsyncGenerator<string>): Promise<Rows> {
  const lines = new Lines();
  const pending: string[] = [];
  let ended = false;
  // The header is the first record; a quoted column name may hold a line break, rarely.
  while (!pending.some((line) => line.trim() !== '') && !ended) {
    const next = await text.next();
    if (next.done === true) {
      ended = true;
      pending.push(...lines.end());
    } else pending.push(...lines.push(next.value));
  }
  const first = pending.find((line) => line.trim() !== '');
  if (first === undefined) throw new Problem('bad-file', 'The file is empty');
  const delimiter = delimiterOf(first);
  const records = new Records(delimiter);
  const toRows = (some: ReturnType<Records['push']>): RawRow[] =>
    readFields(some, delimiter).map(
      ([row, content]): RawRow =>
        typeof content === 'string' ? { row, error: content } : { row, fields: [...content] },
    );

  let rows = toRows(records.push(pending));
  while (rows.length === 0 && !ended) {
    const next = await text.next();
    ended = next.done === true;
    rows = toRows(
      next.done === true ? [...records.push(lines.end()), ...records.end()] : records.push(lines.push(next.value)),
    );
  }
  if (ended && rows.length === 0) rows = toRows(records.end());
  const [header, ...others] = rows;
  if (header === undefined || !('fields' in header)) {
    throw new Problem('bad-file', 'The first row, which should hold the headers, cannot be read as CSV');
  }

  async function* rest(): AsyncGenerator<readonly RawRow[]> {
    yield others;
    if (!ended) {
      for await (const part of text) yield toRows(records.push(lines.push(part)));
      yield toRows(records.push(lines.end()));
    }
    yield toRows(records.end());
  }
  return { columns: header.fields.map(cleanText), rows: rest() };
}
