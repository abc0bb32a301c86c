/** What is paused for everybody: all sending, one cadence, or what the rules of pacing hold. Checked at the moment of the send. */
import type { Instant } from '../core/time.ts';
import type { Db } from './schema.ts';
import { date } from './values.ts';

export interface Pause {
  /** See `scopesOf` in src/core/pause-scopes.ts. */
  readonly scope: string;
  readonly reason: string;
  readonly by: string;
  readonly at: Instant;
}

/** Pauses a scope; false when it was paused already (the first reason stays). */
export async function pauseScope(tx: Db, pause: Pause): Promise<boolean> {
  const rows = await tx
    .insertInto('pauses')
    .values({ scope: pause.scope, reason: pause.reason, actor: pause.by, created_at: date(pause.at) })
    .onConflict((conflict) => conflict.column('scope').doNothing())
    .returning('scope')
    .execute();
  return rows.length > 0;
}

/** Ends a pause; false when there was none. The leads it held are in `heldLeads`: nudge them. */
export async function resumeScope(tx: Db, scope: string): Promise<boolean> {
  const rows = await tx.deleteFrom('pauses').where('scope', '=', scope).returning('scope').execute();
  return rows.length > 0;
}

export async function listPauses(db: Db): Promise<readonly Pause[]> {
  const rows = await db.selectFrom('pauses').selectAll().orderBy('scope').execute();
  return rows.map((row) => ({ scope: row.scope, reason: row.reason, by: row.actor, at: row.created_at }));
}
