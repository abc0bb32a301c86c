/** `/v1/suppressions`: whom nothing must reach, by mail, telephone or chat, for one purpose or all. */

import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { accountIdOf } from '../core/account.ts';
import { CHANNELS, type Channel } from '../core/channels.ts';
import { companyDomain } from '../core/scrub/domain.ts';
import { international } from '../core/scrub/fields.ts';
import { iso } from '../core/time.ts';
import { getLead } from '../store/leads.ts';
import type { Db } from '../store/schema.ts';
import { removeSuppression } from '../store/suppressions/remove.ts';
import {
  listSuppressions,
  type NewSuppression,
  type SuppressionRow,
  type SuppressionTarget,
} from '../store/suppressions/rows.ts';
import { suppress, suppressNewcomers } from '../store/suppressions/suppress.ts';
import type { Told } from '../store/suppressions/tell.ts';
import { transact } from '../store/tx.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { Problem } from './problem/problem.ts';
import {
  addressIn,
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
import { eitherOf, formatted } from './schemas/forms.ts';
import { nudge, write } from './write.ts';

const tags = ['Suppressions'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const purpose = z.enum(['marketing', 'sales', 'service']);
const domain = text(253)
  .refine((value) => companyDomain(value) !== undefined, 'must be a domain, e.g. acme.example')
  .transform((value) => companyDomain(value) ?? value)
  .openapi({ ...formatted('domain'), example: 'acme.example' });

const account = text(253)
  .refine(
    (value) => UUID.test(value) || companyDomain(value) !== undefined,
    'must be the id of an account or its domain',
  )
  .openapi({
    ...formatted('account-key'),
    example: 'acme.example',
    description: 'The id of an account, or the domain it is known by.',
  });

const channel = z.enum(CHANNELS);
const phone = text(60)
  .refine(
    (value) => international(value) !== undefined,
    'must be a phone number with its country code: +44 20 7946 0000',
  )
  .transform((value) => international(value) ?? value)
  .openapi({ ...formatted('phone'), example: '+442079460000', description: 'Whoever has this number. Of calls.' });
const lead = z.uuid('must be the id of a lead').openapi({ description: 'The person, whatever the address becomes.' });
const targets = {
  email: addressIn.optional(),
  domain: domain.optional(),
  account: account.optional(),
  lead: lead.optional(),
  phone: phone.optional(),
};

interface Target {
  readonly email?: string | undefined;
  readonly domain?: string | undefined;
  readonly account?: string | undefined;
  readonly lead?: string | undefined;
  readonly phone?: string | undefined;
}
const given = ({ email, domain, account, lead, phone }: Target): number =>
  [email, domain, account, lead, phone].filter((one) => one !== undefined).length;
const oneOf = (target: Target): boolean => given(target) === 1;
const ONE = { message: 'give one of `email`, `domain`, `account`, `lead` and `phone`', path: ['email'] };
/** A number is called, and a domain is one of addresses. */
const fits = ({ domain, phone, channel }: Target & { channel?: Channel | undefined }): boolean =>
  (phone === undefined || channel === undefined || channel === 'phone') &&
  (domain === undefined || channel === undefined || channel === 'email');
const FITS = { message: 'a `phone` is of the channel phone, a `domain` of the channel email', path: ['channel'] };

/** The same in the document. */
const TARGET_FORM = eitherOf(Object.keys(targets), {
  phone: { channel: { const: 'phone' } },
  domain: { channel: { const: 'email' } },
});

const suppressionIn = z
  .strictObject({
    ...targets,
    channel: channel
      .optional()
      .openapi({ description: 'What must not reach them: mail when absent, calls for a `phone`.' }),
    purpose: purpose.optional().openapi({ description: 'All purposes when absent.' }),
    until: dateIn.optional().openapi({ description: 'For ever when absent.' }),
    reason: text(500),
  })
  .refine(oneOf, ONE)
  .refine(fits, FITS)
  .openapi('SuppressionInput', TARGET_FORM);

export const suppressionOut = z
  .object({
    id: z.string(),
    email: z.string().nullable(),
    domain: z.string().nullable(),
    account: z.object({ id: z.string().nullable(), domain: z.string() }).nullable(),
    lead: z.object({ id: z.uuid() }).nullable(),
    phone: z.string().nullable(),
    channel,
    purpose: z.string().nullable(),
    until: instantOut.nullable(),
    reason: z.string(),
    by: z.string(),
    createdAt: instantOut,
  })
  .openapi('Suppression');

const removed = z.object({ removed: z.number().int() }).openapi('SuppressionsRemoved');
/** Purposes and the one for all of them, by channel: more rows no address or domain can have. */
const OF_ONE = 30;

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
        .strictObject({ ...targets, channel: channel.optional(), ...listQuery })
        .refine((query) => given(query) <= 1, ONE)
        .refine(fits, FITS),
    },
    responses: {
      200: json(pageOf(suppressionOut, 'SuppressionPage'), 'A page of suppressions.'),
      ...problems(400, 404),
    },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor, channel = 'any', ...asked } = c.req.valid('query');
    const target = await targetOf(deps.database.db, asked);
    const page = await listSuppressions(deps.database.db, { limit, cursor, channel, ...target });
    return c.json({ items: page.items.map(toOut), next: page.next }, 200);
  });

  const post = createRoute({
    ...guard(deps, 'suppressions.create'),
    method: 'post',
    path: '/v1/suppressions',
    tags,
    summary: 'Suppress an address, a domain, an account, a person or a phone number',
    description:
      'Holds from the next send on, also for whoever comes in later. A domain is that of addresses and of companies, with all its subdomains; an account is the people of a company, whatever their addresses. Repeating it keeps the longer time.',
    request: jsonBody(suppressionIn),
    responses: { 201: json(suppressionOut, 'Suppressed.'), ...problems(400, 404, 413, 415, 422) },
  });
  app.openapi(post, async (c) => {
    const asked = c.req.valid('json');
    const { by } = callerIn(c);
    let wrote: { suppression: NewSuppression; told: readonly Told[] } | undefined;
    const { status, body } = await write(c, deps, async (tx) => {
      const now = deps.clock.now();
      if (asked.until !== undefined && asked.until <= now) {
        throw new Problem('date-past', 'A suppression cannot end in the past', {
          errors: [{ path: 'until', message: 'must lie ahead' }],
        });
      }
      const { channel, purpose, until, reason } = asked;
      const target = await targetOf(tx, asked);
      const suppression = { ...target, channel, purpose, until, reason, by };
      const { id, leadIds } = await suppress(tx, suppression, now);
      wrote = { suppression, told: leadIds.map((leadId) => ({ leadId, of: suppression })) };
      const row = (await rowsOf(tx, target, 'any')).find((one) => one.id === id);
      if (row === undefined) throw new Error(`suppression ${id} is gone inside its own transaction`);
      return { status: 201 as const, body: toOut(row), nudge: leadIds };
    });
    if (wrote !== undefined) {
      const { suppression, told } = wrote;
      const late = await transact(deps.database.db, (tx) =>
        suppressNewcomers(tx, [suppression], told, deps.clock.now()),
      );
      await nudge(deps, late);
    }
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
    summary: 'End the suppressions of an address, a domain, an account, a person or a phone number',
    request: jsonBody(
      z
        .strictObject({
          ...targets,
          channel: channel.optional().openapi({ description: 'All channels when absent.' }),
          purpose: purpose.optional(),
        })
        .refine(oneOf, ONE)
        .refine(fits, FITS)
        .openapi('SuppressionTarget', TARGET_FORM),
    ),
    responses: { 200: json(removed, 'Ended.'), ...problems(400, 404, 413, 415, 422) },
  });
  app.openapi(removeOf, async (c) => {
    const { purpose: only, channel = 'any', ...asked } = c.req.valid('json');
    const { status, body } = await write(c, deps, async (tx) => {
      const rows = (await rowsOf(tx, await targetOf(tx, asked), channel)).filter(
        (row) => only === undefined || row.purpose === only,
      );
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

async function rowsOf(tx: Db, target: SuppressionTarget, channel: Channel | 'any'): Promise<readonly SuppressionRow[]> {
  return (await listSuppressions(tx, { ...target, channel, limit: OF_ONE })).items;
}

/** An account is known by its domain. @throws Problem `not-found` for an id no account or lead has */
async function targetOf(db: Db, { email, domain, account, lead, phone }: Target): Promise<SuppressionTarget> {
  if (lead !== undefined && (await getLead(db, lead)) === null)
    throw new Problem('not-found', `There is no lead ${lead}`);
  if (account === undefined) return { email, domain, leadId: lead, phone };
  if (!UUID.test(account)) return { account: companyDomain(account) };
  const row = await db.selectFrom('accounts').select('domain').where('id', '=', account).executeTakeFirst();
  if (row === undefined) throw new Problem('not-found', `There is no account ${account}`);
  return { account: row.domain };
}

export const toOut = (row: SuppressionRow): z.infer<typeof suppressionOut> => ({
  id: row.id,
  email: row.email,
  domain: row.domain,
  account: row.account === null ? null : { id: accountIdOf(row.account), domain: row.account },
  lead: row.leadId === null ? null : { id: row.leadId },
  phone: row.phone,
  channel: row.channel,
  purpose: row.purpose,
  until: isoOrNull(row.until),
  reason: row.reason,
  by: row.by,
  createdAt: iso(row.createdAt),
});
