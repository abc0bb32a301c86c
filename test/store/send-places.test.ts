/** Places of a domain that warms up: counted once each, however many take them at once, and nobody waits in a circle. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Playbook } from '../../src/core/playbook.ts';
import type { PlaceTaken } from '../../src/core/warm-up.ts';
import type { Db } from '../../src/store/db.ts';
import { countPlaces, lockPlaces, peekPlaces, warmUpsNow } from '../../src/store/send-places.ts';
import { transact } from '../../src/store/tx.ts';
import { playbook } from '../core/support/playbook.ts';
import { type TestDatabase, testDatabases, withDatabase } from '../support/database.ts';

const rule = { from: '2026-11-23', days: [10, 20] };
const warming: Pick<Playbook, 'sending'> = { sending: { warmUp: { 'a.example': rule, 'b.example': rule } } };
const company = { ...playbook({ cadences: {} }).company, timeZone: 'Europe/Berlin' };
const place = (sender: string, day: string, receiver = 'acme.example'): PlaceTaken => ({ sender, day, receiver });

describe.each(testDatabases)('on %s', (kind) => {
  let store: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    store = await withDatabase(kind);
    db = store.database.db;
  });
  afterAll(() => store.close());

  const take = (...places: PlaceTaken[]): Promise<number> =>
    transact(db, async (tx) => {
      const known = await lockPlaces(tx, places, {});
      await countPlaces(tx, places);
      const [first] = places;
      return known[first?.sender ?? '']?.[first?.day ?? '']?.all ?? -1;
    });

  it('gives each number once, to many who take one at the same time, whatever order they ask in', async () => {
    const both = [place('a.example', '2026-11-23'), place('b.example', '2026-11-23')];
    const numbers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => take(...(n % 2 === 0 ? both : both.toReversed()))),
    );
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect((await peekPlaces(db, warming, 'ada@acme.example'))['b.example']).toEqual({
      '2026-11-23': { all: 20, receiver: 20 },
    });
  });

  it('shows what is taken of a day in all, and for mail to one domain', async () => {
    await take(place('a.example', '2026-11-24'));
    await take(place('a.example', '2026-11-24', 'other.example'));
    const seen = await peekPlaces(db, warming, 'Ada@Other.example');
    expect(seen['a.example']?.['2026-11-24']).toEqual({ all: 2, receiver: 1 });
    expect(await peekPlaces(db, {}, 'ada@other.example')).toEqual({});
  });

  it('says how it stands today, by the company’s clock, until its last day is over', async () => {
    const at = (iso: string) =>
      warmUpsNow(db, { ...warming, company }, ['a.example', 'none.example'], Date.parse(iso)).then((found) => [
        ...found,
      ]);
    expect(await at('2026-11-22T22:59:00Z')).toEqual([
      ['a.example', { day: '2026-11-22', limit: 0, taken: 0, waiting: 22, lastDay: '2026-11-24' }],
    ]);
    expect(await at('2026-11-22T23:00:00Z')).toEqual([
      ['a.example', { day: '2026-11-23', limit: 10, taken: 20, waiting: 2, lastDay: '2026-11-24' }],
    ]);
    expect(await at('2026-11-24T23:00:00Z')).toEqual([]);
  });

  it('counts nothing for a transaction that did not commit', async () => {
    const undone = transact(db, async (tx) => {
      const places = [place('a.example', '2026-11-25')];
      await lockPlaces(tx, places, {});
      await countPlaces(tx, places);
      throw new Error('changed its mind');
    });
    await expect(undone).rejects.toThrow('changed its mind');
    expect(await take(place('a.example', '2026-11-25'))).toBe(0);
  });
});
