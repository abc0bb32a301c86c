/**
 * Creating and updating leads. One form for a single write and for a page of an import: everything
 * that may match is read at once, merged in memory, and written in a few statements.
 */
import { type Insertable, sql } from 'kysely';
import { accountIdOf } from '../core/account.ts';
import { consentsTold } from '../core/consent-told.ts';
import { VolleyError } from '../core/errors.ts';
import type { ScrubbedLead } from '../core/scrub.ts';
import type { Instant } from '../core/time.ts';
import { ensureAccounts } from './accounts.ts';
import { joinDeals } from './deal-leads.ts';
import { type NameKey, refuseErased } from './erased-names.ts';
import { RetryTransaction, sqlState } from './errors.ts';
import { keepFormerAddresses } from './former-addresses.ts';
import { bumpGuards } from './guards.ts';
import { putInputs } from './inbox.ts';
import { type Alias, aliasOf, findAliases } from './lead-aliases.ts';
import { fieldsBefore } from './lead-fields.ts';
import { consentKey, type Draft, Drafts, type LeadRow, type UpsertOutcome } from './lead-merge.ts';
import type { Db, LeadsTable } from './schema.ts';
import { date, dateOrNull } from './values.ts';

export type { UpsertOutcome } from './lead-merge.ts';

/** Rows of one INSERT: 200 leads are 4,800 parameters; the protocol's limit is 65,535. */
const CHUNK = 200;

async function readDrafts(tx: Db, leads: readonly ScrubbedLead[], now: Instant): Promise<Drafts> {
  const emails = leads.map((lead) => lead.emailNormal);
  const externals = leads.flatMap((lead) => (lead.externalId === undefined ? [] : [lead.externalId]));
  const drafts = new Drafts(now);
  const named = await tx
    .selectFrom('leads')
    .selectAll()
    .where((eb) =>
      externals.length === 0
        ? sql<boolean>`email_normal = any(${emails})`
        : eb.or([sql<boolean>`email_normal = any(${emails})`, sql<boolean>`external_id = any(${externals})`]),
    )
    .execute();
  // After the leads: a merge that is committed in between has left either the row or the alias to be seen.
  const aliases = await findAliases(tx, [...emails.map(aliasOf.email), ...externals.map(aliasOf.external)]);
  const rows = [...named, ...(await rowsOf(tx, aliases, named))];
  if (rows.length === 0) return drafts;
  const consents = await tx
    .selectFrom('consents')
    .select(['lead_id', 'purpose', 'basis', 'at', 'expires'])
    .where(sql<boolean>`lead_id = any(${rows.map((row) => row.id)})`)
    .execute();
  const known = Map.groupBy(consents, (consent) => consent.lead_id);
  for (const row of rows) {
    const keys = (known.get(row.id) ?? []).map(consentKey);
    const draft: Draft = { row, state: 'same', consents: [], known: new Set(keys) };
    draft.stored = row;
    draft.storedDomain = row.domain;
    draft.storedEmail = row.email_normal;
    drafts.add(draft);
    for (const [alias, { leadId, why }] of aliases) if (leadId === row.id) drafts.addAlias(alias, draft, why);
  }
  return drafts;
}

/** The leads that aliases stand for, without those read already. */
async function rowsOf(
  tx: Db,
  aliases: ReadonlyMap<string, Alias>,
  read: readonly LeadRow[],
): Promise<readonly LeadRow[]> {
  const known = new Set(read.map((row) => row.id));
  const ids = [...new Set([...aliases.values()].map(({ leadId }) => leadId))].filter((id) => !known.has(id));
  if (ids.length === 0) return [];
  return tx.selectFrom('leads').selectAll().where(sql<boolean>`id = any(${ids})`).execute();
}

const toInsert = (row: LeadRow): Insertable<LeadsTable> => ({
  ...row,
  created_at: date(row.created_at),
  updated_at: date(row.updated_at),
});

async function insertNew(tx: Db, rows: readonly LeadRow[], now: Instant): Promise<void> {
  for (let from = 0; from < rows.length; from += CHUNK) {
    const chunk = rows.slice(from, from + CHUNK);
    const written = await tx
      .insertInto('leads')
      .values(chunk.map(toInsert))
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .execute();
    if (written.length < chunk.length) throw new RetryTransaction('a lead of this page was created meanwhile');
    const state = { guard: 0, seq: 0, custody: 'nobody', updated_at: date(now) };
    await tx
      .insertInto('lead_states')
      .values(chunk.map((row) => ({ lead_id: row.id, ...state })))
      .execute();
  }
}

async function updateChanged(tx: Db, rows: readonly LeadRow[], now: Instant): Promise<void> {
  for (const row of rows) {
    const { id, revision, created_at: _, ...values } = row;
    const written = await tx
      .updateTable('leads')
      .set({ ...values, revision: revision + 1, updated_at: date(now) })
      .where('id', '=', id)
      .where('revision', '=', revision)
      .returning('id')
      .execute()
      .catch((error: unknown) => {
        // 23505: the address or external id was taken meanwhile; the next try sees by whom.
        throw sqlState(error) === '23505' ? new RetryTransaction(`the identity of ${id} was taken`) : error;
      });
    if (written.length === 0) throw new RetryTransaction(`lead ${id} was changed meanwhile`);
  }
  if (rows.length === 0) return;
  await bumpGuards(
    tx,
    rows.map((row) => row.id),
  );
}

async function insertConsents(tx: Db, drafts: readonly Draft[]): Promise<void> {
  const values = new Map(
    drafts.flatMap((draft) =>
      draft.consents.map((consent) => [
        `${draft.row.id} ${consent.purpose} ${consent.basis} ${consent.at}`,
        {
          lead_id: draft.row.id,
          purpose: consent.purpose,
          basis: consent.basis,
          source: consent.source,
          at: date(consent.at),
          expires: dateOrNull(consent.expires),
        },
      ]),
    ),
  );
  const rows = [...values.values()];
  for (let from = 0; from < rows.length; from += CHUNK) {
    await tx
      .insertInto('consents')
      .values(rows.slice(from, from + CHUNK))
      .onConflict((conflict) =>
        conflict.columns(['lead_id', 'purpose', 'basis', 'at']).doUpdateSet((eb) => ({
          source: eb.ref('excluded.source'),
          expires: eb.ref('excluded.expires'),
        })),
      )
      .execute();
  }
}

/** Leads that are new, or whose company is another one, come to their account and to its deals. */
async function joinAccounts(tx: Db, drafts: readonly Draft[], now: Instant, by: string): Promise<void> {
  const came = drafts.filter((draft) => draft.storedDomain !== draft.row.domain);
  if (came.length === 0) return;
  await ensureAccounts(
    tx,
    came.map(({ row }) => ({ domain: row.domain, name: row.company })),
    now,
  );
  await joinDeals(
    tx,
    came.map(({ row, storedDomain }) => ({
      id: row.id,
      accountId: accountIdOf(row.domain),
      moved: storedDomain !== undefined,
    })),
    { now, by },
  );
}

/**
 * Creates or updates leads in the order given; rows of one lead are merged one after the other. A
 * page of at most 500 keeps a transaction within Aurora DSQL's 3,000 rows. Every lead that was
 * created or changed gets a `lead.changed` input: nudge those after the commit.
 * @param by who did it, for the journal.
 * @param names knows who was erased; whoever takes in what comes from outside gives it
 * @returns one outcome for each row.
 */
export async function upsertLeads(
  tx: Db,
  leads: readonly ScrubbedLead[],
  now: Instant,
  by = 'api',
  names?: NameKey,
): Promise<readonly UpsertOutcome[]> {
  if (leads.length === 0) return [];
  const drafts = await readDrafts(tx, leads, now);
  // After the leads: an erasure that is committed in between has left either the row or the hash to be seen.
  const refused = names === undefined ? [] : await refuseErased(tx, names, leads);
  const outcomes = leads.map((lead, n) => (refused[n] === true ? ERASED : drafts.merge(lead)));
  const touched = [...drafts.touched];
  const rowsOf = (state: Draft['state']): LeadRow[] => touched.filter((d) => d.state === state).map((d) => d.row);
  // Changes first: a new lead may have an address that another one has just given up.
  await updateChanged(tx, rowsOf('changed'), now);
  await insertNew(tx, rowsOf('new'), now);
  await keepFormerAddresses(tx, drafts, { now, by });
  await insertConsents(tx, touched);
  await joinAccounts(tx, touched, now, by);
  const inputs = touched.map(({ row, stored, consents }) => {
    const was = stored && fieldsBefore(stored, row);
    const told = { ...consentsTold(consents), ...(was && { was }) };
    return { leadId: row.id, at: now, body: { kind: 'lead.changed' as const, ...told, by } };
  });
  await putInputs(tx, inputs, now);
  return outcomes;
}

/** What nobody but the person undoes. */
const ERASED: UpsertOutcome = {
  outcome: 'erased',
  message: 'this person asked to be erased, and only a consent of their own that is younger brings them back',
};

/**
 * Creates or updates one lead; `externalId` wins over the address.
 * @throws VolleyError `identity-clash` when they belong to two leads, `person-erased`.
 */
export async function upsertLead(
  tx: Db,
  lead: ScrubbedLead,
  now: Instant,
  by = 'api',
  names?: NameKey,
): Promise<{ id: string; outcome: 'created' | 'updated' | 'unchanged' }> {
  const [outcome] = await upsertLeads(tx, [lead], now, by, names);
  if (outcome === undefined) throw new VolleyError('internal', 'an upsert gave no outcome');
  if (outcome.outcome === 'clash') {
    throw new VolleyError('identity-clash', outcome.message, {
      fix: 'Write to the lead that has the address, or change that address first.',
    });
  }
  if (outcome.outcome === 'erased') throw new VolleyError('person-erased', outcome.message);
  return outcome;
}
