/** `/v1/suppressions`: whom nothing must reach, for one purpose or all. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { companyDomain } from '../core/scrub/domain.ts';
import { emailIdentity } from '../core/scrub.ts';
import { iso } from '../core/time.ts';
import type { Db } from '../store/schema.ts';
import { listSuppressions, removeSuppression, type SuppressionRow, suppress } from '../store/suppressions.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { Problem } from './problem/problem.ts';
import {
  dateIn,
  idParam,
  instantOut,
  isoOrNull,
  json,
  jsonBody,
  listQuery,
  pageOf,
  problems,
  text,
} from './schemas/common.ts';
import { write } from './write.ts';

const tags = ['Suppressions'];
const purpose = z.enum(['marketing', 'sales', 'service']);
const email = z
  .email('must be an address')
  .max(320)
  .transform(emailIdentity)
  .openapi({ type: 'string', format: 'email', example: 'ada@acme.example' });
const domain = text(253)
  .refine((value) => companyDomain(value) !== undefined, 'must be a domain, e.g. acme.example')
  .transform((value) => companyDomain(value) ?? value)
  .openapi({ type: 'string', example: 'acme.example' });

const oneOf = (target: { email?: string | undefined; domain?: string | undefined }): boolean =>
  (target.email === undefined) !== (target.domain === undefined);
const ONE = { message: 'give either `email` or `domain`', path: ['email'] };

const suppressionIn = z
  .strictObject({
    email: email.optional(),
    domain: domain.optional(),
    purpose: purpose.optional().openapi({ description: 'All purposes when absent.' }),
    until: dateIn.optional().openapi({ description: 'For ever when absent.' }),
    reason: text(500),
  })
  .refine(oneOf, ONE)
  .openapi('SuppressionInput');

const suppressionOut = z
  .object({
    id: z.string(),
    email: z.string().nullable(),
    domain: z.string().nullable(),
    lead: z.object({ id: z.uuid() }).nullable(),
    purpose: z.string().nullable(),
    until: instantOut.nullable(),
    reason: z.string(),
    by: z.string(),
    createdAt: instantOut,
  })
  .openapi('Suppression');

const removed = z.object({ removed: z.number().int() }).openapi('SuppressionsRemoved');
/** Purposes and the one for all of them: more rows no address or domain can have. */
const OF_ONE = 10;

export function suppressionRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();

  const list = createRoute({
    ...guard(deps, 'suppressions.list'),
    method: 'get',
    path: '/v1/suppressions',
    tags,
    summary: 'List suppressions',
    request: {
      query: z
        .strictObject({ email: email.optional(), domain: domain.optional(), ...listQuery })
        .refine((query) => query.email === undefined || query.domain === undefined, ONE),
    },
    responses: { 200: json(pageOf(suppressionOut, 'SuppressionPage'), 'A page of suppressions.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const page = await listSuppressions(deps.database.db, c.req.valid('query'));
    return c.json({ items: page.items.map(toOut), next: page.next }, 200);
  });

  const post = createRoute({
    ...guard(deps, 'suppressions.create'),
    method: 'post',
    path: '/v1/suppressions',
    tags,
    summary: 'Suppress an address or a domain',
    description: 'Holds from the next send on. Repeating it keeps the longer time.',
    request: jsonBody(suppressionIn),
    responses: { 201: json(suppressionOut, 'Suppressed.'), ...problems(400, 413, 415, 422) },
  });
  app.openapi(post, async (c) => {
    const given = c.req.valid('json');
    const { status, body } = await write(c, deps, async (tx) => {
      const now = deps.clock.now();
      if (given.until !== undefined && given.until <= now) {
        throw new Problem('date-past', 'A suppression cannot end in the past', {
          errors: [{ path: 'until', message: 'must lie ahead' }],
        });
      }
      const { id, leadIds } = await suppress(tx, { ...given, by: callerIn(c).by }, now);
      const row = (await rowsOf(tx, given)).find((one) => one.id === id);
      if (row === undefined) throw new Error(`suppression ${id} is gone inside its own transaction`);
      return { status: 201 as const, body: toOut(row), nudge: leadIds };
    });
    return c.json(body, status);
  });

  const remove = createRoute({
    ...guard(deps, 'suppressions.delete'),
    method: 'delete',
    path: '/v1/suppressions/{id}',
    tags,
    summary: 'End a suppression',
    request: { params: idParam },
    responses: { 200: json(removed, 'Ended.'), ...problems(404, 422) },
  });
  app.openapi(remove, async (c) => {
    const { id } = c.req.valid('param');
    const { status, body } = await write(c, deps, async (tx) => {
      const gone = await removeSuppression(tx, id, callerIn(c).by, deps.clock.now());
      if (gone === null) throw new Problem('not-found', `There is no suppression ${id}`);
      return { status: 200 as const, body: { removed: 1 }, nudge: gone.leadIds };
    });
    return c.json(body, status);
  });

  const removeOf = createRoute({
    ...guard(deps, 'suppressions.remove'),
    method: 'delete',
    path: '/v1/suppressions',
    tags,
    summary: 'End the suppressions of an address or a domain',
    request: jsonBody(
      z
        .strictObject({ email: email.optional(), domain: domain.optional(), purpose: purpose.optional() })
        .refine(oneOf, ONE),
    ),
    responses: { 200: json(removed, 'Ended.'), ...problems(400, 404, 413, 415, 422) },
  });
  app.openapi(removeOf, async (c) => {
    const { purpose: only, ...target } = c.req.valid('json');
    const { status, body } = await write(c, deps, async (tx) => {
      const rows = (await rowsOf(tx, target)).filter((row) => only === undefined || row.purpose === only);
      if (rows.length === 0) throw new Problem('not-found', 'There is no such suppression');
      const leads = new Set<string>();
      for (const row of rows) {
        const gone = await removeSuppression(tx, row.id, callerIn(c).by, deps.clock.now());
        for (const id of gone?.leadIds ?? []) leads.add(id);
      }
      return { status: 200 as const, body: { removed: rows.length }, nudge: [...leads] };
    });
    return c.json(body, status);
  });
  return app;
}

async function rowsOf(
  tx: Db,
  { email, domain }: { email?: string | undefined; domain?: string | undefined },
): Promise<readonly SuppressionRow[]> {
  return (await listSuppressions(tx, { email, domain, limit: OF_ONE })).items;
}

const toOut = (row: SuppressionRow): z.infer<typeof suppressionOut> => ({
  id: row.id,
  email: row.email,
  domain: row.domain,
  lead: row.leadId === null ? null : { id: row.leadId },
  purpose: row.purpose,
  until: isoOrNull(row.until),
  reason: row.reason,
  by: row.by,
  createdAt: iso(row.createdAt),
});
