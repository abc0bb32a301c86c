/**
 * What a person says about themself: no more mail. It binds the address, whoever brings it again, and
 * the person, whatever the address becomes.
 */
import type { Purpose } from '../core/playbook.ts';
import type { Instant } from '../core/time.ts';
import { bumpGuards } from './guards.ts';
import { mergedInto } from './lead-aliases.ts';
import type { Db } from './schema.ts';
import { listSuppressions, type SuppressionTarget, writeSuppression } from './suppressions/rows.ts';
import { suppress } from './suppressions/suppress.ts';

/** Why a suppression is there that the person made by leaving. */
export const UNSUBSCRIBED = 'unsubscribed';

export interface Leaving {
  readonly leadId: string;
  /** Absent: every purpose. */
  readonly purpose?: Purpose | undefined;
  readonly reason: string;
  readonly by: string;
}

/**
 * Suppresses person and address for good, unless they are. The lead's guard is taken first: a send that
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
  const bound = (await holds(tx, { email }, purpose)) && (await holds(tx, { leadId }, purpose));
  if (bound) return [];
  await writeSuppression(tx, { leadId, purpose, reason, by }, now);
  return (await suppress(tx, { email, purpose, reason, by }, now)).leadIds;
}

/** Whether there is one without an end for exactly this. */
async function holds(tx: Db, target: SuppressionTarget, purpose: Purpose | undefined): Promise<boolean> {
  const { items } = await listSuppressions(tx, target);
  return items.some((row) => row.purpose === (purpose ?? null) && row.until === null);
}
