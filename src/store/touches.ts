/**
 * The touch ledger as the outside world writes to it. `commitDecision` moves a touch through its
 * states; here the mail service's reports are kept beside it.
 */
import { type Selectable, sql } from 'kysely';
import type { Instant } from '../core/time.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import type { Db, TouchesTable } from './schema.ts';
import { date } from './values.ts';

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
  const after = decodeCursor('touches', page.cursor, 2);
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
      accepted_at: sql<Date>`coalesce(accepted_at, ${date(acceptedAt)})`,
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

export interface Feedback {
  readonly touchId: string;
  readonly type: 'bounce' | 'complaint';
  /** E.g. `permanent/general`. */
  readonly detail: string;
  readonly at: Instant;
}

/**
 * Keeps a bounce or a complaint at its touch, the first of each kind.
 * @returns the touch's lead, and whether this was the first; null for a touch this store does not know.
 */
export async function recordFeedback(
  tx: Db,
  feedback: Feedback,
): Promise<{ leadId: string; toEmail: string | null; first: boolean } | null> {
  const column = feedback.type === 'bounce' ? 'bounced_at' : 'complained_at';
  const first = await tx
    .updateTable('touches')
    .set(
      feedback.type === 'bounce'
        ? { bounced_at: date(feedback.at), bounce: feedback.detail }
        : { complained_at: date(feedback.at) },
    )
    .where('id', '=', feedback.touchId)
    .where(column, 'is', null)
    .returning('id')
    .execute();
  const row = await tx
    .selectFrom('touches')
    .select(['lead_id', 'to_email'])
    .where('id', '=', feedback.touchId)
    .executeTakeFirst();
  return row === undefined ? null : { leadId: row.lead_id, toEmail: row.to_email, first: first.length > 0 };
}
