/**
 * `/v1/tasks`: work for reps. An answer is a compare-and-set on the task and an inbox row, in one
 * transaction: of two answers one wins, and the other is told at once.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { listTasks, snoozeTask } from '../store/tasks.ts';
import { answerTask } from './answer.ts';
import { callerIn, guard, ownerOf } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { taskFor } from './own.ts';
import type { Operation } from './permissions.ts';
import { Problem } from './problem/problem.ts';
import { reassign } from './reassign.ts';
import { returnIn } from './returns.ts';
import {
  factsIn,
  idParam,
  instantIn,
  json,
  jsonBody,
  listQuery,
  name,
  noteIn,
  pageOf,
  problems,
  text,
} from './schemas/common.ts';
import { taskOut, taskState, toTask } from './schemas/tasks.ts';
import { write } from './write.ts';

const tags = ['Tasks'];

const states = text(100)
  .transform((value) => value.split(','))
  .pipe(z.array(taskState))
  .openapi({ type: 'string', description: 'One or several, with commas: `open,accepted`.', example: 'open' });

export const acceptIn = z.strictObject({ note: noteIn.optional() });
export const completeIn = z.strictObject({
  disposition: name
    .optional()
    .openapi({ description: 'How it ended; the step’s `outcomes` go by it.', example: 'connected' }),
  facts: factsIn.optional(),
  note: noteIn.optional(),
});
export const skipIn = z.strictObject({ reason: text(500).optional(), note: noteIn.optional() });

export function taskRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();

  const list = createRoute({
    ...guard(deps, 'tasks.list'),
    method: 'get',
    path: '/v1/tasks',
    tags,
    summary: 'List tasks by due time, earliest first',
    description: 'A rep sees their own.',
    request: {
      query: z.strictObject({
        state: states.optional(),
        assignee: text(320).optional(),
        snoozed: z
          .enum(['true', 'false'])
          .optional()
          .openapi({ description: 'Only those out of the way now, or only those that are not.' }),
        due: instantIn.optional().openapi({ description: 'Due at or before it.' }),
        ...listQuery,
      }),
    },
    responses: { 200: json(pageOf(taskOut, 'TaskPage'), 'A page of tasks.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const { state, due, assignee, snoozed, ...rest } = c.req.valid('query');
    const own = ownerOf(callerIn(c));
    if (own !== null && assignee !== undefined && assignee !== own) return c.json({ items: [], next: null }, 200);
    const now = deps.clock.now();
    const page = await listTasks(db, {
      ...rest,
      states: state,
      assignee: own ?? assignee,
      dueBefore: due,
      ...(snoozed === undefined ? {} : { snoozed: { is: snoozed === 'true', at: now } }),
    });
    return c.json({ items: page.items.map((task) => toTask(task, now)), next: page.next }, 200);
  });

  const get = createRoute({
    ...guard(deps, 'tasks.get'),
    method: 'get',
    path: '/v1/tasks/{id}',
    tags,
    summary: 'One task',
    request: { params: idParam },
    responses: { 200: json(taskOut, 'The task.'), ...problems(404) },
  });
  app.openapi(get, async (c) => {
    const task = await taskFor(db, callerIn(c), c.req.valid('param').id);
    return c.json(toTask(task, deps.clock.now()), 200);
  });

  const verbs = [
    [
      'accept',
      acceptIn,
      'Accept a handoff',
      'The lead is the caller’s from here; the handoff’s cadence starts.',
      false,
    ],
    [
      'reject',
      returnIn,
      'Reject a handoff',
      'With an agreed reason and the facts it asks for; the lead is marketing’s again.',
      true,
    ],
    ['complete', completeIn, 'Complete a task', 'Any task but a handoff.', false],
    ['skip', skipIn, 'Skip a task', 'Any task but a handoff.', false],
  ] as const;
  for (const [verb, schema, summary, description, required] of verbs) {
    const operation: Operation = `tasks.${verb}`;
    const route = createRoute({
      ...guard(deps, operation),
      method: 'post',
      path: `/v1/tasks/{id}/${verb}`,
      tags,
      summary,
      description: `${description} 409 \`task-closed\` when somebody was faster.`,
      request: { params: idParam, ...jsonBody(schema, required) },
      responses: { 200: json(taskOut, 'The task as it is now.'), ...problems(400, 404, 409, 413, 415, 422) },
    });
    app.openapi(route, async (c) => {
      const given = c.req.valid('json');
      const playbook = await deps.playbooks.current();
      const frame = { playbook, now: deps.clock.now(), caller: callerIn(c) };
      const { status, body } = await write(c, deps, (tx) =>
        answerTask(tx, c.req.valid('param').id, verb, given, frame),
      );
      return c.json(body, status);
    });
  }

  const snooze = createRoute({
    ...guard(deps, 'tasks.snooze'),
    method: 'post',
    path: '/v1/tasks/{id}/snooze',
    tags,
    summary: 'Put an open task out of the way until then',
    description: 'Stops no clock: due time and SLA stay. `until: null` brings it back.',
    request: { params: idParam, ...jsonBody(z.strictObject({ until: instantIn.nullable() })) },
    responses: { 200: json(taskOut, 'The task as it is now.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(snooze, async (c) => {
    const { until } = c.req.valid('json');
    const now = deps.clock.now();
    const { status, body } = await write(c, deps, async (tx) => {
      const task = await taskFor(tx, callerIn(c), c.req.valid('param').id);
      if (until !== null && until <= now) {
        throw new Problem('bad-input', 'The snooze is over before it began', {
          errors: [{ path: 'until', message: 'must lie ahead' }],
        });
      }
      if (!(await snoozeTask(tx, task.id, until))) {
        throw new Problem('task-closed', `The task is ${task.state}: only an open one can be snoozed`, {
          more: { state: task.state },
        });
      }
      return { status: 200 as const, body: toTask({ ...task, snoozedUntil: until }, now) };
    });
    return c.json(body, status);
  });

  const hand = createRoute({
    ...guard(deps, 'tasks.reassign'),
    method: 'post',
    path: '/v1/tasks/{id}/reassign',
    tags,
    summary: 'Give a task to another rep',
    description: 'Restarts no clock: the SLA counts from the first offer.',
    request: { params: idParam, ...jsonBody(z.strictObject({ to: text(320) })) },
    responses: { 200: json(taskOut, 'The task as it is now.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(hand, async (c) => {
    const playbook = await deps.playbooks.current();
    const { to } = c.req.valid('json');
    const { status, body } = await write(c, deps, (tx) =>
      reassign(tx, c.req.valid('param').id, to, { playbook, now: deps.clock.now(), by: callerIn(c).by }),
    );
    return c.json(body, status);
  });
  return app;
}
