/** `strengthOf` of core/suppression-strength.ts in SQL, from the same table. */
import { type RawBuilder, sql } from 'kysely';
import { BY_LEAD, OTHER_STRENGTH, OWN_STRENGTH, STRENGTHS, UNSUBSCRIBED } from '../../core/suppression-strength.ts';

const strength = (row: 'suppressions' | 'excluded'): RawBuilder<number> => {
  const reason = sql.ref(`${row}.reason`);
  const whens = Object.entries(STRENGTHS).map(([name, n]) => sql`when ${reason} = ${name} then ${sql.lit(n)}`);
  return sql<number>`(case when ${reason} = ${UNSUBSCRIBED} and ${sql.ref(`${row}.actor`)} = ${BY_LEAD}
    then ${sql.lit(OWN_STRENGTH)} ${sql.join(whens, sql` `)} else ${sql.lit(OTHER_STRENGTH)} end)`;
};

/** A column of the row that says the stronger reason: the one there is, of two as strong. */
export const ofTheStronger = (column: 'reason' | 'actor'): RawBuilder<string> =>
  sql<string>`case when ${strength('excluded')} > ${strength('suppressions')}
    then ${sql.ref(`excluded.${column}`)} else ${sql.ref(`suppressions.${column}`)} end`;
