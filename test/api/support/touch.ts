/** A row of the ledger as the engine leaves it, for tests of what is told about a message afterwards. */
import type { Insertable } from 'kysely';
import type { TouchesTable } from '../../../src/store/schema.ts';
import { START, type TestApi } from './api.ts';

type Row = Insertable<TouchesTable>;

/** A welcome that went to the lead at `at`, START by default; `more` says what else is known of it. */
export async function touchTo(
  api: TestApi,
  leadId: string,
  { id, at = START, ...more }: { readonly id: string; readonly at?: number } & Partial<Row>,
): Promise<void> {
  await api.store.database.db
    .insertInto('touches')
    .values({
      id,
      lead_id: leadId,
      enrollment: 'e',
      cadence: 'evaluation-guide',
      step: 'welcome',
      email: 'evaluation-welcome',
      purpose: 'marketing',
      playbook: 'p',
      state: 'sent',
      attempts: 1,
      due_at: new Date(at),
      decided_at: new Date(at),
      ...more,
    })
    .execute();
}
