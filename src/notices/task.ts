/** A task with all that a page or mail about it says, read from the store as it is now. */
import { z } from 'zod';
import type { Rep } from '../core/facts.ts';
import type { Playbook } from '../core/playbook.ts';
import { repOf } from '../core/pools.ts';
import type { Instant } from '../core/time.ts';
import { listJournal } from '../store/journal.ts';
import { getLead, type LeadRecord } from '../store/leads.ts';
import { getRep } from '../store/reps.ts';
import type { Db } from '../store/schema.ts';
import { getTask, type Task } from '../store/tasks.ts';
import { type BriefPart, briefOf, type Learned } from './brief.ts';

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
export async function readBrief(
  db: Db,
  { task, lead }: ToldTask,
  { playbook, zone, now }: { readonly playbook: Playbook; readonly zone: string; readonly now: Instant },
): Promise<BriefPart[]> {
  const { context, body } = task;
  const learned = await readLearned(db, lead.id);
  return briefOf({ lead: lead.fields, context, body, learned, playbook, zone, now });
}

const LEARNED_SHOWN = 3;
const wordsSchema = z.object({
  facts: z.record(z.string(), z.string()).catch({}),
  note: z.string().optional().catch(undefined),
});

/** What reps wrote down when they gave the lead back, the latest first. */
async function readLearned(db: Db, leadId: string): Promise<Learned[]> {
  const learned: Learned[] = [];
  for (const type of ['handoff.rejected', 'lead.returned']) {
    const page = await listJournal(db, leadId, { type, order: 'newest', limit: LEARNED_SHOWN });
    for (const { at, by, data } of page.items) {
      const { facts, note } = wordsSchema.parse(data);
      if (Object.keys(facts).length > 0 || note !== undefined) learned.push({ at, by, facts, note });
    }
  }
  return learned.sort((a, b) => b.at - a.at).slice(0, LEARNED_SHOWN);
}
