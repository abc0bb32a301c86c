/**
 * What people are to be told, as references to journal entries: written by the commit that journals
 * them, told by mail. A mail takes all that waits for its recipient, so that many things in a few
 * minutes (an import, a rep who left) are one mail.
 */
import type { Notice } from '../core/recipient.ts';
import { DAY, type Instant, MINUTE, SECOND } from '../core/time.ts';
import { enqueue, type NewDelivery } from './outbox.ts';
import type { Db } from './schema.ts';
import { at, date } from './values.ts';

/** The first notice waits this long for others of the same moment. */
export const NOTICE_HOLD = 20 * SECOND;
/** After a mail, what comes up to the end of these minutes by the clock goes together. */
export const NOTICE_GATHER = 5 * MINUTE;
/** Told notices are kept this long, so that a mail tried again says the same. */
const KEPT = 30 * DAY;

export interface NoticeRow {
  readonly leadId: string;
  readonly seq: number;
}

/** Puts notices down, with the mail that will tell of them, inside the transaction of what they are about. */
export async function putNotices(tx: Db, leadId: string, notices: readonly Notice[], now: Instant): Promise<void> {
  if (notices.length === 0) return;
  await tx
    .insertInto('notices')
    .values(notices.map(({ seq, to }) => ({ lead_id: leadId, seq, recipient: to, at: date(now), mail: '' })))
    .onConflict((conflict) => conflict.columns(['lead_id', 'seq']).doNothing())
    .execute();
  for (const recipient of new Set(notices.map(({ to }) => to))) {
    const slot = Math.floor(now / NOTICE_GATHER);
    // The key of this slot is taken once a mail waits or has gone: then the next slot's tells of it.
    const begun = await enqueue(tx, [mailTo(recipient, slot, now + NOTICE_HOLD)], now);
    if (begun.length === 0) await enqueue(tx, [mailTo(recipient, slot + 1, (slot + 1) * NOTICE_GATHER)], now);
  }
}

const mailTo = (recipient: string, slot: number, dueAt: Instant): NewDelivery => ({
  kind: 'mail',
  key: `notices:${recipient}:${slot}`,
  lane: `mail:${recipient}`,
  dueAt,
  payload: { mail: 'notices', recipient },
});

/**
 * What this mail tells of: all that waits for the recipient, and what an earlier attempt of the same
 * mail has taken. No other mail tells of it again.
 */
export async function takeNotices(tx: Db, recipient: string, mail: string): Promise<NoticeRow[]> {
  await tx.updateTable('notices').set({ mail }).where('recipient', '=', recipient).where('mail', '=', '').execute();
  const rows = await tx
    .selectFrom('notices')
    .select(['lead_id', 'seq'])
    .where('recipient', '=', recipient)
    .where('mail', '=', mail)
    .orderBy('at')
    .orderBy('lead_id')
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({ leadId: row.lead_id, seq: row.seq }));
}

/** Forgets what the recipient was told of long ago. */
export async function forgetNotices(tx: Db, recipient: string, now: Instant): Promise<void> {
  await tx
    .deleteFrom('notices')
    .where('recipient', '=', recipient)
    .where('mail', '<>', '')
    .where('at', '<', at(now - KEPT))
    .execute();
}
