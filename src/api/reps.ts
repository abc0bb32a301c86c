/** `/v1/reps`: who takes leads, when they work, and whether they are there. A rep's id is the email. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { MAX_CHATS } from '../core/chat.ts';
import type { Playbook } from '../core/playbook.ts';
import { zoneName } from '../core/zones.ts';
import { getRep, listReps, NOTIFY_DEFAULT, putRep, type RepRow, workingHoursSchema } from '../store/reps.ts';
import type { Db } from '../store/schema.ts';
import { defined } from '../store/values.ts';
import { callerIn, guard, ownerOf } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { currentOrNull } from './playbook-now.ts';
import { type Mistake, Problem } from './problem/problem.ts';
import { moveAllOf, NOTHING_MOVED } from './reassign.ts';
import { json, jsonBody, listQuery, mailable, pageOf, pageOfAll, problems, text } from './schemas/common.ts';
import { formatted } from './schemas/forms.ts';
import { write } from './write.ts';

const tags = ['Reps'];

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a clock time, HH:MM');
const workingHours = z
  .strictObject({
    days: z.array(workingHoursSchema.shape.days.element).min(1).max(7),
    from: clockTime,
    to: clockTime,
    holidays: z.array(z.iso.date('must be a date that exists, YYYY-MM-DD')).max(400).default([]),
  })
  .refine((hours) => hours.from < hours.to, { path: ['to'], message: 'must be later than `from`' });

const edge = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: 'must be a date or an instant that exists' })
  .openapi({ type: 'string', anyOf: [{ format: 'date' }, { format: 'date-time' }], example: '2026-12-24' });
const absence = z
  .strictObject({
    from: edge,
    to: edge,
    cover: z
      .email()
      .refine(mailable, 'must be an address')
      .transform((id) => id.toLowerCase())
      .optional()
      .openapi({
        type: 'string',
        format: 'rep-address',
        description: 'Who takes the rep’s leads; a cover who is away too is covered in turn.',
      }),
  })
  // A date ends with its day: the same date twice is one day.
  .refine(({ from, to }) => Date.parse(from) <= Date.parse(to), { path: ['to'], message: 'must not be before `from`' })
  .openapi('Absence');

const notify = z
  .strictObject({
    tasks: z
      .enum(['each', 'digest', 'none'])
      .default('each')
      .openapi({ description: 'Of tasks and leads: a mail for each as it comes, only the digest, or nothing.' }),
    digest: z
      .union([clockTime, z.literal('none')], { error: 'must be a clock time, HH:MM, or `none`' })
      .optional()
      .openapi({
        description:
          'When the digest of a working day goes, in the rep’s zone, or `none`; by default at the start of work.',
      }),
  })
  .openapi('RepNotify');

const repIn = z
  .strictObject({
    name: text(200).regex(/^\P{Cc}*$/u, 'must be one line: it is the sender of mail in the rep’s name'),
    timeZone: text(100)
      .refine((zone) => zoneName(zone) !== undefined, 'must be an IANA time zone, e.g. Europe/London')
      .transform((zone) => zoneName(zone) ?? zone)
      .openapi({ ...formatted('time-zone'), example: 'Europe/London' }),
    workingHours: workingHours.optional().openapi({ description: 'The company’s by default.' }),
    away: z
      .array(absence)
      .max(200)
      .default([])
      .openapi({ description: 'Dates are the rep’s local days, both included; leads go to the cover meanwhile.' }),
    notify: notify.optional().openapi({ description: 'What the rep is mailed.' }),
    languages: z
      .array(z.string().regex(/^[a-z]{2,3}$/, 'must be an ISO 639 code in lower case, such as de'))
      .max(20)
      .optional()
      .openapi({ description: 'What the rep chats in; any language by default.', example: ['en', 'de'] }),
    maxChats: z
      .number()
      .int()
      .min(0)
      .max(100)
      .optional()
      .openapi({ description: `Chats at once, ${MAX_CHATS} by default; 0: none.` }),
    active: z.boolean().default(true).openapi({ description: 'False moves the rep’s leads and open tasks at once.' }),
  })
  .openapi('RepInput');

const repOut = z
  .object({
    id: z.string(),
    name: z.string(),
    timeZone: z.string(),
    workingHours: workingHoursSchema.nullable(),
    away: z.array(z.object({ from: z.string(), to: z.string(), cover: z.string().optional() })),
    notify: z.object({ tasks: z.enum(['each', 'digest', 'none']), digest: z.string().nullable() }),
    languages: z.array(z.string()).nullable().openapi({ description: 'Null: any.' }),
    maxChats: z.number().int(),
    active: z.boolean(),
  })
  .openapi('Rep');

const moves = z.object({
  moved: z.number().int(),
  left: z.number().int().openapi({ description: 'Neither a rep nor a manager of the pools is there.' }),
});

const repWritten = repOut
  .extend({
    outcome: z.enum(['created', 'updated']),
    tasks: moves.openapi({ description: 'Open tasks of a rep who is no longer active.' }),
    leads: moves.openapi({ description: 'Leads of a rep who is no longer active.' }),
  })
  .openapi('RepWritten');

export const repParam = z.object({
  id: z
    .email('must be the address of a rep')
    .refine(mailable, 'must be the address of a rep')
    .transform((id) => id.toLowerCase())
    .openapi({
      param: { name: 'id', in: 'path' },
      type: 'string',
      format: 'rep-address',
      description: 'The rep’s email.',
      example: 'rep-1@northwind.example',
    }),
});

export function repRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();

  const put = createRoute({
    ...guard(deps, 'reps.put'),
    method: 'put',
    path: '/v1/reps/{id}',
    tags,
    summary: 'Describe a rep',
    description:
      'Creates or replaces. `active: false` moves the rep’s leads and open tasks to others of the pools at once.',
    request: { params: repParam, ...jsonBody(repIn) },
    responses: {
      200: json(repWritten, 'The rep was known.'),
      201: json(repWritten, 'The rep is new.'),
      ...problems(400, 404, 409, 413, 415, 422),
    },
  });
  app.openapi(put, async (c) => {
    const { id } = c.req.valid('param');
    const { workingHours: hours, notify: wanted, ...given } = c.req.valid('json');
    const playbook = await currentOrNull(deps);
    const { status, body } = await write(c, deps, async (tx) => {
      const now = deps.clock.now();
      const rep: RepRow = {
        id,
        ...defined(given),
        ...(hours === undefined ? {} : { workingHours: hours }),
        ...(wanted === undefined ? {} : { notify: defined(wanted) }),
      };
      await checkCovers(tx, rep, playbook);
      const outcome = await putRep(tx, rep, now);
      const frame = playbook && { playbook, now, by: callerIn(c).by };
      const gone = frame && !rep.active ? await moveAllOf(tx, id, frame) : NOTHING_MOVED;
      return {
        status: outcome === 'created' ? (201 as const) : (200 as const),
        body: { ...toRepOut(rep), outcome, tasks: gone.tasks, leads: gone.leads },
        nudge: gone.leadIds,
      };
    });
    return c.json(body, status);
  });

  const get = createRoute({
    ...guard(deps, 'reps.get'),
    method: 'get',
    path: '/v1/reps/{id}',
    tags,
    summary: 'One rep',
    request: { params: repParam },
    responses: { 200: json(repOut, 'The rep.'), ...problems(404) },
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    const own = ownerOf(callerIn(c));
    if (own !== null && own !== id) throw new Problem('not-yours', 'A rep’s key shows that rep alone');
    const rep = await getRep(db, id);
    if (rep === null) throw new Problem('not-found', `There is no rep ${id}`);
    return c.json(toRepOut(rep), 200);
  });

  const list = createRoute({
    ...guard(deps, 'reps.list'),
    method: 'get',
    path: '/v1/reps',
    tags,
    summary: 'All reps that have been described',
    request: { query: z.strictObject(listQuery) },
    responses: { 200: json(pageOf(repOut, 'RepPage'), 'A page of reps.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const page = pageOfAll('reps', await listReps(db), c.req.valid('query'));
    return c.json({ items: page.items.map(toRepOut), next: page.next }, 200);
  });
  return app;
}

/** A cover gets the leads: it is somebody who may have them. @throws Problem `bad-cover` */
async function checkCovers(tx: Db, { id, away }: RepRow, playbook: Playbook | null): Promise<void> {
  const errors: Mistake[] = [];
  for (const [n, { cover }] of away.entries()) {
    if (cover === undefined) continue;
    const named = playbook?.pools.some(({ reps, manager }) => reps.includes(cover) || manager === cover) === true;
    const known = named || (await getRep(tx, cover)) !== null;
    const message =
      cover === id ? 'is the rep: somebody else covers' : known ? undefined : 'is no rep or manager that is known';
    if (message !== undefined) errors.push({ path: `away.${n}.cover`, message });
  }
  if (errors.length === 0) return;
  throw new Problem(
    'bad-cover',
    `The body has a mistake: ${errors.map((one) => `${one.path}: ${one.message}`).join('; ')}`,
    {
      errors,
    },
  );
}

const toRepOut = (rep: RepRow): z.infer<typeof repOut> => ({
  id: rep.id,
  name: rep.name,
  timeZone: rep.timeZone,
  workingHours:
    rep.workingHours === undefined
      ? null
      : { ...rep.workingHours, days: [...rep.workingHours.days], holidays: [...rep.workingHours.holidays] },
  away: rep.away.map((absence) => ({ ...absence })),
  notify: { tasks: (rep.notify ?? NOTIFY_DEFAULT).tasks, digest: rep.notify?.digest ?? null },
  languages: rep.languages === undefined ? null : [...rep.languages],
  maxChats: rep.maxChats ?? MAX_CHATS,
  active: rep.active,
});
