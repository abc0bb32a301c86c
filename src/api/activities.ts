/** `/v1/leads/{id}/activities`: a call, a meeting or a message nobody planned. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { ACTIVITY_KINDS, type ActivityKind, DISPOSITIONS, reachedBy } from '../core/activity.ts';
import type { Playbook } from '../core/playbook.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { locked, put, taken } from './lead-decisions.ts';
import { leadFor } from './own.ts';
import { currentOrNull } from './playbook-now.ts';
import { Problem } from './problem/problem.ts';
import { json, jsonBody, leadIdParam, name, noteIn, problems } from './schemas/common.ts';
import { write } from './write.ts';

const known = ACTIVITY_KINDS.map((kind) => {
  const { reached, missed } = DISPOSITIONS[kind];
  return `${kind}: ${[...reached, ...missed].join(', ')}`;
}).join('; ');

export function activityRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const log = createRoute({
    ...guard(deps, 'leads.activity'),
    method: 'post',
    path: '/v1/leads/{id}/activities',
    tags: ['Leads'],
    summary: 'Log a call, a meeting or a message that no task asked for',
    description:
      'Counts as an attempt and as the first touch since accepting, under the frequency caps and in the contacts report. One that reached the lead answers a reply that waits for its rep.',
    request: {
      params: leadIdParam,
      ...jsonBody(
        z.strictObject({
          kind: z.enum(ACTIVITY_KINDS),
          disposition: name.openapi({
            description: `How it ended. ${known}; and whatever the playbook’s tasks of this kind may end as.`,
            example: 'connected',
          }),
          note: noteIn.optional(),
        }),
      ),
    },
    responses: { 202: json(taken, 'Taken.'), ...problems(400, 404, 413, 415, 422) },
  });
  app.openapi(log, async (c) => {
    const { kind, disposition, note } = c.req.valid('json');
    const own = ownOutcomes(await currentOrNull(deps), kind);
    const reached = reachedBy(kind, disposition, own);
    const { status, body } = await write(c, deps, async (tx) => {
      if (reached === undefined) {
        const all = [...new Set([...DISPOSITIONS[kind].reached, ...DISPOSITIONS[kind].missed, ...own])].join(', ');
        throw new Problem('unknown-in-playbook', `A ${kind} does not end as ${disposition}`, {
          errors: [{ path: 'disposition', message: `is none of ${all}` }],
        });
      }
      const lead = await leadFor(tx, callerIn(c), c.req.valid('param').id);
      await locked(tx, lead.id);
      const said = note === undefined ? {} : { note };
      const input = { kind: 'activity' as const, activity: kind, disposition, reached, ...said, by: callerIn(c).by };
      return put(tx, lead.id, input, deps.clock.now());
    });
    return c.json(body, status);
  });
  return app;
}

/** What the playbook's tasks of this kind may end as, beside what every one may. */
function ownOutcomes(playbook: Playbook | null, kind: ActivityKind): ReadonlySet<string> {
  const steps = Object.values(playbook?.cadences ?? {}).flatMap((cadence) => Object.values(cadence.steps));
  const names = steps.flatMap((step) =>
    step.kind === 'task' && step.task.kind === kind ? Object.keys(step.outcomes) : [],
  );
  // What happens to a task by itself is nothing a person does.
  return new Set(names.filter((one) => one !== 'else' && one !== 'expired'));
}
