/** Ending a suppression. */
import { VolleyError } from '../../core/errors.ts';
import { OBJECTED } from '../../core/suppression-strength.ts';
import type { Instant } from '../../core/time.ts';
import { bumpGuards } from '../guards.ts';
import type { Db } from '../schema.ts';
import { leadsOf } from './about.ts';
import { putForAll } from './tell.ts';

/**
 * Ends a suppression; null when there is none with this id. Its leads get `lead.changed`: nudge them.
 * @throws VolleyError `objected` for one that an objection made.
 */
export async function removeSuppression(
  tx: Db,
  id: string,
  by: string,
  now: Instant,
): Promise<{ leadIds: readonly string[] } | null> {
  const row = await tx
    .deleteFrom('suppressions')
    .where('id', '=', id)
    .returning(['subject', 'reason'])
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.reason === OBJECTED) {
    throw new VolleyError(
      'objected',
      'this suppression is an objection to marketing, which nobody but the person ends',
      {
        fix: 'Leave it: neither team may contact them.',
      },
    );
  }
  const leadIds = await leadsOf(tx, row.subject);
  await bumpGuards(tx, leadIds);
  await putForAll(tx, leadIds, now, { kind: 'lead.changed', by });
  return { leadIds };
}
