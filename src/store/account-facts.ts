/** What a decision about a lead may ask of its account: who else is there, and their open deals. */
import { sql } from 'kysely';
import { accountIdOf, GROUP_MAX } from '../core/account.ts';
import { CLOSED_STAGES } from '../core/deal-stage.ts';
import type { Account, Colleague } from '../core/facts.ts';
import { standingSchema } from '../core/standing.ts';
import { custodySchema, toFields } from './leads.ts';
import type { Db } from './schema.ts';
import { readJson } from './values.ts';

/** The first of the account's other people, so that the group has at most 50; `null` for a lead that has no account. */
export async function peekAccount(db: Db, leadId: string, domain: string): Promise<Account | null> {
  const id = accountIdOf(domain);
  if (id === null) return null;
  const account = await db.selectFrom('accounts').select('name').where('id', '=', id).executeTakeFirst();
  const rows = await db
    .selectFrom('leads')
    .innerJoin('lead_states', 'lead_states.lead_id', 'leads.id')
    .selectAll('leads')
    .select(['lead_states.custody', 'lead_states.custodian', 'lead_states.standing'])
    .where('leads.domain', '=', domain)
    .where('leads.id', '<>', leadId)
    .orderBy('leads.id')
    .limit(GROUP_MAX - 1)
    .execute();
  const colleagues = rows.map(
    (row): Colleague => ({
      id: row.id,
      fields: toFields(row),
      custody: custodySchema.parse(row.custody),
      ...(row.custodian === null ? {} : { rep: row.custodian }),
      ...(row.standing === null ? {} : { standing: readJson(standingSchema, row.standing, `lead ${row.id}`) }),
    }),
  );
  return { id, name: account?.name ?? '', colleagues, openDeals: await openDealsOf(db, colleagues) };
}

async function openDealsOf(db: Db, colleagues: readonly Colleague[]): Promise<string[]> {
  if (colleagues.length === 0) return [];
  const rows = await db
    .selectFrom('deal_leads')
    .innerJoin('deals', 'deals.id', 'deal_leads.deal_id')
    .select('deals.id')
    .distinct()
    .where(sql<boolean>`deal_leads.lead_id = any(${colleagues.map(({ id }) => id)})`)
    .where('deal_leads.via', '<>', 'past')
    .where('deals.stage', 'not in', CLOSED_STAGES)
    .execute();
  return rows.map((row) => row.id);
}
