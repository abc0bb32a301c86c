/** Marks of what is mailed by the calendar: up to when each has been put into the outbox. */
import type { Instant } from '../core/time.ts';
import type { Db } from './schema.ts';
import { at, date } from './values.ts';

export async function readMarks(db: Db): Promise<ReadonlyMap<string, Instant>> {
  const rows = await db.selectFrom('mail_schedules').selectAll().execute();
  return new Map(rows.map((row) => [row.name, row.done_until]));
}

/**
 * Compare-and-set: moves a mark from where it was read (`undefined`: nowhere yet) to `to`.
 * @returns false when somebody else moved it meanwhile: whatever is due is theirs.
 */
export async function moveMark(tx: Db, name: string, from: Instant | undefined, to: Instant): Promise<boolean> {
  const rows =
    from === undefined
      ? await tx
          .insertInto('mail_schedules')
          .values({ name, done_until: date(to) })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning('name')
          .execute()
      : await tx
          .updateTable('mail_schedules')
          .set({ done_until: date(to) })
          .where('name', '=', name)
          .where('done_until', '=', at(from))
          .returning('name')
          .execute();
  return rows.length > 0;
}
