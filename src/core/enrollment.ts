/** An enrollment's life: start, enter a step, pause, resume, end. */

import { addDuration, addSpan, nextMidnight, timeOfDay } from './calendar.ts';
import { keepQuiet } from './colleagues.ts';
import { bestHourOf } from './context.ts';
import { moveCustody, revive } from './custody-states.ts';
import { dealScopeOf } from './deal-scope.ts';
import { type Draft, journal, placeOf, windowZone } from './draft.ts';
import { durationParts } from './duration.ts';
import { joinHoldouts } from './experiments/track.ts';
import { fraction, hashId } from './hash.ts';
import { emitEnrollment } from './pause.ts';
import { type Cadence, isSending, type Playbook, type SendWindow, type WaitStep, type WaitUntil } from './playbook.ts';
import { quietFor } from './quiet-hours.ts';
import type { Reason } from './reasons.ts';
import { nextSlot, type Spread } from './send-window.ts';
import type { Enrollment, EnrollmentState } from './state.ts';
import { closeTask } from './task.ts';
import { HOUR, type Instant } from './time.ts';
import { calendarOf, leadZone } from './view.ts';

/** The lead's own place in every send window, so that its touches come at its own time of day. */
export const shareOf = (key: string): number => fraction('window', key);

/** The next instant of the cadence's window for this lead that is not quiet by the playbook in force. */
export function slotFor(d: Draft, playbook: Playbook, cadence: Cadence, from: Instant, spread: Spread): Instant {
  const zone = windowZone(d.facts, playbook, cadence);
  const quiet = quietFor(d.facts, d.playbooks.current);
  if (cadence.window.spread === 'none') {
    // Two emails without a wait between them do not share a day's window.
    return nextSlot(cadence.window, zone, from, 0, spread === 'after' ? 'after' : 'none', quiet);
  }
  return nextSlot(cadence.window, zone, from, placeIn(d, cadence.window, zone), spread, quiet);
}

/** The lead's place in the window: its own, or its own within its best hour. The nearest there is when that lies outside. */
function placeIn(d: Draft, window: SendWindow, zone: string): number {
  const own = shareOf(d.facts.key);
  const hour = window.prefer === undefined ? -1 : bestHourOf(d.state, zone, d.t);
  if (hour < 0) return own;
  const [opens, closes] = [timeOfDay(window.from), timeOfDay(window.to)];
  const start = Math.min(Math.max(hour * HOUR, opens), Math.max(closes - HOUR, opens));
  const end = Math.min(start + HOUR, closes);
  return (start + own * (end - start) - opens) / (closes - opens);
}

export interface StartOptions {
  readonly reason: Reason;
  readonly by: string;
  /** Given when the API has opened the row already. */
  readonly id?: string;
  /** When its first step is entered; default now. */
  readonly from?: Instant;
  /** Which rule started it, for the journal. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * Starts a run of a cadence of the playbook in force. An open run in its lane ends as `replaced`;
 * whoever must not replace asks `mayEnter` first.
 */
export function startEnrollment(d: Draft, cadence: Cadence, options: StartOptions): Enrollment {
  const { state } = d;
  revive(d, options.by);
  const open = state.enrollments.find((e) => e.lane === cadence.lane);
  if (open) endEnrollment(d, open, 'replaced', 'replaced', { by: options.by, data: { by: cadence.id } });
  // A cadence that ended in this very instant comes round on another day: a circle of cadences whose
  // emails are all seen would otherwise never settle.
  const roundAgain = state.past[cadence.id]?.endedAt === d.t;
  const from = options.from ?? (roundAgain ? nextMidnight(leadZone(d.facts, d.playbooks.current), d.t) : undefined);
  const nth = (state.past[cadence.id]?.n ?? 0) + 1;
  const enrollment: Enrollment = {
    id: options.id ?? hashId('enrollment', d.facts.leadId, cadence.id, String(nth)),
    cadence: cadence.id,
    lane: cadence.lane,
    playbook: d.playbooks.current.hash,
    nth,
    startedAt: from ?? d.t,
    state: 'running',
    step: null,
    enteredAt: d.t,
    dueAt: null,
    spread: 'rest',
    sent: {},
    arms: {},
    visited: [],
  };
  state.enrollments.push(enrollment);
  if (state.refused[cadence.id] !== undefined) {
    const { [cadence.id]: _let, ...refused } = state.refused;
    state.refused = refused;
  }
  if (cadence.purpose === 'marketing' && state.custody.who === 'nobody') {
    moveCustody(d, 'take-up', { since: d.t, attempts: 0 }, { reason: 'cadence-running', by: options.by });
  }
  journal(d, {
    type: 'enrollment.started',
    cadence: cadence.id,
    reason: options.reason,
    by: options.by,
    data: {
      enrollment: enrollment.id,
      lane: cadence.lane,
      nth,
      ...(from === undefined ? {} : { from }),
      ...options.data,
    },
  });
  emitEnrollment(d, enrollment, 'running');
  joinHoldouts(d, cadence);
  // A run that begins later stands on its first step already; the step is due then, not now.
  enterStep(d, enrollment, cadence.first, enrollment.startedAt, from === undefined ? 'rest' : 'daily');
  // Who asks for it by name knows better.
  if (options.reason !== 'by-request' && state.enrollments.includes(enrollment)) keepQuiet(d, enrollment);
  return enrollment;
}

/** Moves the run onto a step as of `at`, or ends it when there is none. */
export function enterStep(d: Draft, e: Enrollment, stepId: string | null, at: Instant, spread: Spread): void {
  e.step = stepId;
  e.enteredAt = at;
  e.spread = spread;
  delete e.task;
  delete e.closed;
  delete e.touch;
  delete e.held;
  delete e.refusals;
  delete e.picked;
  delete e.review;
  delete e.capped;
  delete e.full;
  delete e.place;
  delete e.silenced;
  delete e.rests;
  if (stepId === null) {
    endEnrollment(d, e, 'ended', 'completed', { by: 'rule' });
    return;
  }
  const { playbook, cadence, step } = placeOf(d, e);
  if (!step) throw new Error(`cadence ${e.cadence} has no step ${stepId}`);
  if (e.visited.includes(stepId)) throw new Error(`step ${e.cadence}/${stepId} was visited before`);
  e.visited = [...e.visited, stepId];
  d.entered.push({ enrollment: e.id, cadence: e.cadence, step: stepId, at: d.t });
  switch (step.kind) {
    case 'email':
    case 'pick':
      e.dueAt = slotFor(d, playbook, cadence, at, spread);
      break;
    case 'wait':
      e.dueAt = waitEnd(d, playbook, step, at);
      break;
    case 'waitFor':
      e.dueAt = addDuration(at, step.upTo, leadZone(d.facts, playbook));
      break;
    default:
      e.dueAt = at;
  }
}

/** The date a wait goes by, if there is one. */
export const dateOf = (d: Draft, until: WaitUntil): Instant | undefined =>
  until === 'meeting.at' ? d.state.meetingAt : dealScopeOf(d.state).renewsAt;

/** When a wait that was entered at `at` is over; a date that is past or unknown: at once. */
function waitEnd(d: Draft, playbook: Playbook, step: WaitStep, at: Instant): Instant {
  if ('until' in step.wait) {
    const date = dateOf(d, step.wait.until);
    if (date === undefined) return at;
    return Math.max(at, addDuration(date, step.wait.offset, leadZone(d.facts, playbook)));
  }
  if ('plain' in step.wait) return addDuration(at, step.wait.plain, leadZone(d.facts, playbook));
  return addSpan(step.wait, calendarOf(playbook, d.facts.custodian), at);
}

/** A meeting or a renewal has another date now, or none: whoever waits for it waits for the new one. */
export function moveDatedWaits(d: Draft): void {
  for (const e of d.state.enrollments) {
    const { playbook, step } = placeOf(d, e);
    if (step?.kind !== 'wait' || !('until' in step.wait)) continue;
    const dueAt = Math.max(d.t, waitEnd(d, playbook, step, e.enteredAt));
    if (dueAt === e.dueAt) continue;
    e.dueAt = dueAt;
    emitEnrollment(d, e, e.state);
  }
}

/** A step after whole days keeps the lead's time of day; after a shorter wait it goes as soon as it may. */
export function spreadAfterWait(step: WaitStep): Spread {
  if (!('plain' in step.wait)) return 'none';
  const { months, days } = durationParts(step.wait.plain);
  return months > 0 || days > 0 ? 'daily' : 'none';
}

/** A run whose start lies ahead (a return's pause): it holds its lane and is not judged yet. */
export const isResting = (d: Pick<Draft, 't'>, e: Enrollment): boolean => e.startedAt > d.t;

export function endEnrollment(
  d: Draft,
  e: Enrollment,
  state: Exclude<EnrollmentState, 'running' | 'paused'>,
  reason: Reason,
  { by, data }: { by: string; data?: Readonly<Record<string, unknown>> },
): void {
  const at = d.state.enrollments.indexOf(e);
  if (at < 0) return;
  d.state.enrollments.splice(at, 1);
  d.state.past = { ...d.state.past, [e.cadence]: { n: e.nth, endedAt: d.t } };
  if (e.task) closeTask(d, e.task, 'no-longer-needed', e);
  journal(d, {
    type: 'enrollment.ended',
    cadence: e.cadence,
    ...(e.step === null ? {} : { step: e.step }),
    reason,
    by,
    playbook: e.playbook,
    data: { enrollment: e.id, state, ...data },
  });
  emitEnrollment(d, e, state);
}

/** Goes on where it was with its due time; an email whose time has passed goes at the lead's next own slot. */
export function resumeEnrollment(d: Draft, e: Enrollment, reason: Reason, by: string): void {
  if (e.state !== 'paused') return;
  e.state = 'running';
  delete e.pausedBy;
  delete e.pausedUntil;
  const { playbook, cadence, step } = placeOf(d, e);
  // The deadline of a rep who looks at it first is no send.
  if (isSending(step) && e.task === undefined && e.dueAt !== null && e.dueAt < d.t)
    e.dueAt = slotFor(d, playbook, cadence, d.t, 'daily');
  journal(d, {
    type: 'enrollment.resumed',
    cadence: e.cadence,
    reason,
    by,
    playbook: e.playbook,
    data: { enrollment: e.id },
  });
  emitEnrollment(d, e, 'running');
}
