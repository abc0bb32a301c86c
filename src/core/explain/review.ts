/** A touch that waits for a rep to look at its email, now or by what is seen ahead. */
import type { Enrollment } from '../state.ts';
import type { Instant } from '../time.ts';
import { inner } from '../words.ts';
import { type Because, type Entry, type Explanation, type Question, say, storyIn, taskReasons } from './question.ts';

/** The run stands at an email that a rep has not answered yet. */
export function whatIsReviewed(q: Question, e: Enrollment): Explanation | undefined {
  const { review } = e;
  if (review === undefined || e.task !== review.task) return undefined;
  return waits(q, e, { dueAt: review.dueAt, task: review.task, email: review.email }, [
    { code: 'position', expr: `${e.cadence} / ${e.step ?? 'end'}`, value: 'review', source: 'state' },
    ...taskReasons(q),
  ]);
}

/** The touch that would not go for want of a look, as it was seen ahead. */
export function willBeReviewed(q: Question, entries: readonly Entry[], skipped: Entry): Explanation | undefined {
  if (skipped.reason !== 'not-reviewed') return undefined;
  const asked = entries.find(
    ({ type, reason, cadence, step }) =>
      type === 'task.opened' && reason === 'to-be-reviewed' && cadence === skipped.cadence && step === skipped.step,
  );
  if (asked === undefined) return undefined;
  return {
    verdict: 'waiting',
    at: asked.at,
    code: 'needs-answer',
    sentence: `On ${say(q, asked.at)} a rep is asked to look at the email of ${skipped.cadence} / ${skipped.step}. If nobody answers: ${inner(storyIn(q, skipped))}`,
    because: [asked, skipped].map((entry) => ({
      code: 'ahead',
      expr: entry.type,
      value: `${say(q, entry.at)}: ${storyIn(q, entry)}`,
      source: 'decided ahead',
    })),
    unblockedBy: 'the rep, by POST /v1/tasks/{id}/complete with send or edit, once the task is open',
  };
}

function waits(
  q: Question,
  e: Enrollment,
  { dueAt, task, email }: { dueAt: Instant; task: string; email: string },
  because: Because[],
): Explanation {
  const rule = q.playbooks.get(e.playbook).emails[email]?.review;
  const otherwise = rule?.else === 'send' ? 'it goes as it stands' : 'it does not go';
  return {
    verdict: 'waiting',
    code: 'needs-answer',
    sentence: `The email ${email} of ${e.cadence} / ${e.step ?? 'end'} waits for a rep to look at it, until ${say(q, dueAt)}; after that ${otherwise}.`,
    because,
    unblockedBy: `POST /v1/tasks/${task}/complete with send or edit, or /skip`,
  };
}
