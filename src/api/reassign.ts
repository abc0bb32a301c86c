/** Tasks change hands: one by a manager's word, all of a rep's when the rep leaves. */
import type { Playbook } from '../core/playbook.ts';
import type { Instant } from '../core/time.ts';
import { putInputs } from '../store/inbox.ts';
import { getRep } from '../store/reps.ts';
import type { Db } from '../store/schema.ts';
import { loadLead, loadRouting } from '../store/states.ts';
import { assignTask, getTask, openTasksOf, type Task } from '../store/tasks.ts';
import { Problem } from './problem/problem.ts';
import { toTask } from './schemas/tasks.ts';

interface Frame {
  readonly playbook: Playbook;
  readonly now: Instant;
  readonly by: string;
}

/**
 * Gives an open task to a rep.
 * @throws Problem `not-found`, `unknown-rep`, `task-accepted`, `task-closed`
 */
export async function reassign(tx: Db, id: string, to: string, { playbook, now, by }: Frame) {
  const task = await lockedTask(tx, id);
  if (task === null) throw new Problem('not-found', `There is no task ${id}`);
  if (task.state === 'accepted') {
    throw new Problem('task-accepted', 'The handoff was accepted: the lead is that rep’s now', {
      more: { state: task.state },
    });
  }
  const rep = await getRep(tx, to);
  // A rep named in a pool is one from the start, on company hours, before anybody describes them.
  const named = playbook.pools.some((pool) => pool.reps.includes(to));
  if (rep === null ? !named : !rep.active) {
    throw new Problem('unknown-rep', `${to} is ${rep === null ? 'no rep of the playbook’s pools' : 'not active'}`, {
      errors: [{ path: 'to', message: 'must be the id of an active rep' }],
    });
  }
  if (!(await assignTask(tx, id, to))) {
    throw new Problem('task-closed', `The task is ${task.state}`, { more: { state: task.state } });
  }
  const body = { kind: 'task.reassigned' as const, task: id, to, by };
  await putInputs(tx, [{ leadId: task.leadId, at: now, body }], now);
  return { status: 200 as const, body: toTask({ ...task, assignee: to }, now), nudge: [task.leadId] };
}

/** The task with its lead locked, so that nobody answers it meanwhile. */
async function lockedTask(tx: Db, id: string): Promise<Task | null> {
  const task = await getTask(tx, id);
  if (task === null) return null;
  await loadLead(tx, task.leadId);
  return getTask(tx, id);
}

/**
 * Moves all open tasks of a rep who is no longer active to the rep of the task's pool who has been
 * given the fewest; a task whose pool has nobody else stays where it is, for a manager to see.
 */
export async function moveTasksOf(
  tx: Db,
  repId: string,
  { playbook, now, by }: Frame,
): Promise<{ moved: number; left: number; leadIds: readonly string[] }> {
  const tasks = await openTasksOf(tx, repId);
  if (tasks.length === 0) return { moved: 0, left: 0, leadIds: [] };
  const { reps, given } = await loadRouting(tx);
  const extra = new Map<string, number>();
  const leadIds: string[] = [];
  for (const { id, leadId } of tasks) {
    const task = await lockedTask(tx, id);
    // An accepted handoff is no work waiting to be done: the lead is the rep's until somebody decides otherwise.
    if (task?.state !== 'open') continue;
    const pool = playbook.pools.find((one) => one.id === task.pool);
    const counts = given[pool?.id ?? ''] ?? {};
    const load = (rep: string): number => (counts[rep] ?? 0) + (extra.get(rep) ?? 0);
    const candidates = (pool?.reps ?? []).filter((rep) => rep !== repId && reps[rep]?.active !== false);
    const to = candidates.toSorted((a, b) => load(a) - load(b))[0];
    if (to === undefined || !(await assignTask(tx, id, to))) continue;
    extra.set(to, (extra.get(to) ?? 0) + 1);
    await putInputs(tx, [{ leadId, at: now, body: { kind: 'task.reassigned', task: id, to, by } }], now);
    leadIds.push(leadId);
  }
  return { moved: leadIds.length, left: tasks.length - leadIds.length, leadIds };
}
