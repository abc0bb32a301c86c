/** What moves to the survivor when two leads are merged, row by row; the core decides the states. */
import { CompiledQuery, type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { accountIdOf } from '../core/account.ts';
import type { Facts } from '../core/facts.ts';
import { ofThePerson, stricterConsents } from '../core/merge/consent.ts';
import { LEFT_COMPANY } from '../core/suppression-strength.ts';
import type { Instant } from '../core/time.ts';
import { ensureAccounts } from './accounts.ts';
import { joinDeals } from './deal-leads.ts';
import { bumpGuards } from './guards.ts';
import { aliasOf, giveAliases } from './lead-aliases.ts';
import type { Db, LeadsTable } from './schema.ts';
import { purposeOf, suppressionsOf, writeSuppression } from './suppressions/rows.ts';
import { date, dateOrNull, readJson } from './values.ts';

type LeadRow = Selectable<LeadsTable>;

export interface Pair {
  readonly from: LeadRow;
  readonly into: LeadRow;
  readonly by: string;
  readonly now: Instant;
}

const run = (tx: Db, text: string, values: readonly unknown[]): Promise<unknown> =>
  tx.executeQuery(CompiledQuery.raw(text, [...values]));

/** Rows that say nothing but whose they are. */
const OWNED = ['touches', 'clicks', 'tasks', 'enrollments', 'inbox', 'outbox', 'chats'] as const;

/** Stages and labels that the survivor came to as well count once. */
const TWICE = `delete from milestones where lead_id = $1 and kind in ('stage', 'label') and exists (
  select 1 from milestones kept where kept.lead_id = $2 and kept.kind = milestones.kind and kept.name = milestones.name)`;

/** Numbered below all the survivor has, in their order: the numbers are of the other lead's journal. */
const renumber = (table: 'milestones' | 'handoffs'): string => `update ${table}
  set lead_id = $2, seq = seq - 1
    - (select coalesce(max(theirs.seq), 0) from ${table} theirs where theirs.lead_id = $1)
    + (select least(coalesce(min(ours.seq), 0), 0) from ${table} ours where ours.lead_id = $2)
  where lead_id = $1`;

/** Moves everything that has happened to `from` to `into`. The journal stays where it was written. */
export async function moveHistory(tx: Db, { from, into }: Pair): Promise<void> {
  for (const table of OWNED) await run(tx, `update ${table} set lead_id = $2 where lead_id = $1`, [from.id, into.id]);
  await run(tx, TWICE, [from.id, into.id]);
  await run(tx, renumber('milestones'), [from.id, into.id]);
  await run(tx, renumber('handoffs'), [from.id, into.id]);
}

/** A handoff that gave way ends in the reports too. */
export const endHandoffRow = (tx: Db, leadId: string, now: Instant): Promise<unknown> =>
  run(tx, `update handoffs set ended_at = $2, ended = 'merged' where lead_id = $1 and ended_at is null`, [
    leadId,
    date(now),
  ]);

/** Keeps of the consents what holds for both, and binds the person by what bound either. */
export async function uniteConsent(tx: Db, pair: Pair, theirs: Facts): Promise<void> {
  const { from, into, by, now } = pair;
  const rows = await tx
    .selectFrom('consents')
    .selectAll()
    .where(sql<boolean>`lead_id = any(${[from.id, into.id]})`)
    .execute();
  const of = (leadId: string) =>
    rows
      .filter((row) => row.lead_id === leadId)
      // What was agreed at a job one of them left is not the person's any more.
      .filter(({ withdrawn_at, withdrawn_by }) => withdrawn_at !== null || withdrawn_by !== LEFT_COMPANY)
      .flatMap(({ purpose, basis, source, at, expires, withdrawn_at: withdrawn, withdrawn_by: withdrawnBy }) =>
        purpose === 'marketing' || purpose === 'sales' || purpose === 'service'
          ? [
              {
                purpose,
                basis,
                source,
                at,
                withdrawnBy,
                ...(expires === null ? {} : { expires }),
                ...(withdrawn === null ? {} : { withdrawn }),
              } as const,
            ]
          : [],
      );
  const kept = stricterConsents(of(into.id), of(from.id));
  await tx
    .deleteFrom('consents')
    .where(sql<boolean>`lead_id = any(${[from.id, into.id]})`)
    .execute();
  if (kept.length > 0) {
    await tx
      .insertInto('consents')
      .values(
        kept.map(({ purpose, basis, source, at, expires, withdrawn, withdrawnBy }) => ({
          lead_id: into.id,
          purpose,
          basis,
          source,
          at: date(at),
          expires: dateOrNull(expires),
          withdrawn_at: dateOrNull(withdrawn),
          withdrawn_by: withdrawn === undefined ? null : withdrawnBy,
        })),
      )
      .execute();
  }
  const words = await suppressionsOf(tx, [`lead:${from.id}`, `email:${from.email_normal}`]);
  for (const { purpose, until, reason } of ofThePerson(theirs.suppressions)) {
    // Whose word it is stays: what the person said, only the person takes back.
    const said = words.find((row) => row.reason === reason && purposeOf(row) === purpose);
    await writeSuppression(tx, { leadId: into.id, purpose, until, reason, by: said?.by ?? by }, now);
  }
  for (const { channel, purpose, until, reason } of theirs.doNot ?? []) {
    await writeSuppression(tx, { leadId: into.id, channel, purpose, until, reason, by }, now);
  }
}

const attributesOf = ({ id, attributes }: LeadRow) =>
  readJson(z.record(z.string(), z.string()), attributes, `lead ${id}`);

/** Fields only one of the two has are the person's; where both have one, the survivor's stays. */
function unitedFields({ from, into }: Pair): Partial<LeadRow> {
  const text = [
    ...([
      'company',
      'domain',
      'role',
      'title',
      'country',
      'time_zone',
      'locale',
      'phone',
      'source',
      'campaign',
    ] as const),
  ];
  const united: Partial<LeadRow> = {};
  for (const column of text) if (into[column] === '' && from[column] !== '') united[column] = from[column];
  if (into.first_name === '' && into.last_name === '') {
    united.first_name = from.first_name;
    united.last_name = from.last_name;
  }
  united.attributes = JSON.stringify({ ...attributesOf(from), ...attributesOf(into) });
  if (into.external_id === null) united.external_id = from.external_id;
  // The older date: a consent that is assumed for a time ends no later than it did.
  united.created_at = Math.min(into.created_at, from.created_at);
  return united;
}

/** Deals of either are deals of the person; those of an account the survivor is not at, as if the CRM had named it. */
async function uniteDeals(tx: Db, { from, into }: Pair, domain: string): Promise<void> {
  const elsewhere = from.domain !== domain;
  await run(
    tx,
    `insert into deal_leads (deal_id, lead_id, via)
      select deal_id, $2, ${elsewhere ? `'lead'` : 'via'} from deal_leads where lead_id = $1
      on conflict (deal_id, lead_id) do nothing`,
    [from.id, into.id],
  );
  await run(tx, 'delete from deal_leads where lead_id = $1', [from.id]);
}

/** Ends the other lead's rows; its names lead to the survivor from here on. */
export async function absorb(tx: Db, pair: Pair, before: unknown): Promise<void> {
  const { from, into, by, now } = pair;
  const names = [
    aliasOf.id(from.id),
    aliasOf.email(from.email_normal),
    ...(from.external_id === null ? [] : [aliasOf.external(from.external_id)]),
  ];
  await run(tx, 'update lead_aliases set lead_id = $2 where lead_id = $1', [from.id, into.id]);
  await giveAliases(tx, names, { leadId: into.id, why: 'merged', before, by }, now);
  await tx.deleteFrom('leads').where('id', '=', from.id).execute();
  await tx.deleteFrom('lead_states').where('lead_id', '=', from.id).execute();
  const { created_at, ...fields } = unitedFields(pair);
  await tx
    .updateTable('leads')
    .set({
      ...fields,
      ...(created_at === undefined ? {} : { created_at: date(created_at) }),
      revision: sql<number>`revision + 1`,
      updated_at: date(now),
    })
    .where('id', '=', into.id)
    .execute();
  const domain = fields.domain ?? into.domain;
  await uniteDeals(tx, pair, domain);
  if (domain !== into.domain) {
    await ensureAccounts(tx, [{ domain, name: fields.company ?? into.company }], now);
    await joinDeals(tx, [{ id: into.id, accountId: accountIdOf(domain), moved: false }], { now, by });
  }
  await bumpGuards(tx, [into.id]);
}
