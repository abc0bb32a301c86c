/**
 * A fresh migrated store for a test, on either kind. PGlite starts from a dump of a migrated store,
 * Postgres clones a template database; `postgres.ts` makes both before all tests.
 */
import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import type { KyselyConfig } from 'kysely';
import pg from 'pg';
import { inject } from 'vitest';
import { type Database, openDatabase, openMemory } from '../../src/store/db.ts';
import { DsqlCheck } from './database-dsql.ts';
import { TEMPLATE } from './postgres.ts';

export type TestDatabaseKind = 'pglite' | 'postgres';

export interface TestDatabase {
  readonly database: Database;
  /** Address of the database; absent on PGlite. */
  readonly url?: string;
  close(): Promise<void>;
}

/** For `describe.each`: both kinds. */
export const testDatabases: readonly TestDatabaseKind[] = ['pglite', 'postgres'];

/** The kind for a test that runs on one: `VOLLEY_TEST_DB`, else PGlite. */
export function defaultKind(): TestDatabaseKind {
  const kind = process.env['VOLLEY_TEST_DB'] ?? 'pglite';
  if (kind === 'pglite' || kind === 'postgres') return kind;
  throw new Error(`VOLLEY_TEST_DB is ${kind}: expected pglite or postgres`);
}

interface Options {
  /** False: an empty database, to migrate. */
  readonly migrated?: boolean;
  /** Told of every statement. */
  readonly onStatement?: (statement: string) => void;
}

/**
 * A store of its own for the caller, who must close it. Every statement that runs on it is checked
 * against what Aurora DSQL lacks; closing fails when one would be refused there.
 */
export async function withDatabase(
  kind: TestDatabaseKind = defaultKind(),
  { migrated = true, onStatement }: Options = {},
): Promise<TestDatabase> {
  const dsql = new DsqlCheck();
  const log: Log = ({ query }) => {
    dsql.add(query.sql);
    onStatement?.(query.sql);
  };
  const store = kind === 'pglite' ? await freshPGlite(log, migrated) : await freshPostgres(log, migrated);
  return {
    ...store,
    close: async () => {
      await store.close();
      dsql.verify();
    },
  };
}

type Log = Extract<NonNullable<KyselyConfig['log']>, (...args: never[]) => unknown>;

async function freshPGlite(log: Log, migrated: boolean): Promise<TestDatabase> {
  const loadDataDir = migrated ? { loadDataDir: await openAsBlob(inject('pgliteDump')) } : {};
  const database = await openMemory({ log, ...loadDataDir });
  return { database, close: () => database.close() };
}

async function freshPostgres(log: Log, migrated: boolean): Promise<TestDatabase> {
  const serverUrl = inject('postgresUrl');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(serverUrl, `create database ${name} template ${migrated ? TEMPLATE : 'template0'}`);
  const url = serverUrl.replace(/[^/]*$/, name);
  const database = await openDatabase({ databaseUrl: url, home: '', connections: 25, log });
  return {
    database,
    url,
    close: async () => {
      await database.close();
      await administer(serverUrl, `drop database ${name} with (force)`);
    },
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
