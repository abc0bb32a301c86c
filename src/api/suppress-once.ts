/** Suppressing what reports repeat: mail services send an event twice, and people click twice. */
import type { Purpose } from '../core/playbook.ts';
import type { Instant } from '../core/time.ts';
import type { Db } from '../store/schema.ts';
import { listSuppressions, renameReason } from '../store/suppressions/rows.ts';
import { suppress } from '../store/suppressions/suppress.ts';

/**
 * Suppresses an address for good, unless it is already.
 * @param what.email normalised
 * @returns the leads to nudge; none when nothing changed.
 */
export async function suppressOnce(
  tx: Db,
  what: { readonly email: string; readonly purpose?: Purpose; readonly reason: string; readonly by: string },
  now: Instant,
): Promise<readonly string[]> {
  const { items } = await listSuppressions(tx, { email: what.email });
  const known = items.find((row) => row.purpose === (what.purpose ?? null) && row.until === null);
  if (known !== undefined) {
    // A complaint is the person's word, a bounce the mailbox's: the former stays whatever came first.
    if (what.reason === 'complained' && known.reason === 'bounced') await renameReason(tx, known.id, what.reason);
    return [];
  }
  return (await suppress(tx, what, now)).leadIds;
}
