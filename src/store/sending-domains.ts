/**
 * Whether mail may go from a domain, as the last look at DNS and the mail service said; and the holds that follow:
 * rows of `pauses`, so that they are in force in the very transaction that makes them, like any pause.
 */
import type { Hold } from '../core/pause-scopes.ts';
import type { Instant } from '../core/time.ts';
import { deleteMeta, readMeta, writeMeta } from './meta.ts';
import { listPauses, type Pause, pauseScope, resumeScope } from './pauses.ts';
import type { Db } from './schema.ts';
import { date } from './values.ts';

export interface SendingDomain {
  readonly domain: string;
  readonly ready: boolean;
  /** Why not, in words; empty when it is. */
  readonly detail: string;
  /** On the real clock: DNS knows no other. */
  readonly checkedAt: Instant;
}

/** Domains by whose mail is sent from them; those that DNS cannot know are left out. */
export interface Senders {
  readonly marketing: readonly string[];
  readonly sales: readonly string[];
}

const WATCHED = 'sending-domains';
const HELD = { marketing: 'sender:marketing', sales: 'sender:sales' } as const satisfies Record<keyof Senders, Hold>;

export async function readSendingDomains(db: Db, domains: readonly string[]): Promise<readonly SendingDomain[]> {
  if (domains.length === 0) return [];
  const rows = await db
    .selectFrom('sending_domains')
    .selectAll()
    .where('domain', 'in', [...domains])
    .execute();
  return rows.map(({ domain, ready, detail, checked_at: checkedAt }) => ({ domain, ready, detail, checkedAt }));
}

export async function putSendingDomain(tx: Db, { domain, ready, detail, checkedAt }: SendingDomain): Promise<void> {
  const seen = { ready, detail, checked_at: date(checkedAt) };
  await tx
    .insertInto('sending_domains')
    .values({ domain, ...seen })
    .onConflict((conflict) => conflict.column('domain').doUpdateSet(seen))
    .execute();
}

/** From now on, mail of a domain waits until it has been looked at and is ready. */
export const watchSenders = (db: Db): Promise<void> => writeMeta(db, WATCHED, 'watched');

/** Mail that stays on this machine has no sender to prove: nothing is held for it. */
export async function forgetSenders(tx: Db): Promise<void> {
  await deleteMeta(tx, WATCHED);
  for (const scope of Object.values(HELD)) await resumeScope(tx, scope);
}

/** Whose mail waits now, and for what. */
export async function heldSenders(db: Db): Promise<readonly Pause[]> {
  const scopes: readonly string[] = Object.values(HELD);
  return (await listPauses(db)).filter(({ scope }) => scopes.includes(scope));
}

/**
 * Holds the mail of senders that have a domain which is not ready, or was never looked at, and lets the others go;
 * the sweeper wakes what was held. Nothing is held where nobody looks.
 * @returns scopes that are held from now on, and those that are no longer
 */
export async function holdSenders(
  tx: Db,
  senders: Senders,
  now: Instant,
): Promise<{ readonly held: readonly Hold[]; readonly released: readonly Hold[] }> {
  const [held, released]: [Hold[], Hold[]] = [[], []];
  if ((await readMeta(tx, WATCHED)) === null) return { held, released };
  for (const kind of ['marketing', 'sales'] as const) {
    const known = await readSendingDomains(tx, senders[kind]);
    const waits = senders[kind].flatMap((domain) => {
      const found = known.find((one) => one.domain === domain);
      return found?.ready === true ? [] : [`${domain}: ${found?.detail ?? 'not looked at yet'}`];
    });
    const scope = HELD[kind];
    if (waits.length === 0) {
      if (await resumeScope(tx, scope)) released.push(scope);
    } else if (await pauseScope(tx, { scope, reason: waits.join('; ').slice(0, 500), by: 'clock', at: now })) {
      held.push(scope);
    }
  }
  return { held, released };
}
