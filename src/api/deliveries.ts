/** What was sent to an endpoint, what was given up, and sending it again. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { iso } from '../core/time.ts';
import { TEST_EVENT } from '../outbox/webhook/handler.ts';
import { deliveryById, enqueue } from '../store/outbox.ts';
import type { Db } from '../store/schema.ts';
import { newId } from '../store/values.ts';
import { webhookRow } from '../store/webhook-events.ts';
import { listDeliveries, replayDead, replayOne, webhookById } from '../store/webhooks.ts';
import { guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { Problem } from './problem/problem.ts';
import { idParam, instantIn, json, jsonBody, listQuery, pageOf, problems } from './schemas/common.ts';
import { deliveryOut, deliveryStates, toDeliveryOut } from './schemas/webhooks.ts';
import { write } from './write.ts';

const tags = ['Webhooks'];

const deliveryParams = idParam.extend({
  delivery: idParam.shape.id.openapi({ param: { name: 'delivery', in: 'path' } }),
});

/** @throws Problem `not-found` */
async function mustBe(db: Db, webhook: string): Promise<void> {
  if ((await webhookById(db, webhook)) === null) throw new Problem('not-found', `There is no webhook ${webhook}`);
}

/** What is sent again to an endpoint that is off would be dead again at once. @throws Problem `not-found`, `webhook-off` */
async function mustBeOn(db: Db, webhook: string): Promise<void> {
  await mustBe(db, webhook);
  if ((await webhookById(db, webhook))?.enabled) return;
  throw new Problem('webhook-off', 'Turn it on first, with PATCH /v1/webhooks/{id} { "enabled": true }');
}

/** @throws Problem `not-found` */
async function deliveryOf(db: Db, webhook: string, id: string) {
  const row = await deliveryById(db, id);
  if (row?.lane !== webhook) throw new Problem('not-found', `Webhook ${webhook} has no delivery ${id}`);
  return row;
}

export function deliveryRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();

  const list = createRoute({
    ...guard(deps, 'webhooks.deliveries'),
    method: 'get',
    path: '/v1/webhooks/{id}/deliveries',
    tags,
    summary: 'What is sent to an endpoint, newest first',
    description: '`state=dead` are the dead letters. Kept for 30 days, dead ones for 90.',
    request: { params: idParam, query: z.strictObject({ state: deliveryStates.optional(), ...listQuery }) },
    responses: {
      200: json(pageOf(deliveryOut, 'WebhookDeliveryPage'), 'A page of deliveries.'),
      ...problems(400, 404),
    },
  });
  app.openapi(list, async (c) => {
    const { id } = c.req.valid('param');
    await mustBe(db, id);
    const page = await listDeliveries(db, id, c.req.valid('query'));
    return c.json({ items: page.items.map(toDeliveryOut), next: page.next }, 200);
  });

  const get = createRoute({
    ...guard(deps, 'webhooks.delivery'),
    method: 'get',
    path: '/v1/webhooks/{id}/deliveries/{delivery}',
    tags,
    summary: 'One delivery',
    request: { params: deliveryParams },
    responses: { 200: json(deliveryOut, 'The delivery.'), ...problems(404) },
  });
  app.openapi(get, async (c) => {
    const { id, delivery } = c.req.valid('param');
    return c.json(toDeliveryOut(await deliveryOf(db, id, delivery)), 200);
  });

  const test = createRoute({
    ...guard(deps, 'webhooks.test'),
    method: 'post',
    path: '/v1/webhooks/{id}/test',
    tags,
    summary: 'Send a test event',
    description: `An event \`${TEST_EVENT}\`, also to an endpoint that is off. The answer is its delivery: look there for what became of it.`,
    request: { params: idParam },
    responses: { 202: json(deliveryOut, 'On its way.'), ...problems(404, 422) },
  });
  app.openapi(test, async (c) => {
    const { id } = c.req.valid('param');
    const { status, body } = await write(c, deps, async (tx) => {
      await mustBe(tx, id);
      const now = deps.clock.now();
      const message = { type: TEST_EVENT, timestamp: iso(now), data: { webhook: id } };
      const row = webhookRow(id, { key: `test:${newId()}`, message });
      await enqueue(tx, [row], now);
      const written = await tx.selectFrom('outbox').select('id').where('key', '=', row.key).executeTakeFirstOrThrow();
      return { status: 202 as const, body: toDeliveryOut(await deliveryOf(tx, id, written.id)) };
    });
    return c.json(body, status);
  });

  const replay = createRoute({
    ...guard(deps, 'webhooks.replay'),
    method: 'post',
    path: '/v1/webhooks/{id}/deliveries/{delivery}/replay',
    tags,
    summary: 'Send one again, whatever became of it',
    description:
      'With the id it had, so the receiver can tell that it is a repeat. 409 `webhook-off` while the endpoint is off.',
    request: { params: deliveryParams },
    responses: { 202: json(deliveryOut, 'On its way again.'), ...problems(404, 409, 422) },
  });
  app.openapi(replay, async (c) => {
    const { id, delivery } = c.req.valid('param');
    const { status, body } = await write(c, deps, async (tx) => {
      await mustBeOn(tx, id);
      await deliveryOf(tx, id, delivery);
      if (!(await replayOne(tx, id, delivery, deps.clock.now()))) {
        throw new Problem('delivery-under-way', 'It is being sent right now: look at it again in a minute');
      }
      return { status: 202 as const, body: toDeliveryOut(await deliveryOf(tx, id, delivery)) };
    });
    return c.json(body, status);
  });

  const replayAll = createRoute({
    ...guard(deps, 'webhooks.replay-dead'),
    method: 'post',
    path: '/v1/webhooks/{id}/replay',
    tags,
    summary: 'Send all dead letters since a time again',
    description:
      'At most 1,000 a call, the oldest first: repeat it until `replayed` is less. 409 `webhook-off` while the endpoint is off.',
    request: { params: idParam, ...jsonBody(z.strictObject({ since: instantIn }).openapi('WebhookReplay')) },
    responses: {
      202: json(z.object({ replayed: z.number().int() }).openapi('WebhookReplayed'), 'On their way again.'),
      ...problems(400, 404, 409, 413, 415, 422),
    },
  });
  app.openapi(replayAll, async (c) => {
    const { id } = c.req.valid('param');
    const { since } = c.req.valid('json');
    const { status, body } = await write(c, deps, async (tx) => {
      await mustBeOn(tx, id);
      return { status: 202 as const, body: { replayed: await replayDead(tx, id, since, deps.clock.now()) } };
    });
    return c.json(body, status);
  });
  return app;
}
