/** `/v1/leads/{id}/merge`: two leads turn out to be one person. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Playbooks } from '../core/facts.ts';
import { AlreadyMerged, mergeLead } from '../store/merge-leads.ts';
import { peekLead } from '../store/states.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { NotAtHand, pinned } from './pinned.ts';
import { Problem } from './problem/problem.ts';
import { json, jsonBody, leadIdParam, problems } from './schemas/common.ts';
import { write } from './write.ts';

const merged = z
  .object({ lead: z.object({ id: z.uuid() }), merged: z.object({ id: z.uuid() }) })
  .openapi('LeadMerged', { description: '`lead` goes on for both; `merged` answers 410 from here on.' });

/** A lead that changes version at every try is no accident any more. */
const TRIES = 3;

export function mergeRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const merge = createRoute({
    ...guard(deps, 'leads.merge'),
    method: 'post',
    path: '/v1/leads/{id}/merge',
    tags: ['Leads'],
    summary: 'Merge a lead into another one of the same person',
    description:
      'The lead in the path ends; `into` goes on with the history of both, nothing either has had comes again, and the stricter consent of both holds. Later writes by the old id, address or external id reach it. Cannot be undone.',
    request: { params: leadIdParam, ...jsonBody(z.strictObject({ into: z.uuid() })) },
    responses: { 200: json(merged, 'They are one.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(merge, async (c) => {
    const { id } = c.req.valid('param');
    const { into } = c.req.valid('json');
    const { by } = callerIn(c);
    for (let attempt = 1; ; attempt += 1) {
      const playbooks = await playbooksOf(deps, [id, into]);
      try {
        const { status, body } = await write(c, deps, async (tx) => {
          if (id === into) {
            throw new Problem('bad-input', 'A lead cannot be merged into itself', {
              errors: [{ path: 'into', message: 'is the lead itself' }],
            });
          }
          await mergeLead(tx, id, into, { playbooks, now: deps.clock.now(), by }).catch((error: unknown) => {
            throw error instanceof AlreadyMerged ? problemOf(error) : error;
          });
          return { status: 200 as const, body: { lead: { id: into }, merged: { id } }, nudge: [into, id] };
        });
        return c.json(body, status);
      } catch (error) {
        if (!(error instanceof NotAtHand) || attempt === TRIES) throw error;
      }
    }
  });
  return app;
}

async function playbooksOf(deps: ApiDeps, ids: readonly string[]): Promise<Playbooks> {
  const current = await deps.playbooks.current();
  const leads = await Promise.all(ids.map((id) => peekLead(deps.database.db, id)));
  const states = leads.map((lead) => lead?.state ?? null);
  return { current, get: await pinned(deps, states, current) };
}

const problemOf = ({ message, mergedInto }: AlreadyMerged): Problem =>
  new Problem('already-merged', message, { more: { mergedInto } });
