/** What each input does to the lead, at the instant being decided. */
import { applyActivity } from './activity.ts';
import { applyAssigned, applyRecycle, applyStage } from './apply-custody.ts';
import { applyControl, applyEnroll } from './apply-enrollment.ts';
import { applySignal, logSignal } from './apply-signal.ts';
import { applyAnswer, applyReassigned, applyReopened } from './apply-task.ts';
import { ignore } from './applying.ts';
import { CHAT_SIGNAL } from './chat.ts';
import { acceptChat, endChat, passChat, startChat } from './chats.ts';
import { applyPreferences, letGo } from './choices.ts';
import { applyColleagueReplied } from './colleagues.ts';
import { tellConsents } from './consent-journal.ts';
import { disqualify, requalify } from './custody/leave.ts';
import { offer } from './custody/offer.ts';
import { applyDeal, leaveDeal } from './deal.ts';
import { type Draft, journal } from './draft.ts';
import type { Input } from './input.ts';
import { applyMoved } from './moved.ts';
import { applyObjection } from './objection.ts';
import { endTouch, proveTouch, rejectTouch } from './touch.ts';

export function applyInput(d: Draft, input: Input): void {
  const body = input.body;
  switch (body.kind) {
    case 'lead.changed':
      tellConsents(d, body.consents ?? [], body.by);
      // The facts are new already; settling looks at them.
      letGo(d);
      return;
    case 'signal':
      applySignal(d, input, body);
      return;
    case 'colleague.replied':
      if (d.state.disqualified) ignore(d, input, 'disqualified', { colleague: body.colleague });
      else applyColleagueReplied(d, body);
      return;
    case 'suppressed':
      // The playbook's words for it: `seen('unsubscribed')`, `seen('complained')`. No human signal: it must not fire a route.
      if ((body.reason === 'unsubscribed' || body.reason === 'complained') && body.channel === undefined)
        logSignal(d.state, body.reason, Math.min(input.at, d.t), true);
      journal(d, {
        type: 'lead.suppressed',
        reason: 'suppressed',
        by: body.by,
        data: {
          why: body.reason,
          ...(body.purpose ? { purpose: body.purpose } : {}),
          ...(body.channel ? { channel: body.channel } : {}),
        },
      });
      return;
    case 'preferences':
      applyPreferences(d, body);
      return;
    case 'objected':
      applyObjection(d, body);
      return;
    case 'moved':
      applyMoved(d, body);
      return;
    case 'activity':
      applyActivity(d, body);
      return;
    case 'enroll':
      applyEnroll(d, input, body);
      return;
    case 'enrollment.control':
      applyControl(d, input, body);
      return;
    case 'handoff': {
      const handoff = d.playbooks.current.handoffs[body.handoff];
      if (!handoff) {
        ignore(d, input, 'unknown-in-playbook', { handoff: body.handoff });
        return;
      }
      offer(d, {
        handoff,
        reason: 'by-request',
        why: body.note ?? 'A person handed this lead over.',
        by: body.by,
        ...(body.note === undefined ? {} : { note: body.note }),
      });
      return;
    }
    case 'chat.started':
      applySignal(d, input, { kind: 'signal', type: CHAT_SIGNAL, human: true });
      startChat(d, body);
      return;
    case 'chat.passed':
      passChat(d, body);
      return;
    case 'chat.accepted':
      acceptChat(d, body);
      return;
    case 'chat.ended':
      endChat(d, body);
      return;
    case 'task.answered':
      applyAnswer(d, input, body);
      return;
    case 'task.reassigned':
      applyReassigned(d, input, body);
      return;
    case 'task.reopened':
      applyReopened(d, input, body);
      return;
    case 'lead.assigned':
      applyAssigned(d, input, body);
      return;
    case 'recycle':
      applyRecycle(d, input, body);
      return;
    case 'disqualify':
      if (d.state.disqualified) {
        ignore(d, input, 'disqualified', { why: body.reason });
        return;
      }
      disqualify(d, body.reason, body.by);
      return;
    case 'requalify':
      if (d.state.disqualified) requalify(d, body.reason, body.by);
      else ignore(d, input, 'not-disqualified', { why: body.reason });
      return;
    case 'deal':
      applyDeal(d, input, body);
      return;
    case 'deal.left':
      leaveDeal(d, body.deal, body.by);
      return;
    case 'stage':
      applyStage(d, input, body);
      return;
    case 'touch.result':
      if (!endTouch(d, body)) ignore(d, input, 'unknown-touch', { touch: body.touch });
      return;
    case 'touch.proven':
      proveTouch(d, body);
      return;
    case 'touch.rejected':
      rejectTouch(d, body);
  }
}
