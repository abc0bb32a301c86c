/** `/v1/wakes`: wakes as they were decided, for `volley replay`. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { iso } from '../core/time.ts';
import { KEPT_DAYS, listRecordedWakes } from '../store/recorded-wakes.ts';
import { guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { instantOut, json, listQuery, pageOf, problems } from './schemas/common.ts';

const wake = z
  .object({
    id: z.string(),
    lead: z.object({ id: z.string() }),
    at: instantOut,
    volley: z.string().openapi({ description: 'Version of Volley that decided.' }),
    recording: z
      .record(z.string(), z.unknown())
      .openapi({ description: 'What was asked and answered, with personal data; its shape is of that version.' }),
  })
  .openapi('RecordedWake');

export function wakeRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const list = createRoute({
    ...guard(deps, 'wakes.list'),
    method: 'get',
    path: '/v1/wakes',
    tags: ['Operation'],
    summary: 'Recorded wakes, the newest first',
    description: `Some decisions with all that they were made from, kept for ${KEPT_DAYS} days: \`volley replay --from-server\` asks another build the same.`,
    request: { query: z.strictObject(listQuery) },
    responses: { 200: json(pageOf(wake, 'RecordedWakePage'), 'A page of them.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const page = await listRecordedWakes(deps.database.db, c.req.valid('query'));
    const items = page.items.map(({ id, leadId, at, volley, recording }) => ({
      ...{ id, lead: { id: leadId }, at: iso(at), volley },
      recording: { ...recording },
    }));
    return c.json({ items, next: page.next }, 200, { 'cache-control': 'no-store' });
  });
  return app;
}
