/**
 * Idempotency keys, after the IETF draft "The Idempotency-Key HTTP Header Field": claim and answer
 * are written in the transaction of the write itself, so a crash leaves neither or both.
 */
import type { Instant } from '../core/time.ts';
import type { Db } from './schema.ts';
import { at, date } from './values.ts';

export interface IdempotentRequest {
  /** Id of the API key: two callers may use the same idempotency key. */
  readonly apiKey: string;
  readonly key: string;
  /** Hash over method, path and body. */
  readonly requestHash: string;
}

export type Claim =
  | { readonly kind: 'new' }
  /** The same request was answered: answer the same again. */
  | { readonly kind: 'replay'; readonly status: number; readonly body: string }
  /** The key was used with another request. */
  | { readonly kind: 'mismatch' };

/**
 * Claims the key inside the write's transaction; call `saveAnswer` in the same one. A concurrent
 * request with the same key waits here until this transaction ends.
 */
export async function claimIdempotency(tx: Db, request: IdempotentRequest, now: Instant): Promise<Claim> {
  const claimed = await tx
    .insertInto('idempotency_keys')
    .values({
      api_key: request.apiKey,
      key: request.key,
      request_hash: request.requestHash,
      created_at: date(now),
    })
    .onConflict((conflict) => conflict.columns(['api_key', 'key']).doNothing())
    .returning('key')
    .execute();
  if (claimed.length > 0) return { kind: 'new' };
  const row = await tx
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'status', 'response'])
    .where('api_key', '=', request.apiKey)
    .where('key', '=', request.key)
    .executeTakeFirst();
  if (row === undefined) return { kind: 'new' };
  if (row.request_hash !== request.requestHash || row.status === null) return { kind: 'mismatch' };
  return { kind: 'replay', status: row.status, body: row.response ?? '' };
}

/** Keeps the answer to the claimed request. */
export async function saveAnswer(
  tx: Db,
  request: IdempotentRequest,
  answer: { readonly status: number; readonly body: string },
): Promise<void> {
  await tx
    .updateTable('idempotency_keys')
    .set({ status: answer.status, response: answer.body })
    .where('api_key', '=', request.apiKey)
    .where('key', '=', request.key)
    .execute();
}

/** Forgets keys claimed before `before`, at most `limit` at once; returns how many went. */
export async function forgetIdempotency(tx: Db, before: Instant, limit = 1_000): Promise<number> {
  const old = tx
    .selectFrom('idempotency_keys')
    .select(['api_key', 'key'])
    .where('created_at', '<', at(before))
    .limit(limit);
  const gone = await tx
    .deleteFrom('idempotency_keys')
    .where(({ eb, refTuple }) => eb(refTuple('api_key', 'key'), 'in', old.$asTuple('api_key', 'key')))
    .returning('key')
    .execute();
  return gone.length;
}
