/** What people ask of enrollments: to enter, pause, resume and stop. */
import { type Body, ignore } from './applying.ts';
import type { Draft } from './draft.ts';
import { endEnrollment, resumeEnrollment, startEnrollment } from './enrollment.ts';
import { mayEnter } from './entry.ts';
import type { Input } from './input.ts';
import { pauseEnrollment } from './pause.ts';

export function applyEnroll(d: Draft, input: Input, body: Body<'enroll'>): void {
  const playbook = d.playbooks.current;
  const cadence = playbook.cadences[body.cadence];
  const answer = cadence
    ? mayEnter({ state: d.state, facts: d.facts, playbook, cadence, now: d.t })
    : ({ ok: false, reason: 'unknown-in-playbook' } as const);
  if (cadence) d.reserved.delete(cadence.lane);
  if (cadence && answer.ok) {
    startEnrollment(d, cadence, { id: body.enrollment, reason: 'by-request', by: body.by });
    return;
  }
  // The API had opened the row; it must not stay open when the rules have turned meanwhile.
  d.effects.push({
    kind: 'enrollment',
    id: body.enrollment,
    cadence: body.cadence,
    lane: cadence?.lane ?? '',
    state: 'exited',
    step: null,
    dueAt: null,
    startedAt: d.t,
    endedAt: d.t,
    playbook: playbook.hash,
  });
  ignore(d, input, answer.ok ? 'unknown-in-playbook' : answer.reason, {
    cadence: body.cadence,
    enrollment: body.enrollment,
  });
}

export function applyControl(d: Draft, input: Input, body: Body<'enrollment.control'>): void {
  const e = d.state.enrollments.find((x) => x.id === body.enrollment);
  if (!e) {
    ignore(d, input, 'unknown-enrollment', { enrollment: body.enrollment });
    return;
  }
  if (body.action === 'stop') endEnrollment(d, e, 'stopped', 'stopped', { by: body.by });
  else if (body.action === 'resume') resumeEnrollment(d, e, 'by-request', body.by);
  else if (e.state === 'paused') {
    e.pausedBy = 'person';
    delete e.pausedUntil;
  } else pauseEnrollment(d, e, 'person', 'by-request', body.by);
}
