/** `/v1/keys`: who may call. A key is shown once; only its hash is kept. */
import { createHmac } from 'node:crypto';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { iso } from '../core/time.ts';
import { type ApiKey, createKey, listKeys, revokeKey, roleSchema } from '../store/keys.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { Problem } from './problem/problem.ts';
import {
  idParam,
  instantOut,
  isoOrNull,
  json,
  jsonBody,
  listQuery,
  pageOf,
  pageOfAll,
  problems,
  text,
} from './schemas/common.ts';
import { NOTHING } from './schemas/forms.ts';
import { Replay, write } from './write.ts';

const tags = ['Keys'];
const role = z.enum(roleSchema.options);

const keyIn = z
  .strictObject({
    role,
    rep: z
      .email('must be the email of a rep')
      .max(320)
      .transform((rep) => rep.toLowerCase())
      .optional()
      .openapi({
        type: 'string',
        format: 'rep-address',
        description: 'Whose key it is; role `rep` needs it and no other takes it.',
      }),
    label: text(200).optional().openapi({ description: 'What it is for.' }),
  })
  .refine((key) => (key.role === 'rep') === (key.rep !== undefined), {
    path: ['rep'],
    message: 'goes with the role `rep`, and only with it',
  })
  .openapi('KeyInput', {
    oneOf: [
      { properties: { role: { const: 'rep' } }, required: ['rep'] },
      { properties: { role: { not: { const: 'rep' } }, rep: NOTHING } },
    ],
  });

const keyOut = z
  .object({
    id: z.string(),
    role,
    rep: z.string().nullable(),
    label: z.string(),
    createdAt: instantOut,
    revokedAt: instantOut.nullable(),
  })
  .openapi('Key');
const keyKept = z.object({ id: z.string(), role, rep: z.string().nullable(), label: z.string() });
const keyMade = keyKept.extend({ key: z.string() }).openapi('KeyMade');

export function keyRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();

  const post = createRoute({
    ...guard(deps, 'keys.create'),
    method: 'post',
    path: '/v1/keys',
    tags,
    summary: 'Make a key',
    description: 'The answer is the only place where the key is ever shown.',
    request: jsonBody(keyIn),
    responses: { 201: json(keyMade, 'The key.'), ...problems(400, 413, 415, 422) },
  });
  app.openapi(post, async (c) => {
    const given = c.req.valid('json');
    const secret = derivedSecret(deps, callerIn(c).keyId, idempotencyKeyOf(c), await c.req.text());
    let shown = secret ?? '';
    const made = await write(c, deps, async (tx) => {
      const key = await createKey(tx, { ...given, secret }, deps.clock.now());
      shown = key.secret;
      // Without the key: an answer that is kept for a repeated call lies in the store.
      const body = { id: key.id, role: given.role, rep: given.rep ?? null, label: given.label ?? '' };
      return { status: 201 as const, body };
    }).catch((error: unknown) => {
      if (error instanceof Replay && error.status === 201) {
        c.header('idempotent-replayed', 'true');
        return { body: keyKept.parse(JSON.parse(error.body)) };
      }
      throw error;
    });
    return c.json({ ...made.body, key: shown }, 201, { 'cache-control': 'no-store' });
  });

  const list = createRoute({
    ...guard(deps, 'keys.list'),
    method: 'get',
    path: '/v1/keys',
    tags,
    summary: 'All keys, without their secrets',
    request: { query: z.strictObject(listQuery) },
    responses: { 200: json(pageOf(keyOut, 'KeyPage'), 'A page of keys, revoked ones too.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const page = pageOfAll('keys', await listKeys(db), c.req.valid('query'));
    return c.json({ items: page.items.map(toOut), next: page.next }, 200);
  });

  const revoke = createRoute({
    ...guard(deps, 'keys.revoke'),
    method: 'delete',
    path: '/v1/keys/{id}',
    tags,
    summary: 'Revoke a key',
    description: 'It stops working with the next call.',
    request: { params: idParam },
    responses: {
      200: json(z.object({ revoked: z.string() }).openapi('KeyRevoked'), 'Revoked.'),
      ...problems(404, 422),
    },
  });
  app.openapi(revoke, async (c) => {
    const { id } = c.req.valid('param');
    const { status, body } = await write(c, deps, async (tx) => {
      if (await revokeKey(tx, id, deps.clock.now())) return { status: 200 as const, body: { revoked: id } };
      throw new Problem('not-found', `There is no key ${id} that works`);
    });
    return c.json(body, status);
  });

  return app;
}

/**
 * With an Idempotency-Key the secret follows from it and the request, so that a repeated call shows
 * the same key again although nothing keeps it.
 */
function derivedSecret(deps: ApiDeps, keyId: string, once: string | undefined, body: string): string | undefined {
  if (once === undefined) return undefined;
  const mac = createHmac('sha256', deps.config.secret).update(JSON.stringify(['volley/key/v1', keyId, once, body]));
  return `volley_${mac.digest('base64url')}`;
}

const toOut = (key: ApiKey): z.infer<typeof keyOut> => ({
  id: key.id,
  role: key.role,
  rep: key.rep,
  label: key.label,
  createdAt: iso(key.createdAt),
  revokedAt: isoOrNull(key.revokedAt),
});
