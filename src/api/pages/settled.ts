/** Waiting for a send that was under way when somebody left: its end is known before they get their answer. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../store/db.ts';
import { openSendings } from '../../store/touches.ts';

/** Real ms somebody waits for their answer at most; a mail service answers in a fraction of it. */
const PATIENCE_MS = 5_000;
/** Real ms between two looks. No database that we run on tells another process of a change (no LISTEN on DSQL). */
const LOOK_MS = 25;

/**
 * Waits until no touch of this lead is `sending` that is so now. Call it after the commit of what forbids
 * further ones.
 * @param patienceMs real
 * @returns false when one still is by then: nobody knows yet whether it went.
 */
export async function untilSettled({ db }: Database, leadId: string, patienceMs = PATIENCE_MS): Promise<boolean> {
  const end = performance.now() + patienceMs;
  let open = await openSendings(db, leadId);
  while (open.length > 0 && performance.now() < end) {
    await pause(LOOK_MS);
    const still = new Set(await openSendings(db, leadId));
    open = open.filter((id) => still.has(id));
  }
  return open.length === 0;
}
