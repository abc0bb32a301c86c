/**
 * Erasing a person (GDPR, Art. 17). The first step is one transaction that takes the person's identity away:
 * from its commit on there is no such lead for anybody, so nothing is decided, sent or taken in for it, and
 * what must be known to find the rest is kept in the erasure's own row until the rest is gone. All later
 * steps (erase-rows.ts, erase-mentions.ts) may be cut off anywhere and run again.
 */

import { randomUUID } from 'node:crypto';
import { CompiledQuery, type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { VolleyError } from '../core/errors.ts';
import { type Instant, iso } from '../core/time.ts';
import { keepErased, type NameKey } from './erased-names.ts';
import { aliasOf } from './lead-aliases.ts';
import type { Db, LeadsTable } from './schema.ts';
import type { ErasuresTable } from './schema-people.ts';
import { byEveryChannel } from './suppressions/rows.ts';
import { at, date, readJson } from './values.ts';
import { tellErased } from './webhook-events.ts';

export interface Erasure {
  /** The id it was asked for by. */
  readonly leadId: string;
  readonly by: string;
  readonly requestedAt: Instant;
  /** When all of the person was gone; null: it is under way. */
  readonly erasedAt: Instant | null;
}

/** What finds the person in rows that are not theirs. */
export const traceSchema = z.object({
  /** The lead and those that were merged into it. */
  leads: z.array(z.string()),
  /** As they were given and normalised. */
  addresses: z.array(z.string()),
  /** Full names and phone numbers. */
  words: z.array(z.string()),
  domains: z.array(z.string()),
  /** Whose the figures are that stay: of nobody. */
  nobody: z.string(),
});
export type Trace = z.infer<typeof traceSchema>;

export interface ErasureFrame {
  readonly by: string;
  readonly now: Instant;
  readonly names: NameKey;
}

type LeadRow = Selectable<LeadsTable>;
type Row = Selectable<ErasuresTable>;

const toErasure = ({ person, actor, requested_at, erased_at }: Row): Erasure => ({
  leadId: person,
  by: actor,
  requestedAt: requested_at,
  erasedAt: erased_at,
});

/** The erasure that this lead's id belongs to; null when it was not erased. */
export async function getErasure(db: Db, leadId: string): Promise<Erasure | null> {
  const row = await db.selectFrom('erasures').selectAll().where('lead_id', '=', leadId).executeTakeFirst();
  return row === undefined ? null : toErasure(row);
}

/**
 * Takes the person's identity away. Asked for again it answers as before.
 * @throws NoSuchLead
 */
export async function requestErasure(tx: Db, leadId: string, frame: ErasureFrame): Promise<Erasure> {
  // A send, a decision and a merge hold this row until they have committed.
  await tx.executeQuery(CompiledQuery.raw('select lead_id from lead_states where lead_id = $1 for update', [leadId]));
  const lead = await tx.deleteFrom('leads').where('id', '=', leadId).returningAll().executeTakeFirst();
  if (lead === undefined) return before(tx, leadId);
  await tx.deleteFrom('lead_states').where('lead_id', '=', leadId).execute();
  await tx.deleteFrom('consents').where('lead_id', '=', leadId).execute();
  const aliases = await tx
    .deleteFrom('lead_aliases')
    .where('lead_id', '=', leadId)
    .returning(['alias', 'before'])
    .execute();
  const names = aliases.map(({ alias }) => alias);
  const own = [
    aliasOf.email(lead.email_normal),
    ...(lead.external_id === null ? [] : [aliasOf.external(lead.external_id)]),
  ];
  const leads = [leadId, ...names.flatMap((name) => (name.startsWith('id:') ? [name.slice(3)] : []))];
  const emails = [...own, ...names].filter((name) => name.startsWith('email:'));
  await tx
    .deleteFrom('suppressions')
    .where(sql<boolean>`subject = any(${[...emails, ...leads.map((id) => `lead:${id}`)].flatMap(byEveryChannel)})`)
    .execute();
  // A number may be a company's; of the person alone it goes.
  await tx
    .deleteFrom('suppressions')
    .where('subject', '=', `phone/number:${lead.phone}`)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('leads').select('id').where('phone', '=', lead.phone).where('id', '!=', leadId))),
    )
    .execute();
  await keepErased(tx, frame.names, [...own, ...names.filter((name) => !name.startsWith('id:'))], frame.now);
  const trace = traceOf(
    lead,
    leads,
    emails,
    aliases.map((alias) => alias.before),
  );
  return put(tx, trace, frame);
}

/** Somebody was faster, or there is no such lead. */
async function before(tx: Db, leadId: string): Promise<Erasure> {
  const known = await getErasure(tx, leadId);
  if (known === null) throw new NoSuchLead(leadId);
  return known;
}

/** There is no lead of this id: it was merged into another one, or never was. */
export class NoSuchLead extends VolleyError {
  override readonly name = 'NoSuchLead';
  constructor(id: string) {
    super('unknown-lead', `there is no lead ${id}`);
  }
}

async function put(tx: Db, trace: Trace, { by, now }: ErasureFrame): Promise<Erasure> {
  const [person = ''] = trace.leads;
  const rows = trace.leads.map((lead_id) => ({
    lead_id,
    person,
    actor: by,
    names: lead_id === person ? JSON.stringify(trace) : null,
    requested_at: date(now),
  }));
  await tx
    .insertInto('erasures')
    .values(rows)
    .onConflict((conflict) => conflict.column('lead_id').doNothing())
    .execute();
  return { leadId: person, by, requestedAt: now, erasedAt: null };
}

/** What an alias keeps of the person; other members are of no use here. */
const beforeSchema = z.looseObject({
  email: z.string().default(''),
  firstName: z.string().default(''),
  lastName: z.string().default(''),
  phone: z.string().default(''),
  domain: z.string().default(''),
});

function traceOf(
  lead: LeadRow,
  leads: readonly string[],
  emails: readonly string[],
  befores: readonly string[],
): Trace {
  const now = {
    email: lead.email,
    firstName: lead.first_name,
    lastName: lead.last_name,
    phone: lead.phone,
    domain: lead.domain,
  };
  const all = [now, ...befores.map((text) => readJson(beforeSchema, text, `an alias of lead ${lead.id}`))];
  const names = all.flatMap(({ firstName, lastName }) =>
    // One word alone is the name of others too.
    firstName === '' || lastName === '' ? [] : [`${firstName} ${lastName}`, `${lastName}, ${firstName}`],
  );
  const phones = all.flatMap(({ phone }) => (phone === '' ? [] : [phone]));
  return {
    leads: [...leads],
    addresses: distinct([...emails.map((name) => name.slice('email:'.length)), ...all.map(({ email }) => email)]),
    words: distinct([...names, ...phones]),
    domains: distinct(all.map(({ domain }) => domain)),
    // Made of nothing: an id with the time in it would tell whose figures these are.
    nobody: randomUUID(),
  };
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts.filter((text) => text !== ''))];

/** What finds the person; null once they are gone. */
export async function traceFor(db: Db, leadId: string): Promise<Trace | null> {
  const row = await db.selectFrom('erasures').select('names').where('lead_id', '=', leadId).executeTakeFirst();
  return row?.names == null ? null : readJson(traceSchema, row.names, `the erasure of ${leadId}`);
}

/** Erasures that are under way, the oldest first. */
export async function openErasures(db: Db, limit: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('erasures')
    .select('person')
    .where('names', 'is not', null)
    .orderBy('requested_at')
    .limit(limit)
    .execute();
  return rows.map(({ person }) => person);
}

/** The person is gone: what found them is forgotten with them, and other systems are told, once. */
export async function endErasure(tx: Db, leadId: string, now: Instant): Promise<void> {
  const ended = await tx
    .updateTable('erasures')
    .set({ erased_at: date(now), names: null })
    .where('person', '=', leadId)
    .where('erased_at', 'is', null)
    .returning(['lead_id', 'actor', 'requested_at'])
    .execute();
  const [first] = ended;
  if (first === undefined) return;
  const merged = ended.map(({ lead_id }) => lead_id).filter((id) => id !== leadId);
  await tellErased(tx, { lead: leadId, merged, by: first.actor, requestedAt: iso(first.requested_at) }, now);
}

/** People who were gone before `before`, and whose last traces nobody has looked for since; with the ids they had. */
export async function unsweptErasures(db: Db, before: Instant, limit: number): Promise<ReadonlyMap<string, string[]>> {
  const rows = await db
    .selectFrom('erasures')
    .select(['lead_id', 'person'])
    .where('swept_at', 'is', null)
    .where('erased_at', '<=', at(before))
    .orderBy('person')
    .limit(limit)
    .execute();
  const people = new Map<string, string[]>();
  for (const { lead_id, person } of rows) people.set(person, [...(people.get(person) ?? []), lead_id]);
  return people;
}

export async function endSweep(tx: Db, leadIds: readonly string[], now: Instant): Promise<void> {
  await tx
    .updateTable('erasures')
    .set({ swept_at: date(now) })
    .where(sql<boolean>`lead_id = any(${leadIds})`)
    .execute();
}

/** Whether a message to one of these leads may be on its way to the mail service at this moment. */
export async function isSending(db: Db, leadIds: readonly string[]): Promise<boolean> {
  const row = await db
    .selectFrom('touches')
    .select('id')
    .where(sql<boolean>`lead_id = any(${leadIds})`)
    .where('state', '=', 'sending')
    .where('accepted_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * A lead that is gone has been woken, or a touch of it has ended: what was written for it after it was
 * erased goes too. Does nothing for a lead that was merged.
 */
export async function forgetLate(
  tx: Db,
  leadId: string,
  ended: { readonly touch: string; readonly state: 'sent' | 'failed' | 'unconfirmed' } | undefined,
  now: Instant,
): Promise<void> {
  const erasure = await tx.selectFrom('erasures').select('person').where('lead_id', '=', leadId).executeTakeFirst();
  if (erasure === undefined) return;
  await tx.deleteFrom('inbox').where('lead_id', '=', leadId).execute();
  if (ended === undefined) return;
  await tx
    .updateTable('touches')
    .set({ state: ended.state, ended_at: date(now) })
    .where('id', '=', ended.touch)
    .where('state', '=', 'sending')
    .execute();
}
