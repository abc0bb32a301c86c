/** How a task is answered: who may, which verb fits it, and what is written. */
import { z } from '@hono/zod-openapi';
import { isChatTask } from '../core/chats.ts';
import type { InputBody } from '../core/input.ts';
import type { Playbook } from '../core/playbook.ts';
import { REVIEW, REVIEW_ANSWERS } from '../core/review.ts';
import { type Instant, iso } from '../core/time.ts';
import { type Edited, whyNoBody, whyNoSubject } from '../email/edited.ts';
import { putInputs } from '../store/inbox.ts';
import type { Db } from '../store/schema.ts';
import { lockTask } from '../store/task-lock.ts';
import { answerTask as answerRow, getTask, type Task, type TaskState } from '../store/tasks.ts';
import { ownerOf } from './auth.ts';
import type { Caller } from './deps.ts';
import { taskFor } from './own.ts';
import { Problem } from './problem/problem.ts';
import { type Return, ruleOf, wordsOf } from './returns.ts';
import { factsIn, name, noteIn, text } from './schemas/common.ts';
import { toTask } from './schemas/tasks.ts';

export type Verb = 'accept' | 'reject' | 'complete' | 'skip';

export interface Frame {
  readonly playbook: Playbook;
  readonly now: Instant;
  readonly caller: Caller;
}

export interface Given extends Omit<Return, 'reason'> {
  readonly reason?: string | undefined;
  readonly disposition?: string | undefined;
  readonly subject?: string | undefined;
  readonly text?: string | undefined;
}

export const acceptIn = z.strictObject({ note: noteIn.optional() });
export const completeIn = z.strictObject({
  disposition: name
    .optional()
    .openapi({ description: 'How it ended; the step’s `outcomes` go by it.', example: 'connected' }),
  facts: factsIn.optional(),
  note: noteIn.optional(),
  text: text(20_000)
    .optional()
    .openapi({ description: 'Of `review-email`, with `edit`: what the email says instead, as Markdown.' }),
  subject: text(200)
    .regex(/^[^\r\n]*$/, 'must be one line')
    .optional()
    .openapi({ description: 'Of `review-email`, with `edit`: its subject; as it is when not given.' }),
});
export const skipIn = z.strictObject({ reason: text(500).optional(), note: noteIn.optional() });

const ends: Readonly<Record<Verb, TaskState>> = {
  accept: 'accepted',
  reject: 'rejected',
  complete: 'done',
  skip: 'done',
};

/**
 * Answers a task.
 * @throws Problem `not-found`, `not-yours`, `wrong-answer`, `task-accepted`, `task-closed`, and those of `ruleOf`
 */
export async function answerTask(tx: Db, id: string, verb: Verb, given: Given, { playbook, now, caller }: Frame) {
  const seen = await taskFor(tx, caller, id);
  checkVerb(seen, verb);
  checkOpen(seen);
  const held = await lockTask(tx, id);
  if (held === null) throw new Problem('not-found', `There is no task ${id}`);
  const { loaded } = held;
  // With the lead locked nobody else moves it: it may have gone to another rep while we waited.
  const task = await taskFor(tx, caller, id);
  checkOpen(task);
  const own = ownerOf(caller);
  if (task.kind === 'handoff' && own !== null && (task.assignee ?? own) !== own) {
    throw new Problem('not-yours', 'This handoff has gone to another rep');
  }
  const draft = draftIn(task, verb, given);
  if (verb === 'reject') ruleOf({ ...given, reason: given.reason ?? '' }, playbook, loaded, now);
  const disposition = verb === 'complete' ? (given.disposition ?? 'done') : verb === 'skip' ? 'skipped' : undefined;
  const answered = await answerRow(tx, id, {
    expect: ['open'],
    state: ends[verb],
    at: now,
    by: caller.by,
    disposition,
    reason: given.reason,
    facts: given.facts,
    note: given.note,
    until: given.until,
    draft,
  });
  const after = await getTask(tx, id);
  if (after === null) throw new Problem('not-found', `There is no task ${id}`);
  if (!answered) checkOpen(after);
  const input: InputBody = {
    kind: 'task.answered',
    task: id,
    answer: verb,
    ...(disposition === undefined ? {} : { disposition }),
    ...wordsOf(given),
    by: caller.by,
  };
  // No key: the compare-and-set has let one answer through, and a task opened again has another.
  await putInputs(tx, [{ leadId: task.leadId, at: now, body: input }], now);
  return { status: 200 as const, body: toTask(after, now, playbook), nudge: [task.leadId] };
}

/** The rep's own words for the email; an email nobody has said yes to by name does not go. */
function draftIn(task: Task, verb: Verb, { disposition, subject, text }: Given): Edited | undefined {
  const wrong = (path: string, message: string) =>
    new Problem('bad-draft', `${path} ${message}`, { errors: [{ path, message }] });
  const reviewed = task.kind === REVIEW && verb === 'complete';
  if (reviewed && !REVIEW_ANSWERS.some((word) => word === disposition)) {
    throw new Problem(
      'wrong-answer',
      'An email goes with the disposition send, or edit and its text; skip keeps it back',
      {
        more: { kind: task.kind },
      },
    );
  }
  if (!reviewed || disposition !== 'edit') {
    const given = text === undefined ? subject : text;
    if (given !== undefined)
      throw wrong(text === undefined ? 'subject' : 'text', 'is for the disposition edit of an email');
    return undefined;
  }
  if (text === undefined) throw wrong('text', 'is what the email is to say instead');
  const noSubject = subject === undefined ? undefined : whyNoSubject(subject);
  if (noSubject !== undefined) throw wrong('subject', `cannot go: ${noSubject}`);
  const [why] = whyNoBody(text);
  if (why !== undefined) throw wrong('text', `cannot go: ${why}`);
  return { subject, text };
}

function checkVerb(task: Task, verb: Verb): void {
  if (isChatTask(task)) {
    throw new Problem('wrong-answer', 'A chat is taken and ended with POST /v1/chats/{id}/accept and /end', {
      more: { kind: task.kind },
    });
  }
  const isHandoff = task.kind === 'handoff';
  if (isHandoff === (verb === 'accept' || verb === 'reject')) return;
  throw new Problem(
    'wrong-answer',
    isHandoff ? 'A handoff is accepted or rejected' : `A task of kind ${task.kind} is completed or skipped`,
    { more: { kind: task.kind } },
  );
}

function checkOpen(task: Task): void {
  if (task.state === 'open') return;
  if (task.state === 'accepted') {
    throw new Problem(
      'task-accepted',
      `The handoff was accepted${task.acceptedAt === null ? '' : ` at ${iso(task.acceptedAt)}`}. Give the lead back with POST /v1/leads/${task.leadId}/recycle`,
      { more: { state: task.state, answeredBy: task.answeredBy } },
    );
  }
  throw new Problem(
    'task-closed',
    `The task is ${task.state}${task.closedAt === null ? '' : ` since ${iso(task.closedAt)}`}`,
    {
      more: { state: task.state, answeredBy: task.answeredBy },
    },
  );
}
