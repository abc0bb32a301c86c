/** A lead's append-only record; written by `commitDecision` only. */
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { Instant } from '../core/time.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import { lineage } from './lead-aliases.ts';
import type { Db, JournalTable } from './schema.ts';
import { at, date, readJson } from './values.ts';

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

/**
 * Entries oldest first, or newest first; `type` and `from` (inclusive) narrow them. Those of leads merged into
 * this one are among them, each with the lead it was written for.
 */
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
  const after = decodeCursor('journal', filter.cursor, ['instant', 'whole', 'text']);
  const newest = filter.order === 'newest';
  const leads = await lineage(db, leadId);
  let query = db.selectFrom('journal').selectAll().where(sql<boolean>`lead_id = any(${leads})`);
  if (filter.type !== undefined) query = query.where('type', '=', filter.type);
  if (filter.from !== undefined) query = query.where('at', '>=', at(filter.from));
  if (after !== null) {
    const [when, seq, lead] = after;
    const than = sql.raw(newest ? '<' : '>');
    query = query.where(
      sql<boolean>`(at, seq, lead_id) ${than} (${date(Number(when))}, ${Number(seq)}, ${String(lead)})`,
    );
  }
  const order = newest ? 'desc' : 'asc';
  const rows = await query
    .orderBy('at', order)
    .orderBy('seq', order)
    .orderBy('lead_id', order)
    .limit(limit + 1)
    .execute();
  return toPage('journal', rows, limit, (row) => [row.at, row.seq, row.lead_id], toEntry);
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
