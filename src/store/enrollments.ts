/** Enrollments as people see them; a lead's state holds the same run in full. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Instant } from '../core/time.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import type { Db, EnrollmentsTable } from './schema.ts';
import { date } from './values.ts';

export const enrollmentStateSchema = z.enum(['running', 'paused', 'met', 'exited', 'ended', 'replaced', 'stopped']);

export interface EnrollmentRow {
  readonly id: string;
  readonly leadId: string;
  readonly cadence: string;
  readonly lane: string;
  readonly state: z.infer<typeof enrollmentStateSchema>;
  readonly step: string | null;
  readonly dueAt: Instant | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly playbook: string;
}

const toEnrollment = (row: Selectable<EnrollmentsTable>): EnrollmentRow => ({
  id: row.id,
  leadId: row.lead_id,
  cadence: row.cadence,
  lane: row.lane,
  state: enrollmentStateSchema.parse(row.state),
  step: row.step,
  // What has ended has nothing ahead, whatever its last step was waiting for.
  dueAt: row.ended_at === null ? row.due_at : null,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  playbook: row.playbook,
});

/** Enrollment states that hold their lane. */
export const isOpen = (state: string): boolean => state === 'running' || state === 'paused';

export interface NewEnrollment {
  readonly id: string;
  readonly leadId: string;
  readonly cadence: string;
  readonly lane: string;
  readonly playbook: string;
  readonly startedAt: Instant;
}

/**
 * Takes the lead's lane for a new enrollment; the database lets one through. Put the `enroll` input
 * with the same id in the same transaction.
 */
export async function openEnrollment(tx: Db, enrollment: NewEnrollment): Promise<'opened' | 'lane-taken'> {
  const rows = await tx
    .insertInto('enrollments')
    .values({
      id: enrollment.id,
      lead_id: enrollment.leadId,
      cadence: enrollment.cadence,
      lane: enrollment.lane,
      state: 'running',
      step: null,
      started_at: date(enrollment.startedAt),
      playbook: enrollment.playbook,
      open_marker: 'open',
    })
    .onConflict((conflict) => conflict.columns(['lead_id', 'lane', 'open_marker']).doNothing())
    .returning('id')
    .execute();
  return rows.length > 0 ? 'opened' : 'lane-taken';
}

export async function getEnrollment(db: Db, id: string): Promise<EnrollmentRow | null> {
  const row = await db.selectFrom('enrollments').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toEnrollment(row);
}

export interface EnrollmentFilter extends PageRequest {
  readonly leadId?: string | undefined;
  readonly cadence?: string | undefined;
  /** Only those that hold their lane. */
  readonly open?: boolean | undefined;
}

/** Enrollments by id. */
export async function listEnrollments(db: Db, filter: EnrollmentFilter = {}): Promise<Page<EnrollmentRow>> {
  const limit = pageLimit(filter);
  const after = decodeCursor('enrollments', filter.cursor, ['text']);
  let query = db.selectFrom('enrollments').selectAll();
  if (filter.leadId !== undefined) query = query.where('lead_id', '=', filter.leadId);
  if (filter.cadence !== undefined) query = query.where('cadence', '=', filter.cadence);
  if (filter.open === true) query = query.where('open_marker', '=', 'open');
  if (after !== null) query = query.where('id', '>', String(after[0]));
  const rows = await query
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  return toPage('enrollments', rows, limit, (row) => [row.id], toEnrollment);
}
