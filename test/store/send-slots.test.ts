/** The slots that pace sending: a slot is nobody's twice, and rests two seconds after its use. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/store/db.ts';
import { countUses, ensureSlots, REST_SECONDS, returnSlots, slotsFor, takeSlots } from '../../src/store/send-slots.ts';
import { type TestDatabase, testDatabases, withDatabase } from '../support/database.ts';

describe.each(testDatabases)('on %s', (kind) => {
  let store: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    store = await withDatabase(kind);
    db = store.database.db;
    await ensureSlots(db, 4);
  });
  afterAll(() => store.close());

  it('gives each to one only, of many who ask at the same time', async () => {
    const asked = await Promise.all(
      Array.from({ length: 8 }, (_, i) => takeSlots(db, { count: 4, want: 2, lease: `lease-${i}` })),
    );
    const taken = asked.flatMap(({ slots }) => slots);
    expect(taken.toSorted()).toEqual([...new Set(taken)].toSorted());
    // Whoever lost a race to another comes again.
    let rest = 4 - taken.length;
    while (rest > 0) rest -= (await takeSlots(db, { count: 4, want: 4, lease: 'rest' })).slots.length;
    expect((await takeSlots(db, { count: 4, want: 1, lease: 'late' })).slots).toEqual([]);
    const all = [...Array.from({ length: 8 }, (_, i) => `lease-${i}`), 'rest'];
    await returnSlots(
      db,
      all.flatMap((lease) => [0, 1, 2, 3].map((n) => ({ n, lease, used: false }))),
    );
  });

  it('is free at once when it was not used, and two seconds after it was', async () => {
    const { slots } = await takeSlots(db, { count: 4, want: 4, lease: 'a' });
    expect(slots).toHaveLength(4);
    const [first = -1, ...others] = slots;
    const before = Date.now();
    await returnSlots(db, [
      { n: first, lease: 'a', used: false },
      ...others.map((n) => ({ n, lease: 'a', used: true })),
    ]);
    expect((await takeSlots(db, { count: 4, want: 4, lease: 'b' })).slots).toEqual([first]);
    const { slots: none, nextMs } = await takeSlots(db, { count: 4, want: 1, lease: 'c' });
    expect(none).toEqual([]);
    expect(nextMs).toBeGreaterThan(0);
    expect(nextMs).toBeLessThanOrEqual(1_000 * REST_SECONDS);
    let again: readonly number[] = [];
    while (again.length === 0) again = (await takeSlots(db, { count: 4, want: 3, lease: 'd' })).slots;
    expect(Date.now() - before).toBeGreaterThanOrEqual(1_000 * REST_SECONDS - 5);
    await returnSlots(
      db,
      [...again, first].map((n) => ({ n, lease: again.includes(n) ? 'd' : 'b', used: false })),
    );
  });

  it('is not given back by who has lost it', async () => {
    const { slots } = await takeSlots(db, { count: 1, want: 1, lease: 'mine' });
    const { uses } = await countUses(db);
    await returnSlots(
      db,
      slots.map((n) => ({ n, lease: 'of somebody else', used: true })),
    );
    expect(await countUses(db)).toEqual({ uses, out: 1 });
    expect((await takeSlots(db, { count: 1, want: 1, lease: 'x' })).slots).toEqual([]);
    await returnSlots(
      db,
      slots.map((n) => ({ n, lease: 'mine', used: true })),
    );
    expect(await countUses(db)).toEqual({ uses: uses + 1, out: 0 });
  });

  it('are as many as two seconds hold', () => {
    expect([20, 14, 0.5, 1.9].map(slotsFor)).toEqual([40, 28, 1, 3]);
  });
});
