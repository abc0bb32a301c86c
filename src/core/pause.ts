/** Pausing a run, and what the store is told of a run's place. */
import { type Draft, journal } from './draft.ts';
import type { Reason } from './reasons.ts';
import type { Enrollment, EnrollmentState } from './state.ts';
import type { Instant } from './time.ts';

export function emitEnrollment(d: Draft, e: Enrollment, state: EnrollmentState): void {
  const open = state === 'running' || state === 'paused';
  d.effects.push({
    kind: 'enrollment',
    id: e.id,
    cadence: e.cadence,
    lane: e.lane,
    state,
    step: e.step,
    dueAt: e.dueAt,
    startedAt: e.startedAt,
    ...(open ? {} : { endedAt: d.t }),
    playbook: e.playbook,
  });
}

/** Who or what a run waits for. */
export type PausedBy = NonNullable<Enrollment['pausedBy']>;

export function pauseEnrollment(
  d: Draft,
  e: Enrollment,
  pausedBy: PausedBy,
  reason: Reason,
  by: string,
  until?: Instant,
): void {
  if (e.state === 'paused') return;
  e.state = 'paused';
  e.pausedBy = pausedBy;
  journal(d, {
    type: 'enrollment.paused',
    cadence: e.cadence,
    reason,
    by,
    playbook: e.playbook,
    data: { enrollment: e.id, ...(until === undefined ? {} : { until }) },
  });
  emitEnrollment(d, e, 'paused');
}
