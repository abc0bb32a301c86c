/** What happened to leads, for a simulation to play again: `volley simulate --store`. */

import { sql } from 'kysely';
import { z } from 'zod';
import { inputSchema } from '../core/input.ts';
import {
  type RecordedEntry,
  type RecordedInput,
  type RecordedLead,
  type RecordedTask,
  taskIsFor,
} from '../core/simulated-history.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import type { Db } from './schema.ts';
import { peekLead } from './states.ts';
import { date, defined, readJson } from './values.ts';

const LIST = 'history';
const dataSchema = z.record(z.string(), z.unknown());

/** Leads in the order they came in. @throws VolleyError `bad-cursor` */
export async function listHistory(
  db: Db,
  request: PageRequest & { /** With their journals. */ readonly journal?: boolean | undefined },
): Promise<Page<RecordedLead>> {
  const limit = pageLimit(request);
  const after = decodeCursor(LIST, request.cursor, ['instant', 'text']);
  let query = db.selectFrom('leads').select(['id', 'created_at']);
  if (after !== null) {
    const [when, id] = after;
    query = query.where(sql<boolean>`(created_at, id) > (${date(Number(when))}, ${String(id)})`);
  }
  const rows = await query
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  const ids = rows.slice(0, limit).map((row) => row.id);
  const inputs = await inputsOf(db, ids);
  const opened = await openedOf(db, ids);
  const journals = request.journal === true ? await journalsOf(db, ids) : undefined;
  const leads = new Map<string, RecordedLead>();
  for (const id of ids) {
    const loaded = await peekLead(db, id);
    // Gone meanwhile.
    if (loaded === null) continue;
    leads.set(id, {
      facts: loaded.facts,
      inputs: inputs.get(id) ?? [],
      opened: opened.get(id) ?? [],
      ...(journals === undefined ? {} : { journal: journals.get(id) ?? [] }),
    });
  }
  const page = toPage(
    LIST,
    rows,
    limit,
    (row) => [row.created_at, row.id],
    (row) => leads.get(row.id),
  );
  return { items: page.items.flatMap((one) => one ?? []), next: page.next };
}

async function inputsOf(db: Db, ids: readonly string[]): Promise<Map<string, RecordedInput[]>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('inbox')
    .select(['id', 'lead_id', 'at', 'taken_at', 'body'])
    .where(sql<boolean>`lead_id = any(${ids})`)
    // What nobody has acted on yet has changed nothing.
    .where('applied_seq', '>', 0)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return gather(rows, (row) => ({
    at: row.at,
    ...(row.taken_at === null ? {} : { taken: row.taken_at }),
    body: readJson(inputSchema, row.body, `inbox row ${row.id}`),
  }));
}

async function openedOf(db: Db, ids: readonly string[]): Promise<Map<string, RecordedTask[]>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('tasks')
    .select(['id', 'lead_id', 'opened_at', 'kind', 'handoff', 'cadence', 'step', 'role'])
    .where(sql<boolean>`lead_id = any(${ids})`)
    .execute();
  return gather(rows, (row) => ({ id: row.id, what: taskIsFor(row), at: row.opened_at }));
}

async function journalsOf(db: Db, ids: readonly string[]): Promise<Map<string, RecordedEntry[]>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('journal')
    .select(['lead_id', 'seq', 'at', 'type', 'cadence', 'step', 'reason', 'actor', 'data'])
    .where(sql<boolean>`lead_id = any(${ids})`)
    .orderBy('seq')
    .execute();
  return gather(rows, (row) => ({
    ...{ at: row.at, type: row.type, by: row.actor },
    ...defined({ cadence: row.cadence ?? undefined, step: row.step ?? undefined, reason: row.reason ?? undefined }),
    data: readJson(dataSchema, row.data, `journal ${row.lead_id}.${row.seq}`),
  }));
}

function gather<R extends { readonly lead_id: string }, T>(rows: readonly R[], of: (row: R) => T): Map<string, T[]> {
  const lists = new Map<string, T[]>();
  for (const row of rows) {
    const list = lists.get(row.lead_id) ?? [];
    lists.set(row.lead_id, list);
    list.push(of(row));
  }
  return lists;
}
