/** `/v1/leads/{id}/object`: a person objected to being marketed to (GDPR, Art. 21). */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { emailIdentity } from '../core/scrub.ts';
import { suppressForObjection } from '../store/suppressions/suppress.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { hasObjected, locked, put, taken } from './lead-decisions.ts';
import { leadFor } from './own.ts';
import { json, jsonBody, leadIdParam, noteIn, problems } from './schemas/common.ts';
import { write } from './write.ts';

export function objectionRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const object = createRoute({
    ...guard(deps, 'leads.object'),
    method: 'post',
    path: '/v1/leads/{id}/object',
    tags: ['Leads'],
    summary: 'The person objected to marketing',
    description:
      'Ends every touch of marketing and sales at once and for good: runs, open tasks, custody; and all scoring: scores are 0, labels, routes and conditions of stages are no longer looked at. Suppresses person and address for both purposes, whatever is imported later; service mail goes on. Repeating it changes nothing.',
    request: { params: leadIdParam, ...jsonBody(z.strictObject({ note: noteIn.optional() }), false) },
    responses: { 202: json(taken, 'Taken.'), ...problems(400, 404, 413, 415, 422) },
  });
  app.openapi(object, async (c) => {
    const { note } = c.req.valid('json') ?? {};
    const { by } = callerIn(c);
    const { status, body } = await write(c, deps, async (tx) => {
      const now = deps.clock.now();
      const lead = await leadFor(tx, callerIn(c), c.req.valid('param').id);
      const loaded = await locked(tx, lead.id);
      await suppressForObjection(tx, { leadId: lead.id, email: emailIdentity(loaded.facts.lead.email) }, by, now);
      if (hasObjected(loaded)) return { status: 202 as const, body: { lead: { id: lead.id } }, nudge: [] };
      return put(tx, lead.id, { kind: 'objected', ...(note === undefined ? {} : { note }), by }, now);
    });
    return c.json(body, status);
  });
  return app;
}
