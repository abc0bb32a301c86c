/** What a notice is about, read as things are now: what has been dealt with meanwhile is no news. */
import { type JournalRow, journalEntry } from '../store/journal.ts';
import { getLead, type LeadRecord } from '../store/leads.ts';
import type { NoticeRow } from '../store/notices.ts';
import type { Db } from '../store/schema.ts';
import { getTask, type Task } from '../store/tasks.ts';

export interface News {
  readonly entry: JournalRow;
  readonly lead: LeadRecord;
  /** The task it is about, still open. */
  readonly task?: Task;
}

/** At most this many are told of in one mail; the rest is counted. */
export const NEWS_SHOWN = 40;

/** What of these is still news for the recipient, the latest word on each task, in the order it came. */
export async function readNews(db: Db, rows: readonly NoticeRow[], recipient: string): Promise<News[]> {
  const news: News[] = [];
  for (const row of rows) {
    const one = await newsOf(db, row, recipient);
    if (one === null) continue;
    const before = one.task && news.findIndex(({ task }) => task?.id === one.task?.id);
    if (before !== undefined && before >= 0) news.splice(before, 1, one);
    else news.push(one);
  }
  return news;
}

async function newsOf(db: Db, { leadId, seq }: NoticeRow, recipient: string): Promise<News | null> {
  const entry = await journalEntry(db, leadId, seq);
  const lead = entry && (await getLead(db, leadId));
  if (!entry || !lead) return null;
  const rep = recipient.startsWith('rep:') ? recipient.slice('rep:'.length) : null;
  switch (entry.type) {
    case 'lead.assigned':
      return lead.custodian === rep ? { entry, lead } : null;
    case 'signal.received':
      // Without a rep it is somebody else's to see to, until a rep has the lead.
      return lead.custodian === rep ? { entry, lead } : null;
    case 'person.notified':
      return { entry, lead };
    default: {
      const id = entry.data['task'];
      const task = typeof id === 'string' ? await getTask(db, id) : null;
      return task?.state === 'open' && task.assignee === rep ? { entry, lead, task } : null;
    }
  }
}
