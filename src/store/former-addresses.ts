/**
 * A lead whose address another system has changed is still the person it was: what was said at the old
 * address binds them, and whoever writes by it reaches the lead.
 */
import { sql } from 'kysely';
import { ofThePerson } from '../core/merge/consent.ts';
import type { Instant } from '../core/time.ts';
import { aliasOf, giveAliases } from './lead-aliases.ts';
import type { Draft, Drafts } from './lead-merge.ts';
import type { Db } from './schema.ts';
import { purposeOf, subjectsOfAddress, suppressionsOf, writeSuppression } from './suppressions/rows.ts';

type Changed = Draft & { readonly storedEmail: string };

const hasChanged = (draft: Draft): draft is Changed =>
  draft.storedEmail !== undefined && draft.storedEmail !== draft.row.email_normal;

/** For the leads of a page whose addresses are other ones now. Their guards are raised with the rows. */
export async function keepFormerAddresses(
  tx: Db,
  drafts: Drafts,
  { now, by }: { readonly now: Instant; readonly by: string },
): Promise<void> {
  const changed = [...drafts.touched].filter(hasChanged);
  if (changed.length === 0) return;
  const current = changed.map(({ row }) => aliasOf.email(row.email_normal));
  await tx.deleteFrom('lead_aliases').where(sql<boolean>`alias = any(${current})`).execute();
  const said = ofThePerson(
    await suppressionsOf(
      tx,
      changed.flatMap(({ storedEmail }) => subjectsOfAddress(storedEmail)),
    ),
  );
  for (const { row, storedEmail } of changed) {
    for (const one of said.filter(({ email }) => email === storedEmail)) {
      // Whose word it is stays: what the person said, only the person takes back.
      const { until, reason, channel, by: whose } = one;
      await writeSuppression(
        tx,
        { leadId: row.id, channel, purpose: purposeOf(one), until: until ?? undefined, reason, by: whose },
        now,
      );
    }
    // Another lead of the same page may have it now.
    if (drafts.hasAddress(storedEmail)) continue;
    const to = { leadId: row.id, why: 'changed' as const, before: { email: storedEmail }, by };
    await giveAliases(tx, [aliasOf.email(storedEmail)], to, now);
  }
}
