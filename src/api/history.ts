/** `/v1/history`: leads with all that happened to them, for `volley simulate --store`. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { listHistory } from '../store/history.ts';
import { guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { json, listQuery, pageOf, problems } from './schemas/common.ts';

const item = z
  .object({
    lead: z.object({ id: z.string() }),
    history: z.record(z.string(), z.unknown()).openapi({
      description:
        'What is known of the lead, what happened to it and when that took effect, with personal data; its shape is of this version.',
    }),
  })
  .openapi('LeadHistory');

export function historyRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const list = createRoute({
    ...guard(deps, 'history.list'),
    method: 'get',
    path: '/v1/history',
    tags: ['Playbook'],
    summary: 'Leads with all that happened to them, the oldest first',
    description: '`volley simulate --store` plays it again, with this playbook or another one.',
    request: {
      query: z.strictObject({
        ...listQuery,
        journal: z.enum(['true', 'false']).optional().openapi({ description: 'With the journal of each.' }),
      }),
    },
    responses: { 200: json(pageOf(item, 'LeadHistoryPage'), 'A page of them.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const { journal, ...page } = c.req.valid('query');
    const { items, next } = await listHistory(deps.database.db, { ...page, journal: journal === 'true' });
    const out = items.map((one) => {
      const history: Readonly<Record<string, unknown>> = { ...one };
      return { lead: { id: one.facts.leadId }, history: { ...history } };
    });
    return c.json({ items: out, next }, 200, { 'cache-control': 'no-store' });
  });
  return app;
}
