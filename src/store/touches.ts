/**
 * The touch ledger as the outside world writes to it. `commitDecision` moves a touch through its
 * states; here the mail service's reports are kept beside it.
 */
import { type Selectable, sql } from 'kysely';
import type { Instant } from '../core/time.ts';
import { type BounceMeaning, MEANINGS, SOFT_IN_A_ROW, SOFT_SPAN } from '../email/bounce.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import type { Db, TouchesTable } from './schema.ts';
import { at, date } from './values.ts';

export type TouchState = 'claimed' | 'sending' | 'sent' | 'skipped' | 'failed' | 'unconfirmed';

export interface Touch {
  readonly id: string;
  readonly leadId: string;
  readonly enrollment: string;
  readonly cadence: string;
  readonly step: string;
  readonly email: string;
  readonly purpose: string;
  readonly topic: string | null;
  readonly playbook: string;
  readonly state: TouchState;
  /** Times it went to `sending`. */
  readonly attempts: number;
  readonly dueAt: Instant;
  readonly decidedAt: Instant;
  readonly toEmail: string | null;
  readonly acceptedAt: Instant | null;
  readonly deliveredAt: Instant | null;
  readonly sesMessageId: string | null;
  readonly endedAt: Instant | null;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly bouncedAt: Instant | null;
  readonly bounce: string | null;
  readonly complainedAt: Instant | null;
  readonly rejectedAt: Instant | null;
}

const states: Readonly<Record<string, TouchState>> = {
  claimed: 'claimed',
  sending: 'sending',
  sent: 'sent',
  skipped: 'skipped',
  failed: 'failed',
  unconfirmed: 'unconfirmed',
};

const toTouch = (row: Selectable<TouchesTable>): Touch => ({
  id: row.id,
  leadId: row.lead_id,
  enrollment: row.enrollment,
  cadence: row.cadence,
  step: row.step,
  email: row.email,
  purpose: row.purpose,
  topic: row.topic,
  playbook: row.playbook,
  state: states[row.state] ?? 'unconfirmed',
  attempts: row.attempts,
  dueAt: row.due_at,
  decidedAt: row.decided_at,
  toEmail: row.to_email,
  acceptedAt: row.accepted_at,
  deliveredAt: row.delivered_at,
  sesMessageId: row.ses_message_id,
  endedAt: row.ended_at,
  reason: row.reason,
  detail: row.detail,
  bouncedAt: row.bounced_at,
  bounce: row.bounce,
  complainedAt: row.complained_at,
  rejectedAt: row.rejected_at,
});

export async function touchById(db: Db, id: string): Promise<Touch | null> {
  const row = await db.selectFrom('touches').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toTouch(row);
}

/**
 * The touch a message is, by ids of messages (`Message-ID`, without brackets): SES puts its own id before
 * the `@`, where we had put the touch's. Of several the one sent last.
 */
export async function touchByMessage(db: Db, messageIds: readonly string[]): Promise<Touch | null> {
  const ids = [...new Set(messageIds.map((id) => id.split('@')[0] ?? ''))].filter((id) => id !== '');
  if (ids.length === 0) return null;
  const row = await db
    .selectFrom('touches')
    .selectAll()
    .where((eb) => eb.or([eb('ses_message_id', 'in', ids), eb('id', 'in', ids)]))
    .orderBy('decided_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : toTouch(row);
}

export interface SentTouch {
  readonly email: string;
  readonly sesMessageId: string;
  /** As it went out; null when its end was learned from an event. */
  readonly subject: string | null;
}

/** What an enrollment has sent and the mail service has an id for, oldest first, but for `except`. */
export async function sentInRun(db: Db, enrollment: string, except: string): Promise<readonly SentTouch[]> {
  const rows = await db
    .selectFrom('touches')
    .select(['email', 'ses_message_id', 'subject'])
    .where('enrollment', '=', enrollment)
    .where('id', '<>', except)
    .where('state', '=', 'sent')
    .orderBy('decided_at')
    .orderBy('id')
    .execute();
  return rows.flatMap(({ email, ses_message_id: sesMessageId, subject }) =>
    sesMessageId === null ? [] : [{ email, sesMessageId, subject }],
  );
}

/** A lead's touches, oldest first. */
export async function listTouches(db: Db, leadId: string, page: PageRequest = {}): Promise<Page<Touch>> {
  const limit = pageLimit(page);
  const after = decodeCursor('touches', page.cursor, ['instant', 'text']);
  let query = db.selectFrom('touches').selectAll().where('lead_id', '=', leadId);
  if (after !== null) {
    query = query.where(sql<boolean>`(decided_at, id) > (${date(Number(after[0]))}, ${String(after[1])})`);
  }
  const rows = await query
    .orderBy('decided_at')
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  return toPage('touches', rows, limit, (row) => [row.decided_at, row.id], toTouch);
}

/** Ids of a lead's touches that are with the mail service now. */
export async function openSendings(db: Db, leadId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('touches')
    .select('id')
    .where('lead_id', '=', leadId)
    .where('state', '=', 'sending')
    .execute();
  return rows.map((row) => row.id);
}

/** How many touches are in each state. */
export async function countTouches(db: Db): Promise<Readonly<Record<string, number>>> {
  const rows = await db
    .selectFrom('touches')
    .select(({ fn }) => ['state', fn.countAll<number>().as('n')])
    .groupBy('state')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.state, row.n]));
}

/** Whether the touch is `sending` by this very attempt; the lead is locked by the caller. */
export async function heldBy(tx: Db, touchId: string, holder: string): Promise<boolean> {
  const row = await tx
    .selectFrom('touches')
    .select('id')
    .where('id', '=', touchId)
    .where('state', '=', 'sending')
    .where('holder', '=', holder)
    .executeTakeFirst();
  return row !== undefined;
}

/** How many touches, of one cadence or all, have been handed to the mail service since then and have no answer yet. */
export async function underWay(
  db: Db,
  { since, cadence }: { since: Instant; cadence: string | undefined },
): Promise<number> {
  let query = db
    .selectFrom('touches')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('state', '=', 'sending')
    .where('decided_at', '>', at(since));
  if (cadence !== undefined) query = query.where('cadence', '=', cadence);
  return Number((await query.executeTakeFirstOrThrow()).n);
}

/**
 * Keeps the mail service's proof that it took the message: its answer to the call, or a `Send`
 * event. Repeating it changes nothing.
 * @returns the touch as it is now, null for a touch this store does not know.
 */
export async function markAccepted(
  tx: Db,
  touchId: string,
  sesMessageId: string,
  acceptedAt: Instant,
): Promise<Touch | null> {
  const row = await tx
    .updateTable('touches')
    .set({
      accepted_at: sql<Date>`least(coalesce(accepted_at, ${date(acceptedAt)}), ${date(acceptedAt)})`,
      ses_message_id: sql<string>`coalesce(ses_message_id, ${sesMessageId})`,
    })
    .where('id', '=', touchId)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : toTouch(row);
}

/** Keeps when the receiving server took a message; the earliest of several reports. It proves the sending too. */
export async function markDelivered(
  tx: Db,
  touchId: string,
  sesMessageId: string,
  deliveredAt: Instant,
): Promise<Touch | null> {
  await tx
    .updateTable('touches')
    .set({ delivered_at: sql<Date>`least(coalesce(delivered_at, ${date(deliveredAt)}), ${date(deliveredAt)})` })
    .where('id', '=', touchId)
    .execute();
  return markAccepted(tx, touchId, sesMessageId, deliveredAt);
}

/** Keeps that the mail service sends a message to nobody which it had taken; the earliest of several reports. */
export async function markRejected(
  tx: Db,
  touchId: string,
  { messageId, sentAt, at }: { readonly messageId: string; readonly sentAt: Instant; readonly at: Instant },
): Promise<Touch | null> {
  await tx
    .updateTable('touches')
    .set({ rejected_at: sql<Date>`least(coalesce(rejected_at, ${date(at)}), ${date(at)})` })
    .where('id', '=', touchId)
    .execute();
  return markAccepted(tx, touchId, messageId, sentAt);
}

export interface Bounce {
  readonly touchId: string;
  /** SES's words and the status, e.g. `Permanent/General 5.1.1`. */
  readonly detail: string;
  readonly means: BounceMeaning;
  readonly at: Instant;
}

export interface Reported {
  readonly leadId: string;
  readonly toEmail: string | null;
}

const meaningOf = (bounce: string): number => MEANINGS.findIndex((means) => bounce.endsWith(`(${means})`));

/**
 * Keeps at its touch what a bounce means: of several reports the worst, and of equal ones the earliest, so
 * that their order changes nothing.
 * @returns null for a touch this store does not know.
 */
export async function recordBounce(tx: Db, { touchId, detail, means, at }: Bounce): Promise<Reported | null> {
  const row = await tx
    .selectFrom('touches')
    .select(['lead_id', 'to_email', 'bounced_at', 'bounce'])
    .where('id', '=', touchId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return null;
  const bounce = `${detail} (${means})`;
  const rank = meaningOf(bounce) - meaningOf(row.bounce ?? '');
  const earlier =
    row.bounced_at === null || at < row.bounced_at || (at === row.bounced_at && bounce < (row.bounce ?? ''));
  if (row.bounced_at === null || rank < 0 || (rank === 0 && earlier)) {
    await tx
      .updateTable('touches')
      .set({ bounced_at: date(at), bounce })
      .where('id', '=', touchId)
      .execute();
  }
  return { leadId: row.lead_id, toEmail: row.to_email };
}

/** Keeps at its touch when it was complained about; the earliest of several reports. */
export async function recordComplaint(tx: Db, touchId: string, complainedAt: Instant): Promise<Reported | null> {
  const row = await tx
    .updateTable('touches')
    .set({ complained_at: sql<Date>`least(coalesce(complained_at, ${date(complainedAt)}), ${date(complainedAt)})` })
    .where('id', '=', touchId)
    .returning(['lead_id', 'to_email'])
    .executeTakeFirst();
  return row === undefined ? null : { leadId: row.lead_id, toEmail: row.to_email };
}

/** How far back a row of soft bounces is looked for. */
const LOOKED_BACK = 20;

/**
 * Whether the newest messages to this address bounced softly so often in a row, over so long a time, that
 * nobody reads there: see SOFT_IN_A_ROW. What was refused because of us, and what nobody reported on, is passed over.
 */
export async function bouncesForGood(tx: Db, leadId: string, email: string): Promise<boolean> {
  const rows = await tx
    .selectFrom('touches')
    .select(['bounced_at', 'bounce', 'delivered_at'])
    .where('lead_id', '=', leadId)
    .where('state', 'in', ['sent', 'sending', 'unconfirmed'])
    .where('to_email', '=', email)
    .orderBy('decided_at', 'desc')
    .limit(LOOKED_BACK)
    .execute();
  const softly: Instant[] = [];
  for (const { bounced_at: bouncedAt, bounce, delivered_at: deliveredAt } of rows) {
    if (bouncedAt === null && deliveredAt !== null) break;
    if (bouncedAt !== null && bounce?.endsWith('(soft)')) softly.push(bouncedAt);
  }
  return softly.length >= SOFT_IN_A_ROW && Math.max(...softly) - Math.min(...softly) >= SOFT_SPAN;
}
