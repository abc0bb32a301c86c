/** The name a caller gives a request, so that sending it again does nothing again (IETF draft "Idempotency-Key"). */
import type { Context } from 'hono';
import type { ApiEnv } from './deps.ts';
import { Problem } from './problem/problem.ts';

/** @throws Problem `bad-idempotency-key` */
export function idempotencyKeyOf(c: Context<ApiEnv>): string | undefined {
  const key = c.req.header('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Problem('bad-idempotency-key', 'An Idempotency-Key has 1 to 255 visible ASCII characters');
}
