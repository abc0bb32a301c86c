/** A task closed by mistake is opened again, as long as nothing has come of its answer. */
import { isChatTask } from '../core/chats.ts';
import type { Playbook } from '../core/playbook.ts';
import { mayReopen } from '../core/reopen.ts';
import { putInputs, takeBackInput } from '../store/inbox.ts';
import type { Db } from '../store/schema.ts';
import { lockTask } from '../store/task-lock.ts';
import { getTask, reopenTask, type Task } from '../store/tasks.ts';
import type { Frame } from './answer.ts';
import { taskFor } from './own.ts';
import { Problem } from './problem/problem.ts';
import { toTask } from './schemas/tasks.ts';

/**
 * Opens an answered task again. An answer the engine has not looked at is taken back; one it has acted
 * on only while its run stands on the next step and has done nothing there (`mayReopen`).
 * @throws Problem `not-found`, `not-yours`, `task-open`, `task-accepted`, `answer-stands`
 */
export async function reopen(tx: Db, id: string, { now, caller, playbook }: Frame) {
  const loaded = (await lockTask(tx, id))?.loaded;
  // With the lead locked nobody answers the task, and the engine does nothing with it.
  const task = await taskFor(tx, caller, id);
  if (task.state === 'open') throw new Problem('task-open', 'The task is open', { more: { state: task.state } });
  const unread = loaded?.inputs.find(({ body }) => body.kind === 'task.answered' && body.task === id);
  if (unread) await takeBackInput(tx, unread.id);
  else {
    const why =
      standsSince(task, playbook) ?? (loaded?.state ? wordsOf(mayReopen(loaded.state, id, now)) : 'The lead is gone');
    if (why !== null) throw standing(task, why);
  }
  if (!(await reopenTask(tx, id))) throw standing(task, 'Somebody was faster');
  const body = { kind: 'task.reopened' as const, task: id, by: caller.by };
  await putInputs(tx, [{ leadId: task.leadId, at: now, body }], now);
  const after = await getTask(tx, id);
  return { status: 200 as const, body: toTask(after ?? task, now, playbook), nudge: [task.leadId] };
}

const wordsOf = (answer: ReturnType<typeof mayReopen>): string | null => (answer.ok ? null : answer.why);

/** Why this kind of end stands for good; null when it depends on what has come of it. */
function standsSince(task: Task, { returns }: Playbook): string | null {
  if (task.state === 'expired') {
    return task.reason === 'no-longer-needed'
      ? 'The task was withdrawn: what it was for has ended'
      : 'The clock closed it, and what the playbook says for that has happened';
  }
  if (isChatTask(task)) return 'The chat is over';
  if (task.kind !== 'handoff') return null;
  const lead = `/v1/leads/${task.leadId}`;
  if (task.state === 'rejected') {
    if (returns[task.reason ?? '']?.disqualify) {
      return `The answer ${task.reason} has disqualified the lead. A manager lifts that with POST ${lead}/requalify; then the lead can be claimed or handed over`;
    }
    return `The lead was given back, and what the reason says has happened. Take it with POST ${lead}/claim`;
  }
  return task.state === 'accepted'
    ? `The handoff was accepted, and its cadence has started. Give the lead back with POST ${lead}/recycle`
    : 'The lead has left sales since';
}

const standing = (task: Task, why: string): Problem =>
  new Problem(task.state === 'accepted' ? 'task-accepted' : 'answer-stands', why, {
    more: { state: task.state, answeredBy: task.answeredBy },
  });
