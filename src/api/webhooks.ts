/** `/v1/webhooks`: who is told of what happens. The secret is shown once; it follows from ours and is not stored. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { isLoopback } from '../config.ts';
import { iso } from '../core/time.ts';
import { formerSignsUntil, secretOf } from '../outbox/webhook/signature.ts';
import { refusalNow } from '../outbox/webhook/target.ts';
import { defined } from '../store/values.ts';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  listWebhooks,
  rotateSecret,
  webhookById,
} from '../store/webhooks.ts';
import { guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { Problem } from './problem/problem.ts';
import { idParam, json, jsonBody, listQuery, pageOf, pageOfAll, problems } from './schemas/common.ts';
import { toWebhook, webhookChange, webhookIn, webhookMade, webhookOut } from './schemas/webhooks.ts';
import { Replay, write } from './write.ts';

const tags = ['Webhooks'];

const unknown = (id: string): Problem => new Problem('not-found', `There is no webhook ${id}`);

export function webhookRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();
  /** With the secret, which is kept nowhere: neither in the store nor in the answer to a repeated call. */
  const made = async (written: Promise<{ readonly body: z.infer<typeof webhookOut> }>, version: () => number) => {
    const { body } = await written.catch((error: unknown) => {
      if (error instanceof Replay && error.status < 300) return { body: webhookOut.parse(JSON.parse(error.body)) };
      throw error;
    });
    return { ...body, secret: secretOf(deps.config.secret, body.id, version()) };
  };

  const post = createRoute({
    ...guard(deps, 'webhooks.create'),
    method: 'post',
    path: '/v1/webhooks',
    tags,
    summary: 'Tell an endpoint of events',
    description:
      'From now on. Signed after the Standard Webhooks specification, with the `secret` that only this answer shows; tried again for three days. See `webhooks` in the OpenAPI document for what is sent.',
    request: jsonBody(webhookIn),
    responses: { 201: json(webhookMade, 'The endpoint, with its secret.'), ...problems(400, 413, 415, 422) },
  });
  app.openapi(post, async (c) => {
    const given = c.req.valid('json');
    await checkUrl(deps, given.url);
    const body = await made(
      write(c, deps, async (tx) => {
        const webhook = await createWebhook(tx, { ...given, name: given.name ?? '' }, deps.clock.now());
        return { status: 201 as const, body: toWebhook(webhook) };
      }),
      () => 1,
    );
    return c.json(body, 201);
  });

  const list = createRoute({
    ...guard(deps, 'webhooks.list'),
    method: 'get',
    path: '/v1/webhooks',
    tags,
    summary: 'All endpoints',
    request: { query: z.strictObject(listQuery) },
    responses: { 200: json(pageOf(webhookOut, 'WebhookPage'), 'A page of endpoints.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const page = pageOfAll('webhooks', await listWebhooks(db), c.req.valid('query'));
    return c.json({ items: page.items.map(toWebhook), next: page.next }, 200);
  });

  const get = createRoute({
    ...guard(deps, 'webhooks.get'),
    method: 'get',
    path: '/v1/webhooks/{id}',
    tags,
    summary: 'One endpoint',
    request: { params: idParam },
    responses: { 200: json(webhookOut, 'The endpoint.'), ...problems(404) },
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    const webhook = await webhookById(db, id);
    if (webhook === null) throw unknown(id);
    return c.json(toWebhook(webhook), 200);
  });

  const change = createRoute({
    ...guard(deps, 'webhooks.change'),
    method: 'patch',
    path: '/v1/webhooks/{id}',
    tags,
    summary: 'Change an endpoint, turn it off or on',
    description: 'While it is off nothing is written for it, and what waits is dead when its time comes.',
    request: { params: idParam, ...jsonBody(webhookChange) },
    responses: { 200: json(webhookOut, 'As it is now.'), ...problems(400, 404, 413, 415, 422) },
  });
  app.openapi(change, async (c) => {
    const { id } = c.req.valid('param');
    const given = c.req.valid('json');
    if (given.url !== undefined) await checkUrl(deps, given.url);
    const { status, body } = await write(c, deps, async (tx) => {
      const webhook = await changeWebhook(tx, id, defined(given), deps.clock.now());
      if (webhook === null) throw unknown(id);
      return { status: 200 as const, body: toWebhook(webhook) };
    });
    return c.json(body, status);
  });

  const rotate = createRoute({
    ...guard(deps, 'webhooks.rotate'),
    method: 'post',
    path: '/v1/webhooks/{id}/rotate',
    tags,
    summary: 'A new secret',
    description:
      'For a day messages are signed with both, the old one and the new; until that is over it cannot be rotated again (409 `rotated-lately`).',
    request: { params: idParam },
    responses: { 200: json(webhookMade, 'The endpoint, with its new secret.'), ...problems(404, 409, 422) },
  });
  app.openapi(rotate, async (c) => {
    const { id } = c.req.valid('param');
    let version = (await webhookById(db, id))?.secretVersion ?? 0;
    const body = await made(
      write(c, deps, async (tx) => {
        const before = await webhookById(tx, id);
        if (before === null) throw unknown(id);
        const until = formerSignsUntil(before, deps.clock.now());
        if (until !== null) {
          throw new Problem(
            'rotated-lately',
            `The secret before this one signs until ${iso(until)}: rotate after that`,
            {
              more: { until: iso(until) },
            },
          );
        }
        version = before.secretVersion + 1;
        const webhook = await rotateSecret(tx, id, version, deps.clock.now());
        if (webhook === null)
          throw new Problem('rotated-already', 'Look at the endpoint, and rotate again if you must');
        return { status: 200 as const, body: toWebhook(webhook) };
      }),
      () => version,
    );
    return c.json(body, 200);
  });

  const remove = createRoute({
    ...guard(deps, 'webhooks.delete'),
    method: 'delete',
    path: '/v1/webhooks/{id}',
    tags,
    summary: 'Delete an endpoint, with all that was to be sent to it',
    request: { params: idParam },
    responses: {
      200: json(z.object({ deleted: z.string() }).openapi('WebhookDeleted'), 'Deleted.'),
      ...problems(404, 422),
    },
  });
  app.openapi(remove, async (c) => {
    const { id } = c.req.valid('param');
    const { status, body } = await write(c, deps, async (tx) => {
      if (!(await deleteWebhook(tx, id))) throw unknown(id);
      return { status: 200 as const, body: { deleted: id } };
    });
    return c.json(body, status);
  });
  return app;
}

/** @throws Problem `bad-input` */
async function checkUrl(deps: ApiDeps, url: string): Promise<void> {
  const message = await refusalNow(url, { loopback: isLoopback(deps.config.publicUrl) });
  if (message === undefined) return;
  throw new Problem('bad-input', `The URL ${message}`, { errors: [{ path: 'url', message }] });
}
