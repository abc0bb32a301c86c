/**
 * Who may send now: permits over the slots that all workers share (`src/store/send-slots.ts`), urgent
 * ones first. A permit is asked for before a touch is decided, so that everything a send depends on is
 * judged at its very moment, and is given back once the mail service has answered.
 *
 * One loop a process serves all who wait, so that a burst costs one statement and not one each. When
 * the store fails, whoever waits is sent back to the queue; slots of a process that dies are free
 * again a minute later.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import type { Db } from '../store/db.ts';
import { readQuota, reserveOf, roomNow, type SendQuota } from '../store/send-quota.ts';
import { ensureSlots, type Returned, returnSlots, slotsFor, takeSlots } from '../store/send-slots.ts';
import { transact } from '../store/tx.ts';
import { holdByQuota } from './holds.ts';

/** The lower goes first; Temporal's own priority keys are the same. */
export const URGENCY = { urgent: 1, bulk: 3 } as const;

export interface Permit {
  readonly kind: 'permit';
  /** To be called once: after the mail service's answer, or when nothing was handed to it. */
  done(used: boolean): void;
}

export type Leave =
  | Permit
  /** Its turn did not come in the time given; the place in the queue is not lost. */
  | { readonly kind: 'late' }
  /** The quota of 24 hours is used up: for marketing (a rest is kept for sales and service), or for all. */
  | { readonly kind: 'exhausted'; readonly scope: 'quota:marketing' | 'quota:all' };

export interface Pacer {
  /** Never rejects. @param waitMs longest wait, real ms */
  permit(urgency: number, waitMs?: number): Promise<Leave>;
  /** Messages a second, read at most once a minute; undefined before anybody has read the quota. Never rejects. */
  rate(): Promise<number | undefined>;
  /** Lets nobody wait any more, and gives back what is out. */
  close(): Promise<void>;
}

export interface PacerOptions {
  readonly db: Db;
  readonly log: Logger;
}

interface Waiting {
  readonly urgency: number;
  readonly until: number;
  readonly settle: (leave: Leave) => void;
}

/** Where the caller does not say. */
const WAIT_MS = 4_000;
/**
 * Most slots taken by one statement: a tenth of a second's. Few, since a slot that waits for its message to be made
 * is one that does not rest: ten at once, made one after the other, cost a slow pace of 20 a second a twentieth.
 */
const mostFor = (perSecond: number): number => Math.max(2, Math.ceil(perSecond / 10));
/** Looks for a free slot at least this often and at most that often, ms. */
const LOOK_MS = { most: 5, least: 50 };
/** How long what was read of the quota counts, ms. */
const KEPT_MS = 5_000;
/** How long the rate counts for those who only plan by it, ms. */
const RATE_KEPT_MS = 60_000;
/** Sends that may go before the quota is counted again. */
const COUNTED_BELOW = 2_000;

export function createPacer({ db, log }: PacerOptions): Pacer {
  const waiting: Waiting[] = [];
  let returned: Returned[] = [];
  let giving: Promise<void> = Promise.resolve();
  let serving: Promise<void> | undefined;
  let closed = false;
  /** Scopes whose hold this process has put down and not seen lifted. */
  const told = new Set<string>();
  let known:
    | { readonly quota: SendQuota | null; readonly at: number; readonly room: number; taken: number }
    | undefined;

  let rate: { readonly at: number; readonly perSecond: Promise<number | undefined> } | undefined;

  /** By itself, not as a permit last saw it: a worker that has not sent anything plans by it too. */
  const readRate = (): Promise<number | undefined> => {
    if (rate !== undefined && Date.now() - rate.at < RATE_KEPT_MS) return rate.perSecond;
    const before = rate?.perSecond;
    const perSecond = readQuota(db).then(
      (quota) => {
        if (quota === null) rate = undefined;
        return quota?.perSecond;
      },
      (err: unknown) => {
        log.warn({ err }, 'the rate of the mail service could not be read; what was read before counts');
        return before;
      },
    );
    rate = { at: Date.now(), perSecond };
    return perSecond;
  };

  /** Everything that came back in this turn of the event loop, in one statement. */
  const giveBack = (slot: Returned): void => {
    if (returned.push(slot) > 1) return;
    giving = giving.then(async () => {
      await new Promise(setImmediate);
      const slots = returned;
      returned = [];
      await returnSlots(db, slots).catch((err: unknown) =>
        log.warn({ err, slots: slots.length }, 'slots could not be given back; they are free in a minute'),
      );
    });
  };

  const look = async (): Promise<NonNullable<typeof known>> => {
    const old = known;
    const near = old !== undefined && old.room - old.taken < COUNTED_BELOW;
    if (old !== undefined && Date.now() - old.at < KEPT_MS && !near) return old;
    const quota = await readQuota(db);
    if (quota !== null && (old?.quota ?? null)?.perSecond !== quota.perSecond) {
      await ensureSlots(db, slotsFor(quota.perSecond));
    }
    known = { quota, at: Date.now(), room: await roomNow(db, quota), taken: 0 };
    return known;
  };

  /** Takes those out of the line for whom it is too late. */
  const sendBack = (now: number): void => {
    for (let i = waiting.length - 1; i >= 0; i -= 1) {
      const one = waiting[i];
      if (one !== undefined && (closed || one.until <= now)) {
        waiting.splice(i, 1);
        one.settle({ kind: 'late' });
      }
    }
  };

  const grant = ({ settle }: Waiting, slot: { n: number; lease: string }): void => {
    let open = true;
    settle({
      kind: 'permit',
      done(used) {
        if (open) giveBack({ ...slot, used });
        open = false;
      },
    });
  };

  /** One round; ms until the next is worth it. */
  const serve = async (): Promise<number> => {
    const seen = await look();
    const { quota } = seen;
    const reserve = quota === null ? 0 : reserveOf(quota);
    const room = seen.room - seen.taken;
    for (let i = waiting.length - 1; i >= 0; i -= 1) {
      const one = waiting[i];
      if (one === undefined) continue;
      const bulk = one.urgency >= URGENCY.bulk;
      if (room > (bulk ? reserve : 0)) continue;
      const scope = bulk && room > 0 ? 'quota:marketing' : 'quota:all';
      // Before anybody is held by it: whoever is finds the row that says until when.
      if (!told.has(scope)) await transact(db, (tx) => holdByQuota(tx, scope, Date.now()));
      told.add(scope);
      waiting.splice(waiting.indexOf(one), 1);
      one.settle({ kind: 'exhausted', scope });
    }
    if (room > reserve) told.clear();
    if (waiting.length === 0) return 0;
    // Until the quota has been read: one a second, which every account may.
    const perSecond = quota?.perSecond ?? 1;
    const count = slotsFor(perSecond);
    if (quota === null) await ensureSlots(db, count);
    const lease = randomUUID();
    const want = Math.min(waiting.length, mostFor(perSecond), Math.max(1, room));
    const { slots, nextMs } = await takeSlots(db, { count, want, lease });
    for (const n of slots) {
      const first = waiting.shift();
      if (first === undefined) giveBack({ n, lease, used: false });
      else grant(first, { n, lease });
    }
    seen.taken += slots.length;
    return slots.length > 0 ? 0 : Math.min(LOOK_MS.least, Math.max(LOOK_MS.most, nextMs));
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      let ms: number;
      try {
        ms = await serve();
      } catch (err) {
        log.warn({ err }, 'the pace of sending could not be read; it is tried again');
        ms = 500;
      }
      sendBack(Date.now());
      if (ms > 0 && waiting.length > 0) await delay(ms);
    }
    serving = undefined;
  };

  return {
    permit(urgency, waitMs = WAIT_MS) {
      if (closed) return Promise.resolve({ kind: 'late' });
      const { promise, resolve } = Promise.withResolvers<Leave>();
      const behind = waiting.findIndex((one) => one.urgency > urgency);
      const place = { urgency, until: Date.now() + waitMs, settle: resolve };
      waiting.splice(behind < 0 ? waiting.length : behind, 0, place);
      serving ??= run();
      return promise;
    },
    rate: readRate,
    async close() {
      closed = true;
      await serving;
      await giving;
    },
  };
}
