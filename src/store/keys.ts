/** API keys: shown once when made, kept as SHA-256 only. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Instant } from '../core/time.ts';
import type { Db } from './schema.ts';
import { at, date, dateOrNull, newId, sha256 } from './values.ts';

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
  /** From when it opens nothing; null: until it is revoked. */
  readonly expiresAt: Instant | null;
  /** When it last opened something, to the hour; null: never. */
  readonly usedAt: Instant | null;
}

export interface NewKey {
  readonly role: Role;
  readonly rep?: string | undefined;
  readonly label?: string | undefined;
  readonly expiresAt?: Instant | undefined;
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
  expires_at: number | null;
  used_at: number | null;
}

const columns = ['id', 'role', 'rep', 'label', 'created_at', 'revoked_at', 'expires_at', 'used_at'] as const;

const toKey = (row: Row): ApiKey => ({
  id: row.id,
  role: roleSchema.parse(row.role),
  rep: row.rep,
  label: row.label,
  createdAt: row.created_at,
  revokedAt: row.revoked_at,
  expiresAt: row.expires_at,
  usedAt: row.used_at,
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
    .values({
      ...{ id, hash, role: key.role, rep: key.rep ?? null, label: key.label ?? '' },
      ...{ created_at: date(now), expires_at: dateOrNull(key.expiresAt ?? null) },
    })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute();
  const row = await tx.selectFrom('api_keys').select('id').where('hash', '=', hash).executeTakeFirstOrThrow();
  return { id: row.id, secret };
}

const works = ({ revokedAt, expiresAt }: ApiKey, now: Instant): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now);

/** The key with this secret, unless it is unknown, revoked or over. */
export async function findKey(db: Db, secret: string, now: Instant): Promise<ApiKey | null> {
  const row = await db.selectFrom('api_keys').select(columns).where('hash', '=', sha256(secret)).executeTakeFirst();
  const key = row === undefined ? null : toKey(row);
  return key !== null && works(key, now) ? key : null;
}

/** Whether the key of this id has this secret, revoked or not. */
export async function isSecretOf(db: Db, id: string, secret: string): Promise<boolean> {
  const query = db.selectFrom('api_keys').select('id').where('id', '=', id).where('hash', '=', sha256(secret));
  return (await query.executeTakeFirst()) !== undefined;
}

/** All keys, revoked ones too, oldest first. */
export async function listKeys(db: Db): Promise<readonly ApiKey[]> {
  const rows = await db.selectFrom('api_keys').select(columns).orderBy('id').execute();
  return rows.map(toKey);
}

/**
 * Writes down that a key is in use, so that one that is not can be found and revoked.
 * @param everyMs what was written so lately is not written again
 */
export async function noteUse(db: Db, { id, usedAt }: ApiKey, now: Instant, everyMs: number): Promise<void> {
  if (usedAt !== null && now - usedAt < everyMs) return;
  await db
    .updateTable('api_keys')
    .set({ used_at: date(now) })
    .where('id', '=', id)
    // Of many calls at once, one.
    .where((eb) => eb.or([eb('used_at', 'is', null), eb('used_at', '<=', at(now - everyMs))]))
    .execute();
}

/** The key of this id that works, and nobody else changes until this transaction ends; null when there is none. */
export async function lockKey(tx: Db, id: string, now: Instant): Promise<ApiKey | null> {
  const query = tx.selectFrom('api_keys').select(columns).where('id', '=', id).forUpdate();
  const row = await query.executeTakeFirst();
  const key = row === undefined ? null : toKey(row);
  return key !== null && works(key, now) ? key : null;
}

/** Has a key end by itself at `at`, or when it would have ended before that. */
export async function endKey(tx: Db, { id, expiresAt }: ApiKey, at: Instant): Promise<Instant> {
  const end = Math.min(at, expiresAt ?? at);
  await tx
    .updateTable('api_keys')
    .set({ expires_at: date(end) })
    .where('id', '=', id)
    .execute();
  return end;
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
