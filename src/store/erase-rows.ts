/**
 * Deleting what is about a person, table by table (erase-tables.ts), in transactions small enough for
 * Aurora DSQL. Every statement does nothing where it has been done, so it may be cut off and run again.
 */
import { randomUUID } from 'node:crypto';
import { CompiledQuery } from 'kysely';
import type { Instant } from '../core/time.ts';
import { OWNED } from './erase-tables.ts';
import type { Db } from './schema.ts';
import { transact } from './tx.ts';
import { date } from './values.ts';

/** Rows of one DELETE: a transaction on Aurora DSQL may change about 3,000. */
const CHUNK = 1_000;

type Value = string | number | Date | readonly string[];

async function changed(db: Db, text: string, values: readonly Value[]): Promise<number> {
  const { rows } = await db.executeQuery(CompiledQuery.raw(`${text} returning 1 as one`, [...values]));
  return rows.length;
}

/** Deletes rows of these leads until none is left; returns how many went. */
async function deleteOwned(db: Db, { table, part }: (typeof OWNED)[number], leads: readonly string[]): Promise<number> {
  const some = `delete from ${table} where lead_id = any($1)
    and ${part} in (select ${part} from ${table} where lead_id = any($1) limit ${CHUNK})`;
  for (let all = 0; ; ) {
    const gone = await transact(db, (tx) => changed(tx, some, [leads]));
    all += gone;
    if (gone === 0) return all;
  }
}

/** A task that was done was a contact (reports/contact.ts); it stays one, below all that the figures have. */
const CONTACTS = `insert into milestones (lead_id, seq, at, kind, name)
  select cast($2 as text), least(0, (select coalesce(min(seq), 0) from milestones where lead_id = $2 or lead_id = any($1)))
      - row_number() over (order by closed_at, id), closed_at, 'activity', 'task'
  from tasks
  where lead_id = any($1) and state = 'done' and kind not in ('handoff', 'review-email') and coalesce(disposition, '') <> 'skipped'
    and closed_at is not null`;

const FIGURES: readonly string[] = [
  'update milestones set lead_id = $2 where lead_id = any($1)',
  `update handoffs set lead_id = $2, facts = null, ended = coalesce(ended, 'erased'), ended_at = coalesce(ended_at, $3)
    where lead_id = any($1)`,
  // Ids of touches and runs follow from the lead's.
  `update touches set id = cast(gen_random_uuid() as text), lead_id = $2, enrollment = $2, to_email = null,
      ses_message_id = null, subject = null, detail = null, account_id = null, holder = null,
      state = case when state in ('claimed', 'sending') then 'unconfirmed' else state end,
      ended_at = coalesce(ended_at, $3)
    where lead_id = any($1)`,
];

/** A deal that is nobody else's says no more why it was lost. */
const LOST_REASONS = `update deals set lost_reason = null where lost_reason is not null
  and id in (select deal_id from deal_leads where lead_id = any($1))
  and not exists (
    select 1 from deal_leads others where others.deal_id = deals.id and not (others.lead_id = any($1)))`;

/** Nobody else of the company is known: its name and domain may be the person's. */
const COMPANIES = `delete from accounts where domain = any($1)
  and not exists (select 1 from leads where leads.domain = accounts.domain)`;
const DEALS_OF_NO_COMPANY = `update deals set account_id = null where account_id is not null
  and not exists (select 1 from accounts where accounts.id = deals.account_id)
  and not exists (select 1 from leads where leads.domain <> '' and leads.domain = any($1))`;

/** Chats of the visitor from before anybody knew who it was are the person's too. */
const UNKNOWN_CHATS = `delete from chats where lead_id is null
  and visitor in (select visitor from chats theirs where theirs.lead_id = any($1) and theirs.visitor is not null)`;

interface Whose {
  readonly leads: readonly string[];
  readonly nobody: string;
  readonly domains: readonly string[];
}

/**
 * Deletes what is about the person, and makes figures of what reports count. Deals last but one, since the
 * links to them say which are meant.
 * @returns how many rows were deleted or changed
 */
export async function eraseRows(db: Db, { leads, nobody, domains }: Whose, now: Instant): Promise<number> {
  let all = 0;
  const run = async (fn: (tx: Db) => Promise<number>): Promise<void> => {
    all += await transact(db, fn);
  };
  await run(async (tx) => {
    const kept = await changed(tx, CONTACTS, [leads, nobody]);
    return kept + (await changed(tx, 'delete from tasks where lead_id = any($1)', [leads]));
  });
  for (const text of FIGURES) {
    const values = text.includes('$3') ? [leads, nobody, date(now)] : [leads, nobody];
    await run((tx) => changed(tx, text, values));
  }
  await run(async (tx) => {
    const unknown = await changed(tx, UNKNOWN_CHATS, [leads]);
    return unknown + (await changed(tx, 'delete from chats where lead_id = any($1)', [leads]));
  });
  await run((tx) => changed(tx, LOST_REASONS, [leads]));
  for (const owned of OWNED) all += await deleteOwned(db, owned, leads);
  if (domains.length > 0) {
    await run(async (tx) => {
      const gone = await changed(tx, COMPANIES, [domains]);
      return gone + (await changed(tx, DEALS_OF_NO_COMPANY, [domains]));
    });
  }
  return all;
}

/** Deletes what was written for these leads when they were gone; returns how many rows there were. */
export const eraseLeft = (db: Db, leads: readonly string[], now: Instant): Promise<number> =>
  eraseRows(db, { leads, nobody: randomUUID(), domains: [] }, now);
