/**
 * A desk: tasks in an order, or by a condition, that only the playbook knows (rank, who may be
 * called now). Few plain columns of all of them are read and put in order by the core, then the
 * page's own rows: 20,000 open tasks take 0.2 s.
 */

import { sql } from 'kysely';
import { type CallPlace, mayCall } from '../core/call-window.ts';
import type { Company } from '../core/playbook.ts';
import { byPlace, RANK_SIZE, type Rankable, rankOf } from '../core/rank.ts';
import type { Instant } from '../core/time.ts';
import { decodeCursor, encodeCursor, type Kind, type Page, pageLimit } from './cursor.ts';
import type { Db } from './schema.ts';
import { doNotCallSql } from './suppressions/about.ts';
import { filteredTasks, getTasks, type Task, type TaskFilter } from './tasks.ts';

export interface DeskFilter extends TaskFilter {
  readonly sort: 'rank' | 'due';
  /** Only those whose lead may, or may not, be called now. */
  readonly callableNow?: boolean | undefined;
}

/** More open tasks than this are nobody's desk; those due first are looked at. */
const MOST = 20_000;

/** A page of the desk as it was when its first page was read: what is due or callable later changes no page. */
export async function listDesk(
  db: Db,
  filter: DeskFilter,
  company: Company | undefined,
  now: Instant,
): Promise<Page<Task>> {
  const limit = pageLimit(filter);
  const list = `desk-${filter.sort}`;
  const rank = Array.from<Kind>({ length: filter.sort === 'rank' ? RANK_SIZE : 1 }).fill('number');
  const after = decodeCursor(list, filter.cursor, ['instant', ...rank, 'text']);
  const asOf = after === null ? now : Number(after[0]);
  const all = await rankable(db, filter, asOf, (place) => mayCall(place, company, asOf));
  const places = all
    .filter((task) => filter.callableNow === undefined || task.callableNow === filter.callableNow)
    .map((task) => [filter.sort === 'rank' ? rankOf(task, asOf) : [task.dueAt], task.id] as const)
    .sort(byPlace);
  const from = after && ([after.slice(1, -1).map(Number), String(after.at(-1))] as const);
  const left = from === null ? places : places.filter((place) => byPlace(place, from) > 0);
  const page = left.slice(0, limit);
  const last = page.at(-1);
  const items = await getTasks(
    db,
    page.map(([, id]) => id),
  );
  return { items, next: left.length > limit && last ? encodeCursor(list, [asOf, ...last[0], last[1]]) : null };
}

async function rankable(
  db: Db,
  filter: TaskFilter,
  asOf: Instant,
  callable: (place: CallPlace) => boolean,
): Promise<Rankable[]> {
  const rows = await filteredTasks(db, filter)
    .select(['tasks.id', 'tasks.due_at', 'tasks.accept_by', 'tasks.state', 'tasks.priority', 'tasks.snoozed_until'])
    .select(['leads.time_zone', 'leads.country'])
    .select(sql<Instant | null>`${sql.raw(doNotCallSql('leads'))}`.as('do_not_call'))
    .select(score('fit').as('fit'))
    .select(score('engagement').as('engagement'))
    .orderBy('tasks.due_at')
    .orderBy('tasks.id')
    .limit(MOST)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    breachAt: row.state === 'open' ? row.accept_by : null,
    priority: row.priority === 'high' ? 'high' : 'normal',
    score: row.fit + row.engagement,
    callableNow:
      (row.do_not_call ?? 0) <= asOf && callable({ timeZone: row.time_zone ?? '', country: row.country ?? '' }),
    dueAt: row.due_at,
    snoozedUntil: row.snoozed_until,
  }));
}

const score = (part: 'fit' | 'engagement') =>
  sql<number>`coalesce((tasks.context::json -> 'score' ->> ${sql.lit(part)})::float8, 0)`;
