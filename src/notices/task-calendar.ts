/** A rep's open tasks as a calendar: each at its due time, with the link that answers it. */

import { isChatTask } from '../core/chats.ts';
import { DAY, type Instant } from '../core/time.ts';
import { type AnswerVerb, signAnswerToken } from '../email/answer-tokens.ts';
import type { Task } from '../store/tasks.ts';
import { type CalendarEvent, icalendar } from './icalendar.ts';

interface Links {
  readonly secret: string;
  readonly publicUrl: string;
}

const REFRESH = 'PT15M';
const MINUTES = 15;

/** @param rep who has all of these tasks */
export function taskCalendar(
  tasks: readonly Task[],
  { rep, now, links }: { readonly rep: string; readonly now: Instant; readonly links: Links },
): string {
  const { host } = new URL(links.publicUrl);
  // A chat rings now or never.
  const events = tasks
    .filter((task) => !isChatTask(task))
    .map((task): CalendarEvent => {
      const url = linkOf(task, rep, now, links);
      return {
        uid: `task-${task.id}@${host}`,
        at: task.dueAt,
        minutes: MINUTES,
        title: task.title,
        description: [task.body ?? '', task.context.why, `Answer it: ${url}`]
          .filter((line) => line !== '')
          .join('\n\n'),
        url,
        category: task.kind,
        urgent: task.priority === 'high',
        createdAt: task.openedAt,
        changedAt: Math.max(task.openedAt, task.assignedAt ?? 0),
      };
    });
  return icalendar({ name: `Volley: tasks of ${rep}`, refresh: REFRESH, events });
}

/** The page behind it offers the other answer too. Signed by the day, so that a feed without news is the same text. */
function linkOf(task: Task, rep: string, now: Instant, { secret, publicUrl }: Links): string {
  const answer: AnswerVerb = task.kind === 'handoff' ? 'accept' : 'complete';
  const today = Math.floor(now / DAY) * DAY;
  return `${publicUrl}/a/${signAnswerToken(secret, { task: task.id, answer, rep }, today)}`;
}
