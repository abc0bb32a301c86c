/**
 * The outbox: what must reach others (a webhook, a mail to a rep), written in the transaction of the
 * change that causes it, so it is there if and only if the change is. The dispatcher
 * (src/outbox/dispatcher.ts) sends it afterwards, at least once: whoever receives it tells a repeat
 * by the row's id.
 *
 * `due_at`, `created_at` and `done_at` are on the store's clock, which may run faster than real
 * time; a lease is in real time, since it outlasts a process, not an appointment.
 */
import { type Selectable, sql } from 'kysely';
import type { Instant } from '../core/time.ts';
import type { Db } from './schema.ts';
import type { OutboxTable } from './schema-outbox.ts';
import { at, date, newId } from './values.ts';

export type DeliveryState = 'waiting' | 'sending' | 'sent' | 'dead';

export interface NewDelivery {
  /** Names the handler that sends it, e.g. `webhook`, `mail`. */
  readonly kind: string;
  /** Rows with the same key are one, for as long as the first is kept: say what it is about, e.g. `digest:REP:DAY`. */
  readonly key: string;
  /** Who receives it; at most a few rows of one lane are sent at once. The kind by default. */
  readonly lane?: string | undefined;
  /** The lead it is about, if any: erasing the lead deletes it. */
  readonly leadId?: string | undefined;
  /** When to send it; now by default. */
  readonly dueAt?: Instant | undefined;
  /** Anything JSON; ids rather than what they stand for, where the handler can look it up. */
  readonly payload: unknown;
}

export interface Delivery {
  /** The same at every attempt. */
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly lane: string;
  readonly leadId: string | null;
  /** JSON text; the handler reads it by its schema. */
  readonly payload: string;
  readonly state: DeliveryState;
  readonly dueAt: Instant;
  /** This attempt included. */
  readonly attempts: number;
  readonly lastError: string | null;
  readonly answer: string | null;
  readonly createdAt: Instant;
  readonly doneAt: Instant | null;
}

/** A row that this process, and no other, may send until its lease ends. */
export interface Leased extends Delivery {
  readonly lease: string;
}

const states: Readonly<Record<string, DeliveryState>> = {
  waiting: 'waiting',
  sending: 'sending',
  sent: 'sent',
  dead: 'dead',
};

export const toDelivery = (row: Selectable<OutboxTable>): Delivery => ({
  id: row.id,
  kind: row.kind,
  key: row.key,
  lane: row.lane,
  leadId: row.lead_id,
  payload: row.payload,
  state: states[row.state] ?? 'dead',
  dueAt: row.due_at,
  attempts: row.attempts,
  lastError: row.last_error,
  answer: row.answer,
  createdAt: row.created_at,
  doneAt: row.done_at,
});

/**
 * Puts rows into the outbox, inside the transaction of what causes them. A row whose key is there
 * already, sent or not, is left out, so a handler may enqueue its own next row without harm.
 * @returns the keys that are new.
 */
export async function enqueue(tx: Db, rows: readonly NewDelivery[], now: Instant): Promise<readonly string[]> {
  if (rows.length === 0) return [];
  const written = await tx
    .insertInto('outbox')
    .values(
      rows.map((row) => ({
        id: newId(),
        kind: row.kind,
        key: row.key,
        lane: row.lane ?? row.kind,
        lead_id: row.leadId ?? null,
        payload: JSON.stringify(row.payload),
        state: 'waiting',
        due_at: date(row.dueAt ?? now),
        attempts: 0,
        created_at: date(now),
      })),
    )
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('key')
    .execute();
  return written.map((row) => row.key);
}

/**
 * Takes back rows that nobody has begun to send, of these only what is due later than `dueAfter`.
 * @returns how many there were.
 */
export async function withdraw(tx: Db, keys: readonly string[], dueAfter?: Instant): Promise<number> {
  if (keys.length === 0) return 0;
  const untouched = tx
    .deleteFrom('outbox')
    .where('key', 'in', keys)
    .where('state', '=', 'waiting')
    .where('attempts', '=', 0);
  const late = dueAfter === undefined ? untouched : untouched.where('due_at', '>', at(dueAfter));
  return (await late.returning('id').execute()).length;
}

export async function deliveryById(db: Db, id: string): Promise<Delivery | null> {
  const row = await db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toDelivery(row);
}

export interface Take {
  readonly kinds: readonly string[];
  /** Lanes that have something under way, with how many more rows they may have. */
  readonly room: ReadonlyMap<string, number>;
  /** Most rows of any other lane. */
  readonly perLane: number;
  readonly limit: number;
  /** On the store's clock. */
  readonly now: Instant;
  /** Epoch ms of the real clock. */
  readonly realNow: number;
  readonly leaseMs: number;
}

/** Looks at this many times the rows wanted, so that one lane with many leaves some for the others. */
const WIDER = 4;

/** Ids of rows that may be taken: leases that ended first, then what is due, the longest due first. */
async function takeable(tx: Db, take: Take): Promise<string[]> {
  const { kinds, limit, now, realNow } = take;
  const room = new Map(take.room);
  const full = [...room].filter(([, left]) => left <= 0).map(([lane]) => lane);
  const rows = tx.selectFrom('outbox').select(['id', 'lane']).where('kind', 'in', kinds);
  const open = full.length === 0 ? rows : rows.where('lane', 'not in', full);
  const left = open.where('state', '=', 'sending').where('lease_until', '<=', at(realNow));
  const due = open.where('state', '=', 'waiting').where('due_at', '<=', at(now));
  const found: string[] = [];
  for (const query of [left, due]) {
    for (const { id, lane } of await query
      .orderBy('due_at')
      .limit(limit * WIDER)
      .execute()) {
      const more = room.get(lane) ?? take.perLane;
      if (more > 0 && found.length < limit) found.push(id);
      room.set(lane, more - 1);
    }
  }
  return found;
}

/**
 * Takes due rows for this process alone: compare-and-set on the state, for the time of a lease. A
 * row whose lease has ended (its process died) is taken again. Runs in a transaction of its own.
 * @returns null when nothing is due; fewer rows than there are, even none, when others took them.
 */
export async function takeDue(tx: Db, take: Take): Promise<Leased[] | null> {
  const ids = await takeable(tx, take);
  if (ids.length === 0) return null;
  const { now, realNow, leaseMs } = take;
  const lease = newId();
  const rows = await tx
    .updateTable('outbox')
    .set({
      state: 'sending',
      attempts: sql<number>`attempts + 1`,
      lease,
      lease_until: date(realNow + leaseMs),
    })
    .where('id', 'in', ids)
    .where(({ or, and, eb }) =>
      or([
        and([eb('state', '=', 'waiting'), eb('due_at', '<=', at(now))]),
        and([eb('state', '=', 'sending'), eb('lease_until', '<=', at(realNow))]),
      ]),
    )
    .returningAll()
    .execute();
  return rows.map((row) => ({ ...toDelivery(row), lease }));
}

export type DeliveryEnd =
  | { readonly state: 'sent'; readonly answer?: string | undefined }
  | { readonly state: 'waiting'; readonly dueAt: Instant; readonly error: string }
  | { readonly state: 'dead'; readonly error: string };

/** What is kept of an answer or an error. */
const KEPT_CHARACTERS = 1_000;
// Postgres has no place for NUL in a text.
const kept = (text: string): string => text.replaceAll('\0', '').slice(0, KEPT_CHARACTERS);

/**
 * Writes how an attempt ended: sent, to be tried again at `dueAt`, or dead.
 * @returns false when the lease had ended and another process has the row: nothing is written then.
 */
export async function endAttempt(tx: Db, row: Leased, end: DeliveryEnd, now: Instant): Promise<boolean> {
  const change =
    end.state === 'waiting'
      ? { due_at: date(end.dueAt), last_error: kept(end.error) }
      : end.state === 'dead'
        ? { done_at: date(now), last_error: kept(end.error) }
        : { done_at: date(now), answer: end.answer === undefined ? null : kept(end.answer) };
  const rows = await tx
    .updateTable('outbox')
    .set({ ...change, state: end.state, lease: null, lease_until: null })
    .where('id', '=', row.id)
    .where('state', '=', 'sending')
    .where('lease', '=', row.lease)
    .returning('id')
    .execute();
  return rows.length > 0;
}

/** Deletes what was sent (or, for `dead`, given up) and last due before `before`, at most `limit` rows; returns how many. */
export async function prune(tx: Db, state: 'sent' | 'dead', before: Instant, limit = 1_000): Promise<number> {
  const old = tx
    .selectFrom('outbox')
    .select('id')
    .where('state', '=', state)
    .where('due_at', '<', at(before))
    .limit(limit);
  const gone = await tx
    .deleteFrom('outbox')
    .where('id', 'in', old)
    .where('state', '=', state)
    .returning('id')
    .execute();
  return gone.length;
}
