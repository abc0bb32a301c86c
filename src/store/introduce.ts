/**
 * A new playbook version meets the leads that were decided under another one: each gets an inbox
 * row, a page at a time, so that a lead nobody would wake can enter a cadence that is new. The row
 * goes once to a lead for every apply; its commit writes the version down, and the lead is done.
 */
import type { Instant } from '../core/time.ts';
import { putInputs } from './inbox.ts';
import type { Db } from './schema.ts';
import { transact } from './tx.ts';

/**
 * Gives up to `limit` leads of other versions the row. Call it again and again; it ends by itself.
 * @returns the leads to nudge.
 */
export function introducePlaybook(db: Db, now: Instant, limit: number): Promise<readonly string[]> {
  return transact(db, async (tx) => {
    const current = await tx
      .selectFrom('playbook_current')
      .select(['hash', 'applied_at'])
      .where('id', '=', 'current')
      .executeTakeFirst();
    if (!current) return [];
    // Two ranges instead of <>, so that the index serves: this runs at every sweep.
    const rows = await tx
      .selectFrom('lead_states')
      .select('lead_id')
      .where(({ or, eb }) => or([eb('playbook', '<', current.hash), eb('playbook', '>', current.hash)]))
      .orderBy('lead_id')
      .limit(limit)
      .execute();
    await putInputs(
      tx,
      rows.map((row) => ({
        leadId: row.lead_id,
        key: `playbook:${current.hash}:${current.applied_at}:${row.lead_id}`,
        at: now,
        body: { kind: 'lead.changed', by: 'playbook' },
      })),
      now,
    );
    return rows.map((row) => row.lead_id);
  });
}
