/** `/v1/leads/duplicates`: leads that may be one person; merging them is for whoever knows. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { DUPLICATE_REASONS, listDuplicates } from '../store/duplicates.ts';
import { guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { json, listQuery, pageOf, problems } from './schemas/common.ts';
import { twinOut, whySame } from './schemas/duplicates.ts';

const pair = z.object({ leads: z.array(twinOut).length(2), because: whySame }).openapi('DuplicatePair');

export function duplicateRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const list = createRoute({
    ...guard(deps, 'leads.duplicates'),
    method: 'get',
    path: '/v1/leads/duplicates',
    tags: ['Leads'],
    summary: 'Pairs of leads that may be one person',
    description: `${Object.entries(DUPLICATE_REASONS)
      .map(([code, words]) => `\`${code}\`: ${words.toLowerCase()}`)
      .join(' ')} Nothing is merged by itself: POST /v1/leads/{id}/merge does it.`,
    request: { query: z.strictObject(listQuery) },
    responses: { 200: json(pageOf(pair, 'DuplicatePage'), 'A page of pairs, the older lead first.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const page = await listDuplicates(deps.database.db, c.req.valid('query'));
    const items = page.items.map(({ leads, because }) => ({ leads: [...leads], because: [...because] }));
    return c.json({ items, next: page.next }, 200);
  });
  return app;
}
