/** `/v1/accounts`: companies, by their domain. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { seatsOf } from '../core/buying-group.ts';
import type { Playbook } from '../core/playbook.ts';
import { engagementAt } from '../core/standing.ts';
import type { Instant } from '../core/time.ts';
import { type AccountRecord, getAccount, leadsOfAccount, listAccounts, sizeOfAccount } from '../store/accounts.ts';
import { listDeals } from '../store/deals.ts';
import { getLeads, type LeadRecord } from '../store/leads.ts';
import { guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { currentOrNull } from './playbook-now.ts';
import { Problem } from './problem/problem.ts';
import { instantOut, json, listQuery, pageOf, problems, text } from './schemas/common.ts';
import { dealOut, toDeal } from './schemas/deals.ts';
import { leadSummary, toSummary } from './schemas/leads.ts';

const tags = ['Accounts'];

const summary = {
  id: z.uuid(),
  domain: z.string(),
  name: z.string().openapi({ description: 'As the first lead of it said; empty when none did.' }),
  createdAt: instantOut,
};
const accountOut = z.object(summary).openapi('AccountSummary');
const accountPage = pageOf(accountOut, 'AccountPage');

const accountDetail = z
  .object({
    ...summary,
    size: z.number().int().openapi({ description: 'Leads of it in all.' }),
    leads: z.array(leadSummary).openapi({ description: 'The first 50 to come in.' }),
    roles: z.array(z.object({ role: z.string(), lead: z.uuid().optional() })).openapi({
      description: 'Who has which role of the buying group; without a lead it is needed and nobody has it.',
    }),
    completeness: z
      .number()
      .nullable()
      .openapi({ description: 'Share of the needed roles that is there, 0 to 1; null without a buying group.' }),
    engagement: z.number().openapi({ description: 'What its leads have earned together by now.' }),
    custodian: z
      .string()
      .nullable()
      .openapi({ description: 'The rep who has a lead of it; the one who took over last.' }),
    deals: z.array(dealOut).openapi({ description: 'At most 500, by id.' }),
  })
  .openapi('Account');

/** Rounded as on a task. */
function engagementOf(leads: readonly LeadRecord[], playbook: Playbook, now: Instant): number {
  const sum = leads.reduce((all, { standing }) => all + (standing ? engagementAt(standing, playbook, now) : 0), 0);
  return Math.round(sum * 10) / 10;
}

const toAccount = (row: AccountRecord): z.infer<typeof accountOut> => ({
  id: row.id,
  domain: row.domain,
  name: row.name,
  createdAt: new Date(row.createdAt).toISOString(),
});

export function accountRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();

  const list = createRoute({
    ...guard(deps, 'accounts.list'),
    method: 'get',
    path: '/v1/accounts',
    tags,
    summary: 'List accounts',
    request: {
      query: z.strictObject({
        q: text(200).optional().openapi({ description: 'Part of the domain or the name.' }),
        ...listQuery,
      }),
    },
    responses: { 200: json(accountPage, 'A page of accounts.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const page = await listAccounts(db, c.req.valid('query'));
    return c.json({ items: page.items.map(toAccount), next: page.next }, 200);
  });

  const get = createRoute({
    ...guard(deps, 'accounts.get'),
    method: 'get',
    path: '/v1/accounts/{id}',
    tags,
    summary: 'One account: its people and its deals',
    description: 'Free-mail domains form no account.',
    request: { params: z.object({ id: z.uuid().openapi({ param: { name: 'id', in: 'path' } }) }) },
    responses: { 200: json(accountDetail, 'The account.'), ...problems(404) },
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    const account = await getAccount(db, id);
    if (account === null) throw new Problem('not-found', `There is no account ${id}`);
    const leads = await getLeads(db, await leadsOfAccount(db, id));
    const playbook = await currentOrNull(deps);
    const stage = playbook?.stages[0]?.id ?? null;
    const group = leads.filter((lead) => lead.standing?.out !== true);
    const { seats, completeness } = seatsOf(playbook?.buyingGroup, group);
    const deals = await listDeals(db, { accountId: id, limit: 500 });
    const withSales = leads.filter((lead) => lead.custodian !== null).sort((a, b) => b.updatedAt - a.updatedAt);
    return c.json(
      {
        ...toAccount(account),
        size: await sizeOfAccount(db, account.domain),
        leads: leads.map((lead) => toSummary(lead, stage)),
        roles: [...seats],
        completeness: playbook?.buyingGroup === undefined ? null : completeness,
        engagement: playbook === null ? 0 : engagementOf(leads, playbook, deps.clock.now()),
        custodian: withSales[0]?.custodian ?? null,
        deals: deals.items.map(toDeal),
      },
      200,
    );
  });
  return app;
}
