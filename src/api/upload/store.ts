/**
 * An upload on its way into the store: page by page as it arrives, so that memory does not grow
 * with the file, and removed again when it breaks off or turns out to be no list of leads.
 */
import { createHash } from 'node:crypto';
import { mapHeaders } from '../../core/headers.ts';
import { addImportPage, createImport, dropImport } from '../../store/imports.ts';
import { transact } from '../../store/tx.ts';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem/problem.ts';
import { decode } from './decode.ts';
import { type Format, type Header, PAGE_ROWS, type RawRow, ROWS_MAX } from './raw-rows.ts';
import { readRows } from './rows.ts';

export interface Upload {
  readonly body: AsyncIterable<Uint8Array>;
  readonly format: Format;
  readonly charset: string | undefined;
  readonly by: string;
}

export interface Stored {
  readonly id: string;
  readonly pages: number;
  readonly rows: number;
  /** SHA-256 of the bytes, hex. */
  readonly hash: string;
}

/**
 * Stores an upload whose import is not queued yet.
 * @throws Problem `bad-file`, `bad-encoding`, `too-large`, `upload-broken`; nothing of it stays then
 */
export async function storeUpload(deps: ApiDeps, upload: Upload): Promise<Stored> {
  const { db } = deps.database;
  const hash = createHash('sha256');
  const decoded = decode(hashed(upload.body, hash), upload.charset);
  const { columns, rows } = await readRows(decoded.text, upload.format);
  const header = headerOf(columns, upload.format);
  const id = await transact(db, (tx) =>
    createImport(tx, { format: upload.format, header: JSON.stringify(header), by: upload.by }, deps.clock.now()),
  );
  try {
    const pages = new Pages((page, batch) =>
      transact(db, (tx) =>
        addImportPage(tx, id, { page, firstRow: batch[0]?.row ?? 0, rows: batch.length, body: JSON.stringify(batch) }),
      ),
    );
    for await (const batch of rows) await pages.add(batch);
    await pages.end();
    if (pages.rows === 0) throw new Problem('bad-file', 'The file has headers and no rows');
    return { id, pages: pages.count, rows: pages.rows, hash: hash.digest('hex') };
  } catch (error) {
    await discard(deps, id);
    throw error;
  }
}

/** Removes an upload; when even that fails, the next start does it. */
export async function discard(deps: Pick<ApiDeps, 'database' | 'log'>, id: string): Promise<void> {
  await transact(deps.database.db, (tx) => dropImport(tx, id)).catch((err: unknown) =>
    deps.log.warn({ err, import: id }, 'an upload that broke off is still in the store'),
  );
}

/** The bytes as they come, hashed; a client that goes away is a problem of its own. */
async function* hashed(
  body: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      yield chunk;
    }
  } catch (cause) {
    throw new Problem('upload-broken', 'The upload broke off; nothing of it was kept', { cause });
  }
}

/** @throws Problem `bad-file` naming everything that is wrong with the headers */
function headerOf(columns: readonly string[], format: Format): Header {
  if (format === 'ndjson') return { columns: [], notes: [] };
  const mapping = mapHeaders(columns);
  const [problem] = mapping.problems;
  if (problem !== undefined) {
    throw new Problem('bad-file', `The header row does not do: ${problem}`, {
      errors: mapping.problems.map((message) => ({ path: 'header', message })),
    });
  }
  const kept = mapping.unknown.length === 0 ? [] : [`kept as attributes: ${mapping.unknown.join(', ')}`];
  const left = mapping.dropped.filter((name) => name !== '');
  return { columns: [...columns], notes: [...kept, ...(left.length === 0 ? [] : [`left out: ${left.join(', ')}`])] };
}

/** Cuts rows into pages. */
class Pages {
  readonly #write: (page: number, rows: readonly RawRow[]) => Promise<void>;
  #waiting: RawRow[] = [];
  count = 0;
  rows = 0;

  constructor(write: (page: number, rows: readonly RawRow[]) => Promise<void>) {
    this.#write = write;
  }

  async add(rows: readonly RawRow[]): Promise<void> {
    this.rows += rows.length;
    if (this.rows > ROWS_MAX) {
      throw new Problem('too-large', `The file has more than ${ROWS_MAX} rows: split it`);
    }
    for (const row of rows) {
      this.#waiting.push(row);
      if (this.#waiting.length === PAGE_ROWS) await this.end();
    }
  }

  async end(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const rows = this.#waiting;
    this.#waiting = [];
    await this.#write(this.count, rows);
    this.count += 1;
  }
}
