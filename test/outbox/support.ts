/** Dispatchers under a clock that a test moves, with handlers that keep what they were given. */
import { z } from 'zod';
import type { Clock } from '../../src/clock.ts';
import { type Dispatcher, type DispatcherOptions, startDispatcher } from '../../src/outbox/dispatcher.ts';
import { type DeliveryHandler, handler } from '../../src/outbox/handler.ts';
import type { Db } from '../../src/store/db.ts';
import { enqueue, type NewDelivery } from '../../src/store/outbox.ts';
import { transact } from '../../src/store/tx.ts';
import { quietLog } from '../support/temporal.ts';

/** Tuesday 2026-11-24, 09:00 UTC. */
export const NOW = Date.UTC(2026, 10, 24, 9);

export interface TestClock extends Clock {
  at: number;
}

export const clockAt = (at: number): TestClock => ({
  at,
  anchor: { real: 0, virtual: 0, factor: 1 },
  now() {
    return this.at;
  },
  realUntil(until) {
    return Math.max(0, until - this.at);
  },
});

/** Never looks by itself after its first look: the test calls `drain`. */
const NEVER = 2 ** 30;

export const dispatcherFor = (
  db: Db,
  clock: Clock,
  handlers: readonly DeliveryHandler[],
  options: Partial<DispatcherOptions> = {},
): Dispatcher =>
  startDispatcher({ db, clock, handlers, log: quietLog, intervalMs: NEVER, random: () => 0, ...options });

export const note = z.object({ n: z.number() });

export const put = (db: Db, rows: readonly Partial<NewDelivery>[], now = NOW): Promise<readonly string[]> =>
  transact(db, (tx) =>
    enqueue(
      tx,
      rows.map((row, n) => ({ kind: 'note', key: `note-${n}`, payload: { n }, ...row })),
      now,
    ),
  );

/** Keeps ids and payloads; `before` runs first and may fail. */
export function recorder(before: (n: number) => Promise<void> | void = () => {}): {
  readonly got: { readonly id: string; readonly n: number }[];
  readonly handler: DeliveryHandler;
} {
  const got: { id: string; n: number }[] = [];
  return {
    got,
    handler: handler('note', note, async ({ n }, { id }) => {
      await before(n);
      got.push({ id, n });
      return { answer: `took ${n}` };
    }),
  };
}
