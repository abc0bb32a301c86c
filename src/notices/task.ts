/** A task with all that a page or mail about it says, read from the store as it is now. */
import type { Rep } from '../core/facts.ts';
import type { Playbook } from '../core/playbook.ts';
import { repOf } from '../core/pools.ts';
import type { Instant } from '../core/time.ts';
import { nameColleagues } from '../store/colleague-names.ts';
import { getLead, type LeadRecord } from '../store/leads.ts';
import { getRep } from '../store/reps.ts';
import type { Db } from '../store/schema.ts';
import { getTask, type Task } from '../store/tasks.ts';
import { type BriefPart, briefOf } from './brief.ts';

export interface ToldTask {
  readonly task: Task;
  readonly lead: LeadRecord;
}

/** Null when there is no such task, or its lead has been erased. */
export async function readTask(db: Db, id: string): Promise<ToldTask | null> {
  const task = await getTask(db, id);
  const lead = task && (await getLead(db, task.leadId));
  return task && lead && { task, lead };
}

/** A rep as the store knows them; one only named in a pool is active, on company hours. */
export async function readRep(db: Db, id: string, playbook: Playbook): Promise<Rep> {
  const known = await getRep(db, id);
  return repOf(id, { reps: known === null ? {} : { [id]: known }, given: {}, turns: {}, open: {} }, playbook);
}

/** What there is to know about the task, on the clock of this zone. */
export async function briefOfTask(
  db: Db,
  { task, lead }: ToldTask,
  frame: { readonly playbook: Playbook; readonly zone: string; readonly now: Instant },
): Promise<BriefPart[]> {
  const [context] = await nameColleagues(db, [task.context]);
  const { account: _ids, ...rest } = task.context;
  return briefOf({ lead: lead.fields, doNotCall: task.doNotCall, context: context ?? rest, body: task.body, ...frame });
}
