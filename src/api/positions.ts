/**
 * Where open enrollments stand. A lead's state owns its position and moves with every step; the
 * enrollment's row changes only when it starts, pauses or ends, so that a step costs no extra write.
 */
import type { LeadState } from '../core/state.ts';
import { type EnrollmentRow, isOpen } from '../store/enrollments.ts';
import type { Db } from '../store/schema.ts';
import { readState } from '../store/states.ts';

/** The row with the step and due time its lead's state has. */
export function placed(row: EnrollmentRow, state: LeadState | null): EnrollmentRow {
  const position = isOpen(row.state) ? state?.enrollments.find((one) => one.id === row.id) : undefined;
  return position === undefined ? row : { ...row, step: position.step, dueAt: position.dueAt };
}

/** The same for many rows, with one read. */
export async function placedAll(db: Db, rows: readonly EnrollmentRow[]): Promise<readonly EnrollmentRow[]> {
  const leads = [...new Set(rows.filter((row) => isOpen(row.state)).map((row) => row.leadId))];
  if (leads.length === 0) return rows;
  const found = await db.selectFrom('lead_states').select(['lead_id', 'state']).where('lead_id', 'in', leads).execute();
  const states = new Map(
    found.map((row) => [row.lead_id, row.state === null ? null : readState(row.state, row.lead_id)]),
  );
  return rows.map((row) => placed(row, states.get(row.leadId) ?? null));
}
