/**
 * The inbox: what happened to a lead, applied exactly once by the commit that acts on it. Nudges
 * carry nothing; these rows are the message.
 */
import { CompiledQuery, sql } from 'kysely';
import type { InputBody } from '../core/input.ts';
import type { Instant } from '../core/time.ts';
import type { Db } from './schema.ts';
import { at, date, newId } from './values.ts';

export interface NewInput {
  readonly leadId: string;
  /** Two rows with the same key are one; say where it is from, e.g. `signal:ID`. */
  readonly key?: string | undefined;
  /** When it happened, as far as it counts; may lie ahead of now. */
  readonly at: Instant;
  readonly body: InputBody;
}

export interface PutResult {
  readonly accepted: number;
  /** Keys that were there already, each as often as it was given in vain. */
  readonly duplicates: readonly string[];
}

/** What machines do changes no due time: it is applied with whatever wakes the lead next. */
const isQuiet = (body: InputBody): boolean => body.kind === 'signal' && !body.human && body.reply === undefined;

/** Writes rows in the order given; those whose key is known are left out. Nudge their leads after the commit. */
export async function putInputs(tx: Db, rows: readonly NewInput[], now: Instant): Promise<PutResult> {
  if (rows.length === 0) return { accepted: 0, duplicates: [] };
  const received = date(now);
  const values = rows.map((row) => ({
    id: newId(),
    lead_id: row.leadId,
    dedupe_key: row.key ?? null,
    at: date(row.at),
    received_at: received,
    body: JSON.stringify(row.body),
    applied_seq: 0,
    quiet: isQuiet(row.body),
  }));
  const written = await tx
    .insertInto('inbox')
    .values(values)
    .onConflict((conflict) => conflict.column('dedupe_key').doNothing())
    .returning('id')
    .execute();
  const ids = new Set(written.map((row) => row.id));
  const duplicates = values.filter((row) => !ids.has(row.id)).map((row) => row.dedupe_key ?? '');
  return { accepted: written.length, duplicates };
}

/** Takes rows out by their keys, those that nobody has applied. */
export async function takeBackInputs(tx: Db, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.deleteFrom('inbox').where('dedupe_key', 'in', keys).where('applied_seq', '=', 0).execute();
}

/** Takes a row out that nobody has applied, with its key; the lead is locked by the caller. */
export async function takeBackInput(tx: Db, id: string): Promise<void> {
  await tx.deleteFrom('inbox').where('id', '=', id).where('applied_seq', '=', 0).execute();
}

/**
 * What the sweeper looks for: leads that should have moved before `olderThan` and did not. An input
 * that waits, a due time that has passed, or a touch held by a pause that has ended.
 * @param msPerEmail how long each lead that waits to send may keep the ones behind it waiting: a queue of
 * thousands is no reason to nudge anybody
 * @returns at most `limit` lead ids.
 */
export async function pendingLeads(
  db: Db,
  olderThan: Instant,
  limit: number,
  msPerEmail = 0,
): Promise<readonly string[]> {
  const waiting = await db
    .selectFrom('inbox')
    .select('lead_id')
    .distinct()
    .where('applied_seq', '=', 0)
    .where(sql<boolean>`quiet is not true`)
    .where('at', '<=', at(olderThan))
    .where('received_at', '<=', at(olderThan))
    .limit(limit)
    .execute();
  const queued = msPerEmail === 0 ? 0 : await countQueued(db, olderThan);
  const late = await db
    .selectFrom('lead_states')
    .select('lead_id')
    .where('held', 'is', null)
    .where('due_at', '<=', at(olderThan))
    .where(({ eb, or }) =>
      or([
        eb('queue', '<>', 'email'),
        eb('queue', 'is', null),
        eb('due_at', '<=', at(olderThan - queued * msPerEmail)),
      ]),
    )
    .orderBy('due_at')
    .limit(limit)
    .execute();
  const released = await db
    .selectFrom('lead_states')
    .select('lead_id')
    .where('held', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('pauses').select('scope').whereRef('pauses.scope', '=', 'lead_states.held'))),
    )
    .limit(limit)
    .execute();
  const ids = new Set([...waiting, ...late, ...released].map((row) => row.lead_id));
  return [...ids].slice(0, limit);
}

/** How many leads were due to send by then and have not. */
async function countQueued(db: Db, by: Instant): Promise<number> {
  const row = await db
    .selectFrom('lead_states')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('queue', '=', 'email')
    .where('held', 'is', null)
    .where('due_at', '<=', at(by))
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

/**
 * Leads a workflow should exist for: anything pending in the inbox, due at some time, or held.
 * Pages by lead id: pass the last id of the page before as `after`.
 */
export async function dueLeads(
  db: Db,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('lead_states')
    .select('lead_id')
    .where('lead_id', '>', page.after ?? '')
    .where(({ or, eb, exists, selectFrom }) =>
      or([
        eb('due_at', 'is not', null),
        eb('held', 'is not', null),
        exists(
          selectFrom('inbox')
            .select(sql<number>`1`.as('one'))
            .whereRef('inbox.lead_id', '=', 'lead_states.lead_id')
            .where('inbox.applied_seq', '=', 0)
            .where(sql<boolean>`inbox.quiet is not true`),
        ),
      ]),
    )
    .orderBy('lead_id')
    .limit(page.limit)
    .execute();
  return rows.map((row) => row.lead_id);
}

/** Leads a pause holds back, by id from `after`; what a resume must nudge. */
export async function heldLeads(
  db: Db,
  scope: string,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('lead_states')
    .select('lead_id')
    .where('held', '=', scope)
    .where('lead_id', '>', page.after ?? '')
    .orderBy('lead_id')
    .limit(page.limit)
    .execute();
  return rows.map((row) => row.lead_id);
}

/** Most that are counted of those who wake in one second. */
const CROWD = 20_000;
/** Than messages go: the queue never runs dry. */
const WOKEN_FASTER = 1.25;

/**
 * How much later than `at` a lead is woken to send, ms: those of the same second wake a quarter faster than
 * messages may go, in the order they were planned. All at once they would keep the engine from everything
 * else, such as the tasks of those who reply meanwhile, and wait in the queue all the same.
 */
export async function crowdMs(db: Db, at: Instant, perSecond: number): Promise<number> {
  const { rows } = await db.executeQuery<{ n: number }>(
    CompiledQuery.raw(
      `select cast(count(*) as integer) as n from (
        select 1 as one from lead_states where due_at > $1 and due_at <= $2 and queue = 'email' limit ${CROWD}) due`,
      [date(at - 1_000), date(at)],
    ),
  );
  const atOnce = 2 * perSecond;
  return Math.max(0, Math.floor((1_000 * ((rows[0]?.n ?? 0) - atOnce)) / (WOKEN_FASTER * perSecond)));
}
