/**
 * Pause and resume, of everything (`/v1/pause`) and of one cadence. A pause is a row that is
 * checked at the moment of the send: it holds at once, wakes nobody, and every lead keeps its place.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { heldLeads } from '../store/inbox.ts';
import { listPauses, pauseScope, resumeScope } from '../store/pauses.ts';
import type { Db } from '../store/schema.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv, Caller } from './deps.ts';
import { Problem } from './problem/problem.ts';
import { idParam, json, jsonBody, problems, text } from './schemas/common.ts';
import { write } from './write.ts';

const tags = ['Pause'];
const reasonIn = jsonBody(z.strictObject({ reason: text(500).optional() }), false);
const pauseOut = z
  .object({
    scope: z.string().openapi({ description: '`*` for everything, else a cadence.' }),
    paused: z.boolean(),
    changed: z.boolean().openapi({ description: 'False when it was so before.' }),
    leads: z.number().int().openapi({ description: 'Leads that were held and go on now.' }),
  })
  .openapi('Pause');

/** Held leads nudged by the call itself; the sweeper follows up with the rest at its own pace. */
const NUDGED = 500;

export function pauseRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();

  const pause = async (tx: Db, scope: string, caller: Caller, reason: string | undefined) => {
    const changed = await pauseScope(tx, { scope, reason: reason ?? '', by: caller.by, at: deps.clock.now() });
    return { status: 200 as const, body: { scope, paused: true, changed, leads: 0 } };
  };
  const resume = async (tx: Db, scope: string) => {
    const held = await heldLeads(tx, scope, { limit: NUDGED });
    const changed = await resumeScope(tx, scope);
    const leads = changed ? held : [];
    return { status: 200 as const, body: { scope, paused: false, changed, leads: leads.length }, nudge: leads };
  };
  const knownCadence = async (id: string): Promise<string> => {
    const playbook = await deps.playbooks.current();
    if (playbook.cadences[id] !== undefined) return id;
    const paused = await listPauses(deps.database.db);
    // A cadence that has left the playbook since can still be resumed.
    if (paused.some((row) => row.scope === id)) return id;
    throw new Problem('not-found', `The playbook has no cadence ${id}`);
  };

  const all = createRoute({
    ...guard(deps, 'sending.pause'),
    method: 'post',
    path: '/v1/pause',
    tags,
    summary: 'Hold all sending',
    description: 'Nothing goes out from the next moment on; every lead keeps its step and due time.',
    request: reasonIn,
    responses: { 200: json(pauseOut, 'Paused.'), ...problems(400, 413, 415, 422) },
  });
  app.openapi(all, async (c) => {
    const { status, body } = await write(c, deps, (tx) => pause(tx, '*', callerIn(c), c.req.valid('json').reason));
    return c.json(body, status);
  });

  const go = createRoute({
    ...guard(deps, 'sending.resume'),
    method: 'post',
    path: '/v1/resume',
    tags,
    summary: 'Go on sending',
    responses: { 200: json(pauseOut, 'Going on.'), ...problems(422) },
  });
  app.openapi(go, async (c) => {
    const { status, body } = await write(c, deps, (tx) => resume(tx, '*'));
    return c.json(body, status);
  });

  const one = createRoute({
    ...guard(deps, 'cadences.pause'),
    method: 'post',
    path: '/v1/cadences/{id}/pause',
    tags,
    summary: 'Hold a cadence for all its leads',
    request: { params: idParam, ...reasonIn },
    responses: { 200: json(pauseOut, 'Paused.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(one, async (c) => {
    const scope = await knownCadence(c.req.valid('param').id);
    const { status, body } = await write(c, deps, (tx) => pause(tx, scope, callerIn(c), c.req.valid('json').reason));
    return c.json(body, status);
  });

  const oneGo = createRoute({
    ...guard(deps, 'cadences.resume'),
    method: 'post',
    path: '/v1/cadences/{id}/resume',
    tags,
    summary: 'Let a cadence go on',
    request: { params: idParam },
    responses: { 200: json(pauseOut, 'Going on.'), ...problems(404, 409, 422) },
  });
  app.openapi(oneGo, async (c) => {
    const scope = await knownCadence(c.req.valid('param').id);
    const { status, body } = await write(c, deps, (tx) => resume(tx, scope));
    return c.json(body, status);
  });
  return app;
}
