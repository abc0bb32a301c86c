/**
 * What a person says about themself: no more mail. It binds the address, whoever brings it again, and
 * the person, whatever the address becomes.
 */
import type { Purpose } from '../core/playbook.ts';
import { adds } from '../core/suppression-strength.ts';
import type { Instant } from '../core/time.ts';
import { bumpGuards } from './guards.ts';
import { mergedInto } from './lead-aliases.ts';
import type { Db } from './schema.ts';
import { type NewSuppression, purposeOf, subjectOf, suppressionsOf, writeSuppression } from './suppressions/rows.ts';
import { suppress } from './suppressions/suppress.ts';

export interface Leaving {
  readonly leadId: string;
  /** Absent: every purpose. */
  readonly purpose?: Purpose | undefined;
  readonly reason: string;
  readonly by: string;
}

/**
 * Suppresses person and address for good, unless they are for a reason as strong. The lead's guard is taken first: a send that
 * has read the lead already is committed before this is, every other one sees it, and the address is the
 * one the lead has by then (`docs/decisions/unsubscribe-and-send.md`).
 * @returns the leads to nudge after the commit; none when nothing changed. Null: there is no such lead.
 */
export async function leave(tx: Db, leaving: Leaving, now: Instant): Promise<readonly string[] | null> {
  const { leadId, purpose, reason, by } = leaving;
  await bumpGuards(tx, [leadId]);
  const lead = await tx.selectFrom('leads').select('email_normal').where('id', '=', leadId).executeTakeFirst();
  if (lead === undefined) {
    // Merged into another meanwhile: what one half of a person says, the whole says.
    const survivor = await mergedInto(tx, leadId);
    return survivor === null ? null : leave(tx, { ...leaving, leadId: survivor }, now);
  }
  const email = lead.email_normal;
  if (!(await isNews(tx, { email, purpose, reason, by })) && !(await isNews(tx, { leadId, purpose, reason, by })))
    return [];
  await writeSuppression(tx, { leadId, purpose, reason, by }, now);
  return (await suppress(tx, { email, purpose, reason, by }, now)).leadIds;
}

/** Whether a suppression without an end adds to what there is for exactly this; one repeated by another hand does not. */
export async function isNews(tx: Db, next: NewSuppression): Promise<boolean> {
  const known = (await suppressionsOf(tx, [subjectOf(next)])).find((row) => purposeOf(row) === next.purpose);
  if (known === undefined || known.until !== null) return true;
  return known.reason !== next.reason && adds({ ...known, until: undefined }, next);
}
