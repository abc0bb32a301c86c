/** The person works somewhere else now: what was going on with them at the old company ends, they go on. */
import { endAccepted, forgetRoutes, leaveOpenHandoff } from './custody/leave.ts';
import { moveCustody, revive } from './custody-states.ts';
import { type Draft, journal } from './draft.ts';
import { rememberSales } from './earlier.ts';
import { endEnrollment } from './enrollment.ts';
import type { InputBody } from './input.ts';
import { moveStage } from './stage.ts';

/**
 * Ends runs, tasks and custody, and begins again at the first stage: what was done and sold at the old
 * company raises nothing here. What the person has seen, and whether they may be contacted, stays.
 */
export function applyMoved(d: Draft, { by, from, to }: Extract<InputBody, { kind: 'moved' }>): void {
  const { state } = d;
  journal(d, { type: 'lead.moved', reason: 'moved', by, data: { from, to } });
  leaveOpenHandoff(d);
  rememberSales(d, { ended: 'moved' });
  for (const e of [...state.enrollments]) endEnrollment(d, e, 'exited', 'moved', { by });
  endAccepted(d, 'moved');
  delete state.resume;
  delete state.meetingAt;
  delete state.agreedAt;
  delete state.quiet;
  delete state.looked;
  delete state.warned;
  state.deals = {};
  state.events = [];
  moveCustody(d, 'move', { since: d.t, attempts: 0 }, { reason: 'moved', by });
  if (!state.disqualified && !state.objected) revive(d, by);
  const first = d.playbooks.current.stages[0]?.id;
  if (first !== undefined && first !== state.stage) moveStage(d, { to: first, reason: 'moved', by });
  // Deals of the new company are told at this very instant, and count.
  state.stageBackAt = d.t - 1;
  state.returnedAt = d.t;
  forgetRoutes(d);
}
