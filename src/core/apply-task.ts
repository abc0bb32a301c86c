/** What becomes of tasks: answered, opened again, given to somebody else. */
import { type Body, ignore, wordsOf } from './applying.ts';
import { acceptHandoff } from './custody/accept.ts';
import { returnLead } from './custody/give-back.ts';
import { movedTo } from './custody/hand-on.ts';
import { type Draft, journal, placeOf } from './draft.ts';
import { enterStep } from './enrollment.ts';
import { askForRoles, foundRole } from './find-role.ts';
import type { Input } from './input.ts';
import { rememberClosed, reopen } from './reopen.ts';
import { answerReview, isInReview, REVIEW_ANSWERS } from './review.ts';
import { repTouched } from './sla.ts';
import type { Enrollment, LeadState } from './state.ts';
import { closeTask } from './task.ts';

/** Whether the playbook names this disposition: such a word tells nothing of anybody. */
function isOutcome(d: Draft, e: Enrollment, disposition: string | undefined): boolean {
  const { step } = placeOf(d, e);
  if (isInReview(e)) return REVIEW_ANSWERS.some((word) => word === disposition);
  return step?.kind === 'task' && disposition !== undefined && Object.hasOwn(step.outcomes, disposition);
}

export function applyAnswer(d: Draft, input: Input, body: Body<'task.answered'>): void {
  const { custody } = d.state;
  const e = d.state.enrollments.find((x) => x.task === body.task);
  const isHandoff = custody.task === body.task;
  const finding = d.state.finding?.some((one) => one.task === body.task) === true;
  if (!isHandoff && !e && !finding) {
    ignore(d, input, 'unknown-task', { task: body.task });
    return;
  }
  journal(d, {
    type: 'task.answered',
    ...(e ? { cadence: e.cadence, ...(e.step ? { step: e.step } : {}) } : {}),
    by: body.by,
    data: {
      task: body.task,
      answer: body.answer,
      ...(body.disposition === undefined ? {} : { disposition: body.disposition }),
      ...(e && isOutcome(d, e, body.disposition) ? { outcome: body.disposition } : {}),
      ...(body.note === undefined ? {} : { note: body.note }),
    },
  });
  if (isHandoff) {
    if (body.answer === 'accept') {
      acceptHandoff(d, body.by);
      askForRoles(d);
      return;
    }
    // The rep was told that the lead is given back: a reason that has left the playbook only leads nowhere.
    const id = body.reason ?? 'unknown';
    const rule = d.playbooks.current.returns[id] ?? { id, facts: [], disqualify: false };
    returnLead(d, { rule, by: body.by, outcome: 'rejected', ...wordsOf(body) });
    return;
  }
  // Somebody else was looked for: that was no attempt at this lead.
  if (foundRole(d, body.task)) return;
  // A look at an email is no attempt either; the email is.
  if (e && answerReview(d, e, body)) return;
  const { since, firstTouchAt, repliedAt } = custody;
  if (custody.who === 'sales') {
    custody.attempts += 1;
    delete custody.repliedAt;
  }
  if (body.answer === 'complete') repTouched(d, body.by);
  if (!e || e.step === null) return;
  const firstTouch = firstTouchAt === undefined && custody.firstTouchAt !== undefined;
  const sales = { since, firstTouch, ...(repliedAt === undefined ? {} : { repliedAt }) };
  const closed = {
    ...{ task: body.task, run: e.id, step: e.step, enteredAt: e.enteredAt, dueAt: e.dueAt ?? d.t, spread: e.spread },
    ...(custody.who === 'sales' ? { custody: sales } : {}),
  };
  goOnAfterTask(d, e.id, body.disposition ?? (body.answer === 'skip' ? 'skipped' : 'done'));
  rememberClosed(d, closed);
}

/** The step of an answered or expired task goes on by its outcome. */
export function goOnAfterTask(d: Draft, enrollment: string, outcome: string): void {
  const e = d.state.enrollments.find((x) => x.id === enrollment);
  if (!e) return;
  const { step } = placeOf(d, e);
  if (step?.kind !== 'task') return;
  const to = step.outcomes[outcome] ?? step.outcomes.else;
  const named = step.outcomes[outcome] !== undefined || step.outcomes.else !== undefined;
  delete e.task;
  enterStep(d, e, named ? (to ?? null) : step.next, d.t, 'none');
}

/** Whether the lead waits for an answer to this task, whatever it is for. */
const isOpenIn = ({ custody, enrollments, finding }: LeadState, task: string): boolean =>
  custody.task === task ||
  enrollments.some((e) => e.task === task) ||
  finding?.some((one) => one.task === task) === true;

export function applyReopened(d: Draft, input: Input, body: Body<'task.reopened'>): void {
  const open = isOpenIn(d.state, body.task);
  // The answer was taken back before anybody had looked at it.
  if (open) journal(d, { type: 'task.reopened', reason: 'closed-by-mistake', by: body.by, data: { task: body.task } });
  else if (!reopen(d, body.task, body.by)) {
    // The store has opened it, and something came in between: what it is for has ended.
    ignore(d, input, 'unknown-task', { task: body.task });
    closeTask(d, body.task, 'no-longer-needed');
  }
}

export function applyReassigned(d: Draft, input: Input, body: Body<'task.reassigned'>): void {
  const { custody } = d.state;
  if (!isOpenIn(d.state, body.task)) {
    ignore(d, input, 'unknown-task', { task: body.task });
    return;
  }
  // The lead's custodian follows its handoff; reassigning restarts no clock.
  if (custody.task === body.task) movedTo(d, body.to, body.by);
  // The store has it already, unless a rung of the ladder came in between.
  d.effects.push({ kind: 'task.assign', id: body.task, assignee: body.to, at: d.t });
  const lead = custody.task === body.task;
  journal(d, { type: 'task.reassigned', by: body.by, data: { task: body.task, to: body.to, lead } });
}
