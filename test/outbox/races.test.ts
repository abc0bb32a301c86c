/** Twenty dispatchers on a real server: each row is sent once. */
import { expect, it } from 'vitest';
import { withDatabase } from '../support/database.ts';
import { clockAt, dispatcherFor, NOW, put, recorder } from './support.ts';

it('20 dispatchers at once send each row once', async () => {
  const store = await withDatabase('postgres');
  const { db } = store.database;
  const count = 300;
  await put(
    db,
    Array.from({ length: count }, (_, n) => ({ key: `k-${n}`, lane: `lane-${n % 7}`, payload: { n } })),
  );
  const { got, handler } = recorder(() => new Promise((resolve) => setImmediate(resolve)));
  const all = Array.from({ length: 20 }, () => dispatcherFor(db, clockAt(NOW), [handler]));
  const sent = await Promise.all(all.map((one) => one.drain()));
  await Promise.all(all.map((one) => one.stop()));
  expect(got.map((row) => row.n).toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
  const states = await db
    .selectFrom('outbox')
    .select(({ fn }) => ['state', 'attempts', fn.countAll<number>().as('n')])
    .groupBy(['state', 'attempts'])
    .execute();
  expect(states).toEqual([{ state: 'sent', attempts: 1, n: count }]);
  // More than one of them had something to do, or this shows nothing.
  expect(sent.filter((n) => n > 0).length).toBeGreaterThan(1);
  await store.close();
});
