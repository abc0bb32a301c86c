/** What ends when sales no longer has a lead, and the ways in which nobody has it. */
import { type CustodyEvent, mayMove, moveCustody } from '../custody-states.ts';
import { type Draft, journal } from '../draft.ts';
import { type Ending, rememberSales } from '../earlier.ts';
import { endEnrollment } from '../enrollment.ts';
import { stopFinding } from '../find-role.ts';
import type { Reason } from '../reasons.ts';
import { evaluateRoutes, setRoute } from '../route.ts';
import { closeTask } from '../task.ts';
import { followOutcome } from './outcome.ts';

/** A lead given back before its handoff was answered: the question is no longer open. */
export function leaveOpenHandoff(d: Draft): void {
  const { task } = d.state.custody;
  if (task) closeTask(d, task, 'no-longer-needed');
}

/** The sale is made: the custody of sales ends, and nobody has to answer for the lead any more. */
export function endSales(d: Draft, reason: Reason, by: string): void {
  if (!mayMove(d.state.custody, 'won')) return;
  const { from } = d.state.custody;
  leaveOpenHandoff(d);
  rememberSales(d, { ended: 'won' });
  endAccepted(d, reason);
  delete d.state.resume;
  moveCustody(d, 'won', { since: d.t, attempts: 0 }, { reason, by });
  followOutcome(d, from, 'accepted');
  forgetRoutes(d);
}

interface Leave {
  readonly reason: Reason;
  readonly by: string;
  readonly ending: Ending;
}

export function leaveSales(
  d: Draft,
  event: Extract<CustodyEvent, 'return' | 'breach'>,
  { reason, by, ending }: Leave,
): void {
  rememberSales(d, ending);
  endAccepted(d, reason);
  d.state.returnedAt = d.t;
  moveCustody(d, event, { since: d.t, attempts: 0 }, { reason, by });
}

/** An accepted handoff is work until sales no longer has the lead. */
export function endAccepted(d: Draft, reason: Reason): void {
  const { accepted } = d.state.custody;
  if (accepted) d.effects.push({ kind: 'task.close', id: accepted, state: 'done', reason, at: d.t });
  stopFinding(d, 'no-longer-needed');
}

/** What is true right after a return is the ground a route must rise from again. */
export function forgetRoutes(d: Draft): void {
  for (const { id, on } of evaluateRoutes(d)) {
    setRoute(d, id, { ...d.state.routes[id], on, armed: false });
  }
}

/** Never again: every run and task ends, nobody has the next move. */
export function disqualify(d: Draft, why: string, by: string): void {
  leaveOpenHandoff(d);
  d.state.disqualified = { at: d.t, reason: why };
  for (const e of [...d.state.enrollments]) endEnrollment(d, e, 'exited', 'disqualified', { by });
  endAccepted(d, 'disqualified');
  delete d.state.resume;
  moveCustody(d, 'disqualify', { since: d.t, attempts: 0 }, { reason: 'disqualified', by });
  journal(d, { type: 'lead.disqualified', reason: 'disqualified', by, data: { why } });
}

/** The lead is in play again, with nobody: what had ended stays ended, and entry rules may take it up. */
export function requalify(d: Draft, why: string, by: string): void {
  const was = d.state.disqualified?.reason ?? '';
  delete d.state.disqualified;
  // What the lead did meanwhile is the ground a route must rise from.
  forgetRoutes(d);
  journal(d, { type: 'lead.requalified', reason: 'requalified', by, data: { why, was } });
}
