/** `/v1/keys`: who may call. A key is shown once; only its hash is kept. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { DAY, type Instant, iso } from '../core/time.ts';
import {
  type ApiKey,
  createKey,
  endKey,
  listKeys,
  lockKey,
  type NewKey,
  revokeKey,
  roleSchema,
} from '../store/keys.ts';
import { guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { Problem } from './problem/problem.ts';
import {
  idParam,
  instantIn,
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
import { showKey } from './shown-keys.ts';
import { write } from './write.ts';

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
    expires: instantIn
      .optional()
      .openapi({ description: 'From when it opens nothing; without it, when it is revoked.' }),
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
    expiresAt: instantOut.nullable(),
    lastUsedAt: instantOut.nullable().openapi({ description: 'To the hour; null: never.' }),
  })
  .openapi('Key');
const keyKept = keyOut.omit({ createdAt: true, revokedAt: true, lastUsedAt: true });
const keyMade = keyKept.extend({ key: z.string() }).openapi('KeyMade');
const rotated = keyKept.extend({ replaces: z.object({ id: z.string(), until: instantOut }) });
const keyRotated = rotated
  .extend({ key: z.string() })
  .openapi('KeyRotated', { description: 'The new key, and until when the one before works beside it.' });

/** As long as both secrets of a webhook sign. */
const BOTH_FOR_MS = DAY;

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
    const { expires, ...given } = c.req.valid('json');
    const now = deps.clock.now();
    if (expires !== undefined) mustLieAhead(expires, now);
    const made = await showKey(c, deps, keyKept, async (tx, secret) => {
      const key = { ...given, expiresAt: expires };
      const { id, secret: shown } = await createKey(tx, { ...key, secret }, now);
      return { body: toKept(id, key), secret: shown };
    });
    return c.json(made, 201);
  });

  const rotate = createRoute({
    ...guard(deps, 'keys.rotate'),
    method: 'post',
    path: '/v1/keys/{id}/rotate',
    tags,
    summary: 'A new key in place of one',
    description:
      'With its role, rep and label. The one before works beside it for a day, or until `until`; a time that has passed ends it at once.',
    request: {
      params: idParam,
      ...jsonBody(
        z
          .strictObject({
            until: instantIn.optional().openapi({ description: 'Until when the key before works; a day by default.' }),
            expires: instantIn.optional().openapi({ description: 'From when the new key opens nothing.' }),
          })
          .openapi('KeyRotation'),
        false,
      ),
    },
    responses: { 201: json(keyRotated, 'The new key.'), ...problems(400, 404, 413, 415, 422) },
  });
  app.openapi(rotate, async (c) => {
    const { id } = c.req.valid('param');
    const now = deps.clock.now();
    // Without a body there is nothing to validate.
    const { until = now + BOTH_FOR_MS, expires } = c.req.valid('json') ?? {};
    if (expires !== undefined) mustLieAhead(expires, now);
    const made = await showKey(c, deps, rotated, async (tx, secret) => {
      const before = await lockKey(tx, id, now);
      if (before === null) throw new Problem('not-found', `There is no key ${id} that works`);
      const key = { role: before.role, rep: before.rep ?? undefined, label: before.label, expiresAt: expires };
      const { id: madeId, secret: shown } = await createKey(tx, { ...key, secret }, now);
      const end = await endKey(tx, before, Math.max(until, now));
      return { body: { ...toKept(madeId, key), replaces: { id, until: iso(end) } }, secret: shown };
    });
    return c.json(made, 201);
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

/** @throws Problem `bad-input` */
function mustLieAhead(expires: Instant, now: Instant): void {
  if (expires > now) return;
  const message = 'must lie ahead';
  throw new Problem('bad-input', 'The key would be over before it began', { errors: [{ path: 'expires', message }] });
}

/** What is known of a key but the key. */
const toKept = (id: string, { role, rep, label, expiresAt }: NewKey): z.infer<typeof keyKept> => ({
  id,
  role,
  rep: rep ?? null,
  label: label ?? '',
  expiresAt: isoOrNull(expiresAt),
});

const toOut = (key: ApiKey): z.infer<typeof keyOut> => ({
  id: key.id,
  role: key.role,
  rep: key.rep,
  label: key.label,
  createdAt: iso(key.createdAt),
  revokedAt: isoOrNull(key.revokedAt),
  expiresAt: isoOrNull(key.expiresAt),
  lastUsedAt: isoOrNull(key.usedAt),
});
