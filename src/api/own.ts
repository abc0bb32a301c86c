/** Whose a lead or a task is: a rep's key sees what its rep has or is assigned. */
import { getErasure } from '../store/erase.ts';
import { mergedInto } from '../store/lead-aliases.ts';
import type { LeadRecord } from '../store/leads.ts';
import { getLead } from '../store/leads.ts';
import type { Db } from '../store/schema.ts';
import { getTask, listTasks, type Task } from '../store/tasks.ts';
import { ownerOf } from './auth.ts';
import type { Caller } from './deps.ts';
import { Problem } from './problem/problem.ts';

/**
 * The lead, when there is one and the caller may see it.
 * @throws Problem `not-found`, `lead-erased`, `lead-merged`, `not-yours`
 */
export async function leadFor(db: Db, caller: Caller, id: string): Promise<LeadRecord> {
  const lead = await getLead(db, id);
  if (lead === null) throw await noLead(db, id);
  const rep = ownerOf(caller);
  if (rep === null || lead.custodian === rep) return lead;
  const assigned = await listTasks(db, { leadId: id, assignee: rep, states: ['open', 'accepted'], limit: 1 });
  if (assigned.items.length === 0) throw new Problem('not-yours', 'This lead is with another rep, or with none');
  return lead;
}

/** Why there is no lead of this id: the person was erased, it was merged into another one, or there never was one. */
export async function noLead(db: Db, id: string): Promise<Problem> {
  const survivor = await mergedInto(db, id);
  if (survivor === null) {
    const erased = (await getErasure(db, id)) !== null;
    return erased
      ? new Problem('lead-erased', `Lead ${id} was erased: the person asked for it`)
      : new Problem('not-found', `There is no lead ${id}`);
  }
  return new Problem('lead-merged', `Lead ${id} was merged: it is lead ${survivor} now`, {
    more: { mergedInto: survivor },
  });
}

/**
 * The task, when there is one and the caller may see it.
 * @throws Problem `not-found`, `not-yours`
 */
export async function taskFor(db: Db, caller: Caller, id: string): Promise<Task> {
  const task = await getTask(db, id);
  if (task === null) throw new Problem('not-found', `There is no task ${id}`);
  const rep = ownerOf(caller);
  if (rep === null || task.assignee === rep) return task;
  const lead = await getLead(db, task.leadId);
  if (lead?.custodian !== rep) throw new Problem('not-yours', 'This task belongs to another rep');
  return task;
}
