import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/store/db.ts';
import { forDsql, migrate, pendingMigrations, readMigrations } from '../../src/store/migrate.ts';
import { type TestDatabase, testDatabases, withDatabase } from '../support/database.ts';

const names = readMigrations().map((migration) => migration.name);

describe.each(testDatabases)('migrations on %s', (kind) => {
  let store: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    store = await withDatabase(kind, { migrated: false });
    database = store.database;
  });
  afterEach(() => store.close());

  it('run once, in order, and are recorded', async () => {
    expect(await pendingMigrations(database.db)).toEqual(names);
    expect((await migrate(database.db, kind)).applied).toEqual(names);
    expect((await migrate(database.db, kind)).applied).toEqual([]);
    expect(await pendingMigrations(database.db)).toEqual([]);
  });

  it('go on after a crash at any point, between a statement and its record too', async () => {
    const all = readMigrations();
    for (let done = 0; done < all.length; done += 1) {
      // The statement ran, its record was not written.
      await sql.raw(all[done]?.sql ?? '').execute(database.db);
      const upTo = all.slice(0, done + 1);
      expect((await migrate(database.db, kind, upTo)).applied).toEqual([upTo.at(-1)?.name]);
    }
    expect((await migrate(database.db, kind)).applied).toEqual([]);
  });

  it('refuse a store that a newer version migrated', async () => {
    await migrate(database.db, kind);
    await database.db.insertInto('schema_migrations').values({ name: '999_later', applied_at: new Date() }).execute();
    await expect(migrate(database.db, kind)).rejects.toMatchObject({ code: 'schema-newer' });
  });

  it('name the file that failed', async () => {
    const broken = [...readMigrations().slice(0, 1), { name: '002_broken', sql: 'create table if not exists' }];
    await expect(migrate(database.db, kind, broken)).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringContaining('002_broken'),
    });
    expect(await pendingMigrations(database.db)).toEqual(names.slice(1));
  });
});

describe('migrators at once on a real server', () => {
  it('all end well and each migration is recorded once', async () => {
    const store = await withDatabase('postgres', { migrated: false });
    const databaseUrl = store.url ?? '';
    const migrators = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ databaseUrl, home: '' })));
    const results = await Promise.all(migrators.map(({ db }) => migrate(db, 'postgres')));
    expect(results.flatMap((result) => result.applied).toSorted()).toEqual(names);
    await Promise.all(migrators.map((migrator) => migrator.close()));
    await store.close();
  });
});

describe('on Aurora DSQL', () => {
  it('indexes are built in the background', () => {
    expect(forDsql('-- why\ncreate index if not exists a on b (c);')).toBe(
      '-- why\ncreate index async if not exists a on b (c);',
    );
    expect(forDsql('create unique index a on b (c)')).toBe('create unique index async a on b (c)');
    expect(forDsql('create table a (b text)')).toBe('create table a (b text)');
  });
});
