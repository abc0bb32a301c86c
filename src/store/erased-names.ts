/**
 * What stays of an erased person: keyed hashes of their addresses and external ids, so that no list
 * brings them back. Without the secret nobody can tell whose they are, nor try addresses against them.
 */
import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { OWN_CONSENT } from '../core/consent.ts';
import type { ScrubbedLead } from '../core/scrub.ts';
import { secretsIn, signingSecret } from '../core/secrets.ts';
import type { Instant } from '../core/time.ts';
import { aliasOf } from './lead-aliases.ts';
import type { Db } from './schema.ts';
import { date } from './values.ts';

/** Hashes names; another secret makes other hashes, and alone it forgets everybody erased before. */
export interface NameKey {
  /** @param alias as `aliasOf` writes it */
  hash(alias: string): string;
  /** By every secret there is: a person may have been erased under the one before. */
  hashes(alias: string): readonly string[];
}

const hashed = (secret: string, alias: string): string =>
  createHmac('sha256', secret).update(`volley/erased/v1\n${alias}`).digest('base64url');

export const createNameKey = (secret: string): NameKey => ({
  hash: (alias) => hashed(signingSecret(secret), alias),
  hashes: (alias) => secretsIn(secret).map((one) => hashed(one, alias)),
});

const namesOf = ({ emailNormal, externalId }: ScrubbedLead): readonly string[] => [
  aliasOf.email(emailNormal),
  ...(externalId === undefined ? [] : [aliasOf.external(externalId)]),
];

/** Keeps the hashes of these names. */
export async function keepErased(tx: Db, key: NameKey, aliases: readonly string[], now: Instant): Promise<void> {
  if (aliases.length === 0) return;
  const rows = [...new Set(aliases)].map((alias) => ({ hash: key.hash(alias), erased_at: date(now) }));
  await tx
    .insertInto('erased_names')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('hash').doUpdateSet((eb) => ({ erased_at: eb.ref('excluded.erased_at') })),
    )
    .execute();
}

/** Since when each of these names is erased; names that are not are left out. */
export async function erasedAmong(
  db: Db,
  key: NameKey,
  aliases: readonly string[],
): Promise<ReadonlyMap<string, Instant>> {
  const names = new Map(aliases.flatMap((alias) => key.hashes(alias).map((hash) => [hash, alias] as const)));
  if (names.size === 0) return new Map();
  const rows = await db
    .selectFrom('erased_names')
    .selectAll()
    .where(sql<boolean>`hash = any(${[...names.keys()]})`)
    .execute();
  const since = new Map<string, Instant>();
  for (const { hash, erased_at } of rows) {
    const name = names.get(hash) ?? '';
    since.set(name, Math.max(erased_at, since.get(name) ?? erased_at));
  }
  return since;
}

/**
 * Which of these leads are erased people whom nobody but themselves may bring back: a consent of their
 * own that is younger than the erasure does, and their names are free again with it.
 * @returns one answer for each lead
 */
export async function refuseErased(tx: Db, key: NameKey, leads: readonly ScrubbedLead[]): Promise<readonly boolean[]> {
  const erased = await erasedAmong(tx, key, leads.flatMap(namesOf));
  if (erased.size === 0) return leads.map(() => false);
  const back = new Set<string>();
  const refused = leads.map((lead) => {
    const theirs = namesOf(lead).filter((name) => erased.has(name) && !back.has(name));
    if (theirs.length === 0) return false;
    const since = Math.max(...theirs.map((name) => erased.get(name) ?? 0));
    const own = lead.consents.some(({ basis, at }) => at > since && OWN_CONSENT.has(basis));
    if (own) for (const name of theirs) back.add(name);
    return !own;
  });
  if (back.size > 0) {
    await tx
      .deleteFrom('erased_names')
      .where(sql<boolean>`hash = any(${[...back].flatMap((name) => key.hashes(name))})`)
      .execute();
  }
  return refused;
}
