/** `/v1/leads/{id}/moved`: the person works for another company now. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { scrub } from '../core/scrub.ts';
import { createNameKey, erasedAmong } from '../store/erased-names.ts';
import { changeJob } from '../store/job-change.ts';
import { aliasOf } from '../store/lead-aliases.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { locked, taken } from './lead-decisions.ts';
import { leadFor } from './own.ts';
import { Problem, refusedErased } from './problem/problem.ts';
import { json, jsonBody, leadIdParam, problems, text } from './schemas/common.ts';
import { write } from './write.ts';

export function jobChangeRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const names = createNameKey(deps.config.secret);
  const moved = createRoute({
    ...guard(deps, 'leads.moved'),
    method: 'post',
    path: '/v1/leads/{id}/moved',
    tags: ['Leads'],
    summary: 'The person works for another company now',
    description:
      'The same lead with a new address: runs, tasks and custody end, the stage begins anew, consents end, and nothing goes to the old address again. What the person has seen, an objection and an opt-out stay. 409 `identity-clash` when the address is another lead’s: merge the two.',
    request: {
      params: leadIdParam,
      ...jsonBody(
        z.strictObject({
          email: text(320).openapi({ example: 'ada@newco.example' }),
          company: text(200).optional(),
          domain: text(253).optional().openapi({ description: 'Of the company; that of the address by default.' }),
        }),
      ),
    },
    responses: { 202: json(taken, 'Taken.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(moved, async (c) => {
    const scrubbed = scrub(c.req.valid('json'));
    const { status, body } = await write(c, deps, async (tx) => {
      if (!scrubbed.ok) {
        const { field, message, reason } = scrubbed;
        throw new Problem('lead-refused', `${field}: ${message}`, {
          errors: [{ path: field, message }],
          more: { reason },
        });
      }
      const lead = await leadFor(tx, callerIn(c), c.req.valid('param').id);
      await locked(tx, lead.id);
      const erased = await erasedAmong(tx, names, [aliasOf.email(scrubbed.lead.emailNormal)]);
      if (erased.size > 0) throw refusedErased('whoever has this address asked to be erased');
      await changeJob(tx, lead.id, scrubbed.lead, { now: deps.clock.now(), by: callerIn(c).by });
      return { status: 202 as const, body: { lead: { id: lead.id } }, nudge: [lead.id] };
    });
    return c.json(body, status);
  });
  return app;
}
