/**
 * Deals as the CRM tells them, upserted by its id, with their history. Changes may come late or
 * twice: the newest by when it happened counts, an older one is kept in the history only.
 */
import { type Selectable, sql } from 'kysely';
import { isOpenDeal } from '../core/deal-stage.ts';
import type { Instant } from '../core/time.ts';
import { touchAccounts } from './accounts.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import { syncDealLeads, toldOf } from './deal-leads.ts';
import { RetryTransaction } from './errors.ts';
import { putInputs } from './inbox.ts';
import type { Db } from './schema.ts';
import type { DealsTable } from './schema-deals.ts';
import { date, dateOrNull } from './values.ts';

export interface DealRecord {
  readonly id: string;
  readonly accountId: string | null;
  readonly leadIds: readonly string[];
  /** Hundredths of one unit of the currency. */
  readonly amountCents: number;
  readonly currency: string;
  readonly stage: string;
  readonly owner: string | null;
  readonly lostReason: string | null;
  readonly renewsAt: Instant | null;
  readonly closedAt: Instant | null;
  readonly changedAt: Instant;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** What is told; what is absent stays as it is. */
export interface DealChange {
  readonly id: string;
  readonly accountId?: string | undefined;
  /** Leads the CRM names; they replace those it named before. */
  readonly leadIds?: readonly string[] | undefined;
  readonly amountCents: number;
  readonly currency: string;
  readonly stage: string;
  readonly owner?: string | undefined;
  readonly lostReason?: string | undefined;
  readonly renewsAt?: Instant | undefined;
  readonly closedAt?: Instant | undefined;
  /** When it happened. */
  readonly at: Instant;
  readonly by: string;
}

export interface DealWritten {
  readonly deal: DealRecord;
  /** `older`: something newer is known; this went into the history only. */
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'older';
  /** Leads that were told: nudge them after the commit. */
  readonly told: readonly string[];
}

type Row = Selectable<DealsTable>;

const toRecord = (row: Row, leadIds: readonly string[]): DealRecord => ({
  id: row.id,
  accountId: row.account_id,
  leadIds,
  amountCents: row.amount_cents,
  currency: row.currency,
  stage: row.stage,
  owner: row.owner,
  lostReason: row.lost_reason,
  renewsAt: row.renews_at,
  closedAt: row.closed_at,
  changedAt: row.changed_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** The row as the change leaves it; its times apart, which say when and not what. */
function merged(before: Row | undefined, change: DealChange): Omit<Row, 'created_at' | 'updated_at' | 'revision'> {
  const open = isOpenDeal(change.stage);
  const sameStage = before?.stage === change.stage;
  return {
    id: change.id,
    account_id: change.accountId ?? before?.account_id ?? null,
    amount_cents: change.amountCents,
    currency: change.currency,
    stage: change.stage,
    owner: change.owner ?? before?.owner ?? null,
    // A deal that is opened again was not lost.
    lost_reason: change.lostReason ?? (open ? null : (before?.lost_reason ?? null)),
    renews_at: change.renewsAt ?? before?.renews_at ?? null,
    closed_at: open ? null : (change.closedAt ?? (sameStage ? before.closed_at : null) ?? change.at),
    changed_at: change.at,
  };
}

const isSame = (before: Row, after: ReturnType<typeof merged>): boolean =>
  before.account_id === after.account_id &&
  before.amount_cents === after.amount_cents &&
  before.currency === after.currency &&
  before.stage === after.stage &&
  before.owner === after.owner &&
  before.lost_reason === after.lost_reason &&
  before.renews_at === after.renews_at &&
  before.closed_at === after.closed_at;

const times = (row: ReturnType<typeof merged>) => ({
  renews_at: dateOrNull(row.renews_at),
  closed_at: dateOrNull(row.closed_at),
  changed_at: date(row.changed_at),
});

/**
 * Writes a change and tells the deal's leads; the transaction holds the deal's row, so changes of one
 * deal take turns.
 */
export async function upsertDeal(tx: Db, change: DealChange, now: Instant): Promise<DealWritten> {
  const before = await tx.selectFrom('deals').selectAll().where('id', '=', change.id).forUpdate().executeTakeFirst();
  const after = merged(before, change);
  if (after.account_id !== null) await touchAccounts(tx, [after.account_id]);
  if (before === undefined) {
    const written = await tx
      .insertInto('deals')
      .values({ ...after, ...times(after), created_at: date(now), updated_at: date(now), revision: 1 })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .execute();
    if (written.length === 0) throw new RetryTransaction(`the deal ${change.id} was created meanwhile`);
    await append(tx, change, 1);
    const { all } = await syncDealLeads(tx, { id: change.id, accountId: after.account_id, named: change.leadIds });
    const told = await tell(tx, after, { leads: all, gone: [], from: undefined }, change, now);
    const row = { ...after, created_at: now, updated_at: now, revision: 1 };
    return { deal: toRecord(row, all), outcome: 'created', told };
  }
  if (before.changed_at > change.at && !isSame(before, after)) {
    const leads = await leadsOfDeal(tx, change.id);
    // A lead that has not decided past it yet plays it in its place; any other one ignores it.
    const fresh = await appendOnce(tx, change, before.revision + 1);
    const told = fresh ? await tell(tx, after, { leads, gone: [], from: undefined }, change, now) : [];
    return { deal: toRecord(before, leads), outcome: 'older', told };
  }
  const { all, fresh, gone } = await syncDealLeads(tx, {
    id: change.id,
    accountId: after.account_id,
    named: change.leadIds,
  });
  const from = before.stage;
  if (isSame(before, after)) {
    const told = await tell(tx, before, { leads: fresh, gone, from }, { ...change, at: before.changed_at }, now);
    return { deal: toRecord(before, all), outcome: told.length === 0 ? 'unchanged' : 'updated', told };
  }
  const revision = before.revision + 1;
  await tx
    .updateTable('deals')
    .set({ ...after, ...times(after), updated_at: date(now), revision })
    .where('id', '=', change.id)
    .execute();
  const news =
    before.stage !== after.stage || before.amount_cents !== after.amount_cents || before.currency !== after.currency;
  if (news) await append(tx, change, revision);
  const told = await tell(tx, after, { leads: all, gone, from }, change, now);
  const row = { ...after, created_at: before.created_at, updated_at: now, revision };
  return { deal: toRecord(row, all), outcome: 'updated', told };
}

/** Inbox rows for those the deal is about and those it no longer is. */
async function tell(
  tx: Db,
  row: ReturnType<typeof merged>,
  to: { readonly leads: readonly string[]; readonly gone: readonly string[]; readonly from: string | undefined },
  { at, by }: Pick<DealChange, 'at' | 'by'>,
  now: Instant,
): Promise<readonly string[]> {
  const body = toldOf(row, to.from, by);
  const left = { kind: 'deal.left' as const, deal: row.id, by };
  await putInputs(
    tx,
    [
      ...to.leads.map((leadId) => ({ leadId, at, body })),
      ...to.gone.map((leadId) => ({ leadId, at: now, body: left })),
    ],
    now,
  );
  return [...to.leads, ...to.gone];
}

async function append(tx: Db, change: DealChange, nth: number): Promise<void> {
  await tx
    .insertInto('deal_events')
    .values({
      deal_id: change.id,
      nth,
      at: date(change.at),
      stage: change.stage,
      amount_cents: change.amountCents,
      currency: change.currency,
      actor: change.by,
    })
    .execute();
}

/** A late change goes into the history once, however often it is told. */
async function appendOnce(tx: Db, change: DealChange, revision: number): Promise<boolean> {
  const known = await dealEvents(tx, change.id);
  const same = (event: DealEvent): boolean =>
    event.at === change.at && event.stage === change.stage && event.amountCents === change.amountCents;
  if (known.some(same)) return false;
  await tx.updateTable('deals').set({ revision }).where('id', '=', change.id).execute();
  await append(tx, change, revision);
  return true;
}

async function leadsOfDeal(db: Db, dealId: string): Promise<readonly string[]> {
  return (await leadsOfDeals(db, [dealId])).get(dealId) ?? [];
}

async function leadsOfDeals(db: Db, dealIds: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
  const leads = new Map<string, string[]>();
  if (dealIds.length === 0) return leads;
  const rows = await db
    .selectFrom('deal_leads')
    .select(['deal_id', 'lead_id'])
    .where(sql<boolean>`deal_id = any(${dealIds})`)
    .orderBy('lead_id')
    .execute();
  for (const row of rows) leads.set(row.deal_id, [...(leads.get(row.deal_id) ?? []), row.lead_id]);
  return leads;
}

export interface DealEvent {
  readonly at: Instant;
  readonly stage: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly by: string;
}

/** A deal's history, by when things happened. */
export async function dealEvents(db: Db, dealId: string): Promise<readonly DealEvent[]> {
  const rows = await db
    .selectFrom('deal_events')
    .selectAll()
    .where('deal_id', '=', dealId)
    .orderBy('at')
    .orderBy('nth')
    .execute();
  return rows.map((row) => ({
    at: row.at,
    stage: row.stage,
    amountCents: row.amount_cents,
    currency: row.currency,
    by: row.actor,
  }));
}

export async function getDeal(db: Db, id: string): Promise<DealRecord | null> {
  const row = await db.selectFrom('deals').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toRecord(row, await leadsOfDeal(db, id));
}

/** The same with the row locked until the transaction ends, so that what is left out of a change can be taken from it. */
export async function lockDeal(tx: Db, id: string): Promise<DealRecord | null> {
  const row = await tx.selectFrom('deals').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return row === undefined ? null : toRecord(row, await leadsOfDeal(tx, id));
}

export interface DealFilter extends PageRequest {
  readonly accountId?: string | undefined;
  readonly leadId?: string | undefined;
  readonly stage?: string | undefined;
  readonly owner?: string | undefined;
  readonly open?: boolean | undefined;
}

/** Deals by id. */
export async function listDeals(db: Db, filter: DealFilter = {}): Promise<Page<DealRecord>> {
  const limit = pageLimit(filter);
  const after = decodeCursor('deals', filter.cursor, ['text']);
  const { accountId, leadId, stage, owner, open } = filter;
  let query = db.selectFrom('deals').selectAll();
  if (accountId !== undefined) query = query.where('account_id', '=', accountId);
  if (stage !== undefined) query = query.where('stage', '=', stage);
  if (owner !== undefined) query = query.where('owner', '=', owner);
  if (open !== undefined) query = query.where('closed_at', open ? 'is' : 'is not', null);
  if (leadId !== undefined) {
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('deal_leads')
          .select('deal_leads.lead_id')
          .whereRef('deal_leads.deal_id', '=', 'deals.id')
          .where('deal_leads.lead_id', '=', leadId),
      ),
    );
  }
  if (after !== null) query = query.where('id', '>', String(after[0]));
  const rows = await query
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  const leads = await leadsOfDeals(
    db,
    rows.map((row) => row.id),
  );
  return toPage(
    'deals',
    rows,
    limit,
    (row) => [row.id],
    (row) => toRecord(row, leads.get(row.id) ?? []),
  );
}
