/** A task out of the way until then: it stops no clock. */

import type { Db } from '../store/schema.ts';
import { snoozeTask } from '../store/tasks.ts';
import type { Frame } from './answer.ts';
import { taskFor } from './own.ts';
import { Problem } from './problem/problem.ts';
import { toTask } from './schemas/tasks.ts';

/** @throws Problem `not-found`, `not-yours`, `bad-input`, `task-closed` */
export async function snooze(tx: Db, id: string, until: number | null, { now, caller, playbook }: Frame) {
  const task = await taskFor(tx, caller, id);
  if (until !== null && until <= now) {
    throw new Problem('bad-input', 'The snooze is over before it began', {
      errors: [{ path: 'until', message: 'must lie ahead' }],
    });
  }
  if (!(await snoozeTask(tx, task.id, until))) {
    throw new Problem('task-closed', `The task is ${task.state}: only an open one can be snoozed`, {
      more: { state: task.state },
    });
  }
  return { status: 200 as const, body: toTask({ ...task, snoozedUntil: until }, now, playbook) };
}
