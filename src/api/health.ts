/** Whether the process lives, and whether it can do its work; and the pages about the API itself. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import { pendingMigrations } from '../store/migrate.ts';
import { openRoute } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { isProblemCode, PROBLEMS, typeOf } from './problem/codes.ts';
import { Problem, problemSchema } from './problem/problem.ts';
import { json } from './schemas/common.ts';

const tags = ['Health'];
const alive = z.object({ ok: z.literal(true) }).openapi('Alive');
const ready = z.object({ ok: z.literal(true), checks: z.record(z.string(), z.literal('ok')) }).openapi('Ready');
const notReady = {
  description: 'It cannot; `errors` says what is missing.',
  content: { 'application/problem+json': { schema: problemSchema } },
};

export function healthRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const { db } = deps.database;
  const checks: Readonly<Record<string, () => Promise<void>>> = {
    database: async () => {
      await sql`select 1`.execute(db);
      const pending = await pendingMigrations(db);
      if (pending.length > 0) throw new Error(`${pending.length} migrations have not run: run volley migrate`);
    },
    ...deps.checks,
  };

  const live = createRoute({
    ...openRoute,
    operationId: 'health.alive',
    method: 'get',
    path: '/healthz',
    tags,
    summary: 'Whether the process lives',
    responses: { 200: json(alive, 'It does.') },
  });
  app.openapi(live, (c) => c.json({ ok: true as const }, 200));

  const can = createRoute({
    ...openRoute,
    operationId: 'health.ready',
    method: 'get',
    path: '/readyz',
    tags,
    summary: 'Whether it can do its work',
    responses: { 200: json(ready, 'It can.'), 503: notReady },
  });
  app.openapi(can, async (c) => {
    const names = Object.keys(checks);
    const results = await Promise.allSettled(names.map((name) => checks[name]?.()));
    const errors = results.flatMap((result, n) => {
      if (result.status === 'fulfilled') return [];
      deps.log.warn({ err: result.reason, check: names[n] }, 'not ready');
      return [{ path: names[n] ?? '', message: 'does not answer as it should; the log says more' }];
    });
    if (errors.length > 0)
      throw new Problem('not-ready', `Not ready: ${errors.map((one) => one.path).join(', ')}`, { errors });
    return c.json({ ok: true as const, checks: Object.fromEntries(names.map((name) => [name, 'ok' as const])) }, 200);
  });

  // What a problem's `type` leads to.
  app.get('/problems/:code', (c) => {
    const code = c.req.param('code');
    if (!isProblemCode(code)) throw new Problem('not-found', 'There is no such problem');
    return c.json({ type: typeOf(code), ...PROBLEMS[code], docs: `/docs#problem-${code}` });
  });
  return app;
}
