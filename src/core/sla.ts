/**
 * The clocks of an SLA. All instants are computed once, in the calendar of whoever is concerned
 * first, and kept in the state: neither reassigning nor a new playbook restarts one.
 *
 * - to accept: reminders, the breach, then the ladder (reassign, manager, recycle)
 * - first touch: from accepting to the rep's first completed task or activity
 * - resume: marketing touches a lead that came back, within a time after its pause
 */
import { addDuration, addSpan } from './calendar.ts';
import { phaseOf } from './custody-states.ts';
import { type Draft, journal } from './draft.ts';
import type { Calendar, Rung, Sla } from './playbook.ts';
import type { Reason } from './reasons.ts';
import type { Instant } from './time.ts';
import { calendarOf, leadZone } from './view.ts';

export interface OfferClocks {
  readonly acceptBy: Instant;
  readonly ladder: { at: Instant; do: Rung['do'] }[];
  readonly remindAt: Instant[];
}

/** The clocks of an offer made at `at`, in the calendar of its first assignee. */
export function clocksOf(sla: Sla, calendar: Calendar, at: Instant): OfferClocks {
  let last = at;
  const ladder = sla.onBreach.map((rung) => {
    // A change of the clocks inside a working day must not turn the ladder round.
    last = Math.max(last, addSpan(sla.accept, calendar, at, rung.at));
    return { at: last, do: rung.do };
  });
  return {
    acceptBy: addSpan(sla.accept, calendar, at),
    ladder,
    remindAt: sla.remind.map((share) => addSpan(sla.accept, calendar, at, share)).sort((a, b) => a - b),
  };
}

/** The time from accepting to the first touch, in the calendar of who accepted. */
export function firstTouchBy(d: Draft, sla: Sla | undefined, calendar: () => Calendar): Instant | undefined {
  return sla?.firstTouch === undefined ? undefined : addSpan(sla.firstTouch, calendar(), d.t);
}

/** The rep has completed a task or logged an activity: what the first touch waits for. */
export function repTouched(d: Draft, by: string): void {
  const { custody } = d.state;
  if (phaseOf(custody) !== 'accepted' || custody.firstTouchAt !== undefined) return;
  custody.firstTouchAt = d.t;
  journal(d, {
    type: 'handoff.touched',
    reason: 'first-touch',
    by,
    data: {
      handoff: custody.handoff ?? null,
      acceptedAt: custody.acceptedAt ?? null,
      ...(custody.firstTouchBy === undefined ? {} : { by: custody.firstTouchBy, late: custody.firstTouchBy < d.t }),
    },
  });
}

/** Marketing has the lead again and owes it a touch within `slas.recycle.resume` of the pause's end. */
export function oweTouch(d: Draft, since: Instant): void {
  const { resume } = d.playbooks.current;
  if (!resume) return;
  const by =
    'working' in resume
      ? addSpan(resume, calendarOf(d.playbooks.current, undefined), since)
      : addDuration(since, resume.plain, leadZone(d.facts, d.playbooks.current));
  d.state.resume = { since, by };
}

/** What marketing owed a lead that came back: a touch of it went. */
export function repayTouch(d: Draft, at: Instant): void {
  const { resume } = d.state;
  if (!resume || at < resume.since) return;
  delete d.state.resume;
  keptResume(d, resume, 'resumed-in-time');
}

/** A touch went, or is planned, in time. */
export const keptResume = (d: Draft, { since, by }: { since: Instant; by: Instant }, reason: Reason): void =>
  journal(d, { type: 'sla.kept', reason, by: 'clock', data: { clock: 'resume', team: 'marketing', since, by } });
