/** Names of the colleagues a task tells of: read when somebody looks, so that an erased person is gone from every task. */
import { sql } from 'kysely';
import { z } from 'zod';
import { type AccountContext, accountContextSchema } from '../core/account-context-schema.ts';
import type { TaskOpened } from '../core/decision.ts';
import type { Db } from './schema.ts';

const { colleagues } = accountContextSchema.shape;
/** The account of a task as people read it; name and title are '' for who is no longer there. */
export const namedAccountSchema = accountContextSchema.extend({
  colleagues: z.array(colleagues.element.extend({ name: z.string(), title: z.string() })),
});
export type NamedAccount = z.infer<typeof namedAccountSchema>;
export type NamedContext = Omit<TaskOpened['context'], 'account'> & { readonly account?: NamedAccount };

/** The same contexts, in the same order, with names. */
export async function nameColleagues(
  db: Db,
  contexts: readonly TaskOpened['context'][],
): Promise<readonly NamedContext[]> {
  const ids = new Set(contexts.flatMap(({ account }) => account?.colleagues.map(({ lead }) => lead) ?? []));
  const rows =
    ids.size === 0
      ? []
      : await db
          .selectFrom('leads')
          .select(['id', 'first_name', 'last_name', 'title'])
          .where(sql<boolean>`id = any(${[...ids]})`)
          .execute();
  const people = new Map(
    rows.map((row) => [row.id, { name: [row.first_name, row.last_name].filter(Boolean).join(' '), title: row.title }]),
  );
  const named = (account: AccountContext): NamedAccount => ({
    ...account,
    colleagues: account.colleagues.map((one) => ({ ...one, ...(people.get(one.lead) ?? { name: '', title: '' }) })),
  });
  return contexts.map(({ account, ...rest }) => (account === undefined ? rest : { ...rest, account: named(account) }));
}
