/**
 * A person who changed company stays one lead, with a new address. docs/decisions/a-new-job.md says what
 * travels: what they have seen and said, not what was agreed at the old company.
 */
import { sql } from 'kysely';
import { accountIdOf } from '../core/account.ts';
import { VolleyError } from '../core/errors.ts';
import { ofThePerson } from '../core/merge/consent.ts';
import type { ScrubbedLead } from '../core/scrub.ts';
import { LEFT_COMPANY } from '../core/suppression-strength.ts';
import type { Instant } from '../core/time.ts';
import { ensureAccounts } from './accounts.ts';
import { joinDeals, leaveDeals } from './deal-leads.ts';
import { RetryTransaction, sqlState } from './errors.ts';
import { bumpGuards } from './guards.ts';
import { putInputs } from './inbox.ts';
import { aliasOf, giveAliases } from './lead-aliases.ts';
import { findLeadIds, toFields } from './leads.ts';
import type { Db } from './schema.ts';
import { purposeOf, subjectsOfAddress, suppressionsOf, writeSuppression } from './suppressions/rows.ts';
import { date } from './values.ts';

/**
 * Moves the lead to its new address and company. Lock the lead first, nudge it after the commit.
 * @param job address, company and domain of the new job; other fields are not read
 * @throws VolleyError `identity-clash` when the address is another lead's, `same-address` when it is this one's
 */
export async function changeJob(
  tx: Db,
  leadId: string,
  job: Pick<ScrubbedLead, 'email' | 'emailNormal' | 'company' | 'domain' | 'freemail'>,
  { now, by }: { readonly now: Instant; readonly by: string },
): Promise<void> {
  const row = await tx.selectFrom('leads').selectAll().where('id', '=', leadId).executeTakeFirstOrThrow();
  const old = row.email_normal;
  if (old === job.emailNormal) {
    throw new VolleyError('same-address', 'this is the address the lead has', {
      fix: 'Give the address of the new job.',
    });
  }
  const [owner] = await findLeadIds(tx, [{ email: job.emailNormal }]);
  if (owner !== null && owner !== leadId) {
    throw new VolleyError('identity-clash', `the new address belongs to lead ${owner}`, {
      fix: `Merge the two: POST /v1/leads/${leadId}/merge { "into": "${owner}" }.`,
    });
  }
  await comeBackTo(tx, job.emailNormal);
  await leaveAddress(tx, leadId, old, { now, by });
  await giveAliases(tx, [aliasOf.email(old)], { leadId, why: 'moved', before: toFields(row), by }, now);
  await tx
    .updateTable('leads')
    .set({
      email: job.email,
      email_normal: job.emailNormal,
      email_domain: job.emailNormal.slice(job.emailNormal.lastIndexOf('@') + 1),
      freemail: job.freemail,
      company: job.company,
      domain: job.domain,
      // Of the old job; what they are at the new one is to be told.
      role: '',
      title: '',
      phone: '',
      revision: sql<number>`revision + 1`,
      updated_at: date(now),
    })
    .where('id', '=', leadId)
    .execute()
    .catch((error: unknown) => {
      throw sqlState(error) === '23505' ? new RetryTransaction('the new address was taken meanwhile') : error;
    });
  await leaveDeals(tx, leadId);
  // Before the deals of the new company: both are of one instant, and the move comes first.
  await putInputs(tx, [{ leadId, at: now, body: { kind: 'moved', from: row.domain, to: job.domain, by } }], now);
  await ensureAccounts(tx, [{ domain: job.domain, name: job.company }], now);
  await joinDeals(tx, [{ id: leadId, accountId: accountIdOf(job.domain), moved: false }], { now, by, toldAt: now });
  await bumpGuards(tx, [leadId]);
}

/** An address the person had before is theirs again: it leads to the lead by itself, and may be mailed. */
async function comeBackTo(tx: Db, email: string): Promise<void> {
  await tx.deleteFrom('lead_aliases').where('alias', '=', aliasOf.email(email)).execute();
  await tx
    .deleteFrom('suppressions')
    .where('subject', '=', `email:${email}`)
    .where('reason', '=', LEFT_COMPANY)
    .execute();
}

/** Nothing goes to the old address again; what its owner said there, they said for themself; consents end. */
async function leaveAddress(
  tx: Db,
  leadId: string,
  email: string,
  { now, by }: { readonly now: Instant; readonly by: string },
): Promise<void> {
  for (const row of ofThePerson(await suppressionsOf(tx, subjectsOfAddress(email)))) {
    const { until, reason, channel, by: whose } = row;
    await writeSuppression(
      tx,
      { leadId, channel, purpose: purposeOf(row), until: until ?? undefined, reason, by: whose },
      now,
    );
  }
  await writeSuppression(tx, { email, reason: LEFT_COMPANY, by }, now);
  await tx
    .updateTable('consents')
    .set({ expires: sql<Date>`least(coalesce(expires, ${date(now)}), ${date(now)})`, withdrawn_by: LEFT_COMPANY })
    .where('lead_id', '=', leadId)
    // What they took back, they took back for themself.
    .where('withdrawn_at', 'is', null)
    .execute();
}
