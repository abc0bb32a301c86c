/** News in words: a subject, and a section with what to do about it. */

import { isChatTask } from '../core/chats.ts';
import { REVIEW } from '../core/review.ts';
import { storyOf } from '../core/story.ts';
import type { Instant } from '../core/time.ts';
import { dayAndTime } from '../core/words.ts';
import { type AnswerVerb, signAnswerToken } from '../email/answer-tokens.ts';
import type { MailSettings } from '../email/links.ts';
import type { NoticeSection } from '../email/notice.ts';
import type { Db } from '../store/schema.ts';
import { doNotCallUntil } from '../store/suppressions/about.ts';
import type { Task } from '../store/tasks.ts';
import { personOf, whoOf } from './brief.ts';
import type { News } from './news.ts';
import type { Frame, Person } from './people.ts';
import { briefOfTask } from './task.ts';

export interface Telling extends Frame {
  readonly person: Person;
  readonly links: MailSettings;
}

export interface Told {
  readonly subject: string;
  readonly section: NoticeSection;
}

/** @param full with all there is to know; else what it is, and what to do */
export async function tell(db: Db, news: News, telling: Telling, full: boolean): Promise<Told> {
  const { lead, task, step } = news;
  const { person, playbook, now } = telling;
  const zone = person.calendar.timeZone;
  const { subject, lines } = said(news, telling);
  const brief =
    task === undefined
      ? [
          {
            title: 'Who',
            lines: whoOf({ lead: lead.fields, doNotCall: await doNotCallUntil(db, lead.id) }, playbook, zone, now),
          },
        ]
      : await briefOfTask(db, { task, lead }, { playbook, zone, now });
  const covers = person.covers === undefined ? [] : [`${person.covers.name} is away; you cover for them.`];
  return {
    subject,
    section: {
      title: task?.title ?? step?.title ?? personOf(lead.fields),
      lines: [...covers, ...lines],
      actions: task === undefined ? [] : actionsOf(task, telling),
      parts: full ? brief : brief.slice(0, 2),
    },
  };
}

function said({ entry, lead, task, step }: News, { person }: Telling): { subject: string; lines: string[] } {
  const zone = person.calendar.timeZone;
  const who = personOf(lead.fields);
  const by = task === undefined ? '' : dueWords(task, zone);
  const story = storyOf(entry, zone);
  switch (entry.type) {
    case 'task.opened':
      if (task?.assignee === null) {
        const lines = [`Nobody of pool ${task.pool ?? ''} is there to take it: give it to somebody. ${by}`];
        return { subject: `Nobody there for ${who}`, lines };
      }
      return task?.kind === 'handoff'
        ? { subject: `New lead: ${who}`, lines: [by] }
        : { subject: task?.title ?? who, lines: [by] };
    case 'task.reminded':
      return { subject: `Reminder: ${task?.title ?? who}`, lines: [`This is not answered yet. ${by}`] };
    case 'handoff.reassigned':
    case 'task.reassigned':
      return { subject: `Yours now: ${task?.title ?? who}`, lines: [story, by] };
    case 'handoff.escalated':
      return { subject: `Escalated to you: ${task?.title ?? who}`, lines: [story, by] };
    case 'lead.assigned':
      return { subject: `Yours now: ${who}`, lines: [story] };
    case 'person.notified':
      return { subject: step?.title ?? who, lines: (step?.body ?? '').split(/\n+/).filter((line) => line !== '') };
    default:
      return {
        subject: signalSubject(String(entry.data['type']), who),
        lines: signalLines(entry, lead.custodian, zone),
      };
  }
}

const dueWords = ({ sla, dueAt, kind }: Task, zone: string): string =>
  `${kind === 'handoff' ? 'Answer' : 'Due'} by ${dayAndTime(sla?.acceptBy ?? dueAt, zone)} (${zone}).`;

function signalSubject(type: string, who: string): string {
  switch (type) {
    case 'reply.received':
      return `${who} replied`;
    case 'meeting.no-show':
      return `${who} did not come to the meeting`;
    default:
      return `${type.replace('.', ' ')}: ${who}`;
  }
}

function signalLines({ data }: News['entry'], custodian: string | null, zone: string): string[] {
  const at = typeof data['signalAt'] === 'number' ? dayAndTime(data['signalAt'], zone) : '';
  const how = typeof data['class'] === 'string' ? ` (${data['class']})` : '';
  const waits = custodian === null ? ' No rep has this lead: somebody must see to it.' : '';
  return [`${String(data['type'])}${how}, ${at}.${waits}`];
}

const LABELS: Readonly<Record<AnswerVerb, string>> = {
  accept: 'Accept',
  reject: 'Give back',
  complete: 'Complete',
  skip: 'Skip',
};

const REVIEW_LABELS: Readonly<Record<AnswerVerb, string>> = {
  ...LABELS,
  complete: 'Look at it and send it',
  skip: 'Keep it back',
};

/** Links for whoever has the task; a cover sees it, and answers it through the API or a manager. */
export function actionsOf(
  task: Task,
  { person, links, now }: { readonly person: Person; readonly links: MailSettings; readonly now: Instant },
): { label: string; url: string }[] {
  const rep = task.assignee;
  // A chat is taken where it rings.
  if (rep === null || rep !== person.id || isChatTask(task)) return [];
  const answers: readonly AnswerVerb[] = task.kind === 'handoff' ? ['accept', 'reject'] : ['complete', 'skip'];
  return answers.map((answer) => ({
    label: (task.kind === REVIEW ? REVIEW_LABELS : LABELS)[answer],
    url: `${links.publicUrl}/a/${signAnswerToken(links.secret, { task: task.id, answer, rep }, now)}`,
  }));
}
