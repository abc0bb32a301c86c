/** API keys: shown once when made, kept as SHA-256 only. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Instant } from '../core/time.ts';
import type { Db } from './schema.ts';
import { date, newId, sha256 } from './values.ts';

export const roleSchema = z.enum(['admin', 'marketer', 'manager', 'rep', 'integration']);
export type Role = z.infer<typeof roleSchema>;

export interface ApiKey {
  readonly id: string;
  readonly role: Role;
  /** The rep whose key this is; only with role `rep`. */
  readonly rep: string | null;
  readonly label: string;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
}

export interface NewKey {
  readonly role: Role;
  readonly rep?: string | undefined;
  readonly label?: string | undefined;
  /** The secret itself, when it is given from outside (`VOLLEY_ADMIN_KEY`); else a random one. */
  readonly secret?: string | undefined;
}

interface Row {
  id: string;
  role: string;
  rep: string | null;
  label: string;
  created_at: number;
  revoked_at: number | null;
}

const columns = ['id', 'role', 'rep', 'label', 'created_at', 'revoked_at'] as const;

const toKey = (row: Row): ApiKey => ({
  id: row.id,
  role: roleSchema.parse(row.role),
  rep: row.rep,
  label: row.label,
  createdAt: row.created_at,
  revokedAt: row.revoked_at,
});

/**
 * Makes a key and returns its secret, which cannot be read again. Giving the same `secret` twice
 * keeps the first key, so that a server may do it at every start.
 */
export async function createKey(tx: Db, key: NewKey, now: Instant): Promise<{ id: string; secret: string }> {
  const secret = key.secret ?? `volley_${randomBytes(24).toString('base64url')}`;
  const hash = sha256(secret);
  const id = newId();
  await tx
    .insertInto('api_keys')
    .values({ id, hash, role: key.role, rep: key.rep ?? null, label: key.label ?? '', created_at: date(now) })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute();
  const row = await tx.selectFrom('api_keys').select('id').where('hash', '=', hash).executeTakeFirstOrThrow();
  return { id: row.id, secret };
}

/** The key with this secret, unless it is unknown or revoked. */
export async function findKey(db: Db, secret: string): Promise<ApiKey | null> {
  const row = await db
    .selectFrom('api_keys')
    .select(columns)
    .where('hash', '=', sha256(secret))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : toKey(row);
}

/** All keys, revoked ones too, oldest first. */
export async function listKeys(db: Db): Promise<readonly ApiKey[]> {
  const rows = await db.selectFrom('api_keys').select(columns).orderBy('id').execute();
  return rows.map(toKey);
}

/** False when there is no such key or it is revoked already. */
export async function revokeKey(tx: Db, id: string, now: Instant): Promise<boolean> {
  const rows = await tx
    .updateTable('api_keys')
    .set({ revoked_at: date(now) })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute();
  return rows.length > 0;
}
