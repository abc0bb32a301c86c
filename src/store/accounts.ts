/** Accounts: one row a company domain, made when the first lead or deal of it comes in. */
import { sql } from 'kysely';
import { accountIdOf, GROUP_MAX } from '../core/account.ts';
import type { Instant } from '../core/time.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import type { Db } from './schema.ts';
import { date } from './values.ts';

export interface AccountRecord {
  readonly id: string;
  readonly domain: string;
  /** As the first lead of it said; `''` when it did not. */
  readonly name: string;
  readonly createdAt: Instant;
}

/** Makes the accounts of these domains that are not there yet; domains that form none are left out. */
export async function ensureAccounts(
  tx: Db,
  companies: readonly { readonly domain: string; readonly name: string }[],
  now: Instant,
): Promise<void> {
  const rows = new Map<string, { id: string; domain: string; name: string; revision: number; created_at: Date }>();
  for (const { domain, name } of companies) {
    const id = accountIdOf(domain);
    const before = id === null ? undefined : rows.get(id);
    if (id !== null && (before === undefined || before.name === ''))
      rows.set(id, { id, domain, name, revision: 0, created_at: date(now) });
  }
  if (rows.size === 0) return;
  // In one order everywhere, so that two imports of the same companies do not wait for each other.
  const values = [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  await tx
    .insertInto('accounts')
    .values(values)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * Makes whoever adds people to these accounts and whoever writes deals of them wait for each other:
 * call it before reading the other side, and each sees what the other has committed.
 * @returns how many of them there are.
 */
export async function touchAccounts(tx: Db, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const rows = await tx
    .updateTable('accounts')
    .set({ revision: sql<number>`revision + 1` })
    .where(sql<boolean>`id = any(${ids})`)
    .returning('id')
    .execute();
  return rows.length;
}

export async function getAccount(db: Db, id: string): Promise<AccountRecord | null> {
  const row = await db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : { id: row.id, domain: row.domain, name: row.name, createdAt: row.created_at };
}

/** Accounts by id; `q` is part of the domain or the name, whatever the case. */
export async function listAccounts(
  db: Db,
  filter: PageRequest & { readonly q?: string | undefined } = {},
): Promise<Page<AccountRecord>> {
  const limit = pageLimit(filter);
  const after = decodeCursor('accounts', filter.cursor, ['text']);
  let query = db.selectFrom('accounts').selectAll();
  if (filter.q !== undefined && filter.q !== '') {
    const pattern = `%${filter.q.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
    query = query.where((eb) => eb.or([eb('domain', 'ilike', pattern), eb('name', 'ilike', pattern)]));
  }
  if (after !== null) query = query.where('id', '>', String(after[0]));
  const rows = await query
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  return toPage(
    'accounts',
    rows,
    limit,
    (row) => [row.id],
    (row) => ({ id: row.id, domain: row.domain, name: row.name, createdAt: row.created_at }),
  );
}

/** Ids of an account's people, the first to come in first; at most 50. */
export async function leadsOfAccount(db: Db, accountId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('leads')
    .innerJoin('accounts', 'accounts.domain', 'leads.domain')
    .select('leads.id')
    .where('accounts.id', '=', accountId)
    .orderBy('leads.id')
    .limit(GROUP_MAX)
    .execute();
  return rows.map((row) => row.id);
}

/** How many leads an account has in all. */
export async function sizeOfAccount(db: Db, domain: string): Promise<number> {
  const row = await db
    .selectFrom('leads')
    .select(sql<number>`count(*)`.as('n'))
    .where('domain', '=', domain)
    .executeTakeFirstOrThrow();
  return row.n;
}
