/** `/v1/reps/{id}/calendar`: a rep's open tasks as a feed that a calendar program subscribes to. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { isMade, mac } from '../email/signature.ts';
import { everyRep } from '../notices/people.ts';
import { taskCalendar } from '../notices/task-calendar.ts';
import { calendarVersion, rotateCalendar } from '../store/rep-calendars.ts';
import { getRep } from '../store/reps.ts';
import { listTasks } from '../store/tasks.ts';
import { sha256 } from '../store/values.ts';
import { callerIn, guard, openRoute, ownerOf } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { currentOrNull } from './playbook-now.ts';
import { Problem } from './problem/problem.ts';
import { repParam } from './reps.ts';
import { json, jsonBody, problems, text } from './schemas/common.ts';
import { Replay, write } from './write.ts';

const tags = ['Reps'];
/** More open tasks than this no rep has; the earliest due come first. */
const MOST_TASKS = 500;

const calendarOut = z
  .object({ url: z.string().openapi({ description: 'For a calendar program. Whoever has it sees the tasks.' }) })
  .openapi('RepCalendar');

export function calendarRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const { secret, publicUrl } = deps.config;
  const app = new OpenAPIHono<ApiEnv>();

  const tokenOf = (rep: string, version: number, by = secret): Buffer => mac(by, 'calendar', `${rep}/${version}`);
  const isThere = async (id: string): Promise<boolean> => {
    const playbook = await currentOrNull(deps);
    const rep = playbook === null ? await getRep(db, id) : (await everyRep(db, playbook)).get(id);
    return rep?.active === true;
  };

  const post = createRoute({
    ...guard(deps, 'reps.calendar'),
    method: 'post',
    path: '/v1/reps/{id}/calendar',
    tags,
    summary: 'The address of a rep’s calendar feed',
    description: 'The same every time; `rotate` makes every address given out before worthless and answers a new one.',
    request: {
      params: repParam,
      ...jsonBody(z.strictObject({ rotate: z.boolean().default(false) }).openapi('RepCalendarInput'), false),
    },
    responses: { 200: json(calendarOut, 'Its address.'), ...problems(400, 404, 413, 415, 422) },
  });
  app.openapi(post, async (c) => {
    const { id } = c.req.valid('param');
    const own = ownerOf(callerIn(c));
    if (own !== null && own !== id) throw new Problem('not-yours', 'A rep’s key gives that rep’s calendar alone');
    if (!(await isThere(id))) throw new Problem('not-found', `There is no active rep ${id}`);
    // Without a body there is nothing to validate, and nothing to rotate.
    const { rotate = false } = c.req.valid('json') ?? {};
    await write(c, deps, async (tx) => {
      if (rotate) await rotateCalendar(tx, id, deps.clock.now());
      // Without the address: an answer that is kept for a repeated call lies in the store.
      return { status: 200 as const, body: {} };
    }).catch((error: unknown) => {
      if (!(error instanceof Replay) || error.status >= 300) throw error;
    });
    const token = tokenOf(id, await calendarVersion(db, id)).toString('base64url');
    return c.json({ url: `${publicUrl}/v1/reps/${encodeURIComponent(id)}/calendar.ics?token=${token}` }, 200);
  });

  const feed = createRoute({
    ...openRoute,
    operationId: 'reps.feed',
    method: 'get',
    path: '/v1/reps/{id}/calendar.ics',
    tags,
    summary: 'A rep’s open tasks as iCalendar',
    description:
      'Each as an event at its due time, with its title, why it is there, and the link that answers it. For programs that know no keys: `token` is in the address that `POST /v1/reps/{id}/calendar` answers.',
    request: { params: repParam, query: z.object({ token: text(200).optional() }) },
    responses: {
      200: { description: 'The feed.', content: { 'text/calendar': { schema: z.string() } } },
      404: problems(404)[404],
    },
  });
  app.openapi(feed, async (c) => {
    const { id } = c.req.valid('param');
    const given = Buffer.from(c.req.valid('query').token ?? '', 'base64url');
    const version = await calendarVersion(db, id);
    const known = isMade(secret, given, (one) => tokenOf(id, version, one)) && (await isThere(id));
    // One answer for a wrong token, a rep who left and one who never was: it tells nobody who works here.
    if (!known) throw new Problem('not-found', 'There is no calendar at this address (any more)');
    const { items } = await listTasks(db, { assignee: id, states: ['open'], limit: MOST_TASKS });
    const body = taskCalendar(items, { rep: id, now: deps.clock.now(), links: { secret, publicUrl } });
    const etag = `"${sha256(body).slice(0, 32)}"`;
    const headers = { etag, 'cache-control': 'private, no-cache' };
    if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers });
    return new Response(body, {
      headers: {
        ...headers,
        'content-type': 'text/calendar; charset=utf-8',
        'content-disposition': 'inline; filename="tasks.ics"',
      },
    });
  });
  return app;
}
