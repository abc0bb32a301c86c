/**
 * Who must not be mailed. A suppression bumps the guard of every lead it is about in its own
 * transaction, so it is either before a send, which then does not go, or after it.
 */
import { type Selectable, sql } from 'kysely';
import { VolleyError } from '../core/errors.ts';
import { ofThePerson } from '../core/merge/consent.ts';
import type { Purpose } from '../core/playbook.ts';
import type { Instant } from '../core/time.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import { bumpGuards } from './guards.ts';
import { putInputs } from './inbox.ts';
import { aliasOf, findAliases } from './lead-aliases.ts';
import type { Db, SuppressionsTable } from './schema.ts';
import { date, dateOrNull, newId } from './values.ts';

/** Exactly one of them. Address and domain are normalised (`emailIdentity` of core/scrub.ts). */
export interface SuppressionTarget {
  readonly email?: string | undefined;
  /** Addresses there and at its subdomains, and people whose company has it. */
  readonly domain?: string | undefined;
  /** The people of a company, by its domain, whatever their addresses. */
  readonly account?: string | undefined;
  /** The person, whatever the address becomes. */
  readonly leadId?: string | undefined;
}

export interface NewSuppression extends SuppressionTarget {
  /** Absent: every purpose. */
  readonly purpose?: Purpose | undefined;
  /** Absent: for ever. */
  readonly until?: Instant | undefined;
  readonly reason: string;
  readonly by: string;
}

export interface SuppressionRow {
  readonly id: string;
  readonly email: string | null;
  readonly domain: string | null;
  readonly account: string | null;
  readonly leadId: string | null;
  readonly purpose: string | null;
  readonly until: Instant | null;
  readonly reason: string;
  readonly by: string;
  readonly createdAt: Instant;
}

/** Leads of one INSERT into the inbox. */
const CHUNK = 500;

function subjectOf(target: SuppressionTarget): string {
  const { email, domain, account, leadId } = target;
  const given = [
    email && `email:${email}`,
    domain && `domain:${domain}`,
    account && `account:${account}`,
    leadId && `lead:${leadId}`,
  ].filter(Boolean);
  const subject = given[0];
  if (given.length === 1 && typeof subject === 'string') return subject;
  throw new VolleyError('bad-suppression', 'a suppression is about one address, one domain, one account or one lead');
}

function toRow(row: Selectable<SuppressionsTable>): SuppressionRow {
  const about = (kind: string): string | null =>
    row.subject.startsWith(`${kind}:`) ? row.subject.slice(kind.length + 1) : null;
  return {
    id: row.id,
    email: about('email'),
    domain: about('domain'),
    account: about('account'),
    leadId: about('lead'),
    purpose: row.purpose === '' ? null : row.purpose,
    until: row.until_at,
    reason: row.reason,
    by: row.actor,
    createdAt: row.created_at,
  };
}

/** The purpose of a row, as a new row takes it. */
export const purposeOf = ({ purpose }: Pick<SuppressionRow, 'purpose'>): Purpose | undefined =>
  (['marketing', 'sales', 'service'] as const).find((one) => one === purpose);

/** Every suppression of these subjects, such as `email:ada@acme.example`. */
export async function suppressionsOf(db: Db, subjects: readonly string[]): Promise<readonly SuppressionRow[]> {
  const rows = await db
    .selectFrom('suppressions')
    .selectAll()
    .where(sql<boolean>`subject = any(${subjects})`)
    .execute();
  return rows.map(toRow);
}

/** A domain and those above it: what a suppression of may be about an address there. Deeper ones have no more companies. */
const ABOVE = 4;
const domainsOf = (column: string): string[] => {
  const all = [column];
  for (let n = 0; n < ABOVE; n += 1) all.push(`substr(${all[n]}, strpos(${all[n]}, '.') + 1)`);
  return all.map((domain) => `'domain:' || ${domain}`);
};

/** SQL: the subjects of all suppressions that are about the row `lead` of `leads`. */
export const subjectsSql = (lead: string): string =>
  `array['lead:' || ${lead}.id, 'email:' || ${lead}.email_normal, 'account:' || ${lead}.domain,
    ${[...domainsOf(`${lead}.email_domain`), ...domainsOf(`${lead}.domain`)].join(', ')}]`;

/** Ids of the leads a subject is about now. */
async function leadsOf(tx: Db, subject: string): Promise<readonly string[]> {
  const separator = subject.indexOf(':');
  const value = subject.slice(separator + 1);
  let query = tx.selectFrom('leads').select('id');
  if (subject.startsWith('lead:')) query = query.where('id', '=', value);
  else if (subject.startsWith('email:')) query = query.where('email_normal', '=', value);
  else if (subject.startsWith('account:')) query = query.where('domain', '=', value);
  else {
    const under = `%.${value}`;
    query = query.where((eb) =>
      eb.or([
        eb('email_domain', '=', value),
        eb('domain', '=', value),
        eb('email_domain', 'like', under),
        eb('domain', 'like', under),
      ]),
    );
  }
  const rows = await query.orderBy('id').execute();
  return rows.map((row) => row.id);
}

/**
 * Suppresses an address, a domain or a lead, for one purpose or all. Repeating it keeps the longer
 * time. Each lead it is about gets a `suppressed` input: nudge those after the commit.
 */
export async function suppress(
  tx: Db,
  suppression: NewSuppression,
  now: Instant,
): Promise<{ id: string; leadIds: readonly string[] }> {
  const { purpose, reason, by } = suppression;
  const row = await writeSuppression(tx, suppression, now);
  const leadIds = [...(await leadsOf(tx, row.subject)), ...(await bindOwner(tx, suppression, now))];
  await bumpGuards(tx, leadIds);
  const body = { kind: 'suppressed' as const, reason, ...(purpose === undefined ? {} : { purpose }), by };
  await putAll(tx, leadIds, now, body);
  return { id: row.id, leadIds };
}

/**
 * Many at once, as from a file: as `suppress` does for each, in a few statements. Of several about the same
 * subject and purpose the one without an end, else the one with the latest, counts.
 * @param suppressions at most 200, for a transaction of Aurora DSQL
 * @returns the leads to nudge after the commit
 */
export async function suppressMany(
  tx: Db,
  suppressions: readonly NewSuppression[],
  now: Instant,
): Promise<readonly string[]> {
  const longest = new Map<string, NewSuppression>();
  for (const one of suppressions) {
    const key = `${subjectOf(one)} ${one.purpose ?? ''}`;
    const before = longest.get(key);
    const reach = (s: NewSuppression): number => s.until ?? Number.POSITIVE_INFINITY;
    if (before === undefined || reach(one) > reach(before)) longest.set(key, one);
  }
  const kept = [...longest.values()];
  if (kept.length === 0) return [];
  await writeSuppressions(tx, kept, now);
  const emails = kept.flatMap(({ email }) => email ?? []);
  const known = await tx
    .selectFrom('leads')
    .select(['id', 'email_normal'])
    .where(sql<boolean>`email_normal = any(${emails})`)
    .orderBy('id')
    .execute();
  const byEmail = new Map(known.map((row) => [row.email_normal, row.id]));
  const told: { leadId: string; of: NewSuppression }[] = [];
  for (const of of kept) {
    const ids = of.email === undefined ? await leadsOf(tx, subjectOf(of)) : [byEmail.get(of.email) ?? []].flat();
    const owners = of.email === undefined || byEmail.has(of.email) ? [] : await bindOwner(tx, of, now);
    for (const leadId of [...ids, ...owners]) told.push({ leadId, of });
  }
  const leadIds = [...new Set(told.map(({ leadId }) => leadId))];
  await bumpGuards(tx, leadIds);
  for (let from = 0; from < told.length; from += CHUNK) {
    const inputs = told.slice(from, from + CHUNK).map(({ leadId, of: { reason, purpose, by } }) => ({
      leadId,
      at: now,
      body: { kind: 'suppressed' as const, reason, ...(purpose === undefined ? {} : { purpose }), by },
    }));
    await putInputs(tx, inputs, now);
  }
  return leadIds;
}

/**
 * Leads that a suppression is about and that came in while it was written: they are told as well. Call it after
 * the commit, in a transaction of its own.
 * @param told the leads that know
 * @returns those to nudge
 */
export async function suppressNewcomers(
  tx: Db,
  { purpose, reason, by, ...target }: NewSuppression,
  told: readonly string[],
  now: Instant,
): Promise<readonly string[]> {
  const known = new Set(told);
  const leadIds = (await leadsOf(tx, subjectOf(target))).filter((id) => !known.has(id));
  await bumpGuards(tx, leadIds);
  const body = { kind: 'suppressed' as const, reason, ...(purpose === undefined ? {} : { purpose }), by };
  await putAll(tx, leadIds, now, body);
  return leadIds;
}

/**
 * What somebody says from an address they no longer go by, they say for themself: it binds the person.
 * @returns the lead, when the address is such a one.
 */
async function bindOwner(tx: Db, suppression: NewSuppression, now: Instant): Promise<readonly string[]> {
  const { email } = suppression;
  if (email === undefined || ofThePerson([suppression]).length === 0) return [];
  const owner = (await findAliases(tx, [aliasOf.email(email)])).get(aliasOf.email(email));
  if (owner === undefined) return [];
  await writeSuppression(tx, { ...suppression, email: undefined, leadId: owner.leadId }, now);
  return [owner.leadId];
}

/** Reason of the suppression of an address whose owner left the job it was for. */
export const LEFT_COMPANY = 'left-company';

/** Reason of the suppressions an objection makes: they are there for good. */
export const OBJECTED = 'objected';

/** The row alone: for who tells the leads by another input. */
export async function writeSuppression(
  tx: Db,
  suppression: NewSuppression,
  now: Instant,
): Promise<{ id: string; subject: string }> {
  const [row] = await writeSuppressions(tx, [suppression], now);
  if (row === undefined) throw new VolleyError('internal', 'a suppression left no row');
  return row;
}

/** Rows alone, in one statement; no two are about the same subject and purpose. */
export function writeSuppressions(
  tx: Db,
  suppressions: readonly NewSuppression[],
  now: Instant,
): Promise<{ id: string; subject: string }[]> {
  return tx
    .insertInto('suppressions')
    .values(
      suppressions.map((suppression) => ({
        id: newId(),
        subject: subjectOf(suppression),
        purpose: suppression.purpose ?? '',
        until_at: dateOrNull(suppression.until),
        reason: suppression.reason,
        actor: suppression.by,
        created_at: date(now),
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['subject', 'purpose']).doUpdateSet({
        until_at: sql<Date | null>`case when suppressions.until_at is null or excluded.until_at is null then null
          else greatest(suppressions.until_at, excluded.until_at) end`,
        // Whoever makes it last for ever is who it is by: only that one may take it back.
        reason: sql<string>`case when excluded.reason = ${OBJECTED}
          or (suppressions.until_at is not null and excluded.until_at is null)
          then excluded.reason else suppressions.reason end`,
        actor: sql<string>`case when excluded.reason = ${OBJECTED}
          or (suppressions.until_at is not null and excluded.until_at is null)
          then excluded.actor else suppressions.actor end`,
      }),
    )
    .returning(['id', 'subject'])
    .execute();
}

/**
 * Keeps an objection: no marketing and no sales to the person, whatever the address becomes, and none
 * to the address, whoever brings it again. Put the `objected` input in the same transaction.
 */
export async function suppressForObjection(
  tx: Db,
  who: { readonly leadId: string; readonly email: string },
  by: string,
  now: Instant,
): Promise<void> {
  for (const purpose of ['marketing', 'sales'] as const) {
    for (const target of [{ leadId: who.leadId }, { email: who.email }]) {
      await writeSuppression(tx, { ...target, purpose, reason: OBJECTED, by }, now);
    }
  }
  await bumpGuards(tx, [who.leadId]);
}

async function putAll(
  tx: Db,
  leadIds: readonly string[],
  now: Instant,
  body: Parameters<typeof putInputs>[1][number]['body'],
): Promise<void> {
  for (let from = 0; from < leadIds.length; from += CHUNK) {
    const inputs = leadIds.slice(from, from + CHUNK).map((leadId) => ({ leadId, at: now, body }));
    await putInputs(tx, inputs, now);
  }
}

/**
 * Ends a suppression; null when there is none with this id. Its leads get `lead.changed`: nudge them.
 * @throws VolleyError `objected` for one that an objection made.
 */
export async function removeSuppression(
  tx: Db,
  id: string,
  by: string,
  now: Instant,
): Promise<{ leadIds: readonly string[] } | null> {
  const row = await tx
    .deleteFrom('suppressions')
    .where('id', '=', id)
    .returning(['subject', 'reason'])
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.reason === OBJECTED) {
    throw new VolleyError(
      'objected',
      'this suppression is an objection to marketing, which nobody but the person ends',
      {
        fix: 'Leave it: neither team may contact them.',
      },
    );
  }
  const leadIds = await leadsOf(tx, row.subject);
  await bumpGuards(tx, leadIds);
  await putAll(tx, leadIds, now, { kind: 'lead.changed', by });
  return { leadIds };
}

/** Suppressions by id, all or those of one subject. */
export async function listSuppressions(
  db: Db,
  filter: PageRequest & SuppressionTarget = {},
): Promise<Page<SuppressionRow>> {
  const limit = pageLimit(filter);
  const after = decodeCursor('suppressions', filter.cursor, 1);
  const { email, domain, account, leadId } = filter;
  let query = db.selectFrom('suppressions').selectAll();
  if (email !== undefined || domain !== undefined || account !== undefined || leadId !== undefined) {
    query = query.where('subject', '=', subjectOf({ email, domain, account, leadId }));
  }
  if (after !== null) query = query.where('id', '>', String(after[0]));
  const rows = await query
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  return toPage('suppressions', rows, limit, (row) => [row.id], toRow);
}

/** Why a suppression is there, when more is known of it; it binds as before. */
export async function renameReason(tx: Db, id: string, reason: string): Promise<void> {
  await tx.updateTable('suppressions').set({ reason }).where('id', '=', id).execute();
}
