/**
 * Numbered migrations: one DDL statement a file, since Aurora DSQL takes one a transaction. Each
 * statement may run twice (`if not exists`), so a crash between a statement and its record is
 * safe, and two migrators at once only repeat each other's work: no advisory lock is needed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { VolleyError } from '../core/errors.ts';
import type { DatabaseKind } from './db.ts';
import { sqlState } from './errors.ts';
import type { Db } from './schema.ts';

export interface Migration {
  /** File name without `.sql`. */
  readonly name: string;
  readonly sql: string;
}

const FOLDER = join(import.meta.dirname, 'migrations');

/**
 * `if not exists` still fails when two sessions create the same thing at the same moment: a
 * duplicate table (42P07), object (42710), a unique violation in the catalog (23505), or a
 * concurrent change of it (XX000, 40001, 40P01).
 */
const RACES = new Set(['42P07', '42710', '23505', 'XX000', '40001', '40P01']);

/** All migrations, in order. */
export function readMigrations(): readonly Migration[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ name: file.slice(0, -4), sql: readFileSync(join(FOLDER, file), 'utf8') }));
}

/** Aurora DSQL builds indexes on existing tables in the background only. */
export const forDsql = (statement: string): string =>
  statement.replace(/\bcreate\s+(unique\s+)?index\b/i, (_, unique?: string) => `create ${unique ?? ''}index async`);

async function appliedNames(db: Db): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('schema_migrations').select('name').execute();
  return new Set(rows.map((row) => row.name));
}

async function run(db: Db, statement: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await sql.raw(statement).execute(db);
      return;
    } catch (error) {
      if (attempt === 10 || !RACES.has(sqlState(error) ?? '')) throw error;
    }
    await pause(Math.random() * 20 * attempt);
  }
}

/**
 * Brings the schema up to date; safe to run at any time, by several at once.
 * @throws VolleyError `schema-newer` when the store was migrated by a newer version, `migration-failed` naming the file.
 */
export async function migrate(
  db: Db,
  kind: DatabaseKind,
  migrations: readonly Migration[] = readMigrations(),
): Promise<{ applied: string[] }> {
  const first = migrations[0];
  if (first === undefined) return { applied: [] };
  // The first migration is the record's own table.
  await run(db, first.sql);
  const before = await appliedNames(db);
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = [...before].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new VolleyError(
      'schema-newer',
      `the store has migrations this version does not know: ${unknown.join(', ')}`,
      {
        fix: 'Run the version of Volley that migrated it, or a newer one.',
      },
    );
  }
  const applied: string[] = [];
  for (const migration of migrations) {
    if (before.has(migration.name)) continue;
    try {
      await run(db, kind === 'dsql' ? forDsql(migration.sql) : migration.sql);
    } catch (cause) {
      throw new VolleyError('migration-failed', `migration ${migration.name} failed: ${String(cause)}`, { cause });
    }
    const recorded = await db
      .insertInto('schema_migrations')
      .values({ name: migration.name, applied_at: new Date() })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('name')
      .execute();
    if (recorded.length > 0) applied.push(migration.name);
  }
  return { applied };
}

/** Names of migrations that have not run; what a server checks before it says that it is ready. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const names = readMigrations().map((migration) => migration.name);
  try {
    const applied = await appliedNames(db);
    return names.filter((name) => !applied.has(name));
  } catch (error) {
    // 42P01: no such table, so nothing has run.
    if (sqlState(error) === '42P01') return names;
    throw error;
  }
}
