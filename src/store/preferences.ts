/**
 * What a lead chose on its preference page. Every change raises the lead's guard first, as leaving does:
 * a send that has not read it yet reads it (`docs/decisions/unsubscribe-and-send.md`).
 */
import { sql } from 'kysely';
import { PREFERENCE_PAGE, SUBSCRIBED_AGAIN } from '../core/consent-told.ts';
import type { Choices } from '../core/facts.ts';
import type { Purpose } from '../core/playbook.ts';
import { BY_LEAD, isOwnWord, UNSUBSCRIBED } from '../core/suppression-strength.ts';
import type { Instant } from '../core/time.ts';
import { bumpGuards } from './guards.ts';
import { putInputs } from './inbox.ts';
import type { Db } from './schema.ts';
import { subjectsSql } from './suppressions/about.ts';
import { date } from './values.ts';

/** The row of a pause, in place of a topic. */
const PAUSE = '';
const PURPOSES: readonly Purpose[] = ['marketing', 'sales', 'service'];

/** As the lead's facts have them. */
export function toChoices(rows: readonly (readonly [topic: string, until: Instant | null, at: Instant])[]): Choices {
  const declined = rows.flatMap(([topic, , at]) => (topic === PAUSE ? [] : [{ topic, at }]));
  const pause = rows.find(([topic]) => topic === PAUSE);
  return { declined, ...(pause?.[1] == null ? {} : { pause: { until: pause[1], at: pause[2] } }) };
}

export async function readChoices(db: Db, leadId: string): Promise<Choices> {
  const rows = await db.selectFrom('preferences').selectAll().where('lead_id', '=', leadId).orderBy('topic').execute();
  return toChoices(rows.map((row) => [row.topic, row.until_at, row.created_at]));
}

export interface Change {
  /** Of these topics only those in `wanted` go on; other topics stay as they are. */
  readonly topics?: { readonly offered: readonly string[]; readonly wanted: readonly string[] };
  /** Null ends the pause there is. */
  readonly pausedUntil?: Instant | null;
  /** Takes back every unsubscribe of its own, but of purposes that somebody else has closed. */
  readonly subscribe?: true;
}

export interface Chosen {
  readonly leadIds: readonly string[];
  readonly subscribed: readonly Purpose[];
}

/**
 * Keeps what a lead chose and tells its inbox; what is so already is no change.
 * @returns the leads to nudge after the commit, and purposes that are open again; null: there is no such lead
 */
export async function choose(
  tx: Db,
  leadId: string,
  change: Change,
  { by, now }: { readonly by: string; readonly now: Instant },
): Promise<Chosen | null> {
  await bumpGuards(tx, [leadId]);
  const lead = await tx.selectFrom('leads').select(['id', 'email_normal']).where('id', '=', leadId).executeTakeFirst();
  if (lead === undefined) return null;
  const before = await readChoices(tx, leadId);
  const known = new Set(before.declined.map(({ topic }) => topic));
  const { offered = [], wanted = [] } = change.topics ?? {};
  const declined = offered.filter((topic) => !wanted.includes(topic) && !known.has(topic));
  const again = offered.filter((topic) => wanted.includes(topic) && known.has(topic));
  const pausedUntil = pauseOf(change, before, now);
  const subscribed = change.subscribe ? await subscribe(tx, lead, now) : [];
  if (declined.length + again.length + subscribed.length === 0 && pausedUntil === undefined)
    return { leadIds: [], subscribed };
  const gone = [...again, ...(pausedUntil === undefined ? [] : [PAUSE])];
  await tx.deleteFrom('preferences').where('lead_id', '=', leadId).where(sql<boolean>`topic = any(${gone})`).execute();
  const rows = [
    ...declined.map((topic) => ({ topic, until_at: null })),
    ...(pausedUntil == null ? [] : [{ topic: PAUSE, until_at: date(pausedUntil) }]),
  ];
  if (rows.length > 0) {
    await tx
      .insertInto('preferences')
      .values(rows.map((row) => ({ ...row, lead_id: leadId, created_at: date(now) })))
      .execute();
  }
  const said = { declined, wanted: again, ...(pausedUntil === undefined ? {} : { pausedUntil }), subscribed };
  await putInputs(tx, [{ leadId, at: now, body: { kind: 'preferences', ...said, by } }], now);
  return { leadIds: [leadId], subscribed };
}

/** The pause that is new; undefined: none is. A shorter one than there is changes nothing. */
function pauseOf({ pausedUntil }: Change, { pause }: Choices, now: Instant): Instant | null | undefined {
  const until = pause !== undefined && pause.until > now ? pause.until : undefined;
  if (pausedUntil === null) return until === undefined ? undefined : null;
  return pausedUntil === undefined || (until !== undefined && until >= pausedUntil) ? undefined : pausedUntil;
}

/**
 * Ends what the lead itself said, and nobody else's; a consent is the trace of it. Where somebody else has closed a
 * purpose, nothing is ended: the lead would get nothing, and must not have agreed to it.
 */
async function subscribe(
  tx: Db,
  { id, email_normal }: { readonly id: string; readonly email_normal: string },
  now: Instant,
): Promise<Purpose[]> {
  const { own, closed } = await leftPurposes(tx, id);
  const purposes = PURPOSES.filter((one) => own.has(one) && !closed.has(one));
  if (purposes.length === 0) return [];
  await tx
    .deleteFrom('suppressions')
    .where(sql<boolean>`subject = any(${[`lead:${id}`, `email:${email_normal}`]})`)
    .where('reason', '=', UNSUBSCRIBED)
    .where('actor', '=', BY_LEAD)
    // One without a purpose is for all of them.
    .where('purpose', 'in', ['', ...purposes])
    .execute();
  const agreed = purposes.filter((purpose) => purpose !== 'service');
  if (agreed.length > 0) {
    await tx
      .insertInto('consents')
      .values(
        agreed.map((purpose) => ({
          lead_id: id,
          purpose,
          basis: SUBSCRIBED_AGAIN,
          source: PREFERENCE_PAGE,
          at: date(now),
          expires: null,
        })),
      )
      .onConflict((conflict) => conflict.columns(['lead_id', 'purpose', 'basis', 'at']).doNothing())
      .execute();
  }
  return purposes;
}

/** What either of two leads declined the person declined; of two pauses the longer one holds. */
export async function uniteChoices(tx: Db, fromId: string, intoId: string): Promise<void> {
  const rows = await tx.deleteFrom('preferences').where('lead_id', '=', fromId).returningAll().execute();
  for (const { topic, until_at, created_at } of rows) {
    const until = until_at === null ? null : date(until_at);
    await tx
      .insertInto('preferences')
      .values({ lead_id: intoId, topic, until_at: until, created_at: date(created_at) })
      .onConflict((conflict) =>
        conflict
          .columns(['lead_id', 'topic'])
          .doUpdateSet({ until_at: sql<Date | null>`greatest(preferences.until_at, excluded.until_at)` }),
      )
      .execute();
  }
}

/** Which purposes a lead gets no mail for at the moment, for good: `own` by its own word, `closed` by anybody else's. */
export async function leftPurposes(
  db: Db,
  leadId: string,
): Promise<Readonly<Record<'own' | 'closed', ReadonlySet<Purpose>>>> {
  const rows = await db
    .selectFrom('suppressions')
    .innerJoin('leads', (join) => join.on(sql<boolean>`suppressions.subject = any(${sql.raw(subjectsSql('leads'))})`))
    .select(['suppressions.purpose', 'suppressions.reason', 'suppressions.actor'])
    .where('leads.id', '=', leadId)
    .where('suppressions.until_at', 'is', null)
    .execute();
  const purposesOf = (own: boolean): ReadonlySet<Purpose> =>
    new Set(
      PURPOSES.filter((purpose) =>
        rows.some(
          (row) =>
            (row.purpose === '' || row.purpose === purpose) && isOwnWord({ reason: row.reason, by: row.actor }) === own,
        ),
      ),
    );
  return { own: purposesOf(true), closed: purposesOf(false) };
}
