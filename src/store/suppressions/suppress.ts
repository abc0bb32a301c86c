/**
 * Suppressing. A suppression bumps the guard of every lead it is about in its own transaction, so it is either
 * before a send, which then does not go, or after it.
 */
import { sql } from 'kysely';
import { ofThePerson } from '../../core/merge/consent.ts';
import { joined, OBJECTED } from '../../core/suppression-strength.ts';
import type { Instant } from '../../core/time.ts';
import { bumpGuards } from '../guards.ts';
import { aliasOf, findAliases } from '../lead-aliases.ts';
import type { Db } from '../schema.ts';
import { leadsOf } from './about.ts';
import { type NewSuppression, subjectOf, writeSuppression, writeSuppressions } from './rows.ts';
import { type Told, tell } from './tell.ts';

/**
 * Suppresses an address, a domain or a lead, for one purpose or all. Repeating it keeps the longer
 * time and the stronger reason. Each lead it is about gets a `suppressed` input: nudge those after the commit.
 */
export async function suppress(
  tx: Db,
  suppression: NewSuppression,
  now: Instant,
): Promise<{ id: string; leadIds: readonly string[] }> {
  const row = await writeSuppression(tx, suppression, now);
  const leadIds = [...(await leadsOf(tx, row.subject)), ...(await bindOwner(tx, suppression, now))];
  await tell(
    tx,
    leadIds.map((leadId) => ({ leadId, of: suppression })),
    now,
  );
  return { id: row.id, leadIds };
}

/**
 * Many at once, as from a file: as `suppress` does for each, in a few statements. Several about the
 * same subject and purpose are one.
 * @param suppressions at most 200, for a transaction of Aurora DSQL
 * @returns who was told of what; nudge them after the commit
 */
export async function suppressMany(
  tx: Db,
  suppressions: readonly NewSuppression[],
  now: Instant,
): Promise<readonly Told[]> {
  const kept = joinedOf(suppressions);
  if (kept.length === 0) return [];
  await writeSuppressions(tx, kept, now);
  const known = await aboutNow(tx, kept);
  const found = new Set(known.map(({ of }) => of));
  const told = [...known];
  for (const of of kept) {
    if (found.has(of)) continue;
    for (const leadId of await bindOwner(tx, of, now)) told.push({ leadId, of });
  }
  await tell(tx, told, now);
  return told;
}

/**
 * Leads that suppressions are about and that came in while these were written: they are told as well. Call it
 * after the commit, in a transaction of its own.
 * @param told who knows
 * @returns those to nudge
 */
export async function suppressNewcomers(
  tx: Db,
  suppressions: readonly NewSuppression[],
  told: readonly Told[],
  now: Instant,
): Promise<readonly string[]> {
  const keyOf = ({ leadId, of }: Told): string => `${leadId} ${subjectOf(of)} ${of.purpose ?? ''}`;
  const known = new Set(told.map(keyOf));
  const late = (await aboutNow(tx, joinedOf(suppressions))).filter((one) => !known.has(keyOf(one)));
  return tell(tx, late, now);
}

/** Several about the same subject and purpose are one, as one row would say them. */
function joinedOf(suppressions: readonly NewSuppression[]): readonly NewSuppression[] {
  const kept = new Map<string, NewSuppression>();
  for (const one of suppressions) {
    const key = `${subjectOf(one)} ${one.purpose ?? ''}`;
    const before = kept.get(key);
    kept.set(key, before === undefined ? one : joined(before, one));
  }
  return [...kept.values()];
}

/** The leads each is about now; those of addresses in one statement. */
async function aboutNow(tx: Db, suppressions: readonly NewSuppression[]): Promise<Told[]> {
  const emails = suppressions.flatMap(({ email }) => email ?? []);
  const rows =
    emails.length === 0
      ? []
      : await tx
          .selectFrom('leads')
          .select(['id', 'email_normal'])
          .where(sql<boolean>`email_normal = any(${emails})`)
          .orderBy('id')
          .execute();
  const byEmail = new Map(rows.map((row) => [row.email_normal, row.id]));
  const told: Told[] = [];
  for (const of of suppressions) {
    const ids = of.email === undefined ? await leadsOf(tx, subjectOf(of)) : [byEmail.get(of.email) ?? []].flat();
    for (const leadId of ids) told.push({ leadId, of });
  }
  return told;
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
