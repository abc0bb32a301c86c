/** Who in sales knows an account: read when a lead of it is handed over. */
import { sql } from 'kysely';
import { GROUP_MAX } from '../core/account.ts';
import type { Db } from './schema.ts';

/** Reps told apart at most; whoever comes later is seldom still there. */
const REPS_MAX = 10;

/**
 * Reps who have a colleague of this lead, then those who last took one over; the latest first. Of an
 * account with many people the first 50 count.
 */
export async function accountReps(db: Db, leadId: string): Promise<readonly string[]> {
  const colleagues = await db
    .selectFrom('leads as l')
    .innerJoin('accounts as a', 'a.domain', 'l.domain')
    .innerJoin('leads as c', 'c.domain', 'a.domain')
    .innerJoin('lead_states as s', 's.lead_id', 'c.id')
    .select(['c.id', 's.custodian', 's.updated_at'])
    .where('l.id', '=', leadId)
    .whereRef('c.id', '<>', 'l.id')
    .orderBy('c.id')
    .limit(GROUP_MAX)
    .execute();
  if (colleagues.length === 0) return [];
  const now = colleagues
    .toSorted((a, b) => b.updated_at - a.updated_at)
    .flatMap(({ custodian }) => (custodian === null ? [] : [custodian]));
  const ids = colleagues.map(({ id }) => id);
  const before = await db
    .selectFrom('tasks')
    .select(['assignee', sql<number>`max(accepted_at)`.as('at')])
    .where(sql<boolean>`lead_id = any(${ids})`)
    .where('kind', '=', 'handoff')
    .where('accepted_at', 'is not', null)
    .where('assignee', 'is not', null)
    .groupBy('assignee')
    .orderBy('at', 'desc')
    .limit(REPS_MAX)
    .execute();
  return [...new Set([...now, ...before.flatMap(({ assignee }) => assignee ?? [])])].slice(0, REPS_MAX);
}
