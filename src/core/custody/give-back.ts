/** Marketing has the lead again: a rep gave it back, nobody took it in time, or a step says so. */
import { addDuration } from '../calendar.ts';
import { type Draft, journal } from '../draft.ts';
import { endEnrollment, startEnrollment } from '../enrollment.ts';
import type { ReturnRule } from '../playbook.ts';
import type { Reason } from '../reasons.ts';
import { oweTouch } from '../sla.ts';
import type { Enrollment } from '../state.ts';
import { closeTask } from '../task.ts';
import { leadZone } from '../view.ts';
import { disqualify, forgetRoutes, leaveOpenHandoff, leaveSales } from './leave.ts';
import { creditTurn, followOutcome } from './outcome.ts';

export interface ReturnWords {
  readonly rule: ReturnRule;
  readonly by: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly note?: string;
  readonly until?: number;
  readonly outcome: 'rejected' | 'returned';
  /** Why, when it was no rep. */
  readonly reason?: Reason;
}

/** A rep gives the lead back with an agreed reason, and what was agreed for it follows. */
export function returnLead(d: Draft, words: ReturnWords): void {
  const { rule, by, facts, note, until, outcome, reason = 'returned' } = words;
  const { from, acceptedAt } = d.state.custody;
  creditTurn(d);
  journal(d, {
    type: outcome === 'rejected' ? 'handoff.rejected' : 'lead.returned',
    reason,
    by,
    data: {
      returnReason: rule.id,
      facts: facts ?? {},
      ...(note === undefined ? {} : { note }),
      ...(until === undefined ? {} : { until }),
      ...(acceptedAt === undefined ? {} : { acceptedAt }),
    },
  });
  leaveSales(d, 'return', {
    reason,
    by,
    ending: { ended: outcome, reason: rule.id, ...(facts && { facts }), ...(note !== undefined && { note }) },
  });
  if (rule.engagement === 'halve') d.state.dampened = [...d.state.dampened, { at: d.t, factor: 0.5 }];
  if (rule.disqualify) {
    disqualify(d, rule.id, by);
    return;
  }
  const cadence = rule.recycle === undefined ? undefined : d.playbooks.current.cadences[rule.recycle];
  const pause = pauseEnd(d, rule, until);
  if (pause !== undefined) d.state.agreedAt = pause;
  if (cadence) recycleInto(d, cadence.id, reason, by, pause, rule.id);
  oweTouch(d, pause ?? d.t);
  followOutcome(d, from, 'rejected');
  forgetRoutes(d);
}

function pauseEnd(d: Draft, rule: ReturnRule, until: number | undefined): number | undefined {
  if (!rule.after) return undefined;
  // A lead may write of a date that is over: that is none.
  if (rule.after.ask && until !== undefined && until > d.t) return until;
  return addDuration(d.t, rule.after.else, leadZone(d.facts, d.playbooks.current));
}

/** Into nurture again, from `from` on. Entry rules do not bind: this is what both teams agreed on. */
function recycleInto(
  d: Draft,
  cadenceId: string,
  reason: Reason,
  by: string,
  from: number | undefined,
  why: string,
): void {
  const cadence = d.playbooks.current.cadences[cadenceId];
  if (!cadence) {
    journal(d, { type: 'input.ignored', reason: 'unknown-in-playbook', by, data: { cadence: cadenceId } });
    return;
  }
  if (d.state.objected && cadence.purpose !== 'service') {
    journal(d, { type: 'entry.refused', cadence: cadenceId, reason: 'objected', by });
    return;
  }
  startEnrollment(d, cadence, { reason, by, ...(from === undefined ? {} : { from }), data: { returnReason: why } });
}

/** Nobody accepted in time: marketing has the lead again, with the reason, and the step goes on. */
export function breach(d: Draft): void {
  const { task, from, rep, handoff, acceptBy } = d.state.custody;
  if (task) closeTask(d, task, 'sla-breached');
  journal(d, {
    type: 'handoff.breached',
    reason: 'sla-breached',
    by: 'clock',
    data: { handoff: handoff ?? null, rep: rep ?? null, acceptBy: acceptBy ?? null },
  });
  leaveSales(d, 'breach', { reason: 'sla-breached', by: 'clock', ending: { ended: 'breached' } });
  oweTouch(d, d.t);
  followOutcome(d, from, 'breached');
  forgetRoutes(d);
}

/** A `recycle` step: nurture again, out of sales' hands if they have the lead. */
export function recycleByStep(d: Draft, e: Enrollment, into: string): void {
  const withSales = d.state.custody.who === 'sales';
  if (withSales) {
    leaveOpenHandoff(d);
    leaveSales(d, 'return', { reason: 'step', by: 'rule', ending: { ended: 'recycled' } });
    oweTouch(d, d.t);
  }
  const place = `${e.cadence}/${e.step}`;
  if (d.playbooks.current.cadences[into]?.lane !== e.lane) endEnrollment(d, e, 'ended', 'completed', { by: 'rule' });
  recycleInto(d, into, 'step', 'rule', undefined, place);
  if (withSales) forgetRoutes(d);
}
