/**
 * Consents as they are given and taken back: rows are added and ended, never removed, so that it can be
 * shown what was so when. Each bumps the lead's guard in its own transaction: it is before a send or after it.
 */
import { CompiledQuery } from 'kysely';
import { NOT_GIVEN } from '../core/consent.ts';
import { type ConsentTold, givenConsent } from '../core/consent-told.ts';
import type { Purpose } from '../core/playbook.ts';
import type { Instant } from '../core/time.ts';
import { bumpGuards } from './guards.ts';
import { putInputs } from './inbox.ts';
import type { Db } from './schema.ts';
import { at as atInstant, date, dateOrNull } from './values.ts';

export interface ConsentRow {
  readonly purpose: Purpose;
  readonly basis: string;
  readonly source: string;
  readonly at: Instant;
  readonly expires: Instant | null;
  readonly withdrawnAt: Instant | null;
  /** Who took it back; `left-company` without a time: it was for a job the person left. */
  readonly withdrawnBy: string | null;
}

export interface NewConsent {
  readonly leadId: string;
  readonly purpose: Purpose;
  /** E.g. `opt-in`. */
  readonly basis: string;
  /** Where it was given, e.g. `preference-page`. */
  readonly source: string;
  readonly at: Instant;
  readonly expires?: Instant | undefined;
  readonly by: string;
}

/**
 * Records that the person agreed to a purpose; given again, it is one. It lifts no suppression: whoever
 * resubscribes somebody ends that too (`removeSuppression`). Nudge the lead after the commit.
 */
export async function recordConsent(tx: Db, consent: NewConsent, now: Instant): Promise<void> {
  const { leadId, purpose, basis, source, at, expires, by } = consent;
  const before = await tx
    .selectFrom('consents')
    .select(['source', 'expires', 'withdrawn_at'])
    .where('lead_id', '=', leadId)
    .where('purpose', '=', purpose)
    .where('basis', '=', basis)
    .where('at', '=', atInstant(at))
    .executeTakeFirst();
  const same = before !== undefined && before.source === source && before.expires === (expires ?? null);
  // What was taken back is not given again by telling of the same instant.
  const isNew = !same && (before?.withdrawn_at ?? null) === null;
  await tx
    .insertInto('consents')
    .values({ lead_id: leadId, purpose, basis, source, at: date(at), expires: dateOrNull(expires) })
    .onConflict((conflict) =>
      conflict.columns(['lead_id', 'purpose', 'basis', 'at']).doUpdateSet((eb) => ({
        source: eb.ref('excluded.source'),
        expires: eb.ref('excluded.expires'),
      })),
    )
    .execute();
  await tell(tx, leadId, isNew ? [givenConsent(consent)] : [], by, now);
}

/**
 * Takes a purpose back: everything given for it up to `now` is over, and what the playbook assumes too. Only
 * a consent given later opens it again. Nudge the lead after the commit.
 */
export async function withdrawConsent(
  tx: Db,
  { leadId, purpose, by }: { readonly leadId: string; readonly purpose: Purpose; readonly by: string },
  now: Instant,
): Promise<void> {
  const ended = await tx
    .updateTable('consents')
    .set({ withdrawn_at: date(now), withdrawn_by: by })
    .where('lead_id', '=', leadId)
    .where('purpose', '=', purpose)
    .where('withdrawn_at', 'is', null)
    .returning('at')
    .execute();
  if (ended.length === 0) {
    const row = { lead_id: leadId, purpose, basis: NOT_GIVEN, source: by, at: date(now) };
    await tx
      .insertInto('consents')
      .values({ ...row, withdrawn_at: date(now), withdrawn_by: by })
      .onConflict((conflict) => conflict.columns(['lead_id', 'purpose', 'basis', 'at']).doNothing())
      .execute();
  }
  await tell(tx, leadId, [{ how: 'withdrawn', purpose }], by, now);
}

async function tell(tx: Db, leadId: string, consents: readonly ConsentTold[], by: string, now: Instant): Promise<void> {
  await bumpGuards(tx, [leadId]);
  await putInputs(tx, [{ leadId, at: now, body: { kind: 'lead.changed', consents: [...consents], by } }], now);
}

/** All consents a lead has or had, the oldest first. */
export async function listConsents(db: Db, leadId: string): Promise<readonly ConsentRow[]> {
  const { rows } = await db.executeQuery<{
    purpose: Purpose;
    basis: string;
    source: string;
    at: Instant;
    expires: Instant | null;
    withdrawn_at: Instant | null;
    withdrawn_by: string | null;
  }>(
    CompiledQuery.raw(
      `select purpose, basis, source, at, expires, withdrawn_at, withdrawn_by from consents
        where lead_id = $1 order by at, purpose, basis`,
      [leadId],
    ),
  );
  return rows.map(({ withdrawn_at: withdrawnAt, withdrawn_by: withdrawnBy, ...row }) => ({
    ...row,
    withdrawnAt,
    withdrawnBy,
  }));
}
