/** `/v1/tasks/bulk`: one act on many tasks. Each is done or refused by itself, as one call would. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Db } from '../store/schema.ts';
import { leadsOfTasks } from '../store/tasks.ts';
import { acceptIn, answerTask, completeIn, type Frame, skipIn } from './answer.ts';
import { callerIn, guard, requireGrant } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { typeOf } from './problem/codes.ts';
import { Problem } from './problem/problem.ts';
import { reassign } from './reassign.ts';
import { reopen } from './reopen.ts';
import { returnIn } from './returns.ts';
import { instantOrNullIn, json, jsonBody, problems, repId, taskId } from './schemas/common.ts';
import { taskOut } from './schemas/tasks.ts';
import { snooze } from './snooze.ts';
import { write } from './write.ts';

/** As in a batch of enrollments or signals. */
const MOST = 500;

const tasks = z.array(taskId).min(1).max(MOST);
const ACTIONS = ['accept', 'reject', 'complete', 'skip', 'snooze', 'reassign', 'reopen'];
const act = z
  .discriminatedUnion(
    'action',
    [
      acceptIn.extend({ action: z.literal('accept'), tasks }),
      returnIn.extend({ action: z.literal('reject'), tasks }),
      // Words for one lead are for no other.
      completeIn.omit({ text: true, subject: true }).extend({ action: z.literal('complete'), tasks }),
      skipIn.extend({ action: z.literal('skip'), tasks }),
      z.strictObject({ action: z.literal('snooze'), tasks, until: instantOrNullIn }),
      z.strictObject({ action: z.literal('reassign'), tasks, to: repId }),
      z.strictObject({ action: z.literal('reopen'), tasks }),
    ],
    { error: (issue) => (issue.code === 'invalid_union' ? `is none of ${ACTIONS.join(', ')}` : undefined) },
  )
  .openapi('BulkAct', { description: 'Up to 500 ids, what to do, and the body that call takes.' });
type Act = z.infer<typeof act>;

const bulkOut = z
  .object({
    accepted: z.number().int().openapi({ description: 'How many were done.' }),
    tasks: z.array(z.object({ index: z.number().int(), task: taskOut })),
    rejected: z.array(
      z.object({ index: z.number().int(), id: z.string(), type: z.string(), message: z.string() }).openapi({
        description: '`type` as the call for one task answers it.',
      }),
    ),
  })
  .openapi('BulkDone');

export function taskBulkRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const bulk = createRoute({
    ...guard(deps, 'tasks.bulk'),
    method: 'post',
    path: '/v1/tasks/bulk',
    tags: ['Tasks'],
    summary: 'Do the same with up to 500 tasks',
    description: 'Answers for each by its index; those refused keep no other out. Needs the role that `action` needs.',
    request: jsonBody(act),
    responses: { 200: json(bulkOut, 'What became of each.'), ...problems(400, 409, 413, 415, 422) },
  });
  app.openapi(bulk, async (c) => {
    const given = c.req.valid('json');
    const caller = callerIn(c);
    requireGrant(caller, `tasks.${given.action}`);
    const playbook = await deps.playbooks.current();
    const { status, body } = await write(c, deps, (tx) =>
      doAll(tx, given, { playbook, now: deps.clock.now(), caller }),
    );
    return c.json(body, status);
  });
  return app;
}

/** In the order of the leads, so that two of these over the same leads do not wait for each other in a circle. */
async function doAll(tx: Db, given: Act, frame: Frame) {
  const leads = await leadsOfTasks(tx, given.tasks);
  const order = given.tasks
    .map((id, index) => ({ id, index, lead: leads.get(id) ?? '' }))
    .toSorted((a, b) => (a.lead === b.lead ? a.index - b.index : a.lead < b.lead ? -1 : 1));
  const out: z.infer<typeof bulkOut> = { accepted: 0, tasks: [], rejected: [] };
  const nudge = new Set<string>();
  for (const { id, index } of order) {
    try {
      // What is refused has written nothing.
      const done = await doOne(tx, id, given, frame);
      out.tasks.push({ index, task: done.body });
      for (const lead of done.nudge ?? []) nudge.add(lead);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      out.rejected.push({ index, id, type: typeOf(error.code), message: error.message });
    }
  }
  const byIndex = (a: { index: number }, b: { index: number }): number => a.index - b.index;
  out.tasks.sort(byIndex);
  out.rejected.sort(byIndex);
  out.accepted = out.tasks.length;
  return { status: 200 as const, body: out, nudge: [...nudge] };
}

interface Done {
  readonly body: z.infer<typeof taskOut>;
  readonly nudge?: readonly string[];
}

async function doOne(tx: Db, id: string, given: Act, frame: Frame): Promise<Done> {
  switch (given.action) {
    case 'snooze':
      return snooze(tx, id, given.until, frame);
    case 'reassign':
      return reassign(tx, id, given.to, { ...frame, by: frame.caller.by });
    case 'reopen':
      return reopen(tx, id, frame);
    default: {
      const { action, tasks: _, ...words } = given;
      return answerTask(tx, id, action, words, frame);
    }
  }
}
