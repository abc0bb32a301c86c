/**
 * What the import workflow asks for. A page is taken out of the store, its leads written and its
 * counts added in one transaction, so a page done twice is impossible and one cut off starts over;
 * one activity does as many pages as fit into its time, which keeps the history tiny.
 */
import { Context } from '@temporalio/activity';
import { headerSchema, pageSchema } from '../src/api/upload/raw-rows.ts';
import type { Clock } from '../src/clock.ts';
import { mapHeaders } from '../src/core/headers.ts';
import type { Logger } from '../src/log.ts';
import type { Database } from '../src/store/db.ts';
import { createNameKey } from '../src/store/erased-names.ts';
import { endImport, getImport, recordImportPage, takeImportPage } from '../src/store/imports.ts';
import { suppressNewcomers } from '../src/store/suppressions/suppress.ts';
import { transact } from '../src/store/tx.ts';
import { readJson } from '../src/store/values.ts';
import { importRows } from './import-page.ts';
import { withoutDetails } from './index.ts';

export interface ImportActivities {
  /** Takes pages in until none is left or its time is over. */
  importPages(importId: string): Promise<{ left: boolean }>;
  /** Ends an import whose pages cannot be read. */
  failImport(importId: string): Promise<void>;
}

export interface ImportDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly nudger: { nudge(leadIds: readonly string[]): Promise<void> };
  readonly log: Logger;
  /** Hashes who was erased. */
  readonly config: { readonly secret: string };
}

/** Real ms an activity goes on taking pages; well inside its timeout. */
const LONGEST_MS = 20_000;

export function createImportActivities(deps: ImportDeps): ImportActivities {
  return {
    importPages: (importId) =>
      withoutDetails(deps.log, { import: importId }, async () => {
        const context = Context.current();
        const until = Date.now() + LONGEST_MS;
        for (;;) {
          const left = await importPage(deps, importId);
          if (!left) return { left: false };
          context.heartbeat();
          if (Date.now() >= until || context.cancellationSignal.aborted) return { left: true };
        }
      }),
    failImport: (importId) => withoutDetails(deps.log, { import: importId }, () => failImport(deps, importId)),
  };
}

/**
 * Takes one page in and nudges its leads.
 * @returns false when none was left, and the import is done.
 * @throws VolleyError `corrupt-row` when a page cannot be read
 */
export async function importPage(deps: ImportDeps, importId: string): Promise<boolean> {
  const done = await transact(deps.database.db, async (tx) => {
    const row = await getImport(tx, importId);
    if (row === null || row.finishedAt !== null || row.state === 'uploading') return null;
    const now = deps.clock.now();
    const page = await takeImportPage(tx, importId);
    if (page === null) {
      await endImport(tx, importId, { state: 'done' }, now);
      return null;
    }
    const header = readJson(headerSchema, row.header, `import ${importId}`);
    const rows = readJson(pageSchema, page.body, `page ${page.page} of import ${importId}`);
    const names = createNameKey(deps.config.secret);
    const frame = { mapping: mapHeaders(header.columns), now, by: row.by, names };
    const { result, ...wrote } = await importRows(tx, rows, frame);
    await recordImportPage(tx, importId, result);
    return wrote;
  });
  if (done === null) return false;
  await nudge(deps, done.leadIds);
  const { suppressions, told } = done.suppressed;
  if (suppressions.length > 0) {
    const now = deps.clock.now();
    await nudge(deps, await transact(deps.database.db, (tx) => suppressNewcomers(tx, suppressions, told, now)));
  }
  return true;
}

const nudge = ({ nudger, log }: ImportDeps, leads: readonly string[]): Promise<void> =>
  nudger
    .nudge(leads)
    .catch((err: unknown) => log.warn({ err, leads: leads.length }, 'nudge failed; the sweeper repeats it'));

/** What has been taken in stays; the pages left are removed. */
async function failImport({ database, clock }: ImportDeps, importId: string): Promise<void> {
  await transact(database.db, async (tx) => {
    while ((await takeImportPage(tx, importId)) !== null);
    const failure = 'a part of the stored file cannot be read; import the file again';
    await endImport(tx, importId, { state: 'failed', failure }, clock.now());
  });
}
