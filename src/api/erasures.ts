/** `DELETE /v1/leads/{id}`: a person asked to be erased (GDPR, Art. 17). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { iso } from '../core/time.ts';
import { type Erasure, getErasure, NoSuchLead, requestErasure } from '../store/erase.ts';
import { createNameKey } from '../store/erased-names.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { runErasure } from './erase-run.ts';
import { noLead } from './own.ts';
import { Problem } from './problem/problem.ts';
import { instantOut, isoOrNull, json, leadIdParam, problems } from './schemas/common.ts';
import { write } from './write.ts';

const erasureOut = z
  .object({
    lead: z.object({ id: z.uuid() }),
    state: z
      .enum(['erasing', 'erased'])
      .openapi({ description: '`erasing` while a message to the lead is on its way.' }),
    requestedAt: instantOut,
    erasedAt: instantOut.nullable(),
    by: z.string(),
  })
  .openapi('Erasure');

const toErasure = ({ leadId, by, requestedAt, erasedAt }: Erasure): z.infer<typeof erasureOut> => ({
  lead: { id: leadId },
  state: erasedAt === null ? 'erasing' : 'erased',
  requestedAt: iso(requestedAt),
  erasedAt: isoOrNull(erasedAt),
  by,
});

/** How long an answer waits for a message that is on its way, real ms. */
const WAIT_MS = 5_000;

export function erasureRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const names = createNameKey(deps.config.secret);

  const erase = createRoute({
    ...guard(deps, 'leads.erase'),
    method: 'delete',
    path: '/v1/leads/{id}',
    tags: ['Leads'],
    summary: 'Erase a person',
    description:
      'Everything about the person goes: fields, history, tasks, chats, mail, notes that name them, the workflow and its history. From this call on nothing is decided about or sent to them. What stays: that the id was erased, keyed hashes of the addresses so that no import brings them back, and figures that are nobody’s. It cannot be undone; repeating it answers how far it is. 202 while a message is on its way: it goes on by itself.',
    request: { params: leadIdParam },
    responses: {
      200: json(erasureOut, 'The person is erased.'),
      202: json(erasureOut, 'It is under way.'),
      ...problems(404),
    },
  });
  app.openapi(erase, async (c) => {
    const { id } = c.req.valid('param');
    const { by } = callerIn(c);
    const { body } = await write(c, deps, async (tx) => ({
      status: 202 as const,
      body: toErasure(
        await requestErasure(tx, id, { by, now: deps.clock.now(), names }).catch(async (error: unknown) => {
          throw error instanceof NoSuchLead ? await noLead(tx, id) : error;
        }),
      ),
    }));
    const erasure = await runErasure(deps, body.lead.id, { waitMs: WAIT_MS });
    if (erasure === null || erasure.erasedAt === null) return c.json(body, 202);
    return c.json(toErasure(erasure), 200);
  });

  const get = createRoute({
    ...guard(deps, 'erasures.get'),
    method: 'get',
    path: '/v1/erasures/{id}',
    tags: ['Leads'],
    summary: 'How far an erasure is',
    description: 'By the id of the lead, or of one that had been merged into it.',
    request: { params: leadIdParam },
    responses: { 200: json(erasureOut, 'The erasure.'), ...problems(404) },
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    const erasure = await getErasure(deps.database.db, id);
    if (erasure === null) throw new Problem('not-found', `Lead ${id} was not erased`);
    return c.json(toErasure(erasure), 200);
  });
  return app;
}
