/**
 * What became of the newest messages of a sender, and the stop that follows: a row of `pauses`, so that
 * it holds from the next send on and nobody loses their place.
 */
import { sql } from 'kysely';
import type { Hold } from '../core/pause-scopes.ts';
import { type Sample, stopFor } from '../core/reputation.ts';
import { DAY, type Instant } from '../core/time.ts';
import { readMeta, writeMeta } from './meta.ts';
import { pauseScope, resumeScope } from './pauses.ts';
import type { Db } from './schema.ts';
import { at } from './values.ts';
import { tellStopped } from './webhook-events.ts';

export const SENDERS = ['marketing', 'sales'] as const;
/** Whose address mail is from. */
export type SenderKind = (typeof SENDERS)[number];

const PURPOSES = { marketing: ['marketing', 'service'], sales: ['sales'] } as const;
export const STOPS = { marketing: 'stop:marketing', sales: 'stop:sales' } as const satisfies Record<SenderKind, Hold>;

/** All of a day, at least so many, and no more than can be counted at every bounce. */
const WINDOW = { span: DAY, least: 1_000, most: 20_000, oldest: 30 * DAY } as const;
const since = (sender: SenderKind): string => `reputation-since:${sender}`;

/** The messages of these senders in the last 24 hours, or the last 1,000 of 30 days: since somebody last let them go on. */
export async function sampleOf(db: Db, senders: readonly SenderKind[], now: Instant): Promise<Sample> {
  const from = Math.max(now - WINDOW.oldest, ...(await Promise.all(senders.map((sender) => countedSince(db, sender)))));
  const newest = db
    .selectFrom('touches')
    .select(['decided_at', 'bounce', 'complained_at'])
    .where(
      'purpose',
      'in',
      senders.flatMap((sender) => PURPOSES[sender]),
    )
    .where('state', 'in', ['sent', 'sending', 'unconfirmed'])
    .where('decided_at', '>', at(from))
    .orderBy('decided_at', 'desc');
  const count = async (rows: typeof newest): Promise<Sample> => {
    const found = await db
      .selectFrom(rows.as('newest'))
      .select(({ fn }) => [
        fn.countAll<number>().as('sent'),
        sql<number>`count(*) filter (where bounce like '%(hard)')`.as('hard'),
        fn.count<number>('complained_at').as('complained'),
      ])
      .executeTakeFirstOrThrow();
    return { sent: Number(found.sent), hard: Number(found.hard), complained: Number(found.complained) };
  };
  const day = await count(newest.where('decided_at', '>', at(now - WINDOW.span)).limit(WINDOW.most));
  return day.sent >= WINDOW.least ? day : count(newest.limit(WINDOW.least));
}

const countedSince = async (db: Db, sender: SenderKind): Promise<Instant> =>
  Number((await readMeta(db, since(sender))) ?? 0);

/**
 * Stops these senders, who share a domain, when their newest messages say so. After the report it goes by is
 * committed: of two at once the later one sees both.
 * @returns why, when it has stopped them now
 */
export async function stopIfDue(tx: Db, senders: readonly SenderKind[], now: Instant): Promise<string | undefined> {
  const why = stopFor(await sampleOf(tx, senders, now));
  if (why === undefined) return undefined;
  const stopped: SenderKind[] = [];
  for (const sender of senders) {
    const pause = { scope: STOPS[sender], reason: why, by: 'rule', at: now };
    if (await pauseScope(tx, pause)) stopped.push(sender);
  }
  if (stopped.length === 0) return undefined;
  await tellStopped(tx, { senders: stopped, why }, now);
  return why;
}

/** Lets a sender go on; what was sent up to now counts no more. False when it was not stopped. */
export async function resumeSender(tx: Db, sender: SenderKind, now: Instant): Promise<boolean> {
  if (!(await resumeScope(tx, STOPS[sender]))) return false;
  await writeMeta(tx, since(sender), String(now));
  return true;
}
