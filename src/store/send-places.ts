/**
 * Places taken of the days of a domain that warms up: a row a domain and day, and one for each mail domain within
 * it. They are looked at without a lock; whoever takes one locks its two rows as the last thing before its commit,
 * in one order everywhere, so that nobody waits for the others longer than a commit takes, and never in a circle.
 * Rows are touched while a domain warms up and at no other time.
 */
import { dateOf, localDay } from '../core/calendar.ts';
import { hashId } from '../core/hash.ts';
import type { Playbook } from '../core/playbook.ts';
import type { Instant } from '../core/time.ts';
import { dayOf, limitOn, type PlaceTaken, receiverOf, type Taken, type TakenPlaces } from '../core/warm-up.ts';
import type { Db } from './schema.ts';

/** Of a day in all. */
const ALL = '*';
/** A mail domain may be one person's: the rows are kept when that one is erased, so they hold a hash of it. */
const hashed = (receiver: string): string => hashId('receiver', receiver);

type Row = { readonly sender: string; readonly day: string; readonly receiver: string; readonly taken: number };

/** The same rows as the core sees them. */
function placesOf(rows: readonly Row[], before: TakenPlaces = {}): TakenPlaces {
  const places: Record<string, Record<string, Taken>> = {};
  for (const [sender, days] of Object.entries(before)) places[sender] = { ...days };
  for (const { sender, day, receiver, taken } of rows) {
    const days = places[sender] ?? {};
    places[sender] = days;
    const known = days[day] ?? { all: 0, receiver: 0 };
    days[day] = receiver === ALL ? { ...known, all: taken } : { ...known, receiver: taken };
  }
  return places;
}

/** What is taken, for mail to this address. */
export async function peekPlaces(db: Db, { sending }: Pick<Playbook, 'sending'>, email: string): Promise<TakenPlaces> {
  const senders = Object.keys(sending?.warmUp ?? {});
  if (senders.length === 0) return {};
  const rows = await db
    .selectFrom('send_places')
    .selectAll()
    .where('sender', 'in', senders)
    .where('receiver', 'in', [ALL, hashed(receiverOf(email))])
    .execute();
  return placesOf(rows);
}

const keysOf = (places: readonly PlaceTaken[]): { sender: string; day: string; receiver: string }[] =>
  places.flatMap(({ sender, day, receiver }) => [
    { sender, day, receiver: ALL },
    { sender, day, receiver: hashed(receiver) },
  ]);

/** Rows are locked by sender, day and receiver, which is also the order of the text this makes. */
export const orderOf = ({ sender, day }: Pick<PlaceTaken, 'sender' | 'day'>): string => `${sender} ${day}`;

/** Locks the rows of these places until the transaction ends; answers what is taken by now. */
export async function lockPlaces(tx: Db, wanted: readonly PlaceTaken[], known: TakenPlaces): Promise<TakenPlaces> {
  const rows: Row[] = [];
  const unique = new Map(wanted.map((place) => [orderOf(place), place]));
  for (const [, place] of [...unique].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    // The day before the mail domain, a statement each: who finds the day taken by another waits there.
    for (const key of keysOf([place])) {
      const row = await tx
        .insertInto('send_places')
        .values({ ...key, taken: 0 })
        .onConflict((conflict) =>
          conflict
            .columns(['sender', 'day', 'receiver'])
            .doUpdateSet(({ ref }) => ({ taken: ref('send_places.taken') })),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      rows.push(row);
    }
  }
  return placesOf(rows, known);
}

/** Counts them, in the transaction that has locked them. */
export async function countPlaces(tx: Db, taken: readonly PlaceTaken[]): Promise<void> {
  for (const { sender, day, receiver } of keysOf(taken)) {
    await tx
      .updateTable('send_places')
      .set(({ eb }) => ({ taken: eb('taken', '+', 1) }))
      .where('sender', '=', sender)
      .where('day', '=', day)
      .where('receiver', '=', receiver)
      .execute();
  }
}

/** How the warm-up of a domain stands. */
export interface WarmUpNow {
  /** Today, in the company's zone. */
  readonly day: string;
  readonly limit: number;
  readonly taken: number;
  /** With a place on a later day. */
  readonly waiting: number;
  readonly lastDay: string;
}

/** Of those of these domains that warm up still, or will. */
export async function warmUpsNow(
  db: Db,
  playbook: Pick<Playbook, 'sending' | 'company'> | undefined,
  domains: readonly string[],
  now: Instant,
): Promise<ReadonlyMap<string, WarmUpNow>> {
  const found = new Map<string, WarmUpNow>();
  for (const domain of domains) {
    const rule = playbook?.sending?.warmUp?.[domain];
    if (playbook === undefined || rule === undefined) continue;
    const today = localDay(playbook.company.timeZone, now);
    const limit = limitOn(rule, today);
    if (limit === undefined) continue;
    const day = dateOf(today);
    const rows = await db
      .selectFrom('send_places')
      .select(['day', 'taken'])
      .where('sender', '=', domain)
      .where('receiver', '=', ALL)
      .where('day', '>=', day)
      .execute();
    const later = rows.filter((row) => row.day > day);
    found.set(domain, {
      ...{ day, limit: limit.all, taken: rows.find((row) => row.day === day)?.taken ?? 0 },
      waiting: later.reduce((sum, { taken }) => sum + taken, 0),
      lastDay: dateOf(dayOf(rule.from) + rule.days.length - 1),
    });
  }
  return found;
}
