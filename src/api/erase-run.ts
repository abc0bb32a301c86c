/**
 * What follows the request to erase a person, step by step until nothing is left. Every step may be cut
 * off and run again, by this process or another: what is open is in the store. A loop beside the API goes on
 * with what a process left, and looks once more, minutes later, for what was being written at that moment.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { MINUTE } from '../core/time.ts';
import { type Repeating, startRepeating } from '../repeat.ts';
import {
  type Erasure,
  endErasure,
  endSweep,
  getErasure,
  isSending,
  openErasures,
  traceFor,
  unsweptErasures,
} from '../store/erase.ts';
import { eraseAnswers, eraseMentions } from '../store/erase-mentions.ts';
import { eraseLeft, eraseRows } from '../store/erase-rows.ts';
import { transact } from '../store/tx.ts';
import type { ApiDeps } from './deps.ts';

export type EraseDeps = Pick<ApiDeps, 'database' | 'clock' | 'forgetRuns' | 'log'>;

/** A step that has been done; a test kills or races here. Production passes nothing. */
export type ErasePoint = 'runs-ended' | 'rows-gone' | 'mentions-gone';

/** A call to the mail service ends within 15 s and its activity within 30: longer nothing is on its way, real ms. */
const SENDING_MS = 60_000;
/** No transaction lasts longer than 5 minutes: by then whatever was being written is there to be found, real ms. */
const SWEEP_AFTER_MS = 6 * MINUTE;

export interface EraseOptions {
  /** How long to wait for a message that is on its way, real ms; 0 by default. */
  readonly waitMs?: number;
  readonly onPoint?: (point: ErasePoint) => Promise<void>;
}

/**
 * Goes on with an erasure as far as it can now: while a message is on its way to the mail service it answers
 * with the erasure still open.
 * @returns null when the lead was not erased
 */
export async function runErasure(
  deps: EraseDeps,
  leadId: string,
  { waitMs = 0, onPoint = async () => {} }: EraseOptions = {},
): Promise<Erasure | null> {
  const { db } = deps.database;
  const erasure = await getErasure(db, leadId);
  const trace = erasure === null ? null : await traceFor(db, erasure.leadId);
  if (erasure === null || trace === null) return erasure;
  // First, so that no attempt is repeated; what is on its way goes on without its workflow.
  await deps.forgetRuns(trace.leads);
  await onPoint('runs-ended');
  if (!(await isSent(deps, erasure, trace.leads, waitMs))) return erasure;
  await eraseRows(db, trace, deps.clock.now());
  await onPoint('rows-gone');
  await eraseMentions(db, trace);
  await eraseAnswers(db, trace);
  await onPoint('mentions-gone');
  await transact(db, (tx) => endErasure(tx, erasure.leadId, deps.clock.now()));
  deps.log.info({ leadId: erasure.leadId }, 'a person was erased');
  return getErasure(db, leadId);
}

const POLL_MS = 100;

/** Whether nothing is on its way any more, by `waitMs` from now. */
async function isSent(
  { database, clock }: EraseDeps,
  { requestedAt }: Erasure,
  leads: readonly string[],
  waitMs: number,
): Promise<boolean> {
  const until = Date.now() + waitMs;
  for (;;) {
    if (clock.now() - requestedAt >= SENDING_MS * clock.anchor.factor) return true;
    if (!(await isSending(database.db, leads))) return true;
    if (Date.now() + POLL_MS > until) return false;
    await pause(POLL_MS);
  }
}

const LIMIT = 100;

/** One sweep: erasures that are open go on, and those long done are looked at once more. */
export async function sweepErasures(deps: EraseDeps): Promise<void> {
  const { database, clock, forgetRuns, log } = deps;
  const { db } = database;
  for (const leadId of await openErasures(db, LIMIT)) await runErasure(deps, leadId);
  const long = clock.now() - SWEEP_AFTER_MS * clock.anchor.factor;
  for (const [person, leads] of await unsweptErasures(db, long, LIMIT)) {
    const rows = await eraseLeft(db, leads, clock.now());
    const { found } = await forgetRuns(leads);
    if (rows + found > 0)
      log.info({ leadId: person, rows, runs: found }, 'what was written during an erasure is gone too');
    // Found something: the next sweep looks again.
    else await transact(db, (tx) => endSweep(tx, leads, clock.now()));
  }
}

const INTERVAL_MS = 5_000;

/** Sweeps until stopped; a sweep that fails is logged and tried again. */
export const startEraser = (deps: EraseDeps, intervalMs = INTERVAL_MS): Repeating =>
  startRepeating(() => sweepErasures(deps), {
    everyMs: intervalMs,
    failed: (err) => deps.log.error({ err }, 'an erasure did not go on; it is tried again'),
  });
