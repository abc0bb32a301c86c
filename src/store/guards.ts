/** The guard of a lead: whoever changes what its next send depends on raises it. */
import { sql } from 'kysely';
import type { Db } from './schema.ts';

/** Makes these leads' sends and this transaction wait for each other. */
export async function bumpGuards(tx: Db, leadIds: readonly string[]): Promise<void> {
  if (leadIds.length === 0) return;
  await tx
    .updateTable('lead_states')
    .set({ guard: sql<number>`guard + 1` })
    .where(sql<boolean>`lead_id = any(${leadIds})`)
    .execute();
}
