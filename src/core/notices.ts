/**
 * Whom a decision concerns, beside the lead: who should be told of which of its journal entries. The
 * entry says what happened; what is told is put together when it goes out, from how things are then.
 */
import type { Effect, JournalEntry } from './decision.ts';
import { isRecipient, type Notice } from './recipient.ts';
import type { LeadState } from './state.ts';

/** What a lead does that its rep should hear of at once. */
const TELLING: ReadonlySet<string> = new Set([
  'reply.received',
  'meeting.booked',
  'meeting.rescheduled',
  'meeting.cancelled',
  'meeting.no-show',
]);
/** Of these, what somebody must see to although no rep has the lead. */
const WAITING: ReadonlySet<string> = new Set(['reply.received', 'meeting.booked']);

/** @param before custody before this decision; the effects tell how it moved. */
export function noticesOf(effects: readonly Effect[], before: LeadState['custody']): Notice[] {
  const notices: Notice[] = [];
  let holder = before.who === 'sales' ? before.rep : undefined;
  let pool = before.who === 'sales' ? before.pool : undefined;
  /** Something that waits for a person, until somebody has the lead. */
  let waiting: JournalEntry | undefined;
  const tell = (entry: JournalEntry, rep: string | undefined, inPool?: string): void => {
    if (rep !== undefined) notices.push({ seq: entry.seq, to: `rep:${rep}` });
    else if (inPool !== undefined) notices.push({ seq: entry.seq, to: `manager:${inPool}` });
  };
  for (const effect of effects) {
    if (effect.kind !== 'journal') continue;
    const { entry } = effect;
    const text = (name: string): string | undefined => {
      const value = entry.data[name];
      return typeof value === 'string' ? value : undefined;
    };
    switch (entry.type) {
      case 'custody.changed':
        holder = text('to') === 'sales' ? text('rep') : undefined;
        if (text('to') !== 'sales') pool = undefined;
        break;
      case 'handoff.offered':
        pool = text('pool');
        break;
      case 'handoff.accepted':
        if (entry.by.includes('@')) holder = entry.by;
        break;
      case 'task.opened':
        tell(entry, text('assignee'), text('pool'));
        break;
      case 'task.reminded':
        tell(entry, text('rep'), text('pool'));
        break;
      case 'handoff.reassigned':
      case 'handoff.escalated':
        holder = text('to');
        tell(entry, holder);
        break;
      case 'task.reassigned':
        if (text('task') === before.task) holder = text('to');
        tell(entry, text('to'));
        break;
      case 'lead.assigned':
        if (holder === undefined || text('from') === holder) holder = text('to');
        // Who takes a lead knows it.
        if (text('to') !== entry.by) tell(entry, text('to'));
        break;
      case 'person.notified': {
        const to = text('to');
        if (to !== undefined && isRecipient(to)) notices.push({ seq: entry.seq, to });
        break;
      }
      case 'signal.received':
        if (!TELLING.has(text('type') ?? '') || entry.data['human'] !== true) break;
        if (text('class') === 'out-of-office' || text('class') === 'auto') break;
        if (holder !== undefined) tell(entry, holder);
        else if (WAITING.has(text('type') ?? '') && text('class') !== 'not-now') waiting = entry;
        break;
    }
  }
  if (waiting !== undefined && holder === undefined) {
    notices.push({ seq: waiting.seq, to: pool === undefined ? 'team:marketing' : `manager:${pool}` });
  }
  return notices;
}
