/** Suppressing what reports repeat: mail services send an event twice, and people click twice. */
import type { Purpose } from '../core/playbook.ts';
import type { Instant } from '../core/time.ts';
import { isNews } from '../store/leave.ts';
import type { Db } from '../store/schema.ts';
import { suppress } from '../store/suppressions/suppress.ts';

/**
 * Suppresses an address for good, unless it is already for a reason as strong.
 * @param what.email normalised
 * @returns the leads to nudge; none when nothing changed.
 */
export async function suppressOnce(
  tx: Db,
  what: { readonly email: string; readonly purpose?: Purpose; readonly reason: string; readonly by: string },
  now: Instant,
): Promise<readonly string[]> {
  return (await isNews(tx, what)) ? (await suppress(tx, what, now)).leadIds : [];
}
