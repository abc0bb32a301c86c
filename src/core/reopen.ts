/**
 * A task of a run that was closed by mistake. It may be opened again as long as nothing came of its
 * answer: the run stands on the very next step and that step has done nothing. A step that is passed
 * is never visited again, so once something has happened there is no way back.
 */
import { type Draft, journal, placeOf } from './draft.ts';
import { answerOf, askAgain, type FoundAnswer } from './find-role.ts';
import { emitEnrollment } from './pause.ts';
import { askAgainForReview } from './review.ts';
import type { Enrollment, LeadState } from './state.ts';
import type { Instant } from './time.ts';

/** What an answer changed, so that it can be taken back: kept with the run until it goes on. */
export type Closed = NonNullable<Enrollment['closed']>;

export type Reopening =
  | { readonly ok: true; readonly run: Enrollment; readonly closed: Closed }
  /** A role somebody was to be found for. */
  | { readonly ok: true; readonly found: FoundAnswer }
  /** An email a rep has looked at. */
  | { readonly ok: true; readonly reviewed: Enrollment }
  /** Why not, in words for the rep. */
  | { readonly ok: false; readonly why: string };

const no = (why: string): Reopening => ({ ok: false, why });

/** Whether this task, answered before, may be opened again at `at`. */
export function mayReopen(state: LeadState, task: string, at: Instant): Reopening {
  if (state.disqualified)
    return no('The lead is disqualified: nobody contacts it again, unless a manager lifts that (POST …/requalify)');
  const found = answerOf(state, task, at);
  if (found !== undefined) return typeof found === 'string' ? no(found) : { ok: true, found };
  const reviewed = state.enrollments.find((e) => e.review?.task === task);
  if (reviewed?.review !== undefined) return mayReview(reviewed, reviewed.review.dueAt, at);
  const run = state.enrollments.find((e) => e.closed?.task === task);
  if (!run?.closed) return no('What followed from the answer has happened: the cadence has gone on, or has ended');
  if (run.touch !== undefined) return no('What followed from the answer is under way: an email is being sent');
  if (run.task !== undefined) return no('What followed from the answer has happened: the next task is open');
  if (run.state === 'running' && run.dueAt !== null && run.dueAt <= at) {
    return no('What followed from the answer is under way: the next step is due');
  }
  if (run.closed.dueAt <= at) return no('Its due time is over');
  return { ok: true, run, closed: run.closed };
}

/** What a rep has said of an email may be taken back until the email is due. */
function mayReview(run: Enrollment, dueAt: Instant, at: Instant): Reopening {
  if (run.touch !== undefined) return no('What followed from the answer is under way: the email is being sent');
  if (dueAt <= at) return no('Its due time is over');
  const due = run.state === 'running' && run.dueAt !== null && run.dueAt <= at;
  return due ? no('What followed from the answer is under way: the email is due') : { ok: true, reviewed: run };
}

/** Remembers what an answer changed, on the step that follows it. */
export function rememberClosed(d: Draft, before: Closed): void {
  const run = d.state.enrollments.find((e) => e.id === before.run);
  if (run) run.closed = before;
}

/** Puts the lead back to its task; false when something has come of the answer by now. */
export function reopen(d: Draft, task: string, by: string): boolean {
  const found = mayReopen(d.state, task, d.t);
  if (!found.ok) return false;
  if ('found' in found) {
    const { role, dueAt } = found.found;
    askAgain(d, found.found);
    journal(d, { type: 'task.reopened', reason: 'closed-by-mistake', by, data: { task, role, dueAt } });
    return true;
  }
  if ('reviewed' in found) return askAgainForReview(d, found.reviewed, by);
  const { run, closed } = found;
  run.visited = run.visited.filter((step) => step !== run.step);
  run.step = closed.step;
  run.task = task;
  run.enteredAt = closed.enteredAt;
  run.dueAt = closed.dueAt;
  run.spread = closed.spread;
  delete run.closed;
  for (const name of ['held', 'refusals', 'picked', 'review', 'capped', 'full', 'silenced'] as const) delete run[name];
  takeBack(d, closed);
  journal(d, {
    type: 'task.reopened',
    cadence: run.cadence,
    step: closed.step,
    reason: 'closed-by-mistake',
    by,
    playbook: placeOf(d, run).playbook.hash,
    data: { task, dueAt: closed.dueAt },
  });
  emitEnrollment(d, run, run.state);
  return true;
}

/** What the answer told of the sale, while the same hand has the lead. */
function takeBack(d: Draft, { custody: then }: Closed): void {
  const { custody } = d.state;
  if (then === undefined || custody.since !== then.since || custody.who !== 'sales') return;
  custody.attempts = Math.max(0, custody.attempts - 1);
  if (then.firstTouch) delete custody.firstTouchAt;
  if (then.repliedAt !== undefined && custody.repliedAt === undefined) custody.repliedAt = then.repliedAt;
}
