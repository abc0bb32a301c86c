/**
 * The slots that pace sending, shared by all workers. A send takes a slot before it is decided and
 * gives it back once the mail service has answered; the slot then rests for two seconds. So of any
 * `count + 1` messages in a row the last was begun two seconds after the first was answered: no span
 * of two seconds can hold more than `count`, however late timers or how uneven the load.
 *
 * All times are the database's, so that the clocks of workers do not matter.
 */
import { sql } from 'kysely';
import type { Db } from './schema.ts';
import { transact } from './tx.ts';

/** How long a used slot rests, seconds; see `slotsFor`. */
export const REST_SECONDS = 2;
/** A slot whose worker died is free again then; no send takes as long. */
const LEASE_SECONDS = 60;

/** Slots of a rate: what two seconds may hold. */
export const slotsFor = (perSecond: number): number => Math.max(1, Math.floor(perSecond * REST_SECONDS));

const INSERTED = 1_000;

/** Makes the slots 0 to `count` - 1 that are missing; more than that stay and are not taken. */
export async function ensureSlots(db: Db, count: number): Promise<void> {
  const { have } = await db
    .selectFrom('send_slots')
    .select(({ fn }) => fn.countAll<number>().as('have'))
    .where('n', '<', count)
    .executeTakeFirstOrThrow();
  if (Number(have) === count) return;
  for (let from = 0; from < count; from += INSERTED) {
    const rows = Array.from({ length: Math.min(INSERTED, count - from) }, (_, i) => ({
      n: from + i,
      free_at: new Date(0),
      lease: null,
      uses: 0,
    }));
    await db
      .insertInto('send_slots')
      .values(rows)
      .onConflict((conflict) => conflict.column('n').doNothing())
      .execute();
  }
}

export interface Taken {
  readonly slots: readonly number[];
  /** When the next one is free as things stand, ms from now; meant for when too few were. */
  readonly nextMs: number;
}

/** Takes up to `want` of the first `count` slots under a lease of the caller's own making. */
export async function takeSlots(
  db: Db,
  { count, want, lease }: { count: number; want: number; lease: string },
): Promise<Taken> {
  return transact(db, async (tx) => {
    // What another worker has taken meanwhile is left out: the condition is looked at again under the row's lock.
    const { rows } = await sql<{ n: number }>`
      update send_slots set lease = ${lease}, free_at = now() + make_interval(secs => ${LEASE_SECONDS})
      where free_at <= now() and n in (
        select n from send_slots where n < ${count} and free_at <= now() order by free_at, n limit ${want})
      returning n`.execute(tx);
    if (rows.length >= want) return { slots: rows.map(({ n }) => n), nextMs: 0 };
    const next = await sql<{ ms: number | null }>`
      select cast(extract(epoch from min(free_at) - now()) * 1000 as double precision) as ms
      from send_slots where n < ${count}`.execute(tx);
    return { slots: rows.map(({ n }) => n), nextMs: next.rows[0]?.ms ?? 0 };
  });
}

export interface Returned {
  readonly n: number;
  readonly lease: string;
  /** Whether a message was handed to the mail service. */
  readonly used: boolean;
}

/** Gives slots back: used ones rest first. One whose lease has run out meanwhile stays with whoever has it. */
export async function returnSlots(db: Db, returned: readonly Returned[]): Promise<void> {
  const of = (used: boolean) => returned.filter((one) => one.used === used);
  await transact(db, async (tx) => {
    for (const used of [true, false]) {
      const some = of(used);
      if (some.length === 0) continue;
      const [rest, uses] = used ? [REST_SECONDS, 1] : [0, 0];
      await sql`
        update send_slots set lease = null, free_at = now() + make_interval(secs => ${rest}), uses = uses + ${uses}
        where n = any(${some.map(({ n }) => n)}) and lease = any(${some.map(({ lease }) => lease)})`.execute(tx);
    }
  });
}

/** Messages handed to the mail service by all workers, ever; and slots that are out, whose message may be. */
export async function countUses(db: Db): Promise<{ readonly uses: number; readonly out: number }> {
  const { rows } = await sql<{ uses: number | null; out: number }>`
    select cast(sum(uses) as double precision) as uses, cast(count(lease) as integer) as out
    from send_slots`.execute(db);
  return { uses: rows[0]?.uses ?? 0, out: rows[0]?.out ?? 0 };
}

/** Leases that are out now: of sends that are being decided or made. */
export async function openLeases(db: Db): Promise<readonly string[]> {
  const rows = await db.selectFrom('send_slots').select('lease').distinct().where('lease', 'is not', null).execute();
  return rows.flatMap(({ lease }) => lease ?? []);
}

/** Whether any of these is out still. */
export async function areOut(db: Db, leases: readonly string[]): Promise<boolean> {
  if (leases.length === 0) return false;
  const row = await db.selectFrom('send_slots').select('n').where('lease', 'in', leases).limit(1).executeTakeFirst();
  return row !== undefined;
}
