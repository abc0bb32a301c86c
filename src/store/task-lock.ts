/** A task with its lead locked: nobody else answers it, moves it or merges its lead meanwhile. */
import { RetryTransaction } from './errors.ts';
import type { Db } from './schema.ts';
import { type Loaded, loadLead } from './states.ts';
import { getTask, type Task } from './tasks.ts';

/**
 * The task and its lead as they are once the lead is locked; null without such a task.
 * @throws RetryTransaction when the lead was merged into another one while we waited for it.
 */
export async function lockTask(tx: Db, id: string): Promise<{ task: Task; loaded: Loaded } | null> {
  const seen = await getTask(tx, id);
  if (seen === null) return null;
  const loaded = await loadLead(tx, seen.leadId);
  const task = await getTask(tx, id);
  if (task === null) return null;
  if (task.leadId !== seen.leadId) throw new RetryTransaction(`the lead of task ${id} was merged meanwhile`);
  return loaded === null ? null : { task, loaded };
}
