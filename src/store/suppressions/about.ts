/** Which leads a suppression is about, and which suppressions are about a lead. */
import { sql } from 'kysely';
import type { OtherChannel } from '../../core/channels.ts';
import type { Instant } from '../../core/time.ts';
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

/** Of calls and chats, the same; one key each, since domains are of addresses. */
export const channelSubjectsSql = (lead: string, channels: readonly OtherChannel[] = ['phone', 'chat']): string => {
  const of = (channel: OtherChannel): string[] =>
    ["'lead:' || LEAD.id", "'email:' || LEAD.email_normal", "'account:' || LEAD.domain"].map(
      (subject) => `'${channel}/' || ${subject.replace('LEAD', lead)}`,
    );
  return `array[${channels.flatMap(of).join(', ')}, 'phone/number:' || ${lead}.phone]`;
};

/** SQL: until when the row `lead` may not be called by sales, null when it may; far ahead where it is for good. */
export const doNotCallSql = (lead: string): string =>
  `(select max(coalesce(s.until_at, timestamptz '9999-12-31T00:00:00Z')) from suppressions s
    where s.subject = any(${channelSubjectsSql(lead, ['phone'])}) and s.purpose in ('', 'sales'))`;

/** Until when sales may not call the lead; null when it may. */
export async function doNotCallUntil(db: Db, leadId: string): Promise<Instant | null> {
  const row = await db
    .selectFrom('leads')
    .select(sql<Instant | null>`${sql.raw(doNotCallSql('leads'))}`.as('until'))
    .where('id', '=', leadId)
    .executeTakeFirst();
  return row?.until ?? null;
}

/** Ids of the leads a subject is about now. */
export async function leadsOf(tx: Db, full: string): Promise<readonly string[]> {
  const subject = full.replace(/^(?:phone|chat)\//, '');
  const separator = subject.indexOf(':');
  const value = subject.slice(separator + 1);
  let query = tx.selectFrom('leads').select('id');
  if (subject.startsWith('lead:')) query = query.where('id', '=', value);
  else if (subject.startsWith('email:')) query = query.where('email_normal', '=', value);
  else if (subject.startsWith('number:')) query = query.where('phone', '=', value);
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
