/** What people say about who has the lead, and where the customer is. */
import { type Body, ignore, wordsOf } from './applying.ts';
import { claim } from './custody/accept.ts';
import { returnLead } from './custody/give-back.ts';
import { movedTo } from './custody/hand-on.ts';
import { leaveOpenHandoff } from './custody/leave.ts';
import { type Draft, journal } from './draft.ts';
import { askForRoles } from './find-role.ts';
import type { Input } from './input.ts';
import type { Reason } from './reasons.ts';
import { moveStage } from './stage.ts';
import type { LeadState } from './state.ts';

/** Why no team may take the lead up any more, if so. */
const outOfReach = ({ disqualified, objected }: LeadState): Reason | undefined =>
  disqualified ? 'disqualified' : objected ? 'objected' : undefined;

export function applyAssigned(d: Draft, input: Input, body: Body<'lead.assigned'>): void {
  const { custody } = d.state;
  const out = outOfReach(d.state);
  if (out) {
    ignore(d, input, out, { to: body.to });
    return;
  }
  // The store has these already; a rung of the ladder may have moved one in between.
  for (const id of body.tasks) d.effects.push({ kind: 'task.assign', id, assignee: body.to, at: d.t });
  const reason: Reason = body.left === undefined ? 'by-request' : 'rep-left';
  const theirs = body.left === undefined || custody.rep === body.left;
  if (theirs) {
    if (custody.who === 'sales') {
      movedTo(d, body.to, body.by);
      // An offer that was made since is not among the tasks the store has moved.
      if (custody.task !== undefined && !body.tasks.includes(custody.task)) {
        d.effects.push({ kind: 'task.assign', id: custody.task, assignee: body.to, at: d.t });
      }
    } else if (body.left === undefined) {
      claim(d, body.to, body.by);
      askForRoles(d);
    }
  }
  if (!theirs && body.tasks.length === 0) return;
  journal(d, {
    type: 'lead.assigned',
    reason,
    by: body.by,
    data: { from: body.left ?? custody.rep ?? null, to: body.to, tasks: body.tasks.length, lead: theirs },
  });
}

export function applyRecycle(d: Draft, input: Input, body: Body<'recycle'>): void {
  const rule = d.playbooks.current.returns[body.reason];
  if (!rule) {
    ignore(d, input, 'unknown-in-playbook', { reason: body.reason });
    return;
  }
  const out = outOfReach(d.state);
  if (out) {
    ignore(d, input, out, { reason: body.reason });
    return;
  }
  leaveOpenHandoff(d);
  returnLead(d, { rule, by: body.by, outcome: 'returned', ...wordsOf(body) });
}

export function applyStage(d: Draft, input: Input, body: Body<'stage'>): void {
  const known = d.playbooks.current.stages.some((stage) => stage.id === body.stage);
  if (!known || d.state.disqualified) {
    ignore(d, input, known ? 'disqualified' : 'unknown-in-playbook', { stage: body.stage });
    return;
  }
  if (body.stage === d.state.stage) {
    ignore(d, input, 'stage-kept', { stage: body.stage, why: body.reason });
    return;
  }
  moveStage(d, { to: body.stage, reason: 'stage-by-person', by: body.by, data: { why: body.reason } });
}
