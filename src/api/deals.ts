/** `/v1/deals`: the pipeline, as the CRM tells it. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { accountIdOf } from '../core/account.ts';
import { centsOf } from '../core/money.ts';
import { DAY, type Instant, MINUTE } from '../core/time.ts';
import { ensureAccounts, getAccount } from '../store/accounts.ts';
import { type DealRecord, dealEvents, getDeal, listDeals, lockDeal, upsertDeal } from '../store/deals.ts';
import { findLeadIds } from '../store/leads.ts';
import type { Db } from '../store/schema.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { nameOf } from './find-lead.ts';
import { Problem } from './problem/problem.ts';
import { idParam, json, jsonBody, type LeadRef, listQuery, problems, text } from './schemas/common.ts';
import { dealDetail, dealIn, dealPage, dealWritten, toDeal, toDealDetail } from './schemas/deals.ts';
import { write } from './write.ts';

const tags = ['Deals'];

/** Clocks differ by minutes; on a sped-up clock they differ by days. */
const AHEAD = { real: 5 * MINUTE, spedUp: 400 * DAY };

export function dealRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();

  const post = createRoute({
    ...guard(deps, 'deals.write'),
    method: 'post',
    path: '/v1/deals',
    tags,
    summary: 'Create or change a deal',
    description:
      'By its id. A new deal names its account, its leads or both, its amount and its currency; a change may leave them out, and they stay as they are. Every stage and amount it has had is kept.',
    request: jsonBody(dealIn),
    responses: {
      200: json(dealWritten, 'The deal was known.'),
      201: json(dealWritten, 'The deal is new.'),
      ...problems(400, 404, 409, 413, 415, 422),
    },
  });
  app.openapi(post, async (c) => {
    const given = c.req.valid('json');
    const { status, body } = await write(c, deps, async (tx) => {
      const now = deps.clock.now();
      const latest = now + (deps.clock.anchor.factor > 1 ? AHEAD.spedUp : AHEAD.real);
      if (given.at !== undefined && given.at > latest) throw badInput('at', 'lies in the future');
      const { account, leads, amount, currency, at, ...rest } = given;
      const accountId = account && (await accountOf(tx, account, now));
      const leadIds = leads && (await leadsOf(tx, leads));
      const known = await lockDeal(tx, given.id);
      if (accountId === undefined && leadIds === undefined && known === null) {
        throw badInput('account', 'a new deal names its account or its leads');
      }
      const change = {
        ...rest,
        ...moneyOf({ amount, currency }, known),
        accountId,
        leadIds,
        at: at ?? now,
        by: callerIn(c).by,
      };
      const { deal, outcome, told } = await upsertDeal(tx, change, now);
      return {
        status: outcome === 'created' ? (201 as const) : (200 as const),
        body: { ...toDeal(deal), outcome },
        nudge: told,
      };
    });
    return c.json(body, status, { location: `/v1/deals/${body.id}` });
  });

  const list = createRoute({
    ...guard(deps, 'deals.list'),
    method: 'get',
    path: '/v1/deals',
    tags,
    summary: 'List deals',
    request: {
      query: z.strictObject({
        account: z.uuid().optional(),
        lead: z.uuid().optional(),
        stage: text(100).optional(),
        owner: text(320).optional(),
        open: z.enum(['true', 'false']).optional(),
        ...listQuery,
      }),
    },
    responses: { 200: json(dealPage, 'A page of deals.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const { account, lead, open, ...rest } = c.req.valid('query');
    const isOpen = open === undefined ? undefined : open === 'true';
    const page = await listDeals(db, { ...rest, accountId: account, leadId: lead, open: isOpen });
    return c.json({ items: page.items.map(toDeal), next: page.next }, 200);
  });

  const get = createRoute({
    ...guard(deps, 'deals.get'),
    method: 'get',
    path: '/v1/deals/{id}',
    tags,
    summary: 'One deal with its history',
    request: { params: idParam },
    responses: { 200: json(dealDetail, 'The deal.'), ...problems(404) },
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    const deal = await getDeal(db, id);
    if (deal === null) throw new Problem('not-found', `There is no deal ${id}`);
    return c.json(toDealDetail(deal, await dealEvents(db, id)), 200);
  });
  return app;
}

/** What is left out stays as it is. @throws Problem `bad-input` for a new deal that leaves it out */
function moneyOf(
  { amount, currency }: { readonly amount: number | undefined; readonly currency: string | undefined },
  known: DealRecord | null,
): Pick<DealRecord, 'amountCents' | 'currency'> {
  const of = currency ?? known?.currency;
  if (of === undefined) throw badInput('currency', 'a new deal has one');
  if (amount !== undefined) return { amountCents: centsOf(amount, of), currency: of };
  if (known === null) throw badInput('amount', 'a new deal has one');
  if (of !== known.currency) throw badInput('amount', `goes with another currency than ${known.currency}`);
  return { amountCents: known.amountCents, currency: of };
}

const badInput = (path: string, message: string): Problem =>
  new Problem('bad-input', `The body has a mistake: ${path}: ${message}`, { errors: [{ path, message }] });

/** @throws Problem `unknown-account`, `bad-input` for a domain that forms no account */
async function accountOf(
  tx: Db,
  ref: { readonly id: string } | { readonly domain: string },
  now: Instant,
): Promise<string> {
  if ('id' in ref) {
    if ((await getAccount(tx, ref.id)) !== null) return ref.id;
    throw new Problem('unknown-account', `There is no account ${ref.id}`, {
      errors: [{ path: 'account', message: 'is not known' }],
    });
  }
  const id = accountIdOf(ref.domain);
  if (id === null) throw badInput('account.domain', 'is a mail provider’s, which forms no account');
  await ensureAccounts(tx, [{ domain: ref.domain, name: '' }], now);
  return id;
}

/** @throws Problem `unknown-lead` */
async function leadsOf(tx: Db, refs: readonly LeadRef[]): Promise<readonly string[]> {
  const ids = await findLeadIds(tx, refs);
  return ids.map((id, index) => {
    if (id !== null) return id;
    const ref = refs[index];
    throw new Problem('unknown-lead', `There is no lead with ${ref === undefined ? '' : nameOf(ref)}`, {
      errors: [{ path: `leads.${index}`, message: 'is not known' }],
    });
  });
}
