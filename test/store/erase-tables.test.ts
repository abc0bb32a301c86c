/** Erasure knows every table and every column that could say something of a person. */
import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MENTIONS, TABLES, type TableFate } from '../../src/store/erase-tables.ts';
import { type TestDatabase, withDatabase } from '../support/database.ts';

let store: TestDatabase;
let columns: readonly { table: string; column: string; type: string; key: boolean }[];
beforeAll(async () => {
  store = await withDatabase();
  const found = await sql<{ table: string; column: string; type: string; key: boolean }>`
    select c.table_name as "table", c.column_name as "column", c.data_type as "type",
      exists (select 1 from information_schema.key_column_usage k
        where k.table_name = c.table_name and k.column_name = c.column_name and k.table_schema = c.table_schema) as "key"
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'`.execute(store.database.db);
  columns = found.rows;
});
afterAll(() => store.close());

const fates: Readonly<Record<string, TableFate>> = TABLES;

describe('every table', () => {
  it('is one that erasure knows', () => {
    expect([...new Set(columns.map(({ table }) => table))].sort()).toEqual(Object.keys(TABLES).sort());
  });

  it('with a lead in it loses its rows, or makes them nobody’s', () => {
    const withLead = [...new Set(columns.filter(({ column }) => column === 'lead_id').map(({ table }) => table))];
    for (const table of withLead) expect([table, fates[table]?.fate]).not.toEqual([table, 'none']);
    for (const [table, { fate, part }] of Object.entries(fates)) {
      expect([table, fate === 'owned']).toEqual([table, part !== undefined]);
    }
  });

  it('has no column of text that nobody has decided about', () => {
    const text = columns.filter(({ type }) => type === 'text').map(({ table, column }) => `${table}.${column}`);
    const decided = MENTIONS.flatMap((place) => place.columns.map((column) => `${place.table}.${column}`));
    // A new column: does it hold what people write? Then it belongs to `mentions` of its table. Else add it here.
    expect(text.filter((one) => !decided.includes(one)).sort()).toMatchSnapshot();
  });

  it('named in what is struck out is there, with its key', () => {
    const known = new Set(columns.map(({ table, column }) => `${table}.${column}`));
    const keys = new Set(columns.filter(({ key }) => key).map(({ table, column }) => `${table}.${column}`));
    for (const { table, key, columns: places } of MENTIONS) {
      for (const column of [...key, ...places]) expect(known).toContain(`${table}.${column}`);
      for (const column of key) expect(keys).toContain(`${table}.${column}`);
    }
  });

  it('is in docs/privacy.md, in these words', async () => {
    const page = await readFile('docs/privacy.md', 'utf8');
    for (const [table, { how }] of Object.entries(TABLES)) expect(page).toContain(`| \`${table}\` | ${how} |`);
  });
});
