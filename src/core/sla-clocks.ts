import { breach } from './custody/give-back.ts';
import { escalate, handOffered } from './custody/hand-on.ts';
import { phaseOf } from './custody-states.ts';
import { type Draft, journal, placeOf } from './draft.ts';
import { isResting } from './enrollment.ts';
import { exitsOf } from './exits.ts';
import { permissionFor } from './permission.ts';
import { type Cadence, isSending, type Rung } from './playbook.ts';
import { keptResume } from './sla.ts';
import type { Enrollment } from './state.ts';
import type { Instant } from './time.ts';

export interface Clock {
  readonly at: Instant;
  /** In words, for Temporal's UI. */
  readonly kind: string;
}

/** The next thing a clock of this lead will do. An answer that is in the inbox stops reminders and ladder. */
export function nextClock(d: Draft): Clock | undefined {
  const { custody, resume } = d.state;
  const clocks: Clock[] = [];
  const name = custody.handoff ?? '';
  if (phaseOf(custody) === 'offered') {
    if (!custody.late && custody.acceptBy !== undefined)
      clocks.push({ at: custody.acceptBy, kind: `SLA of handoff ${name}` });
    if (!isAnswered(d)) {
      const [reminder] = custody.remindAt ?? [];
      if (reminder !== undefined) clocks.push({ at: reminder, kind: `reminder of handoff ${name}` });
      const [rung] = ladderOf(d);
      if (rung) clocks.push({ at: rung.at, kind: `SLA of handoff ${name}` });
    }
  }
  if (phaseOf(custody) === 'accepted' && owesFirstTouch(d) && custody.firstTouchBy !== undefined) {
    clocks.push({ at: custody.firstTouchBy, kind: `first touch of handoff ${name}` });
  }
  if (resume) clocks.push({ at: resume.by, kind: 'SLA of marketing' });
  return clocks.reduce<Clock | undefined>((best, clock) => (best && best.at <= clock.at ? best : clock), undefined);
}

/** Does what is due of one clock; true when something was. */
export function runClocks(d: Draft): boolean {
  const { custody, resume } = d.state;
  if (phaseOf(custody) === 'offered') {
    const answered = isAnswered(d);
    const [reminder, ...later] = custody.remindAt ?? [];
    if (reminder !== undefined && reminder <= d.t && !answered) {
      custody.remindAt = later;
      remind(d);
      return true;
    }
    if (!custody.late && custody.acceptBy !== undefined && custody.acceptBy <= d.t) {
      custody.late = true;
      journal(d, {
        type: 'sla.breached',
        reason: 'not-accepted-in-time',
        by: 'clock',
        data: {
          clock: 'accept',
          team: 'sales',
          handoff: custody.handoff ?? null,
          pool: custody.pool ?? null,
          rep: custody.rep ?? null,
          by: custody.acceptBy,
        },
      });
      return true;
    }
    const [rung, ...rungs] = ladderOf(d);
    if (rung && rung.at <= d.t && !answered) {
      climb(d, rung.do, rungs);
      return true;
    }
  }
  if (phaseOf(custody) === 'accepted' && owesFirstTouch(d) && (custody.firstTouchBy ?? d.t + 1) <= d.t) {
    custody.firstTouchLate = true;
    journal(d, {
      type: 'sla.breached',
      reason: 'no-first-touch-in-time',
      by: 'clock',
      data: {
        clock: 'firstTouch',
        team: 'sales',
        handoff: custody.handoff ?? null,
        pool: custody.pool ?? null,
        rep: custody.rep ?? null,
        by: custody.firstTouchBy ?? null,
      },
    });
    return true;
  }
  if (resume && resume.by <= d.t) {
    endResume(d, resume);
    return true;
  }
  return false;
}

const isAnswered = (d: Draft): boolean => d.answered.has(d.state.custody.task ?? '');

const ladderOf = (d: Draft): readonly { at: Instant; do: Rung['do'] }[] => {
  const { ladder, breachAt } = d.state.custody;
  return ladder ?? (breachAt === undefined ? [] : [{ at: breachAt, do: 'recycle' }]);
};

function climb(d: Draft, what: Rung['do'], rest: { at: Instant; do: Rung['do'] }[]): void {
  d.state.custody.ladder = rest;
  if (what === 'recycle') {
    breach(d);
    return;
  }
  if (what === 'reassign') handOffered(d);
  else escalate(d);
}

function remind(d: Draft): void {
  const { task, rep, pool, acceptBy, handoff } = d.state.custody;
  if (task === undefined) return;
  journal(d, {
    type: 'task.reminded',
    reason: 'not-answered-yet',
    by: 'clock',
    data: { task, handoff: handoff ?? null, rep: rep ?? null, pool: pool ?? null, acceptBy: acceptBy ?? null },
  });
}

const owesFirstTouch = (d: Draft): boolean => {
  const { firstTouchBy: by, firstTouchAt, firstTouchLate } = d.state.custody;
  return by !== undefined && firstTouchAt === undefined && firstTouchLate !== true;
};

/** A touch that is planned is as good as one that went: who is paced or held is not forgotten. */
function endResume(d: Draft, { since, by }: { since: Instant; by: Instant }): void {
  delete d.state.resume;
  if (d.state.disqualified || d.state.custody.who === 'sales') return;
  const permission = permissionFor('marketing', d.facts, d.playbooks.current, d.t);
  if (permission.kind === 'no') return;
  if (d.state.enrollments.some((e) => touchIsPlanned(d, e))) {
    keptResume(d, { since, by }, 'resume-planned');
    return;
  }
  journal(d, {
    type: 'sla.breached',
    reason: 'not-resumed-in-time',
    by: 'clock',
    data: { clock: 'resume', team: 'marketing', since, by },
  });
}

function touchIsPlanned(d: Draft, e: Enrollment): boolean {
  // A colleague's reply is what it waits for, and the clock ends that.
  if ((e.state !== 'running' && e.pausedBy !== 'colleague') || isResting(d, e)) return false;
  const { cadence, step } = placeOf(d, e);
  return e.touch !== undefined || (step !== undefined && leadsToEmail(cadence, step.id, new Set()));
}

function leadsToEmail(cadence: Cadence, id: string, seen: Set<string>): boolean {
  const step = cadence.steps[id];
  if (!step || seen.has(id)) return false;
  seen.add(id);
  // What another cadence does is looked at when the lead is in it.
  if (isSending(step) || step.kind === 'enroll' || step.kind === 'recycle') return true;
  return exitsOf(step).some((next) => next !== null && leadsToEmail(cadence, next, seen));
}
