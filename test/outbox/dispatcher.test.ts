/** What is in the outbox arrives: at least once, never by two at a time, or it is dead and says why. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import type { Dispatcher } from '../../src/outbox/dispatcher.ts';
import { DeliveryError } from '../../src/outbox/handler.ts';
import { RETRY_AFTER_MS } from '../../src/outbox/schedule.ts';
import type { Db } from '../../src/store/db.ts';
import { type Delivery, endAttempt, enqueue, prune, takeDue, toDelivery, withdraw } from '../../src/store/outbox.ts';
import { transact } from '../../src/store/tx.ts';
import { type TestDatabase, withDatabase } from '../support/database.ts';
import { clockAt, dispatcherFor, NOW, put, recorder, type TestClock } from './support.ts';

let store: TestDatabase;
let db: Db;
let clock: TestClock;
const open: Dispatcher[] = [];

beforeEach(async () => {
  store = await withDatabase();
  db = store.database.db;
  clock = clockAt(NOW);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.stop()));
  await store.close();
});

const rows = async (): Promise<Delivery[]> =>
  (await db.selectFrom('outbox').selectAll().orderBy('id').execute()).map(toDelivery);
const one = async (): Promise<Delivery> => {
  const [row, ...more] = await rows();
  if (row === undefined || more.length > 0) throw new Error('expected one row');
  return row;
};
const start = (...args: Parameters<typeof dispatcherFor>): Dispatcher => {
  const dispatcher = dispatcherFor(...args);
  open.push(dispatcher);
  return dispatcher;
};

describe('enqueue', () => {
  it('writes with the transaction or not at all', async () => {
    const failed = transact(db, async (tx) => {
      await enqueue(tx, [{ kind: 'note', key: 'a', payload: { n: 1 } }], NOW);
      throw new Error('the change failed');
    });
    await expect(failed).rejects.toThrow('the change failed');
    expect(await rows()).toEqual([]);
  });

  it('keeps the first of two rows with one key, and says which are new', async () => {
    expect(await put(db, [{ key: 'a', payload: { n: 1 } }])).toEqual(['a']);
    expect(
      await put(db, [
        { key: 'a', payload: { n: 2 } },
        { key: 'b', payload: { n: 3 } },
      ]),
    ).toEqual(['b']);
    expect((await rows()).map((row) => row.payload)).toEqual(['{"n":1}', '{"n":3}']);
  });

  it('can be taken back until somebody begins to send it', async () => {
    await put(db, [{ key: 'a' }, { key: 'b', dueAt: NOW + HOUR }]);
    await start(db, clock, [recorder().handler]).drain();
    expect(await transact(db, (tx) => withdraw(tx, ['a', 'b', 'c']))).toBe(1);
    expect(await one()).toMatchObject({ key: 'a', state: 'sent' });
  });
});

describe('the dispatcher', () => {
  it('sends what is due, in time, and leaves the rest', async () => {
    await put(db, [{}, { dueAt: NOW + HOUR }]);
    const { got, handler } = recorder();
    const dispatcher = start(db, clock, [handler]);
    expect(await dispatcher.drain()).toBeLessThanOrEqual(1);
    expect(got.map((row) => row.n)).toEqual([0]);
    expect((await rows()).map((row) => [row.state, row.attempts, row.answer, row.doneAt])).toEqual([
      ['sent', 1, 'took 0', NOW],
      ['waiting', 0, null, null],
    ]);
    clock.at += HOUR;
    expect(await dispatcher.drain()).toBe(1);
    expect(got.map((row) => row.n)).toEqual([0, 1]);
  });

  it('looks by itself, and again after the store was away', async () => {
    const { got, handler } = recorder();
    let looks = 0;
    const flaky: TestClock = {
      ...clock,
      now: () => {
        looks += 1;
        if (looks < 3) throw new Error('away');
        return NOW;
      },
    };
    start(db, flaky, [handler], { intervalMs: 5 });
    await put(db, [{}]);
    await expect.poll(() => got.length, { timeout: 20_000 }).toBe(1);
  });

  it('leaves kinds it does not know to others', async () => {
    await put(db, [{ kind: 'fax' }]);
    expect(await start(db, clock, [recorder().handler]).drain()).toBe(0);
    expect(await start(db, clock, []).drain()).toBe(0);
    expect(await one()).toMatchObject({ state: 'waiting', attempts: 0 });
  });

  it('tries again by the schedule, with one id, and gives up after the tenth attempt', async () => {
    await put(db, [{}]);
    const ids: string[] = [];
    const { handler } = recorder();
    const failing = {
      kind: handler.kind,
      deliver: async ({ id }: Delivery) => {
        ids.push(id);
        throw new DeliveryError('retry', 'away', `no answer to attempt ${ids.length}`);
      },
    };
    const dispatcher = start(db, clock, [failing]);
    const waits: number[] = [];
    for (;;) {
      await dispatcher.drain();
      const row = await one();
      if (row.state === 'dead') break;
      waits.push(row.dueAt - clock.at);
      clock.at = row.dueAt - 1;
      expect(await dispatcher.drain()).toBe(0);
      clock.at = row.dueAt;
    }
    expect(waits).toEqual(RETRY_AFTER_MS);
    expect(waits.slice(0, 3)).toEqual([5 * SECOND, 5 * MINUTE, 30 * MINUTE]);
    expect(ids).toHaveLength(10);
    expect(new Set(ids).size).toBe(1);
    expect(await one()).toMatchObject({ lastError: 'no answer to attempt 10', doneAt: clock.at });
    clock.at += 10 * DAY;
    expect(await dispatcher.drain()).toBe(0);
  });

  it('spreads repeats, waits as long as the receiver asks, and at most a day of it', async () => {
    await put(db, [{ payload: { n: 0 } }, { payload: { n: 60_000 } }, { payload: { n: 40 * DAY } }]);
    const asking = recorder((n) => {
      throw new DeliveryError('retry', 'busy', 'busy', { afterMs: n });
    });
    await start(db, clock, [asking.handler], { random: () => 1 }).drain();
    expect((await rows()).map((row) => row.dueAt - NOW)).toEqual([5_500, 66_000, 26.4 * HOUR]);
  });

  it('gives up at once when told so, and when the payload is not what it should be', async () => {
    await put(db, [{}, { payload: { m: 1 } }]);
    const hopeless = recorder(() => {
      throw new DeliveryError('giveUp', 'gone', 'nobody is there any more');
    });
    await start(db, clock, [hopeless.handler]).drain();
    expect((await rows()).map((row) => [row.state, row.attempts])).toEqual([
      ['dead', 1],
      ['dead', 1],
    ]);
    expect((await rows()).map((row) => row.lastError)).toEqual([
      'nobody is there any more',
      expect.stringContaining('payload'),
    ]);
  });

  it('tries again what failed in a way nobody foresaw', async () => {
    await put(db, [{}]);
    const broken = recorder(() => {
      throw new TypeError('a bug\0 of ours');
    });
    await start(db, clock, [broken.handler]).drain();
    expect(await one()).toMatchObject({ state: 'waiting', attempts: 1, lastError: 'a bug of ours' });
  });

  it('takes again what a process left when it died, once its lease has ended', async () => {
    await put(db, [{}]);
    let real = 1_000_000;
    const lost = await transact(db, (tx) =>
      takeDue(tx, {
        kinds: ['note'],
        room: new Map(),
        perLane: 1,
        limit: 1,
        now: NOW,
        realNow: real,
        leaseMs: 120_000,
      }),
    );
    const { got, handler } = recorder();
    const dispatcher = start(db, clock, [handler], { realNow: () => real });
    // However far the store's clock goes: a lease is in real time.
    clock.at += DAY;
    real += 119_999;
    expect(await dispatcher.drain()).toBe(0);
    real += 1;
    expect(await dispatcher.drain()).toBe(1);
    expect(got.map((row) => row.id)).toEqual(lost?.map((row) => row.id));
    expect(await one()).toMatchObject({ state: 'sent', attempts: 2 });
    // The first process was only slow, and comes too late.
    const [late] = lost ?? [];
    if (late === undefined) throw new Error('nothing was taken');
    const written = transact(db, (tx) => endAttempt(tx, late, { state: 'dead', error: 'late' }, NOW));
    expect(await written).toBe(false);
    expect(await one()).toMatchObject({ state: 'sent' });
  });

  it('gives up what has cost a process its life ten times', async () => {
    await put(db, [{}]);
    await db.updateTable('outbox').set({ attempts: 10 }).execute();
    const { got, handler } = recorder();
    await start(db, clock, [handler]).drain();
    expect(got).toEqual([]);
    expect(await one()).toMatchObject({ state: 'dead', lastError: 'the last attempt did not end' });
  });

  it('lets a receiver that hangs hold up nobody else', async () => {
    const hanging = Promise.withResolvers<void>();
    const { got, handler } = recorder((n) => (n < 100 ? hanging.promise : undefined));
    const slow = Array.from({ length: 100 }, (_, n) => ({ key: `slow-${n}`, lane: 'slow', payload: { n } }));
    const quick = Array.from({ length: 20 }, (_, n) => ({ key: `quick-${n}`, lane: 'quick', payload: { n: 100 + n } }));
    await put(db, [...slow, ...quick]);
    const dispatcher = start(db, clock, [handler]);
    const inState = async (state: string) => (await rows()).filter((row) => row.state === state).length;
    await expect.poll(() => inState('sent'), { timeout: 20_000 }).toBe(20);
    expect(await inState('sending')).toBe(4);
    hanging.resolve();
    await dispatcher.drain();
    expect(got).toHaveLength(120);
  });

  it('waits at its end for what is under way, and takes nothing more', async () => {
    const [going, hanging] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { handler } = recorder(() => {
      going.resolve();
      return hanging.promise;
    });
    await put(
      db,
      Array.from({ length: 10 }, (_, n) => ({ key: `k-${n}` })),
    );
    const dispatcher = start(db, clock, [handler]);
    await going.promise;
    const stopped = dispatcher.stop();
    hanging.resolve();
    await stopped;
    const states = Object.groupBy(await rows(), (row) => row.state);
    expect(states.sending).toBeUndefined();
    expect(states.sent).toHaveLength(4);
    expect(states.waiting).toHaveLength(6);
  });
});

it('forgets what was sent long ago, and nothing else', async () => {
  await put(db, [{}, { key: 'later', dueAt: NOW + 31 * DAY }]);
  await start(db, clock, [recorder().handler]).drain();
  expect(await transact(db, (tx) => prune(tx, 'sent', NOW))).toBe(0);
  expect(await transact(db, (tx) => prune(tx, 'sent', NOW + 30 * DAY))).toBe(1);
  expect(await one()).toMatchObject({ key: 'later' });
});
