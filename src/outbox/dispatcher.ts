/**
 * Sends what is due in the outbox. A loop beside the workers (a scheduled function calls `drain`),
 * never a workflow. Any number of them may run: a row is taken by compare-and-set for the time of a
 * lease, and taken again when its process died before it wrote how the attempt ended.
 */
import { type Clock, realClock } from '../clock.ts';
import { DAY, HOUR, MINUTE } from '../core/time.ts';
import type { Logger } from '../log.ts';
import type { Db } from '../store/db.ts';
import { type DeliveryEnd, endAttempt, type Leased, prune, takeDue } from '../store/outbox.ts';
import { transact } from '../store/tx.ts';
import { DeliveryError, type DeliveryHandler } from './handler.ts';
import { MAX_ATTEMPTS, retryAfter } from './schedule.ts';

export interface DispatcherOptions {
  readonly db: Db;
  /** Says what is due. */
  readonly clock: Clock;
  /** One a kind; rows of other kinds are left to whoever knows them. */
  readonly handlers: readonly DeliveryHandler[];
  readonly log: Logger;
  /** Real ms between looks that find nothing. */
  readonly intervalMs?: number;
  /** Real ms for which a row is this process's alone; longer than any handler takes. */
  readonly leaseMs?: number;
  /** From 0 to 1, for the jitter. */
  readonly random?: () => number;
  /** Epoch ms of the real clock, for leases. */
  readonly realNow?: () => number;
}

export interface Dispatcher {
  /** Sends until nothing is due any more; how many attempts were made. */
  drain(): Promise<number>;
  /** Takes nothing more and waits for what is under way. */
  stop(): Promise<void>;
}

const INTERVAL_MS = 1_000;
/** Sped up, days go by in seconds, and a digest is of use for one. */
const INTERVAL_SPED_UP_MS = 100;
const LEASE_MS = 2 * MINUTE;
/** Rows under way at once, and of one lane: a receiver that hangs leaves room for the others. */
const AT_ONCE = 16;
const AT_ONCE_PER_LANE = 4;
/** How long rows are kept after their end, on the store's clock. */
const KEEP_MS = { sent: 30 * DAY, dead: 90 * DAY } as const;
const PRUNE_EVERY_MS = HOUR;

/** Starts the loop. A look that fails is logged and repeated at the next interval. */
export function startDispatcher(options: DispatcherOptions): Dispatcher {
  const { db, clock, log, leaseMs = LEASE_MS } = options;
  const { intervalMs = clock.anchor.factor > 1 ? INTERVAL_SPED_UP_MS : INTERVAL_MS } = options;
  const { random = Math.random, realNow = realClock.now } = options;
  const handlers = new Map(options.handlers.map((one) => [one.kind, one]));
  const kinds = [...handlers.keys()];
  const underWay = new Map<string, { readonly lane: string; readonly done: Promise<void> }>();
  let stopped = false;
  /** The look under way or, when one waits for it, that one; never rejects. */
  let last: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  let prunedAt = realNow();
  let attempts = 0;

  const room = (): Map<string, number> => {
    const left = new Map<string, number>();
    for (const { lane } of underWay.values()) left.set(lane, (left.get(lane) ?? AT_ONCE_PER_LANE) - 1);
    return left;
  };

  /** Takes and starts rows until there is no room or nothing due. */
  const fill = async (): Promise<void> => {
    while (!stopped && kinds.length > 0 && underWay.size < AT_ONCE) {
      const limit = AT_ONCE - underWay.size;
      const times = { now: clock.now(), realNow: realNow(), leaseMs };
      const rows = await transact(db, (tx) =>
        takeDue(tx, { kinds, room: room(), perLane: AT_ONCE_PER_LANE, limit, ...times }),
      );
      if (rows === null) return;
      for (const row of rows) start(row);
    }
  };
  /** Looks once whoever looks now is done: what was due when it was asked for is found. */
  const look = (): Promise<void> => {
    if (queued === undefined) {
      queued = last.then(async () => {
        queued = undefined;
        await fill();
        await tidy();
      });
      last = queued.catch(() => {});
    }
    return queued;
  };
  const lookAlong = (): void => {
    if (stopped) return;
    look().catch((err: unknown) => log.error({ err }, 'the dispatcher could not read the outbox; it looks again'));
  };

  const start = (row: Leased): void => {
    attempts += 1;
    const done = attempt(row)
      // The row stays leased, and is taken again when the lease ends.
      .catch((err: unknown) => log.error({ err, delivery: row.id }, 'the end of a delivery was not written'))
      .finally(() => {
        underWay.delete(row.id);
        lookAlong();
      });
    underWay.set(row.id, { lane: row.lane, done });
  };

  const attempt = async (row: Leased): Promise<void> => {
    const end = await endOf(row);
    const written = await transact(db, (tx) => endAttempt(tx, row, end, clock.now()));
    if (!written) log.warn({ delivery: row.id, kind: row.kind }, 'a delivery took longer than its lease');
    if (end.state === 'dead') log.warn({ delivery: row.id, kind: row.kind }, 'a delivery is given up');
  };

  const endOf = async (row: Leased): Promise<DeliveryEnd> => {
    // Its process died in the last attempt, perhaps because of it.
    if (row.attempts > MAX_ATTEMPTS) return { state: 'dead', error: row.lastError ?? 'the last attempt did not end' };
    try {
      const delivered = await handlers.get(row.kind)?.deliver(row);
      return { state: 'sent', answer: delivered?.answer };
    } catch (error) {
      return failed(row, error);
    }
  };

  const failed = (row: Leased, error: unknown): DeliveryEnd => {
    const words = error instanceof Error ? error.message : String(error);
    const known = error instanceof DeliveryError;
    if (!known) log.error({ err: error, delivery: row.id, kind: row.kind }, 'a delivery failed in an unknown way');
    const wait =
      known && error.decision === 'giveUp' ? null : retryAfter(row.attempts, random(), known ? error.afterMs : 0);
    if (wait === null) return { state: 'dead', error: words };
    return { state: 'waiting', dueAt: clock.now() + wait, error: words };
  };

  /** Forgets what ended long ago. */
  const tidy = async (): Promise<void> => {
    if (realNow() - prunedAt < PRUNE_EVERY_MS) return;
    prunedAt = realNow();
    for (const state of ['sent', 'dead'] as const) {
      const before = clock.now() - KEEP_MS[state];
      while (!stopped && (await transact(db, (tx) => prune(tx, state, before))) > 0);
    }
  };

  lookAlong();
  const timer = setInterval(lookAlong, intervalMs);
  return {
    async drain() {
      const before = attempts;
      for (;;) {
        if (underWay.size > 0) await Promise.race([...underWay.values()].map((row) => row.done));
        // A look sees nothing of a lane that is full: only one without anything under way says that all is done.
        const [idle, made] = [underWay.size === 0, attempts];
        await look();
        if (idle && made === attempts) return attempts - before;
      }
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await last;
      await Promise.all([...underWay.values()].map((row) => row.done));
    },
  };
}
