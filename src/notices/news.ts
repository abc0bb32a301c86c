/** What a notice is about, read as things are now: what has been dealt with meanwhile is no news. */
import type { Playbook } from '../core/playbook.ts';
import { createRenderer } from '../email/render.ts';
import type { PlaybookCache } from '../playbook/index.ts';
import { type JournalRow, journalEntry } from '../store/journal.ts';
import { mergedInto } from '../store/lead-aliases.ts';
import { getLead, type LeadRecord } from '../store/leads.ts';
import type { NoticeRow } from '../store/notices.ts';
import type { Db } from '../store/schema.ts';
import { getTask, type Task } from '../store/tasks.ts';
import { readRep } from './task.ts';

export interface News {
  readonly entry: JournalRow;
  readonly lead: LeadRecord;
  /** The task it is about, still open. */
  readonly task?: Task;
  /** What a step of the playbook says. */
  readonly step?: { readonly title: string; readonly body: string };
}

/** At most this many are told of in one mail; the rest is counted. */
export const NEWS_SHOWN = 40;

/** What of these is still news for the recipient, the latest word on each task, in the order it came. */
export async function readNews(
  db: Db,
  playbooks: Pick<PlaybookCache, 'get'>,
  rows: readonly NoticeRow[],
  recipient: string,
): Promise<News[]> {
  const news: News[] = [];
  for (const row of rows) {
    const one = await newsOf(db, playbooks, row, recipient);
    if (one === null) continue;
    const before = one.task && news.findIndex(({ task }) => task?.id === one.task?.id);
    if (before !== undefined && before >= 0) news.splice(before, 1, one);
    else news.push(one);
  }
  return news;
}

async function newsOf(
  db: Db,
  playbooks: Pick<PlaybookCache, 'get'>,
  { leadId, seq }: NoticeRow,
  recipient: string,
): Promise<News | null> {
  const entry = await journalEntry(db, leadId, seq);
  // Merged meanwhile, the entry stays where it was written and the person is the other lead.
  const lead = entry && (await getLead(db, (await mergedInto(db, leadId)) ?? leadId));
  if (!entry || !lead) return null;
  const rep = recipient.startsWith('rep:') ? recipient.slice('rep:'.length) : null;
  switch (entry.type) {
    case 'lead.assigned':
      return lead.custodian === rep ? { entry, lead } : null;
    case 'signal.received':
      // Without a rep it is somebody else's to see to, until a rep has the lead.
      return lead.custodian === rep ? { entry, lead } : null;
    case 'person.notified': {
      const step = await stepOf(db, await playbooks.get(entry.playbookVersion), entry, lead);
      return step && { entry, lead, step };
    }
    default: {
      const id = entry.data['task'];
      const task = typeof id === 'string' ? await getTask(db, id) : null;
      return task?.state === 'open' && task.assignee === rep ? { entry, lead, task } : null;
    }
  }
}

/** The step's words with the lead as it is now, by the version its run is pinned to. */
async function stepOf(
  db: Db,
  playbook: Playbook,
  entry: JournalRow,
  lead: LeadRecord,
): Promise<NonNullable<News['step']> | null> {
  const step = playbook.cadences[entry.cadence ?? '']?.steps[entry.step ?? ''];
  if (step?.kind !== 'notify') return null;
  const rep = lead.custodian === null ? undefined : await readRep(db, lead.custodian, playbook);
  const renderer = createRenderer(playbook);
  const values = { lead: lead.fields, rep };
  return {
    title: renderer.line(step.title, values),
    body: step.body === undefined ? '' : renderer.text(step.body, values),
  };
}
