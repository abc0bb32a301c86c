/** Which address of a rep's calendar feed is the one that works: the number of its rotations. */
import { sql } from 'kysely';
import type { Instant } from '../core/time.ts';
import type { Db } from './schema.ts';
import { date } from './values.ts';

const FIRST = 1;

export async function calendarVersion(db: Db, rep: string): Promise<number> {
  const row = await db.selectFrom('rep_calendars').select('version').where('rep_id', '=', rep).executeTakeFirst();
  return row?.version ?? FIRST;
}

/** Makes every address given out before worthless; answers the new version. */
export async function rotateCalendar(tx: Db, rep: string, now: Instant): Promise<number> {
  const row = await tx
    .insertInto('rep_calendars')
    .values({ rep_id: rep, version: FIRST + 1, updated_at: date(now) })
    .onConflict((conflict) =>
      conflict.column('rep_id').doUpdateSet({ version: sql<number>`rep_calendars.version + 1`, updated_at: date(now) }),
    )
    .returning('version')
    .executeTakeFirstOrThrow();
  return row.version;
}
