/** Who a deal is about: the leads the CRM names, and the people of its account. */
import { type Selectable, sql } from 'kysely';
import { LOST } from '../core/deal-stage.ts';
import type { InputBody } from '../core/input.ts';
import type { Instant } from '../core/time.ts';
import { leadsOfAccount, touchAccounts } from './accounts.ts';
import { type NewInput, putInputs } from './inbox.ts';
import type { Db } from './schema.ts';
import type { DealsTable } from './schema-deals.ts';

/**
 * Brings a deal's leads up to date. Call `touchAccounts` first.
 * @param deal.named leads the CRM names; absent: those it named before.
 * @returns all leads of the deal by id, those who are fresh among them, and those who are gone.
 */
export async function syncDealLeads(
  tx: Db,
  deal: {
    readonly id: string;
    readonly accountId: string | null;
    readonly named?: readonly string[] | undefined;
  },
): Promise<{ readonly all: readonly string[]; readonly fresh: readonly string[]; readonly gone: readonly string[] }> {
  const all = await tx.selectFrom('deal_leads').select(['lead_id', 'via']).where('deal_id', '=', deal.id).execute();
  // Who has left the company stays in the deal's history, and hears of it no more unless named again.
  const rows = all.filter((row) => row.via !== 'past');
  const named = deal.named ?? rows.filter((row) => row.via === 'lead').map((row) => row.lead_id);
  const ofAccount = deal.accountId === null ? [] : await leadsOfAccount(tx, deal.accountId);
  const want = new Map([
    ...ofAccount.map((id): [string, string] => [id, 'account']),
    ...named.map((id): [string, string] => [id, 'lead']),
  ]);
  const gone = rows.filter((row) => !want.has(row.lead_id)).map((row) => row.lead_id);
  if (gone.length > 0) {
    await tx
      .deleteFrom('deal_leads')
      .where('deal_id', '=', deal.id)
      .where(sql<boolean>`lead_id = any(${gone})`)
      .execute();
  }
  const have = new Map(rows.map((row) => [row.lead_id, row.via]));
  const fresh = [...want].filter(([id, via]) => have.get(id) !== via);
  if (fresh.length > 0) {
    await tx
      .insertInto('deal_leads')
      .values(fresh.map(([lead_id, via]) => ({ deal_id: deal.id, lead_id, via })))
      .onConflict((conflict) =>
        conflict.columns(['deal_id', 'lead_id']).doUpdateSet((eb) => ({ via: eb.ref('excluded.via') })),
      )
      .execute();
  }
  const came = fresh.flatMap(([id]) => (have.has(id) ? [] : [id]));
  return { all: [...want.keys()].sort(), fresh: came, gone };
}

/** The lead has left the company: its deals are the lead's past. */
export async function leaveDeals(tx: Db, leadId: string): Promise<void> {
  await tx.updateTable('deal_leads').set({ via: 'past' }).where('lead_id', '=', leadId).execute();
}

/**
 * Leads that came to an account, or left another for it, share that account's deals from here on,
 * and no longer those of the one they left. Each is told of the deals it came to, save the lost ones:
 * those were lost without it.
 * @param frame.toldAt when what they are told counts from; when the deal changed last by default
 */
export async function joinDeals(
  tx: Db,
  leads: readonly { readonly id: string; readonly accountId: string | null; readonly moved: boolean }[],
  { now, by, toldAt }: { readonly now: Instant; readonly by: string; readonly toldAt?: Instant },
): Promise<void> {
  const inputs: NewInput[] = [];
  const moved = leads.filter((lead) => lead.moved).map((lead) => lead.id);
  if (moved.length > 0) {
    const left = await tx
      .deleteFrom('deal_leads')
      .where(sql<boolean>`lead_id = any(${moved})`)
      .where('via', '=', 'account')
      .returning(['deal_id', 'lead_id'])
      .execute();
    for (const { deal_id: deal, lead_id: leadId } of left)
      inputs.push({ leadId, at: now, body: { kind: 'deal.left', deal, by } });
  }
  const accounts = [...new Set(leads.flatMap((lead) => (lead.accountId === null ? [] : [lead.accountId])))];
  await touchAccounts(tx, accounts);
  const deals = accounts.length === 0 ? [] : await dealsOf(tx, accounts);
  for (const row of deals) {
    const { fresh, gone } = await syncDealLeads(tx, { id: row.id, accountId: row.account_id });
    if (row.stage !== LOST)
      for (const leadId of fresh)
        inputs.push({ leadId, at: toldAt ?? row.changed_at, body: toldOf(row, row.stage, by) });
    for (const leadId of gone) inputs.push({ leadId, at: now, body: { kind: 'deal.left', deal: row.id, by } });
  }
  await putInputs(tx, inputs, now);
}

const dealsOf = (tx: Db, accounts: readonly string[]): Promise<Selectable<DealsTable>[]> =>
  tx.selectFrom('deals').selectAll().where(sql<boolean>`account_id = any(${accounts})`).orderBy('id').execute();

/** What a lead is told of a deal. */
export const toldOf = (
  row: Pick<
    Selectable<DealsTable>,
    'id' | 'stage' | 'amount_cents' | 'currency' | 'lost_reason' | 'renews_at' | 'owner'
  >,
  from: string | undefined,
  by: string,
): InputBody => ({
  kind: 'deal',
  deal: row.id,
  stage: row.stage,
  ...(from === undefined ? {} : { from }),
  amountCents: row.amount_cents,
  currency: row.currency,
  ...(row.lost_reason === null ? {} : { lostReason: row.lost_reason }),
  ...(row.renews_at === null ? {} : { renewsAt: row.renews_at }),
  ...(row.owner === null ? {} : { owner: row.owner }),
  by,
});
