/** A lead's append-only record; written by `commitDecision` only. */

import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Instant } from '../core/time.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import type { Db, JournalTable } from './schema.ts';
import { at, readJson } from './values.ts';

export interface JournalRow {
  readonly id: string;
  readonly leadId: string;
  readonly seq: number;
  readonly at: Instant;
  readonly type: string;
  readonly cadence: string | null;
  readonly step: string | null;
  readonly reason: string | null;
  readonly by: string;
  readonly playbookVersion: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const dataSchema = z.record(z.string(), z.unknown());

/** Entries oldest first, or newest first; `type` and `from` (inclusive) narrow them. */
export async function listJournal(
  db: Db,
  leadId: string,
  filter: PageRequest & {
    readonly type?: string | undefined;
    readonly from?: Instant | undefined;
    readonly order?: 'oldest' | 'newest' | undefined;
  } = {},
): Promise<Page<JournalRow>> {
  const limit = pageLimit(filter);
  const after = decodeCursor('journal', filter.cursor, 1);
  const newest = filter.order === 'newest';
  let query = db.selectFrom('journal').selectAll().where('lead_id', '=', leadId);
  if (filter.type !== undefined) query = query.where('type', '=', filter.type);
  if (filter.from !== undefined) query = query.where('at', '>=', at(filter.from));
  if (after !== null) query = query.where('seq', newest ? '<' : '>', Number(after[0]));
  const rows = await query
    .orderBy('seq', newest ? 'desc' : 'asc')
    .limit(limit + 1)
    .execute();
  return toPage('journal', rows, limit, (row) => [row.seq], toEntry);
}

/** One entry; null when there is none (any more). */
export async function journalEntry(db: Db, leadId: string, seq: number): Promise<JournalRow | null> {
  const row = await db
    .selectFrom('journal')
    .selectAll()
    .where('lead_id', '=', leadId)
    .where('seq', '=', seq)
    .executeTakeFirst();
  return row === undefined ? null : toEntry(row);
}

const toEntry = (row: Selectable<JournalTable>): JournalRow => ({
  id: `${row.lead_id}.${row.seq}`,
  leadId: row.lead_id,
  seq: row.seq,
  at: row.at,
  type: row.type,
  cadence: row.cadence,
  step: row.step,
  reason: row.reason,
  by: row.actor,
  playbookVersion: row.playbook,
  data: readJson(dataSchema, row.data, `journal ${row.lead_id}.${row.seq}`),
});
