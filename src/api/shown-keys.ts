/**
 * An answer that shows a key: the only place where it ever is. With an Idempotency-Key the key follows from it and the
 * request, so that a repeated call shows the same one again although nothing keeps it.
 */
import { createHmac } from 'node:crypto';
import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { secretsIn } from '../core/secrets.ts';
import { isSecretOf } from '../store/keys.ts';
import type { Db } from '../store/schema.ts';
import { callerIn } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { Replay, write } from './write.ts';

/** From whichever secret was ours at the first call; the one in use now comes first. */
async function secretsOf(c: Context<ApiEnv>, deps: ApiDeps): Promise<readonly string[]> {
  const once = idempotencyKeyOf(c);
  if (once === undefined) return [];
  const text = JSON.stringify(['volley/key/v1', callerIn(c).keyId, once, c.req.path, await c.req.text()]);
  return secretsIn(deps.config.secret).map(
    (ours) => `volley_${createHmac('sha256', ours).update(text).digest('base64url')}`,
  );
}

/**
 * @param kept what is kept of the answer for a repeated call: all of it but the key
 * @param make makes the key, with this secret if there is one
 */
export async function showKey<T extends { readonly id: string }>(
  c: Context<ApiEnv>,
  deps: ApiDeps,
  kept: z.ZodType<T>,
  make: (tx: Db, secret: string | undefined) => Promise<{ readonly body: T; readonly secret: string }>,
): Promise<T & { readonly key: string }> {
  const secrets = await secretsOf(c, deps);
  let shown = '';
  const { body } = await write(c, deps, async (tx) => {
    const made = await make(tx, secrets[0]);
    shown = made.secret;
    return { status: 201 as const, body: made.body };
  }).catch(async (error: unknown) => {
    if (!(error instanceof Replay) || error.status !== 201) throw error;
    c.header('idempotent-replayed', 'true');
    const body = kept.parse(JSON.parse(error.body));
    for (const one of secrets) if (await isSecretOf(deps.database.db, body.id, one)) shown = one;
    return { body };
  });
  return { ...body, key: shown };
}
