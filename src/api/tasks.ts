/**
 * `/v1/tasks`: work for reps. An answer is a compare-and-set on the task and an inbox row, in one
 * transaction: of two answers one wins, and the other is told at once.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Playbook } from '../core/playbook.ts';
import { listDesk } from '../store/desk.ts';
import { listTasks } from '../store/tasks.ts';
import { acceptIn, answerTask, completeIn, skipIn } from './answer.ts';
import { callerIn, guard, ownerOf } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { taskFor } from './own.ts';
import type { Operation } from './permissions.ts';
import { currentOrNull } from './playbook-now.ts';
import { reassign } from './reassign.ts';
import { reopen } from './reopen.ts';
import { returnIn } from './returns.ts';
import {
  idParam,
  instantIn,
  instantOrNullIn,
  json,
  jsonBody,
  listQuery,
  pageOf,
  problems,
  repId,
  text,
} from './schemas/common.ts';
import { formatted } from './schemas/forms.ts';
import { taskOut, taskState, toTask } from './schemas/tasks.ts';
import { snooze } from './snooze.ts';
import { write } from './write.ts';

const tags = ['Tasks'];

const states = text(100)
  .transform((value) => value.split(','))
  .pipe(z.array(taskState))
  .openapi({
    ...formatted('task-states'),
    description: 'One or several, with commas: `open,accepted`.',
    example: 'open',
  });

const yesOrNo = z.enum(['true', 'false']);
const deskQuery = z.strictObject({
  state: states.optional(),
  assignee: text(320)
    .transform((id) => id.toLowerCase())
    .optional(),
  snoozed: yesOrNo.optional().openapi({ description: 'Only those out of the way now, or only those that are not.' }),
  due: instantIn.optional().openapi({ description: 'Due at or before it.' }),
  waiting: z.literal('true').optional().openapi({ description: 'Only those that nobody has: to be claimed.' }),
  callableNow: yesOrNo
    .optional()
    .openapi({ description: 'Only those whose lead may be called now, or may not. Open ones, unless `state` says.' }),
  sort: z.enum(['due', 'rank']).optional().openapi({
    description: '`rank`: what to do first, as docs/api.md says. Open ones, unless `state` says.',
  }),
  ...listQuery,
});

/** Where a rep may claim; whoever is no rep sees all of it. */
const poolsOf = (rep: string | null, playbook: Playbook | null): readonly string[] | 'any' =>
  rep === null ? 'any' : (playbook?.pools ?? []).flatMap((pool) => (pool.reps.includes(rep) ? [pool.id] : []));

export function taskRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();

  const list = createRoute({
    ...guard(deps, 'tasks.list'),
    method: 'get',
    path: '/v1/tasks',
    tags,
    summary: 'List tasks by due time, or by what a rep should do first',
    description: 'A rep sees their own, and with `waiting` those of their pools that nobody has.',
    request: { query: deskQuery },
    responses: { 200: json(pageOf(taskOut, 'TaskPage'), 'A page of tasks.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const { state, due, assignee, snoozed, waiting, callableNow, sort = 'due', ...rest } = c.req.valid('query');
    const own = ownerOf(callerIn(c));
    const foreign = own !== null && assignee !== undefined && assignee !== own;
    if (foreign || (waiting === 'true' && assignee !== undefined)) return c.json({ items: [], next: null }, 200);
    const now = deps.clock.now();
    const playbook = await currentOrNull(deps);
    const ranked = sort === 'rank' || callableNow !== undefined;
    const filter = {
      ...rest,
      // A desk is what is to be done.
      states: state ?? (ranked ? ['open' as const] : undefined),
      ...(waiting === 'true' ? { waitingIn: poolsOf(own, playbook) } : { assignee: own ?? assignee }),
      dueBefore: due,
      ...(snoozed === undefined ? {} : { snoozed: { is: snoozed === 'true', at: now } }),
    };
    const callable = callableNow === undefined ? {} : { callableNow: callableNow === 'true' };
    const page = ranked
      ? await listDesk(db, { ...filter, sort, ...callable }, playbook?.company, now)
      : await listTasks(db, filter);
    return c.json({ items: page.items.map((task) => toTask(task, now, playbook)), next: page.next }, 200);
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
    return c.json(toTask(task, deps.clock.now(), await currentOrNull(deps)), 200);
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

  const snoozing = createRoute({
    ...guard(deps, 'tasks.snooze'),
    method: 'post',
    path: '/v1/tasks/{id}/snooze',
    tags,
    summary: 'Put an open task out of the way until then',
    description: 'Stops no clock: due time and SLA stay. `until: null` brings it back.',
    request: { params: idParam, ...jsonBody(z.strictObject({ until: instantOrNullIn })) },
    responses: { 200: json(taskOut, 'The task as it is now.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(snoozing, async (c) => {
    const playbook = await deps.playbooks.current();
    const frame = { playbook, now: deps.clock.now(), caller: callerIn(c) };
    const { status, body } = await write(c, deps, (tx) =>
      snooze(tx, c.req.valid('param').id, c.req.valid('json').until, frame),
    );
    return c.json(body, status);
  });

  const reopening = createRoute({
    ...guard(deps, 'tasks.reopen'),
    method: 'post',
    path: '/v1/tasks/{id}/reopen',
    tags,
    summary: 'Open a task again that was closed by mistake',
    description:
      'As long as nothing has come of the answer: the cadence stands on the very next step. Else 409 `answer-stands` says what has happened.',
    request: { params: idParam, ...jsonBody(z.strictObject({}), false) },
    responses: { 200: json(taskOut, 'The task as it is now.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(reopening, async (c) => {
    const playbook = await deps.playbooks.current();
    const frame = { playbook, now: deps.clock.now(), caller: callerIn(c) };
    const { status, body } = await write(c, deps, (tx) => reopen(tx, c.req.valid('param').id, frame));
    return c.json(body, status);
  });

  const hand = createRoute({
    ...guard(deps, 'tasks.reassign'),
    method: 'post',
    path: '/v1/tasks/{id}/reassign',
    tags,
    summary: 'Give a task to another rep',
    description: 'Restarts no clock: the SLA counts from the first offer.',
    request: { params: idParam, ...jsonBody(z.strictObject({ to: repId })) },
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
