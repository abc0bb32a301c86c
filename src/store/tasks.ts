/**
 * Work for reps. A task's state changes by compare-and-set only, here and when a decision closes
 * it, so that of two answers exactly one wins and the other is told at once.
 */

import { type Expression, type Selectable, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import { accountContextSchema } from '../core/account-context-schema.ts';
import type { CallPlace } from '../core/call-window.ts';
import type { Instant } from '../core/time.ts';
import { type NamedContext, nameColleagues } from './colleague-names.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import type { Db, TasksTable } from './schema.ts';
import { doNotCallSql } from './suppressions/about.ts';
import { at, date, dateOrNull, defined, readJson } from './values.ts';

export const taskStateSchema = z.enum(['open', 'accepted', 'done', 'rejected', 'expired']);
export type TaskState = z.infer<typeof taskStateSchema>;

export interface Task {
  readonly id: string;
  readonly leadId: string;
  readonly kind: string;
  readonly title: string;
  readonly body: string | null;
  readonly assignee: string | null;
  readonly assignedAt: Instant | null;
  readonly snoozedUntil: Instant | null;
  readonly pool: string | null;
  readonly priority: 'high' | 'normal';
  readonly state: TaskState;
  readonly dueAt: Instant;
  /** The lead's. */
  readonly phone: string;
  /** Until when sales may not call it; null: it may. */
  readonly doNotCall: Instant | null;
  /** Where the lead is: when it may be called goes by that. */
  readonly place: CallPlace;
  /** Tasks of this lead closed as done so far, and activities logged without one. */
  readonly attempts: number;
  readonly sla: { readonly name: string; readonly acceptBy: Instant } | null;
  readonly context: NamedContext;
  readonly cadence: string | null;
  readonly step: string | null;
  readonly enrollment: string | null;
  readonly handoff: string | null;
  /** Of the buying group, that somebody is to be found for. */
  readonly role: string | null;
  readonly openedAt: Instant;
  readonly acceptedAt: Instant | null;
  readonly closedAt: Instant | null;
  readonly disposition: string | null;
  readonly reason: string | null;
  readonly facts: Readonly<Record<string, string>>;
  readonly note: string | null;
  readonly until: Instant | null;
  readonly answeredBy: string | null;
  /** What the rep has put in place of the email's words; Markdown. */
  readonly draft: TaskDraft | null;
}

export interface TaskDraft {
  readonly subject?: string;
  readonly text: string;
}

const contextSchema = z.object({
  why: z.string(),
  score: z.object({ fit: z.number(), engagement: z.number(), reasons: z.array(z.string()) }),
  signals: z.array(z.object({ type: z.string(), count: z.number(), last: z.string() })),
  asked: z.array(z.string()),
  lastTouches: z.array(z.object({ email: z.string(), at: z.string() })),
  note: z.string().optional(),
  said: z.object({ at: z.string(), text: z.string() }).optional(),
  earlier: z
    .array(
      z.object({
        from: z.string(),
        to: z.string(),
        ended: z.string(),
        rep: z.string().optional(),
        handoff: z.string().optional(),
        acceptedAt: z.string().optional(),
        reason: z.string().optional(),
        facts: z.record(z.string(), z.string()).optional(),
        note: z.string().optional(),
      }),
    )
    .optional(),
  story: z.array(z.string()).optional(),
  account: accountContextSchema.optional(),
});
const factsSchema = z.record(z.string(), z.string());

type Row = Selectable<TasksTable> & {
  phone: string | null;
  do_not_call: Instant | null;
  time_zone: string | null;
  country: string | null;
  attempts: number;
};

function toTask(row: Row, context: NamedContext): Task {
  return {
    id: row.id,
    leadId: row.lead_id,
    kind: row.kind,
    title: row.title,
    body: row.body,
    assignee: row.assignee,
    assignedAt: row.assigned_at,
    snoozedUntil: row.snoozed_until,
    pool: row.pool,
    priority: row.priority === 'high' ? 'high' : 'normal',
    state: taskStateSchema.parse(row.state),
    dueAt: row.due_at,
    phone: row.phone ?? '',
    doNotCall: row.do_not_call,
    place: { timeZone: row.time_zone ?? '', country: row.country ?? '' },
    attempts: row.attempts,
    sla: row.sla === null || row.accept_by === null ? null : { name: row.sla, acceptBy: row.accept_by },
    context,
    cadence: row.cadence,
    step: row.step,
    enrollment: row.enrollment,
    handoff: row.handoff,
    role: row.role,
    openedAt: row.opened_at,
    acceptedAt: row.accepted_at,
    closedAt: row.closed_at,
    disposition: row.disposition,
    reason: row.reason,
    facts: row.facts === null ? {} : readJson(factsSchema, row.facts, `task ${row.id}`),
    note: row.note,
    until: row.until_at,
    answeredBy: row.answered_by,
    draft: toDraft(row),
  };
}

const toDraft = ({ draft_subject: subject, draft_text: text }: Pick<Row, 'draft_subject' | 'draft_text'>) =>
  text === null ? null : { text, ...(subject === null ? {} : { subject }) };

/** What a rep has put in place of an email's words; null when there is nothing of the kind. */
export async function draftOfTask(db: Db, id: string): Promise<TaskDraft | null> {
  const row = await db
    .selectFrom('tasks')
    .select(['draft_subject', 'draft_text'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : toDraft(row);
}

async function tasksOf(db: Db, rows: readonly Row[]): Promise<Task[]> {
  const contexts = rows.map((row) => defined(readJson(contextSchema, row.context, `task ${row.id}`)));
  const named = await nameColleagues(db, contexts);
  return rows.flatMap((row, index) => {
    const context = named[index];
    return context === undefined ? [] : [toTask(row, context)];
  });
}

const withAll = (query: ReturnType<typeof filteredTasks>) =>
  query
    .selectAll('tasks')
    .select(['leads.phone', 'leads.time_zone', 'leads.country'])
    .select(sql<Instant | null>`${sql.raw(doNotCallSql('leads'))}`.as('do_not_call'))
    .select(
      sql<number>`(select count(*) from tasks before where before.lead_id = tasks.lead_id and before.state = 'done'
          and before.kind <> 'review-email')
        + (select count(*) from milestones where milestones.lead_id = tasks.lead_id and milestones.kind = 'activity')`.as(
        'attempts',
      ),
    );

export async function getTask(db: Db, id: string): Promise<Task | null> {
  const [task = null] = await getTasks(db, [id]);
  return task;
}

/** These tasks, in the order asked for; what is not there is left out. */
export async function getTasks(db: Db, ids: readonly string[]): Promise<readonly Task[]> {
  if (ids.length === 0) return [];
  const rows = await withAll(filteredTasks(db, {})).where('tasks.id', 'in', ids).execute();
  const byId = new Map((await tasksOf(db, rows)).map((task) => [task.id, task]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

export interface TaskFilter extends PageRequest {
  readonly leadId?: string | undefined;
  /** Any of these; all states by default. */
  readonly states?: readonly TaskState[] | undefined;
  readonly assignee?: string | undefined;
  readonly pool?: string | undefined;
  /** Due at or before. */
  readonly dueBefore?: Instant | undefined;
  /** Only those nobody has, in these pools. */
  readonly waitingIn?: readonly string[] | 'any' | undefined;
  /** Only those snoozed past this instant, or only the others. */
  readonly snoozed?: { readonly is: boolean; readonly at: Instant };
}

/** The tasks a filter lets through, with their leads; no columns are chosen yet. */
export function filteredTasks(db: Db, filter: TaskFilter) {
  return db
    .selectFrom('tasks')
    .leftJoin('leads', 'leads.id', 'tasks.lead_id')
    .where(({ eb, and, or }) => {
      const all: Expression<SqlBool>[] = [];
      if (filter.leadId !== undefined) all.push(eb('tasks.lead_id', '=', filter.leadId));
      if (filter.states !== undefined) all.push(eb('tasks.state', 'in', filter.states));
      if (filter.assignee !== undefined) all.push(eb('tasks.assignee', '=', filter.assignee));
      if (filter.pool !== undefined) all.push(eb('tasks.pool', '=', filter.pool));
      if (filter.dueBefore !== undefined) all.push(eb('tasks.due_at', '<=', at(filter.dueBefore)));
      if (filter.waitingIn !== undefined) {
        all.push(eb('tasks.assignee', 'is', null));
        if (filter.waitingIn !== 'any') all.push(sql<boolean>`tasks.pool = any(${[...filter.waitingIn]})`);
      }
      if (filter.snoozed !== undefined) {
        const { is, at: moment } = filter.snoozed;
        const until = at(moment);
        all.push(
          is
            ? eb('tasks.snoozed_until', '>', until)
            : or([eb('tasks.snoozed_until', 'is', null), eb('tasks.snoozed_until', '<=', until)]),
        );
      }
      return and(all);
    });
}

/** Tasks by due time, earliest first. */
export async function listTasks(db: Db, filter: TaskFilter = {}): Promise<Page<Task>> {
  const limit = pageLimit(filter);
  const after = decodeCursor('tasks', filter.cursor, ['instant', 'text']);
  let query = withAll(filteredTasks(db, filter));
  if (after !== null) {
    query = query.where(sql<boolean>`(tasks.due_at, tasks.id) > (${date(Number(after[0]))}, ${String(after[1])})`);
  }
  const rows = await query
    .orderBy('tasks.due_at')
    .orderBy('tasks.id')
    .limit(limit + 1)
    .execute();
  const tasks = await tasksOf(db, rows);
  return toPage(
    'tasks',
    tasks,
    limit,
    (task) => [task.dueAt, task.id],
    (task) => task,
  );
}

export interface TaskAnswer {
  /** States the task must be in for the answer to count. */
  readonly expect: readonly TaskState[];
  readonly state: TaskState;
  readonly at: Instant;
  readonly by: string;
  readonly disposition?: string | undefined;
  readonly reason?: string | undefined;
  readonly facts?: Readonly<Record<string, string>> | undefined;
  readonly note?: string | undefined;
  readonly until?: Instant | undefined;
  readonly draft?: { readonly subject?: string | undefined; readonly text: string } | undefined;
}

/**
 * Compare-and-set: answers the task if it is in an expected state. Put the `task.answered` input in
 * the same transaction.
 * @returns false when it is not, so the caller answers 409 with the task as it is.
 */
export async function answerTask(tx: Db, id: string, answer: TaskAnswer): Promise<boolean> {
  const accepted = answer.state === 'accepted';
  const rows = await tx
    .updateTable('tasks')
    .set({
      state: answer.state,
      answered_by: answer.by,
      ...(accepted ? { accepted_at: date(answer.at) } : { closed_at: date(answer.at) }),
      ...(answer.disposition === undefined ? {} : { disposition: answer.disposition }),
      ...(answer.reason === undefined ? {} : { reason: answer.reason }),
      ...(answer.facts === undefined ? {} : { facts: JSON.stringify(answer.facts) }),
      ...(answer.note === undefined ? {} : { note: answer.note }),
      ...(answer.until === undefined ? {} : { until_at: dateOrNull(answer.until) }),
      ...(answer.draft && { draft_subject: answer.draft.subject ?? null, draft_text: answer.draft.text }),
    })
    .where('id', '=', id)
    .where('state', 'in', answer.expect)
    .returning('id')
    .execute();
  return rows.length > 0;
}

/** Compare-and-set: an answered task is open again, without its answer; false when it is open or was closed by the clock. */
export async function reopenTask(tx: Db, id: string): Promise<boolean> {
  const rows = await tx
    .updateTable('tasks')
    .set({
      state: 'open',
      accepted_at: null,
      closed_at: null,
      disposition: null,
      reason: null,
      facts: null,
      note: null,
      until_at: null,
      answered_by: null,
      draft_subject: null,
      draft_text: null,
    })
    .where('id', '=', id)
    .where('state', 'in', ['accepted', 'done', 'rejected'])
    .returning('id')
    .execute();
  return rows.length > 0;
}

/** The lead of each of these tasks; unknown ones are left out. */
export async function leadsOfTasks(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom('tasks').select(['id', 'lead_id']).where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, row.lead_id]));
}

/** Gives an open or accepted task to a rep; false when it is closed or unknown. */
export async function assignTask(tx: Db, id: string, assignee: string, now: Instant): Promise<boolean> {
  const rows = await tx
    .updateTable('tasks')
    .set({ assignee, assigned_at: date(now) })
    .where('id', '=', id)
    .where('state', 'in', ['open', 'accepted'])
    .returning('id')
    .execute();
  return rows.length > 0;
}

/** Puts an open task out of the way until then, or back with null; false when it is closed or unknown. */
export async function snoozeTask(tx: Db, id: string, until: Instant | null): Promise<boolean> {
  const rows = await tx
    .updateTable('tasks')
    .set({ snoozed_until: dateOrNull(until) })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .returning('id')
    .execute();
  return rows.length > 0;
}

/** Open and accepted tasks of a lead, with who has each. */
export async function openTasksFor(
  db: Db,
  leadId: string,
): Promise<readonly { readonly id: string; readonly assignee: string | null }[]> {
  return db
    .selectFrom('tasks')
    .select(['id', 'assignee'])
    .where('lead_id', '=', leadId)
    .where('state', 'in', ['open', 'accepted'])
    .orderBy('id')
    .execute();
}

/** Leads this rep has. */
export async function leadsOf(db: Db, rep: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('lead_states')
    .select('lead_id')
    .where('custodian', '=', rep)
    .orderBy('lead_id')
    .execute();
  return rows.map((row) => row.lead_id);
}

/** Open and accepted tasks of a rep; what must move when the rep leaves. */
export async function openTasksOf(db: Db, assignee: string): Promise<readonly { id: string; leadId: string }[]> {
  const rows = await db
    .selectFrom('tasks')
    .select(['id', 'lead_id'])
    .where('assignee', '=', assignee)
    .where('state', 'in', ['open', 'accepted'])
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ id: row.id, leadId: row.lead_id }));
}
