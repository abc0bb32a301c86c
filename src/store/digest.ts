/** What a morning digest counts, beside the tasks that are open. */
import { z } from 'zod';
import type { Instant } from '../core/time.ts';
import type { Db } from './schema.ts';
import { at, readJson } from './values.ts';

const signalSchema = z.object({ type: z.string(), human: z.boolean() });

export interface Stirred {
  readonly leadId: string;
  /** Signal type to how often. */
  readonly signals: Readonly<Record<string, number>>;
}

/** What people among the rep's leads did since, lead by lead. */
export async function stirredSince(db: Db, rep: string, since: Instant): Promise<Stirred[]> {
  const rows = await db
    .selectFrom('lead_states as s')
    .innerJoin('journal as j', 'j.lead_id', 's.lead_id')
    .select(['j.lead_id', 'j.seq', 'j.data'])
    .where('s.custodian', '=', rep)
    .where('j.type', '=', 'signal.received')
    .where('j.at', '>=', at(since))
    .orderBy('j.lead_id')
    .orderBy('j.seq')
    .execute();
  const leads = new Map<string, Record<string, number>>();
  for (const row of rows) {
    const { type, human } = readJson(signalSchema, row.data, `journal ${row.lead_id}.${row.seq}`);
    if (!human) continue;
    const signals = leads.get(row.lead_id) ?? {};
    signals[type] = (signals[type] ?? 0) + 1;
    leads.set(row.lead_id, signals);
  }
  return [...leads].map(([leadId, signals]) => ({ leadId, signals }));
}

export interface Left {
  readonly leadId: string;
  /** The agreed reason, when a person gave the lead back. */
  readonly reason: string | null;
  /** Nobody answered in time. */
  readonly breached: boolean;
  readonly rep: string | null;
  readonly pool: string;
}

/** Leads that went back to marketing since: by a return, or since nobody answered. */
export async function leftSince(db: Db, since: Instant): Promise<Left[]> {
  const rows = await db
    .selectFrom('handoffs')
    .select(['lead_id', 'return_reason', 'breached_at', 'rep', 'accepted_by', 'pool'])
    .where('ended_at', '>=', at(since))
    .where(({ or, eb }) => or([eb('return_reason', 'is not', null), eb('breached_at', 'is not', null)]))
    .orderBy('ended_at')
    .orderBy('lead_id')
    .execute();
  return rows.map((row) => ({
    leadId: row.lead_id,
    reason: row.return_reason,
    breached: row.breached_at !== null,
    rep: row.accepted_by ?? row.rep,
    pool: row.pool,
  }));
}
