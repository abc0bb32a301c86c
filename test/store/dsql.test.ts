/**
 * The SQL stays within what Aurora DSQL has. Statements the code executes are checked in every test
 * that uses a database, by `withDatabase`; here are the migrations and the check itself.
 */
import { describe, expect, it } from 'vitest';
import { readMigrations } from '../../src/store/migrate.ts';
import { withDatabase } from '../support/database.ts';
import { DsqlCheck, lackedByDsql } from '../support/database-dsql.ts';

describe('each migration', () => {
  it.each(readMigrations())('$name uses nothing that DSQL lacks', ({ sql }) => {
    expect(lackedByDsql(sql)).toEqual([]);
  });

  it.each(readMigrations())('$name is one statement that may run twice, and says why it is there', ({ sql }) => {
    expect(sql).toMatch(/if not exists|on conflict/);
    const code = sql.replace(/--[^\n]*/g, '').trim();
    expect(code.split(';').filter(Boolean)).toHaveLength(1);
    expect(sql).toMatch(/^--|^create index/);
  });

  it('has a number of its own', () => {
    const numbers = readMigrations().map(({ name }) => /^(\d{3})_/.exec(name)?.[1]);
    expect(numbers).not.toContain(undefined);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  // 24 with those of the primary key and unique columns.
  it('makes at most 20 indexes a table', () => {
    const tables = readMigrations().flatMap(
      ({ sql }) => /create index if not exists \w+ on (\w+)/.exec(sql)?.[1] ?? [],
    );
    for (const [, indexes] of Map.groupBy(tables, (table) => table)) expect(indexes.length).toBeLessThanOrEqual(20);
  });
});

describe('the check', () => {
  it.each([
    ['foreign keys', 'create table a (b text references c)'],
    ['triggers', 'create trigger a before insert on b execute function c()'],
    ['sequences', 'create table a (id bigserial primary key)'],
    ['sequences', 'create table a (id bigint generated always as identity)'],
    ['temporary tables', 'create temp table a (b text)'],
    ['truncate', 'truncate leads'],
    ['savepoints', 'savepoint a'],
    ['extensions', 'create extension if not exists pgcrypto'],
    ['partial indexes', 'create index a on b (c) where c is null'],
    ['index order', 'create index a on b (c desc)'],
    ['index methods', 'create index a on b using gin (c)'],
    ['JSON columns', 'create table a (b jsonb not null)'],
    ['array columns', 'create table a (b text[])'],
    ['partitions and inheritance', 'create table a (b text) partition by hash (b)'],
    ['collations', 'select a from b order by a collate "de"'],
    ['materialized views', 'create materialized view a as select 1'],
    ['custom types', "create type a as enum ('b')"],
    ['procedural code', 'do $$ begin end $$'],
    ['advisory locks', 'select pg_advisory_xact_lock(1)'],
    ['table locks', 'lock table leads'],
    ['listen and notify', 'listen changes'],
    ['skip locked', 'select a from b where c = $1 for update skip locked'],
    ['for update without key', 'select a from b order by c limit 1 for update'],
    ['data-modifying with', 'with a as (update b set c = 1 returning d) select d from a'],
  ])('refuses %s', (feature, statement) => {
    expect(lackedByDsql(statement)).toContain(feature);
  });

  it('does not mind words in strings, comments and names', () => {
    expect(lackedByDsql("-- truncate\nselect 'references' from touches where id = $1 for update")).toEqual([]);
    expect(lackedByDsql('select a.references_count from a')).toEqual([]);
    expect(lackedByDsql('select row_number() over (partition by a order by b) from c')).toEqual([]);
  });

  it('hears every statement of a test store, and closing one fails when DSQL would refuse it', async () => {
    const store = await withDatabase('pglite');
    await store.database.db.selectFrom('meta').select('value').where('key', 'like', 'x').forUpdate().execute();
    await expect(store.close()).rejects.toThrow('for update without key');
  });

  it('counts a statement once', () => {
    const check = new DsqlCheck();
    check.add('select 1');
    check.add('select 1');
    expect(check.statements).toBe(1);
    check.verify();
  });
});
