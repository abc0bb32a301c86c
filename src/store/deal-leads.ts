/** Who a deal is about: the leads the CRM names, and the people of its account. */
import { sql } from 'kysely';
import { leadsOfAccount, touchAccounts } from './accounts.ts';
import type { Db } from './schema.ts';

/**
 * Brings a deal's leads up to date. Call `touchAccounts` first.
 * @param deal.named leads the CRM names; absent: those it named before.
 * @returns all leads of the deal, by id.
 */
export async function syncDealLeads(
  tx: Db,
  deal: {
    readonly id: string;
    readonly accountId: string | null;
    readonly named?: readonly string[] | undefined;
  },
): Promise<readonly string[]> {
  const rows = await tx.selectFrom('deal_leads').select(['lead_id', 'via']).where('deal_id', '=', deal.id).execute();
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
  return [...want.keys()].sort();
}

/**
 * Leads that came to an account, or left another for it, share that account's deals from here on.
 * @param accountIds of the accounts they are of.
 * @returns the deals each lead has come to.
 */
export async function joinDeals(
  tx: Db,
  leads: readonly { readonly id: string; readonly accountId: string | null; readonly moved: boolean }[],
): Promise<readonly { readonly leadId: string; readonly dealId: string }[]> {
  const moved = leads.filter((lead) => lead.moved).map((lead) => lead.id);
  if (moved.length > 0) {
    await tx
      .deleteFrom('deal_leads')
      .where(sql<boolean>`lead_id = any(${moved})`)
      .where('via', '=', 'account')
      .execute();
  }
  const accounts = [...new Set(leads.flatMap((lead) => (lead.accountId === null ? [] : [lead.accountId])))];
  if (accounts.length === 0) return [];
  await touchAccounts(tx, accounts);
  const deals = await tx
    .selectFrom('deals')
    .select(['id', 'account_id'])
    .where(sql<boolean>`account_id = any(${accounts})`)
    .orderBy('id')
    .execute();
  const joined: { leadId: string; dealId: string }[] = [];
  for (const { id, account_id: accountId } of deals) {
    const all = new Set(await syncDealLeads(tx, { id, accountId }));
    for (const lead of leads) {
      if (lead.accountId === accountId && all.has(lead.id)) joined.push({ leadId: lead.id, dealId: id });
    }
  }
  return joined;
}
