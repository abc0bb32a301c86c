import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '../../src/store/db.ts';
import { RetryTransaction } from '../../src/store/errors.ts';
import { readMeta, writeMeta } from '../../src/store/meta.ts';
import { transact } from '../../src/store/tx.ts';
import { type TestDatabase, testDatabases, withDatabase } from '../support/database.ts';

describe.each(testDatabases)('transact on %s', (kind) => {
  let store: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    store = await withDatabase(kind);
    db = store.database.db;
  });
  afterAll(() => store.close());

  it('writes everything or nothing', async () => {
    const failed = transact(db, async (tx) => {
      await writeMeta(tx, 'half', 'done');
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await readMeta(db, 'half')).toBeNull();
    expect(await transact(db, (tx) => writeMeta(tx, 'half', 'done').then(() => 7))).toBe(7);
    expect(await readMeta(db, 'half')).toBe('done');
  });

  it('runs the whole function again when it lost against another, and gives up after 10', async () => {
    let runs = 0;
    const result = await transact(db, async (tx) => {
      runs += 1;
      await writeMeta(tx, `try.${runs}`, 'x');
      if (runs < 3) throw new RetryTransaction('lost');
      return runs;
    });
    expect(result).toBe(3);
    expect([await readMeta(db, 'try.1'), await readMeta(db, 'try.3')]).toEqual([null, 'x']);
    runs = 0;
    const hopeless = transact(db, async () => {
      runs += 1;
      throw Object.assign(new Error('serialisation'), { code: '40001' });
    });
    await expect(hopeless).rejects.toThrow('serialisation');
    expect(runs).toBe(10);
  });

  it('has what else was done taken back before it runs again, and not when it is done', async () => {
    const seen: string[] = [];
    const lose = async () => {
      seen.push('run');
      if (seen.length < 4) throw new RetryTransaction('lost');
    };
    await transact(db, lose, () => seen.push('undo'));
    expect(seen).toEqual(['run', 'undo', 'run', 'undo', 'run']);
  });

  it('refuses to be nested, which would wait for ever on one connection', async () => {
    const nested = transact(db, () => transact(db, async () => 1));
    await expect(nested).rejects.toMatchObject({ code: 'nested-transaction' });
    const passedOn = transact(db, (tx) => transact(tx, async () => 1));
    await expect(passedOn).rejects.toMatchObject({ code: 'nested-transaction' });
    expect(await transact(db, async () => 2)).toBe(2);
  });

  it('keeps many at once apart', async () => {
    await writeMeta(db, 'count', '0');
    const add = () =>
      transact(db, async (tx) => {
        const row = await tx
          .selectFrom('meta')
          .select('value')
          .where('key', '=', 'count')
          .forUpdate()
          .executeTakeFirstOrThrow();
        await writeMeta(tx, 'count', String(Number(row.value) + 1));
      });
    const spoil = () =>
      transact(db, async (tx) => {
        await writeMeta(tx, 'spoiled', 'yes');
        throw new Error('spoiled');
      }).catch(() => {});
    await Promise.all(Array.from({ length: 30 }, (_, n) => (n % 3 === 2 ? spoil() : add())));
    expect(await readMeta(db, 'count')).toBe('20');
    expect(await readMeta(db, 'spoiled')).toBeNull();
  });

  it('goes on after a statement that failed', async () => {
    const wrong = transact(db, (tx) =>
      tx.selectFrom('leads').select('id').where('created_at', '=', Number.NaN).execute(),
    );
    await expect(wrong).rejects.toThrow();
    await expect(db.insertInto('meta').values({ key: 'half', value: 'twice' }).execute()).rejects.toMatchObject({
      code: '23505',
    });
    expect(await readMeta(db, 'half')).toBe('done');
  });
});

describe('the embedded database', () => {
  it('refuses the outer handle inside a transaction, which would wait for ever', async () => {
    const store = await withDatabase('pglite');
    const { db } = store.database;
    await expect(transact(db, () => readMeta(db, 'x'))).rejects.toMatchObject({ code: 'outer-handle' });
    expect(await readMeta(db, 'x')).toBeNull();
    await store.close();
  });

  it('keeps more statements than it keeps prepared, and plans anew after a table changed', async () => {
    const store = await withDatabase('pglite');
    const { db } = store.database;
    await writeMeta(db, 'k', 'v');
    for (let n = 1; n <= 300; n += 1) {
      const keys = Array.from({ length: (n % 60) + 1 }, (_, i) => `${i}`);
      await db
        .selectFrom('meta')
        .select('value')
        .where('key', 'in', [...keys, 'k'])
        .limit(n)
        .execute();
    }
    expect(await db.selectFrom('meta').selectAll().where('key', '=', 'k').execute()).toEqual([
      { key: 'k', value: 'v' },
    ]);
    await db.schema.alterTable('meta').addColumn('more', 'text').execute();
    expect(await db.selectFrom('meta').selectAll().where('key', '=', 'k').execute()).toEqual([
      { key: 'k', value: 'v', more: null },
    ]);
    await store.close();
  });
});
