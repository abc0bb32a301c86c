/**
 * A rep looks at an email before it goes. When its touch could go, a task opens in its place; the touch waits for the
 * answer, and is then judged again as any other at the moment of its send.
 */
import { assigneeFor } from './assignee.ts';
import { addSpan } from './calendar.ts';
import type { TouchRequest } from './decision.ts';
import { type Draft, journal, placeOf } from './draft.ts';
import { slotFor } from './enrollment.ts';
import { hashId } from './hash.ts';
import type { InputBody } from './input.ts';
import { emitEnrollment } from './pause.ts';
import type { Enrollment } from './state.ts';
import { closeTask, openTask, taskContext } from './task.ts';
import { calendarOf } from './view.ts';

/** The kind of such a task. */
export const REVIEW = 'review-email';

/** How it is completed: as the email stands, or in the rep's own words. `skip` keeps the email back. */
export const REVIEW_ANSWERS = ['send', 'edit'] as const;

/** Whether this run waits for a rep to look at its email. */
export const isInReview = (e: Pick<Enrollment, 'review' | 'task'>): boolean =>
  e.review !== undefined && e.task === e.review.task;

/** Opens the task in place of the touch that could go now. False when nobody has to look, or somebody has. */
export function askForReview(d: Draft, e: Enrollment, { email, language }: TouchRequest): boolean {
  const { playbook } = placeOf(d, e);
  const rule = playbook.emails[email]?.review;
  if (rule === undefined || e.review !== undefined) return false;
  const { rep, pool } = assigneeFor(d, playbook);
  const task = hashId('task', e.madeFor ?? d.facts.leadId, e.id, e.step ?? '');
  // A task that is due at once would expire before anybody saw it.
  const dueAt = Math.max(addSpan(rule.due, calendarOf(playbook, rep), d.t), d.t + 1);
  e.review = { task, email, ...(language === undefined ? {} : { language }), dueAt };
  e.task = task;
  e.dueAt = dueAt;
  const otherwise = rule.else === 'send' ? 'goes as it stands' : 'does not go';
  openTask(
    d,
    {
      id: task,
      kind: REVIEW,
      title: `Look at the email ${email} to {{ lead.firstName | default: lead.email }}`,
      ...(rep === undefined ? {} : { assignee: rep.id }),
      ...(pool === undefined ? {} : { pool }),
      priority: 'normal',
      dueAt,
      cadence: e.cadence,
      ...(e.step === null ? {} : { step: e.step }),
      enrollment: e.id,
      context: taskContext(
        d,
        `Step ${e.step} of ${e.cadence} sends it. Unless somebody answers in time it ${otherwise}.`,
      ),
    },
    'rule',
    'to-be-reviewed',
  );
  return true;
}

/** At the deadline: the playbook answers. False while somebody's answer is on its way. */
export function endReview(d: Draft, e: Enrollment): boolean {
  const { review } = e;
  if (review === undefined || d.answered.has(review.task)) return false;
  closeTask(d, review.task, 'not-answered', e);
  const otherwise = placeOf(d, e).playbook.emails[review.email]?.review?.else;
  goOn(d, e, { ...review, answer: otherwise ?? 'skip', late: true });
  return true;
}

/** The rep's answer. Completed without one of the two words, it stays where it is: nothing goes that nobody let go. */
export function answerReview(
  d: Draft,
  e: Enrollment,
  { answer, disposition }: Extract<InputBody, { kind: 'task.answered' }>,
): boolean {
  if (e.review === undefined || e.review.task !== e.task) return false;
  const word = answer === 'complete' ? REVIEW_ANSWERS.find((one) => one === disposition) : undefined;
  goOn(d, e, { ...e.review, answer: word ?? 'skip' });
  return true;
}

function goOn(d: Draft, e: Enrollment, review: NonNullable<Enrollment['review']>): void {
  const { playbook, cadence } = placeOf(d, e);
  e.review = review;
  delete e.task;
  e.dueAt = review.answer === 'skip' ? d.t : slotFor(d, playbook, cadence, d.t, 'none');
}

/** The answer is taken back, as long as nothing has come of it. */
export function askAgainForReview(d: Draft, e: Enrollment, by: string): boolean {
  if (e.review === undefined) return false;
  const { answer: _, ...review } = e.review;
  e.review = review;
  e.task = review.task;
  e.dueAt = review.dueAt;
  journal(d, {
    type: 'task.reopened',
    cadence: e.cadence,
    ...(e.step === null ? {} : { step: e.step }),
    reason: 'closed-by-mistake',
    by,
    playbook: e.playbook,
    data: { task: review.task, dueAt: review.dueAt },
  });
  emitEnrollment(d, e, e.state);
  return true;
}
