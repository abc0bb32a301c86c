/** Leads whose activity fails, noted where the report on health looks; what is committed next clears it. */
import { CompiledQuery } from 'kysely';
import type { Instant } from '../core/time.ts';
import type { Db } from './schema.ts';
import { date } from './values.ts';

const NOTE = `update lead_states set failing_since = coalesce(failing_since, $2), failures = coalesce(failures, 0) + 1,
  failure = $3 where lead_id = $1`;

/** Notes that the activity of a lead has failed once more. `code` is the error's own, never its message. */
export async function noteFailure(db: Db, leadId: string, code: string, at: Instant): Promise<void> {
  await db.executeQuery(CompiledQuery.raw(NOTE, [leadId, date(at), code]));
}
