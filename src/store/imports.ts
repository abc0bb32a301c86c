/**
 * Imports: an upload is stored as pages of raw rows before anything is imported, so that one cut
 * off leaves nothing. A page is taken, its leads written and its counts added in one transaction:
 * a page done twice is impossible, and one cut off starts over.
 */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Instant } from '../core/time.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import type { Db, ImportsTable } from './schema.ts';
import { at, date, newId } from './values.ts';

/** `uploading` is an upload that has not ended; it shows as `queued`. */
const importStateSchema = z.enum(['uploading', 'queued', 'running', 'done', 'failed']);

export interface ImportRow {
  readonly id: string;
  readonly state: z.infer<typeof importStateSchema>;
  readonly format: string;
  /** The caller's JSON: how columns map to fields. */
  readonly header: string;
  readonly pages: number;
  readonly pagesDone: number;
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly failure: string | null;
  readonly by: string;
  readonly createdAt: Instant;
  readonly finishedAt: Instant | null;
}

export interface ImportPage {
  readonly page: number;
  /** Number of the page's first row in the file, as people count (the header is row 1). */
  readonly firstRow: number;
  readonly rows: number;
  /** The caller's JSON. */
  readonly body: string;
}

export interface ImportError {
  readonly row: number;
  readonly field: string;
  readonly message: string;
}

const toImport = (row: Selectable<ImportsTable>): ImportRow => ({
  id: row.id,
  state: importStateSchema.parse(row.state),
  format: row.format,
  header: row.header,
  pages: row.pages,
  pagesDone: row.pages_done,
  rows: row.rows,
  created: row.created,
  updated: row.updated,
  unchanged: row.unchanged,
  rejected: row.rejected,
  failure: row.failure,
  by: row.actor,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});

/** Begins an upload. */
export async function createImport(
  tx: Db,
  upload: { readonly format: string; readonly header: string; readonly by: string },
  now: Instant,
): Promise<string> {
  const id = newId();
  const zero = { pages: 0, pages_done: 0, rows: 0, created: 0, updated: 0, unchanged: 0, rejected: 0 };
  await tx
    .insertInto('imports')
    .values({
      id,
      state: 'uploading',
      format: upload.format,
      header: upload.header,
      ...zero,
      actor: upload.by,
      created_at: date(now),
    })
    .execute();
  return id;
}

/** Stores one page of the upload, numbered from 0. */
export async function addImportPage(tx: Db, importId: string, page: ImportPage): Promise<void> {
  await tx
    .insertInto('import_pages')
    .values({ import_id: importId, page: page.page, first_row: page.firstRow, rows: page.rows, body: page.body })
    .execute();
}

/** Ends the upload: its pages may be taken now. */
export async function queueImport(tx: Db, importId: string, pages: number): Promise<void> {
  await tx
    .updateTable('imports')
    .set({ state: 'queued', pages })
    .where('id', '=', importId)
    .where('state', '=', 'uploading')
    .execute();
}

/** Removes an upload that was cut off or refused, with its pages. */
export async function dropImport(tx: Db, importId: string): Promise<void> {
  await tx.deleteFrom('import_pages').where('import_id', '=', importId).execute();
  await tx.deleteFrom('import_errors').where('import_id', '=', importId).execute();
  await tx.deleteFrom('imports').where('id', '=', importId).execute();
}

/** Uploads begun before `before` that never ended: a process died in between. */
export async function abandonedUploads(db: Db, before: Instant): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('imports')
    .select('id')
    .where('state', '=', 'uploading')
    .where('created_at', '<', at(before))
    .execute();
  return rows.map((row) => row.id);
}

/** Imports that should be running: what a restart must start again. */
export async function unfinishedImports(db: Db): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('imports')
    .select('id')
    .where('state', 'in', ['queued', 'running'])
    .orderBy('id')
    .execute();
  return rows.map((row) => row.id);
}

/**
 * Takes the next page out of the store; in the same transaction write its leads and call
 * `recordImportPage`.
 * @returns null when no page is left.
 */
export async function takeImportPage(tx: Db, importId: string): Promise<ImportPage | null> {
  const next = await tx
    .selectFrom('import_pages')
    .select('page')
    .where('import_id', '=', importId)
    .orderBy('page')
    .limit(1)
    .executeTakeFirst();
  if (next === undefined) return null;
  const row = await tx
    .deleteFrom('import_pages')
    .where('import_id', '=', importId)
    .where('page', '=', next.page)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return takeImportPage(tx, importId);
  return { page: row.page, firstRow: row.first_row, rows: row.rows, body: row.body };
}

export interface PageResult {
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly errors: readonly ImportError[];
}

/** Adds a page's outcome to its import, which is `running` from the first one. */
export async function recordImportPage(tx: Db, importId: string, result: PageResult): Promise<void> {
  await tx
    .updateTable('imports')
    .set((eb) => ({
      state: 'running',
      pages_done: eb('pages_done', '+', 1),
      rows: eb('rows', '+', result.rows),
      created: eb('created', '+', result.created),
      updated: eb('updated', '+', result.updated),
      unchanged: eb('unchanged', '+', result.unchanged),
      rejected: eb('rejected', '+', result.rejected),
    }))
    .where('id', '=', importId)
    .execute();
  if (result.errors.length === 0) return;
  const errors = result.errors.map((error, nth) => ({ import_id: importId, nth, ...error }));
  await tx.insertInto('import_errors').values(errors).execute();
}

export async function endImport(
  tx: Db,
  importId: string,
  end: { readonly state: 'done' } | { readonly state: 'failed'; readonly failure: string },
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('imports')
    .set({ state: end.state, finished_at: date(now), failure: end.state === 'failed' ? end.failure : null })
    .where('id', '=', importId)
    .execute();
}

export async function getImport(db: Db, id: string): Promise<ImportRow | null> {
  const row = await db.selectFrom('imports').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toImport(row);
}

/** Newest first; ids are made in the order of time. */
export async function listImports(db: Db, page: PageRequest = {}): Promise<Page<ImportRow>> {
  const limit = pageLimit(page);
  const after = decodeCursor('imports', page.cursor, ['text']);
  let query = db.selectFrom('imports').selectAll();
  if (after !== null) query = query.where('id', '<', String(after[0]));
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return toPage('imports', rows, limit, (row) => [row.id], toImport);
}

/** What was wrong, by row. */
export async function listImportErrors(db: Db, importId: string, page: PageRequest = {}): Promise<Page<ImportError>> {
  const limit = pageLimit(page);
  const after = decodeCursor('import-errors', page.cursor, ['whole', 'whole']);
  let query = db.selectFrom('import_errors').selectAll().where('import_id', '=', importId);
  if (after !== null) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('row', 'nth'), '>', tuple(Number(after[0]), Number(after[1]))),
    );
  }
  const rows = await query
    .orderBy('row')
    .orderBy('nth')
    .limit(limit + 1)
    .execute();
  return toPage(
    'import-errors',
    rows,
    limit,
    (row) => [row.row, row.nth],
    (row) => ({ row: row.row, field: row.field, message: row.message }),
  );
}
