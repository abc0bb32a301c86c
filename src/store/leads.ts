/** Leads as lists and pages show them. */
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { CustodyHolder, LeadFields } from '../core/scope.ts';
import { emailIdentity } from '../core/scrub.ts';
import { type Standing, standingSchema } from '../core/standing.ts';
import type { Instant } from '../core/time.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import { aliasOf, findAliases } from './lead-aliases.ts';
import { toFields } from './lead-fields.ts';
import type { Db, LeadStatesTable, LeadsTable } from './schema.ts';
import { readJson } from './values.ts';

export { toFields } from './lead-fields.ts';

export { type UpsertOutcome, upsertLead, upsertLeads } from './lead-upsert.ts';

export interface LeadRecord {
  readonly id: string;
  readonly key: string;
  readonly externalId: string | null;
  readonly fields: LeadFields;
  /** Null until the lead was decided about for the first time. */
  readonly stage: string | null;
  readonly custody: CustodyHolder;
  readonly custodian: string | null;
  /** When the lead moves next by itself. */
  readonly dueAt: Instant | null;
  /** Pause scope that holds back a due touch. */
  readonly held: string | null;
  /** Commits so far. */
  readonly seq: number;
  /** What colleagues see of it; null until the first decision. */
  readonly standing: Standing | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export const custodySchema = z.enum(['marketing', 'sales', 'nobody']);

type Row = Selectable<LeadsTable> &
  Pick<Selectable<LeadStatesTable>, 'stage' | 'custody' | 'custodian' | 'due_at' | 'held' | 'seq' | 'standing'>;

const toRecord = (row: Row): LeadRecord => ({
  id: row.id,
  key: row.key,
  externalId: row.external_id,
  fields: toFields(row),
  stage: row.stage,
  custody: custodySchema.parse(row.custody),
  custodian: row.custodian,
  dueAt: row.due_at,
  held: row.held,
  seq: row.seq,
  standing: row.standing === null ? null : readJson(standingSchema, row.standing, `lead ${row.id}`),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const select = (db: Db) =>
  db
    .selectFrom('leads')
    .innerJoin('lead_states', 'lead_states.lead_id', 'leads.id')
    .selectAll('leads')
    .select([
      'lead_states.stage',
      'lead_states.custody',
      'lead_states.custodian',
      'lead_states.due_at',
      'lead_states.held',
      'lead_states.seq',
      'lead_states.standing',
    ]);

export async function getLead(db: Db, id: string): Promise<LeadRecord | null> {
  const row = await select(db).where('leads.id', '=', id).executeTakeFirst();
  return row === undefined ? null : toRecord(row);
}

/** Leads by their ids, first come first; unknown ids are left out. */
export async function getLeads(db: Db, ids: readonly string[]): Promise<readonly LeadRecord[]> {
  if (ids.length === 0) return [];
  const rows = await select(db).where(sql<boolean>`leads.id = any(${ids})`).orderBy('leads.id').execute();
  return rows.map(toRecord);
}

/** By id, else by normalised address (`emailNormal` of the scrubbed lead). */
export async function findLead(
  db: Db,
  by: { readonly id?: string | undefined; readonly email?: string | undefined },
): Promise<LeadRecord | null> {
  if (by.id !== undefined) return getLead(db, by.id);
  if (by.email === undefined) return null;
  const row = await select(db).where('leads.email_normal', '=', by.email).executeTakeFirst();
  if (row !== undefined) return toRecord(row);
  const alias = (await findAliases(db, [aliasOf.email(by.email)])).get(aliasOf.email(by.email));
  return alias === undefined ? null : getLead(db, alias.leadId);
}

/**
 * Ids of many leads at once, each by id or by normalised address; null where there is none. A lead that was
 * merged, and an address left behind, stand for the lead they are now.
 */
export async function findLeadIds(
  db: Db,
  refs: readonly { readonly id?: string | undefined; readonly email?: string | undefined }[],
): Promise<readonly (string | null)[]> {
  const ids = refs.flatMap((ref) => (ref.id === undefined ? [] : [ref.id]));
  const emails = refs.flatMap((ref) => (ref.id === undefined && ref.email !== undefined ? [ref.email] : []));
  const rows = await db
    .selectFrom('leads')
    .select(['id', 'email_normal'])
    .where((eb) => eb.or([sql<boolean>`id = any(${ids})`, sql<boolean>`email_normal = any(${emails})`]))
    .execute();
  const byId = new Set(rows.map((row) => row.id));
  const byEmail = new Map(rows.map((row) => [row.email_normal, row.id]));
  const found = refs.map((ref) => {
    if (ref.id !== undefined) return byId.has(ref.id) ? ref.id : null;
    return ref.email === undefined ? null : (byEmail.get(ref.email) ?? null);
  });
  const names = refs.map((ref) => (ref.id === undefined ? aliasOf.email(ref.email ?? '') : aliasOf.id(ref.id)));
  const aliases = await findAliases(
    db,
    names.filter((_, n) => found[n] === null),
  );
  return found.map((id, n) => id ?? aliases.get(names[n] ?? '')?.leadId ?? null);
}

export interface LeadFilter extends PageRequest {
  readonly stage?: string | undefined;
  readonly custody?: CustodyHolder | undefined;
  /** Leads with a sales custodian: this rep's. */
  readonly custodian?: string | undefined;
  /** Leads with an open enrollment in this cadence. */
  readonly cadence?: string | undefined;
  /** Part of the address, name or company, whatever the case. */
  readonly q?: string | undefined;
}

/** Leads, newest first. */
export async function listLeads(db: Db, filter: LeadFilter = {}): Promise<Page<LeadRecord>> {
  const limit = pageLimit(filter);
  const after = decodeCursor('leads', filter.cursor, ['text']);
  let query = select(db);
  if (filter.stage !== undefined) query = query.where('lead_states.stage', '=', filter.stage);
  if (filter.custody !== undefined) query = query.where('lead_states.custody', '=', filter.custody);
  if (filter.custodian !== undefined) query = query.where('lead_states.custodian', '=', filter.custodian);
  const { cadence, q } = filter;
  if (cadence !== undefined) {
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('enrollments')
          .select('enrollments.id')
          .whereRef('enrollments.lead_id', '=', 'leads.id')
          .where('enrollments.cadence', '=', cadence)
          .where('enrollments.open_marker', '=', 'open'),
      ),
    );
  }
  if (q !== undefined && q !== '') {
    const identity = q.includes('@') ? emailIdentity(q) : '';
    const pattern = `%${q.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
    query = query.where((eb) =>
      eb.or([
        eb('leads.email', 'ilike', pattern),
        eb('leads.email_normal', '=', identity),
        eb('leads.company', 'ilike', pattern),
        eb(sql<string>`leads.first_name || ' ' || leads.last_name`, 'ilike', pattern),
      ]),
    );
  }
  if (after !== null) query = query.where('leads.id', '<', String(after[0]));
  const rows = await query
    .orderBy('leads.id', 'desc')
    .limit(limit + 1)
    .execute();
  return toPage('leads', rows, limit, (row) => [row.id], toRecord);
}

/** How many leads there are. */
export async function countLeads(db: Db): Promise<number> {
  const row = await db
    .selectFrom('leads')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return row.n;
}
