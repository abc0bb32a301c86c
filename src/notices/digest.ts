/** The mail of a working day's start: what is late, due today or waiting, and what happened since the last one. */
import { dateOf, localDay } from '../core/calendar.ts';
import { lastWorkingDay } from '../core/mail-slots.ts';
import type { Calendar, Playbook } from '../core/playbook.ts';
import { awayAt } from '../core/pools.ts';
import type { Instant } from '../core/time.ts';
import { calendarOf } from '../core/view.ts';
import { dayAndTime } from '../core/words.ts';
import type { NoticeSection } from '../email/notice.ts';
import { leftSince, stirredSince } from '../store/digest.ts';
import { getLead } from '../store/leads.ts';
import { NOTIFY_DEFAULT, type RepRow } from '../store/reps.ts';
import type { Db } from '../store/schema.ts';
import { listTasks, type Task } from '../store/tasks.ts';
import { personOf } from './brief.ts';
import type { Mailing, NoticeDeps } from './mailing.ts';
import { coveredBy, everyRep, type Person } from './people.ts';
import { footerOf } from './tell.ts';
import { actionsOf } from './words.ts';

/** Shown of one kind; the rest is counted. */
const SHOWN = 30;
const TASKS = 500;

interface Today {
  readonly db: Db;
  readonly rep: RepRow;
  readonly calendar: Calendar;
  readonly playbook: Playbook;
  readonly now: Instant;
  /** What is news. */
  readonly since: Instant;
  readonly links: NoticeDeps['mail'];
}

/** @param day the rep's local one, `YYYY-MM-DD`: once it is over the digest has no use */
export async function mailDigest(
  { db, clock, mail: links }: NoticeDeps,
  playbook: Playbook,
  repId: string,
  day: string,
): Promise<Mailing> {
  const now = clock.now();
  const reps = await everyRep(db, playbook);
  const rep = reps.get(repId);
  if (rep === undefined || !rep.active) return { skip: 'not-active' };
  if (awayAt(rep, now) !== undefined) return { skip: 'away' };
  const notify = rep.notify ?? NOTIFY_DEFAULT;
  if (notify.digest === 'none') return { skip: 'not-wanted' };
  const calendar = calendarOf(playbook, rep);
  if (dateOf(localDay(calendar.timeZone, now)) !== day) return { skip: 'its day is over' };
  const today: Today = { db, rep, calendar, playbook, now, since: lastWorkingDay(calendar, now), links };
  const covered = [...reps.values()].filter((one) => coveredBy(one, reps, { playbook, now }) === rep.id);
  const sections = [
    ...(await ownSections(today)),
    ...(await coverSections(today, covered)),
    ...(await teamSections(today)),
  ];
  if (sections.length === 0) return { skip: 'nothing to say' };
  const person: Person = { id: rep.id, name: rep.name, calendar, notify };
  return {
    to: person,
    content: {
      subject: `Today: ${sections.map(({ title }) => title).join(', ')}`,
      sections,
      footer: footerOf(playbook),
    },
    replyTo: playbook.agreed?.sales,
  };
}

async function ownSections(today: Today): Promise<NoticeSection[]> {
  const { db, rep, calendar, now, since } = today;
  const { items } = await listTasks(db, { assignee: rep.id, states: ['open'], limit: TASKS });
  const day = localDay(calendar.timeZone, now);
  const late = items.filter((task) => dueOf(task) < now);
  const offers = items.filter((task) => task.kind === 'handoff' && dueOf(task) >= now);
  const due = items.filter(
    (task) => task.kind !== 'handoff' && dueOf(task) >= now && localDay(calendar.timeZone, dueOf(task)) === day,
  );
  const named = new Set([...late, ...offers, ...due]);
  const fresh = items.filter((task) => !named.has(task) && (task.assignedAt ?? task.openedAt) >= since);
  const stirred = await stirredSince(db, rep.id, since);
  const left = (await leftSince(db, since)).filter((one) => one.rep === rep.id);
  return [
    ...tasksSection('overdue', late, today),
    ...tasksSection('due today', due, today),
    ...tasksSection('waiting for your answer', offers, today),
    ...tasksSection('new, due later', fresh, today),
    ...(await leadsSection('heated up or replied', stirred, today, ({ signals }) =>
      Object.entries(signals)
        .map(([type, n]) => (n === 1 ? type : `${type} ${n} times`))
        .join(', '),
    )),
    ...(await leadsSection('went back to marketing', left, today, leftWords)),
  ];
}

/** What waits for those whom the rep sits in for today: to look after, not to answer in their name. */
async function coverSections(today: Today, covered: readonly RepRow[]): Promise<NoticeSection[]> {
  const sections: NoticeSection[] = [];
  for (const { id, name } of covered) {
    const { items } = await listTasks(today.db, { assignee: id, states: ['open'], limit: TASKS });
    sections.push(...tasksSection(`of ${name}, who is away`, items, today));
  }
  return sections;
}

/** What the manager of pools looks after. */
async function teamSections(today: Today): Promise<NoticeSection[]> {
  const { db, rep, playbook, now, since } = today;
  const pools = playbook.pools.filter((pool) => pool.manager === rep.id).map(({ id }) => id);
  const queue: Task[] = [];
  for (const pool of pools) {
    const { items } = await listTasks(db, { pool, states: ['open'], limit: TASKS });
    queue.push(...items.filter((task) => task.kind === 'handoff' && task.assignee !== rep.id));
  }
  queue.sort((a, b) => dueOf(a) - dueOf(b));
  const breached = (await leftSince(db, since)).filter((one) => one.breached && pools.includes(one.pool));
  return [
    ...tasksSection(
      'of your team overdue',
      queue.filter((task) => dueOf(task) < now),
      today,
    ),
    ...tasksSection(
      'in your team’s queue',
      queue.filter((task) => dueOf(task) >= now),
      today,
    ),
    ...(await leadsSection('nobody answered in time', breached, today, leftWords)),
  ];
}

const dueOf = ({ sla, dueAt }: Task): Instant => sla?.acceptBy ?? dueAt;

const leftWords = ({ reason, rep }: { reason: string | null; rep: string | null }): string =>
  `${reason ?? 'not answered in time'} (${rep ?? 'nobody'})`;

function tasksSection(title: string, tasks: readonly Task[], today: Today): NoticeSection[] {
  if (tasks.length === 0) return [];
  const { rep, calendar, links, now } = today;
  const zone = calendar.timeZone;
  const person: Person = { id: rep.id, name: rep.name, calendar, notify: NOTIFY_DEFAULT };
  const shown = tasks.slice(0, SHOWN);
  const who = (task: Task): string => (task.assignee === rep.id ? '' : `, ${task.assignee ?? 'nobody has it'}`);
  return [
    {
      title: `${tasks.length} ${title}`,
      lines: [
        ...shown.map((task) => `${task.title}: by ${dayAndTime(dueOf(task), zone)}${who(task)}`),
        ...rest(tasks.length),
      ],
      actions: shown.flatMap((task) => {
        const [first] = actionsOf(task, { person, links, now });
        return first === undefined ? [] : [{ label: `${first.label}: ${task.title}`, url: first.url }];
      }),
    },
  ];
}

async function leadsSection<T extends { readonly leadId: string }>(
  title: string,
  leads: readonly T[],
  { db }: Today,
  words: (one: T) => string,
): Promise<NoticeSection[]> {
  if (leads.length === 0) return [];
  const lines: string[] = [];
  for (const one of leads.slice(0, SHOWN)) {
    const lead = await getLead(db, one.leadId);
    if (lead !== null) lines.push(`${personOf(lead.fields)}: ${words(one)}`);
  }
  return lines.length === 0 ? [] : [{ title: `${leads.length} ${title}`, lines: [...lines, ...rest(leads.length)] }];
}

const rest = (n: number): string[] => (n > SHOWN ? [`and ${n - SHOWN} more`] : []);
