/**
 * Who a lead was before: ids, addresses and external ids of leads merged into it, addresses of jobs it
 * left, and those that a change of the address left behind. Whoever writes by one of them reaches the lead.
 */
import { type Selectable, sql } from 'kysely';
import type { Input } from '../core/input.ts';
import type { Instant } from '../core/time.ts';
import { putInputs } from './inbox.ts';
import type { Db } from './schema.ts';
import type { LeadAliasesTable } from './schema-people.ts';
import { date } from './values.ts';

/** `merged`: it was another lead's; `moved`: it is of a job the person left; `changed`: a system that knows the person gave another. */
export const ALIAS_WHYS = ['merged', 'moved', 'changed'] as const;
export type AliasWhy = (typeof ALIAS_WHYS)[number];

export interface Alias {
  readonly leadId: string;
  readonly why: AliasWhy;
}

export interface AliasRow extends Alias {
  readonly kind: 'id' | 'email' | 'external';
  readonly name: string;
  readonly by: string;
  readonly at: Instant;
}

export const aliasOf = {
  id: (id: string): string => `id:${id}`,
  /** @param email normalised */
  email: (email: string): string => `email:${email}`,
  external: (id: string): string => `external:${id}`,
} as const;

const toWhy = (why: string): AliasWhy => ALIAS_WHYS.find((known) => known === why) ?? 'merged';

/** The leads that these names stand for now, by name; names in use or unknown are left out. */
export async function findAliases(db: Db, names: readonly string[]): Promise<ReadonlyMap<string, Alias>> {
  if (names.length === 0) return new Map();
  const rows = await db
    .selectFrom('lead_aliases')
    .select(['alias', 'lead_id', 'why'])
    .where(sql<boolean>`alias = any(${names})`)
    .execute();
  return new Map(rows.map((row) => [row.alias, { leadId: row.lead_id, why: toWhy(row.why) }]));
}

/** Which lead this one was merged into; null when it was not. */
export async function mergedInto(db: Db, leadId: string): Promise<string | null> {
  return (await findAliases(db, [aliasOf.id(leadId)])).get(aliasOf.id(leadId))?.leadId ?? null;
}

function toRow(row: Selectable<LeadAliasesTable>): AliasRow {
  const colon = row.alias.indexOf(':');
  const kind = row.alias.slice(0, colon);
  return {
    kind: kind === 'id' || kind === 'email' ? kind : 'external',
    name: row.alias.slice(colon + 1),
    leadId: row.lead_id,
    why: toWhy(row.why),
    by: row.actor,
    at: row.created_at,
  };
}

/** Everything this lead went by before, the latest last. */
export async function listAliases(db: Db, leadId: string): Promise<readonly AliasRow[]> {
  const rows = await db
    .selectFrom('lead_aliases')
    .selectAll()
    .where('lead_id', '=', leadId)
    .orderBy('created_at')
    .orderBy('alias')
    .execute();
  return rows.map(toRow);
}

/** The lead and those merged into it, itself first: whose journals are its history. */
export async function lineage(db: Db, leadId: string): Promise<readonly string[]> {
  const aliases = await listAliases(db, leadId);
  return [leadId, ...aliases.flatMap(({ kind, name }) => (kind === 'id' ? [name] : []))];
}

/** Gives names to a lead; one that has a name already hands it on. */
export async function giveAliases(
  tx: Db,
  names: readonly string[],
  to: { readonly leadId: string; readonly why: AliasWhy; readonly before: unknown; readonly by: string },
  now: Instant,
): Promise<void> {
  if (names.length === 0) return;
  const before = JSON.stringify(to.before);
  await tx
    .insertInto('lead_aliases')
    .values(
      names.map((alias) => ({ alias, lead_id: to.leadId, why: to.why, before, actor: to.by, created_at: date(now) })),
    )
    .onConflict((conflict) =>
      conflict.column('alias').doUpdateSet((eb) => ({
        lead_id: eb.ref('excluded.lead_id'),
        why: eb.ref('excluded.why'),
        before: eb.ref('excluded.before'),
        actor: eb.ref('excluded.actor'),
        created_at: eb.ref('excluded.created_at'),
      })),
    )
    .execute();
}

/**
 * What reached a lead after it was merged belongs to the survivor: rows written by who did not know yet,
 * and how a touch ended that was under way.
 */
export async function passOn(tx: Db, leadId: string, results: readonly Input[], now: Instant): Promise<void> {
  const survivor = await mergedInto(tx, leadId);
  if (survivor === null) return;
  await tx
    .updateTable('inbox')
    .set({ lead_id: survivor })
    .where('lead_id', '=', leadId)
    .where('applied_seq', '=', 0)
    .execute();
  await putInputs(
    tx,
    results.map(({ id, at, body }) => ({ leadId: survivor, key: `passed-on:${id}`, at, body })),
    now,
  );
}
