/** `/v1/playbook`: what marketing and sales agreed on, checked and put into force. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { iso } from '../core/time.ts';
import { sendersOf } from '../identity/senders.ts';
import { hashFiles } from '../playbook/index.ts';
import { applyPlaybook, currentPlaybook, playbookFiles } from '../store/playbooks.ts';
import { heldSenders, holdSenders } from '../store/sending-domains.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { compiled, filesIn, playbookMistake as mistake, playbookProblem } from './playbook-files.ts';
import { Problem } from './problem/problem.ts';
import { instantOut, json, jsonBody, problems } from './schemas/common.ts';
import { write } from './write.ts';

const tags = ['Playbook'];

const checked = z
  .object({ ok: z.literal(true), hash: z.string(), errors: z.array(mistake), warnings: z.array(mistake) })
  .openapi('PlaybookChecked');
const applied = z
  .object({
    hash: z.string(),
    changed: z.boolean(),
    warnings: z.array(mistake),
    held: z.array(z.object({ scope: z.string(), reason: z.string() })).openapi({
      description: 'Mail that waits until its sending domain is ready: `sender:marketing`, `sender:sales`, and why.',
    }),
  })
  .openapi('PlaybookApplied');
const current = z
  .object({ hash: z.string(), appliedAt: instantOut, by: z.string(), files: z.record(z.string(), z.string()) })
  .openapi('Playbook');

const stored = z.object({ hash: z.string(), files: z.record(z.string(), z.string()) }).openapi('PlaybookVersion');

export function playbookRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();

  const get = createRoute({
    ...guard(deps, 'playbook.get'),
    method: 'get',
    path: '/v1/playbook',
    tags,
    summary: 'The playbook in force',
    responses: { 200: json(current, 'Its version and files.'), ...problems(404) },
  });
  app.openapi(get, async (c) => {
    const now = await currentPlaybook(db);
    const files = now && (await playbookFiles(db, now.hash));
    if (now === null || files === null) throw new Problem('not-found', 'No playbook has been applied');
    return c.json({ hash: now.hash, appliedAt: iso(now.appliedAt), by: now.by, files }, 200);
  });

  const version = createRoute({
    ...guard(deps, 'playbook.version'),
    method: 'get',
    path: '/v1/playbook/versions/{hash}',
    tags,
    summary: 'A version of the playbook',
    description: 'One that was in force at some time; versions never change and stay.',
    request: { params: z.strictObject({ hash: z.string() }) },
    responses: { 200: json(stored, 'Its files.'), ...problems(400, 404) },
  });
  app.openapi(version, async (c) => {
    const { hash } = c.req.valid('param');
    const files = await playbookFiles(db, hash);
    if (files === null) throw new Problem('not-found', 'There is no such version');
    return c.json({ hash, files }, 200);
  });

  const check = createRoute({
    ...guard(deps, 'playbook.check'),
    method: 'post',
    path: '/v1/playbook/check',
    tags,
    summary: 'Check a playbook',
    description: 'Changes nothing. 422 lists every mistake as `{ file, line, column, message, expected }`.',
    request: jsonBody(filesIn),
    responses: { 200: json(checked, 'No mistakes.'), ...problems(400, 413, 415), 422: playbookProblem },
  });
  app.openapi(check, (c) => {
    const { files } = c.req.valid('json');
    const { warnings } = compiled(files);
    return c.json({ ok: true as const, hash: hashFiles(files), errors: [], warnings: [...warnings] }, 200);
  });

  const apply = createRoute({
    ...guard(deps, 'playbook.apply'),
    method: 'post',
    path: '/v1/playbook/apply',
    tags,
    summary: 'Put a playbook into force',
    description: 'A version is its content: applying the same again changes nothing. Open enrollments keep theirs.',
    request: jsonBody(filesIn),
    responses: { 200: json(applied, 'In force.'), ...problems(400, 413, 415), 422: playbookProblem },
  });
  app.openapi(apply, async (c) => {
    const { files } = c.req.valid('json');
    const { warnings, playbook } = compiled(files);
    const { status, body } = await write(c, deps, async (tx) => {
      const hash = hashFiles(files);
      const { changed } = await applyPlaybook(tx, { hash, files, by: callerIn(c).by, now: deps.clock.now() });
      // Nothing goes from a domain nobody has looked at, not even until the next look.
      await holdSenders(tx, sendersOf(playbook), deps.clock.now());
      const held = (await heldSenders(tx)).map(({ scope, reason }) => ({ scope, reason }));
      return { status: 200 as const, body: { hash, changed, warnings: [...warnings], held } };
    });
    return c.json(body, status);
  });
  return app;
}
