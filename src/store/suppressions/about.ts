/** Which leads a suppression is about, and which suppressions are about a lead. */
import type { Db } from '../schema.ts';

/** A domain and those above it: what a suppression of may be about an address there. Deeper ones have no more companies. */
const ABOVE = 4;
const domainsOf = (column: string): string[] => {
  const all = [column];
  for (let n = 0; n < ABOVE; n += 1) all.push(`substr(${all[n]}, strpos(${all[n]}, '.') + 1)`);
  return all.map((domain) => `'domain:' || ${domain}`);
};

/** SQL: the subjects of all suppressions that are about the row `lead` of `leads`. */
export const subjectsSql = (lead: string): string =>
  `array['lead:' || ${lead}.id, 'email:' || ${lead}.email_normal, 'account:' || ${lead}.domain,
    ${[...domainsOf(`${lead}.email_domain`), ...domainsOf(`${lead}.domain`)].join(', ')}]`;

/** Ids of the leads a subject is about now. */
export async function leadsOf(tx: Db, subject: string): Promise<readonly string[]> {
  const separator = subject.indexOf(':');
  const value = subject.slice(separator + 1);
  let query = tx.selectFrom('leads').select('id');
  if (subject.startsWith('lead:')) query = query.where('id', '=', value);
  else if (subject.startsWith('email:')) query = query.where('email_normal', '=', value);
  else if (subject.startsWith('account:')) query = query.where('domain', '=', value);
  else {
    const under = `%.${value}`;
    query = query.where((eb) =>
      eb.or([
        eb('email_domain', '=', value),
        eb('domain', '=', value),
        eb('email_domain', 'like', under),
        eb('domain', 'like', under),
      ]),
    );
  }
  const rows = await query.orderBy('id').execute();
  return rows.map((row) => row.id);
}
