/** `/v1/enrollments`: one lead's run through a cadence. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { getEnrollment, isOpen, listEnrollments } from '../store/enrollments.ts';
import { putInputs } from '../store/inbox.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { enrollAll } from './enroll.ts';
import type { Operation } from './permissions.ts';
import { placedAll } from './positions.ts';
import { typeOf } from './problem/codes.ts';
import { Problem } from './problem/problem.ts';
import { idParam, json, jsonBody, leadRef, listQuery, name, pageOf, problems } from './schemas/common.ts';
import { enrollmentOut, toEnrollment } from './schemas/enrollments.ts';
import { write } from './write.ts';

const tags = ['Enrollments'];
const wish = z.strictObject({ lead: leadRef, cadence: name });

const batchOut = z
  .object({
    accepted: z.number().int(),
    enrollments: z.array(z.object({ index: z.number().int(), enrollment: enrollmentOut })),
    rejected: z.array(
      z.object({
        index: z.number().int(),
        type: z.string().openapi({ description: 'Type of the problem the single call would answer with.' }),
        message: z.string(),
        reason: z.string().optional(),
      }),
    ),
  })
  .openapi('EnrollmentBatch');

export function enrollmentRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();

  const post = createRoute({
    ...guard(deps, 'enrollments.create'),
    method: 'post',
    path: '/v1/enrollments',
    tags,
    summary: 'Enroll a lead in a cadence',
    description:
      'Asks the entry rules but `when` and `on`. 409 `lane-taken` while the lead runs another cadence in the lane; 409 `entry-refused` with `reason` when another rule says no.',
    request: jsonBody(wish),
    responses: { 201: json(enrollmentOut, 'Enrolled.'), ...problems(400, 404, 409, 413, 415, 422) },
  });
  app.openapi(post, async (c) => {
    const playbook = await deps.playbooks.current();
    const { status, body } = await write(c, deps, async (tx) => {
      const frame = { playbook, now: deps.clock.now(), by: callerIn(c).by };
      const [answer] = await enrollAll(tx, [c.req.valid('json')], frame);
      if (answer?.ok !== true) throw answer?.problem ?? new Error('an enrollment gave no answer');
      const { enrollment } = answer;
      return { status: 201 as const, body: toEnrollment(enrollment), nudge: [enrollment.leadId] };
    });
    return c.json(body, status, { location: `/v1/enrollments/${body.id}` });
  });

  const batch = createRoute({
    ...guard(deps, 'enrollments.batch'),
    method: 'post',
    path: '/v1/enrollments/batch',
    tags,
    summary: 'Enroll up to 500 leads',
    description: 'Answers for each item by its index; those refused do not keep the others out.',
    request: jsonBody(z.strictObject({ enrollments: z.array(wish).min(1).max(500) })),
    responses: { 200: json(batchOut, 'What became of each.'), ...problems(400, 409, 413, 415, 422) },
  });
  app.openapi(batch, async (c) => {
    const playbook = await deps.playbooks.current();
    const { status, body } = await write(c, deps, async (tx) => {
      const frame = { playbook, now: deps.clock.now(), by: callerIn(c).by };
      const answers = await enrollAll(tx, c.req.valid('json').enrollments, frame);
      const out: z.infer<typeof batchOut> = { accepted: 0, enrollments: [], rejected: [] };
      const leads: string[] = [];
      answers.forEach((answer, index) => {
        if (answer.ok) {
          out.enrollments.push({ index, enrollment: toEnrollment(answer.enrollment) });
          leads.push(answer.enrollment.leadId);
          return;
        }
        const { code, message, options } = answer.problem;
        const reason = options.more?.reason;
        out.rejected.push({ index, type: typeOf(code), message, ...(typeof reason === 'string' ? { reason } : {}) });
      });
      out.accepted = leads.length;
      return { status: 200 as const, body: out, nudge: leads };
    });
    return c.json(body, status);
  });

  const list = createRoute({
    ...guard(deps, 'enrollments.list'),
    method: 'get',
    path: '/v1/enrollments',
    tags,
    summary: 'List enrollments',
    request: {
      query: z.strictObject({
        lead: z.uuid().optional(),
        cadence: name.optional(),
        open: z.enum(['true', 'false']).optional().openapi({ description: 'Only those that hold their lane.' }),
        ...listQuery,
      }),
    },
    responses: { 200: json(pageOf(enrollmentOut, 'EnrollmentPage'), 'A page of enrollments.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const { lead, open, ...rest } = c.req.valid('query');
    const page = await listEnrollments(db, { ...rest, leadId: lead, open: open === 'true' });
    const items = await placedAll(db, page.items);
    return c.json({ items: items.map(toEnrollment), next: page.next }, 200);
  });

  const get = createRoute({
    ...guard(deps, 'enrollments.get'),
    method: 'get',
    path: '/v1/enrollments/{id}',
    tags,
    summary: 'One enrollment',
    request: { params: idParam },
    responses: { 200: json(enrollmentOut, 'The enrollment.'), ...problems(404) },
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    const found = await getEnrollment(db, id);
    if (found === null) throw new Problem('not-found', `There is no enrollment ${id}`);
    const [row = found] = await placedAll(db, [found]);
    return c.json(toEnrollment(row), 200);
  });

  for (const action of ['pause', 'resume', 'stop'] as const) control(app, deps, action);
  return app;
}

const said = {
  pause: 'Holds the lead at its step with its due time.',
  resume: 'Goes on from the step the lead is at.',
  stop: 'Ends the run as `stopped`; its lane is free then.',
} as const;

function control(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, action: keyof typeof said): void {
  const operation: Operation = `enrollments.${action}`;
  const route = createRoute({
    ...guard(deps, operation),
    method: 'post',
    path: `/v1/enrollments/{id}/${action}`,
    tags,
    summary: `${action[0]?.toUpperCase()}${action.slice(1)} an enrollment`,
    description: `${said[action]} The lead's workflow does it at once; the answer shows the enrollment as it was.`,
    request: { params: idParam },
    responses: { 202: json(enrollmentOut, 'Taken.'), ...problems(404, 409) },
  });
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { status, body } = await write(c, deps, async (tx) => {
      const found = await getEnrollment(tx, id);
      if (found === null) throw new Problem('not-found', `There is no enrollment ${id}`);
      if (!isOpen(found.state)) {
        throw new Problem('enrollment-closed', `The enrollment has ended as ${found.state}`, {
          more: { state: found.state },
        });
      }
      const now = deps.clock.now();
      const input = { kind: 'enrollment.control' as const, enrollment: id, action, by: callerIn(c).by };
      await putInputs(tx, [{ leadId: found.leadId, at: now, body: input }], now);
      return { status: 202 as const, body: toEnrollment(found), nudge: [found.leadId] };
    });
    return c.json(body, status);
  });
}
