/**
 * Loading what a decision needs. Two statements: one that locks the lead's guard row, one that
 * reads the rest. In one statement the rest would be as of before the wait for the lock (Postgres'
 * READ COMMITTED re-reads only the locked row), and a suppression committed meanwhile be missed.
 */
import { CompiledQuery, sql } from 'kysely';
import { z } from 'zod';
import { CUSTOMER_STAGES } from '../core/endstate.ts';
import { VolleyError } from '../core/errors.ts';
import type { Facts, Routing } from '../core/facts.ts';
import { type Input, inputSchema } from '../core/input.ts';
import { type Playbook, SAME_ACCOUNT } from '../core/playbook.ts';
import { type LeadState, leadStateSchema } from '../core/state.ts';
import { STATE_VERSION, upcastState } from '../core/state-versions.ts';
import { LEFT_COMPANY } from '../core/suppression-strength.ts';
import { peekAccount } from './account-facts.ts';
import { accountReps } from './account-reps.ts';
import { toFields } from './leads.ts';
import { toChoices } from './preferences.ts';
import { listReps, toRep } from './reps.ts';
import type { Db } from './schema.ts';
import { channelSubjectsSql, subjectsSql } from './suppressions/about.ts';
import { defined } from './values.ts';
import { type Listener, toListener } from './webhook-events.ts';

export { type CommitExtra, commitDecision } from './commit.ts';

export interface Loaded {
  readonly leadId: string;
  /** Sequence number to commit against; 0 before the first decision. */
  readonly seq: number;
  /** Null until the first decision. */
  readonly state: LeadState | null;
  readonly facts: Facts;
  /** Inputs not applied yet, in order of when they happened; those ahead of now too. */
  readonly inputs: readonly Input[];
  /** Pause scope that held back a touch at the last commit. */
  readonly held: string | null;
  /** Touches in `sending` that the mail service has since said it took. */
  readonly sendingAccepted: readonly string[];
  /** Hash of the current playbook. */
  readonly playbook: string | null;
  /** Who is told of events; read with the lead, so that an installation without any pays no statement for it. */
  readonly listeners: readonly Listener[];
}

const documentSchema = z.record(z.string(), z.unknown());

/**
 * Reads a stored state, brought up to the current version.
 * @throws VolleyError `newer-state` when a newer build wrote it, `corrupt-row` when it fits no version: going on
 * would harm the lead.
 */
export function readState(text: string, leadId: string): LeadState {
  const upcast = upcastState(documentSchema.parse(JSON.parse(text)));
  if (upcast.kind === 'newer') {
    throw new VolleyError('newer-state', `the state of lead ${leadId} is of version ${upcast.version}`, {
      fix: `This build reads versions up to ${STATE_VERSION}: run the one that wrote it, or a newer one.`,
    });
  }
  const parsed = leadStateSchema.safeParse(upcast.kind === 'current' ? upcast.document : undefined);
  if (parsed.success) return parsed.data;
  throw new VolleyError('corrupt-row', `the state of lead ${leadId} fits no version: ${parsed.error.message}`, {
    cause: parsed.error,
  });
}

interface GuardRow {
  seq: number;
  state: string | null;
  held: string | null;
  custodian: string | null;
}

const GUARD = 'select seq, state, held, custodian from lead_states where lead_id = $1';
const LOCK = `${GUARD} for update`;

/** Epoch ms of a column inside JSON, where the driver does not convert. */
const ms = (column: string): string => `round(extract(epoch from ${column}) * 1000)::bigint`;

const FACTS = `
select l.id, l.key, l.created_at, l.email, l.first_name, l.last_name, l.company, l.domain, l.role, l.title, l.country,
  l.time_zone, l.locale, l.phone, l.source, l.campaign, l.freemail, l.attributes,
  r.id as rep_id, r.name as rep_name, r.time_zone as rep_zone, r.working_hours as rep_hours, r.active as rep_active,
  (select hash from playbook_current where id = 'current') as playbook,
  (select json_agg(json_build_array(c.purpose, c.basis, ${ms('c.at')}, ${ms('c.expires')}, ${ms('c.withdrawn_at')},
      c.withdrawn_by) order by c.at)
    from consents c where c.lead_id = l.id) as consents,
  (select json_agg(json_build_array(s.purpose, ${ms('s.until_at')}, s.reason, ${ms('s.created_at')}) order by s.created_at)
    from suppressions s where s.subject = any(${subjectsSql('l')})) as suppressions,
  (select json_agg(json_build_array(substr(s.subject, 1, strpos(s.subject, '/') - 1), s.purpose, ${ms('s.until_at')},
      s.reason, ${ms('s.created_at')}) order by s.created_at)
    from suppressions s where s.subject = any(${channelSubjectsSql('l')})) as do_not,
  (select json_agg(json_build_array(c.topic, ${ms('c.until_at')}, ${ms('c.created_at')}) order by c.topic)
    from preferences c where c.lead_id = l.id) as choices,
  (select json_agg(p.scope order by p.scope) from pauses p) as pauses,
  (select json_agg(json_build_array(i.id, ${ms('i.at')}, i.body) order by i.at, i.id)
    from inbox i where i.lead_id = l.id and i.applied_seq = 0) as inputs,
  (select json_agg(t.id) from touches t
    where t.lead_id = l.id and t.state = 'sending' and t.accepted_at is not null) as accepted,
  (select json_agg(json_build_array(w.id, w.events)) from webhooks w where w.enabled) as listeners
from leads l left join reps r on r.id = $2
where l.id = $1`;

const purpose = z.enum(['marketing', 'sales', 'service']);
const factsSchema = z.object({
  id: z.string(),
  key: z.string(),
  created_at: z.number(),
  email: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  company: z.string(),
  domain: z.string(),
  role: z.string(),
  title: z.string(),
  country: z.string(),
  time_zone: z.string(),
  locale: z.string(),
  phone: z.string(),
  source: z.string(),
  campaign: z.string(),
  freemail: z.boolean(),
  attributes: z.string(),
  rep_id: z.string().nullable(),
  rep_name: z.string().nullable(),
  rep_zone: z.string().nullable(),
  rep_hours: z.string().nullable(),
  rep_active: z.boolean().nullable(),
  playbook: z.string().nullable(),
  consents: z
    .array(
      z.tuple([purpose, z.string(), z.number(), z.number().nullable(), z.number().nullable(), z.string().nullable()]),
    )
    .nullable(),
  suppressions: z
    .array(z.tuple([z.union([purpose, z.literal('')]), z.number().nullable(), z.string(), z.number()]))
    .nullable(),
  do_not: z
    .array(
      z.tuple([
        z.enum(['phone', 'chat']),
        z.union([purpose, z.literal('')]),
        z.number().nullable(),
        z.string(),
        z.number(),
      ]),
    )
    .nullable(),
  choices: z.array(z.tuple([z.string(), z.number().nullable(), z.number()])).nullable(),
  pauses: z.array(z.string()).nullable(),
  inputs: z.array(z.tuple([z.string(), z.number(), z.string()])).nullable(),
  accepted: z.array(z.string()).nullable(),
  listeners: z.array(z.tuple([z.string(), z.string()])).nullable(),
});
type FactsRow = z.infer<typeof factsSchema>;

function toFacts(row: FactsRow): Facts {
  const { rep_id, rep_name, rep_zone, rep_active } = row;
  const custodian =
    rep_id === null || rep_name === null || rep_zone === null || rep_active === null
      ? undefined
      : toRep({ id: rep_id, name: rep_name, time_zone: rep_zone, working_hours: row.rep_hours, active: rep_active });
  return {
    leadId: row.id,
    key: row.key,
    createdAt: row.created_at,
    lead: toFields(row),
    consents: (row.consents ?? []).map(([purpose, basis, at, expires, withdrawn, by]) => ({
      purpose,
      basis,
      at,
      ...(expires === null ? {} : { expires }),
      ...(withdrawn === null ? {} : { withdrawn }),
      ...(withdrawn === null && by === LEFT_COMPANY ? { lapsed: true as const } : {}),
    })),
    suppressions: (row.suppressions ?? []).map(([purpose, until, reason, at]) => ({
      ...(purpose === '' ? {} : { purpose }),
      ...(until === null ? {} : { until }),
      reason,
      at,
    })),
    ...(row.do_not !== null && {
      doNot: row.do_not.map(([channel, purpose, until, reason, at]) => ({
        channel,
        ...(purpose === '' ? {} : { purpose }),
        ...(until === null ? {} : { until }),
        reason,
        at,
      })),
    }),
    ...(row.choices !== null && { choices: toChoices(row.choices) }),
    pauses: row.pauses ?? [],
    ...(custodian === undefined ? {} : { custodian }),
  };
}

function toInput([id, at, body]: readonly [string, number, string]): Input {
  const parsed = inputSchema.safeParse(JSON.parse(body));
  if (parsed.success) return { id, at, body: parsed.data };
  throw new VolleyError('corrupt-row', `inbox row ${id}: ${parsed.error.message}`, { cause: parsed.error });
}

async function load(db: Db, leadId: string, guardSql: string): Promise<Loaded | null> {
  const guards = await db.executeQuery<GuardRow>(CompiledQuery.raw(guardSql, [leadId]));
  const guard = guards.rows[0];
  if (guard === undefined) return null;
  const found = await db.executeQuery<unknown>(CompiledQuery.raw(FACTS, [leadId, guard.custodian]));
  if (found.rows[0] === undefined) return null;
  const row = factsSchema.parse(found.rows[0]);
  return {
    leadId,
    seq: guard.seq,
    state: guard.state === null ? null : readState(guard.state, leadId),
    facts: toFacts(row),
    inputs: (row.inputs ?? []).map(toInput),
    held: guard.held,
    sendingAccepted: row.accepted ?? [],
    playbook: row.playbook,
    listeners: (row.listeners ?? []).map(([id, events]) => toListener(id, events)),
  };
}

/**
 * Everything a decision about this lead needs, with its guard row locked until the transaction
 * ends: a suppression, a consent change and another runner wait for it, or it waits for them.
 * @returns null for an unknown lead.
 */
export const loadLead = (tx: Db, leadId: string): Promise<Loaded | null> => load(tx, leadId, LOCK);

/** The same without the lock, for reading only: what it says may be old at once. */
export const peekLead = (db: Db, leadId: string): Promise<Loaded | null> => load(db, leadId, GUARD);

/** The same with the lead's account, for whoever judges conditions outside a decision. */
export async function withAccount(db: Db, loaded: Loaded): Promise<Loaded> {
  const { leadId, facts } = loaded;
  return { ...loaded, facts: { ...facts, account: await peekAccount(db, leadId, facts.lead.domain) } };
}

/**
 * What handoffs share between leads. Locks a row, so that two handoffs take turns and a pool's
 * round robin gives each rep one; call it only when a decision asks for it.
 * @param counted reps whose leads must be counted: those of pools with `maxOpen`
 * @param colleaguesOf the lead whose account's reps are asked for: by `same-account`
 */
export async function loadRouting(tx: Db, counted: readonly string[] = [], colleaguesOf?: string): Promise<Routing> {
  await sql`select value from meta where key = 'routing' for update`.execute(tx);
  return peekRouting(tx, counted, colleaguesOf);
}

/** The same without the lock, for reading only: what would be decided as things stand. */
export async function peekRouting(tx: Db, counted: readonly string[] = [], colleaguesOf?: string): Promise<Routing> {
  const reps = await listReps(tx);
  const counts = await tx.selectFrom('pool_counts').selectAll().execute();
  const given: Record<string, Record<string, number>> = {};
  const turns: Record<string, Record<string, number>> = {};
  for (const row of counts) {
    given[row.pool] = { ...given[row.pool], [row.rep]: row.given };
    if (row.turn !== null) turns[row.pool] = { ...turns[row.pool], [row.rep]: row.turn };
  }
  // Whoever sits in for somebody fills up like anybody else.
  const covers = counted.length === 0 ? [] : reps.flatMap((rep) => rep.away.flatMap(({ cover }) => cover ?? []));
  const open = await openLeads(tx, [...new Set([...counted, ...covers])]);
  const routing = { reps: Object.fromEntries(reps.map((rep) => [rep.id, defined(rep)])), given, turns, open };
  return colleaguesOf === undefined ? routing : { ...routing, sameAccount: await accountReps(tx, colleaguesOf) };
}

/** How many leads each of these reps has, offered and accepted; customers are no work that waits. */
async function openLeads(tx: Db, reps: readonly string[]): Promise<Record<string, number>> {
  if (reps.length === 0) return {};
  const rows = await tx
    .selectFrom('lead_states')
    .select(['custodian', sql<string>`count(*)`.as('leads')])
    .where('custodian', 'in', reps)
    .where((eb) => eb.or([eb('stage', 'is', null), eb('stage', 'not in', CUSTOMER_STAGES)]))
    .groupBy('custodian')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.custodian ?? '', Number(row.leads)]));
}

/** Whether a decision under this playbook must know who has the colleagues of a lead. */
export const asksSameAccount = ({ handoffs }: Playbook): boolean =>
  Object.values(handoffs).some(({ pools }) => pools.includes(SAME_ACCOUNT));

/** The reps whose leads a decision under this playbook must know the number of. */
export const countedReps = ({ pools }: Playbook): readonly string[] =>
  pools.some((pool) => pool.maxOpen !== undefined) ? [...new Set(pools.flatMap((pool) => pool.reps))] : [];
