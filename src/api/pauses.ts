/**
 * Pause and resume, of everything (`/v1/pause`) and of one cadence. A pause is a row that is
 * checked at the moment of the send: it holds at once, wakes nobody, and every lead keeps its place.
 * The answer comes when nothing is under way any more that did not see it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { EVERYTHING, reasonOfScope } from '../core/pause-scopes.ts';
import { sentenceOf } from '../core/reasons.ts';
import { heldLeads } from '../store/inbox.ts';
import { listPauses, pauseScope, resumeScope } from '../store/pauses.ts';
import type { Db } from '../store/schema.ts';
import { areOut, openLeases } from '../store/send-slots.ts';
import { underWay } from '../store/touches.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv, Caller } from './deps.ts';
import { Problem } from './problem/problem.ts';
import { idParam, json, jsonBody, problems, text } from './schemas/common.ts';
import { write } from './write.ts';

const tags = ['Pause'];
const pausesOut = z
  .object({
    items: z.array(
      z.object({
        scope: z.string().openapi({
          description:
            '`*` for everything, else a cadence, or what a rule holds: `quota:marketing`, `quota:all`, `sender:marketing`, `sender:sales`, `stop:marketing`, `stop:sales`, `arm:EXPERIMENT/ARM`.',
        }),
        why: z.string(),
        reason: z.string().openapi({ description: 'What the person said, or what the rule counted.' }),
        by: z.string(),
        at: z.iso.datetime(),
      }),
    ),
  })
  .openapi('Pauses');
const reasonIn = jsonBody(z.strictObject({ reason: text(500).optional() }), false);
const pauseOut = z
  .object({
    scope: z.string().openapi({ description: '`*` for everything, else a cadence.' }),
    paused: z.boolean(),
    changed: z.boolean().openapi({ description: 'False when it was so before.' }),
    leads: z.number().int().openapi({ description: 'Leads that were held and go on now.' }),
  })
  .openapi('Pause');

/** A send ends within 13 s; one that has not after a minute was cut off. Real ms. */
const UNDER_WAY_MS = 60_000;
const WAIT_MS = 5_000;
const LOOK_MS = 20;

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
  /** Until no message is under way that was decided before the pause; what is cut off is not waited for. */
  const settled = async (scope: string): Promise<void> => {
    const { db } = deps.database;
    const since = deps.clock.now() - UNDER_WAY_MS * deps.clock.anchor.factor;
    const until = Date.now() + WAIT_MS;
    const cadence = scope === EVERYTHING ? undefined : scope;
    // Every paced send has a slot from before its decision to its answer: when those that are out now are back,
    // nothing is left that was decided without the pause.
    const out = await openLeases(db);
    const busy = async () => (await areOut(db, out)) || (await underWay(db, { since, cadence })) > 0;
    while (Date.now() < until && (await busy())) await delay(LOOK_MS);
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
    description:
      'Every lead keeps its step and due time. The answer waits, at most 5 seconds, for messages that are being handed to the mail service; after it nothing goes out.',
    request: reasonIn,
    responses: { 200: json(pauseOut, 'Paused.'), ...problems(400, 413, 415, 422) },
  });
  app.openapi(all, async (c) => {
    const { reason } = c.req.valid('json');
    const { status, body } = await write(c, deps, (tx) => pause(tx, EVERYTHING, callerIn(c), reason));
    await settled(EVERYTHING);
    return c.json(body, status);
  });

  const go = createRoute({
    ...guard(deps, 'sending.resume'),
    method: 'post',
    path: '/v1/resume',
    tags,
    summary: 'Go on sending',
    description: 'Leads that were held each take a place in what is left of their window.',
    responses: { 200: json(pauseOut, 'Going on.'), ...problems(422) },
  });
  app.openapi(go, async (c) => {
    const { status, body } = await write(c, deps, (tx) => resume(tx, EVERYTHING));
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
    await settled(scope);
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

  const list = createRoute({
    ...guard(deps, 'sending.pauses'),
    method: 'get',
    path: '/v1/pauses',
    tags,
    summary: 'What is held, and why',
    responses: { 200: json(pausesOut, 'By scope.'), ...problems() },
  });
  app.openapi(list, async (c) => {
    const pauses = await listPauses(deps.database.db);
    const items = pauses.map(({ at, ...pause }) => ({
      ...pause,
      why: sentenceOf(reasonOfScope(pause.scope)),
      at: new Date(at).toISOString(),
    }));
    return c.json({ items }, 200);
  });
  return app;
}
