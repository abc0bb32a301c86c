/** What each of SES's events does to the lead whose message it is about; any order and any number of times. */
import { z } from 'zod';
import { emailIdentity } from '../../core/scrub.ts';
import { BOUNCED, COMPLAINED, UNSUBSCRIBED } from '../../core/suppression-strength.ts';
import type { Instant } from '../../core/time.ts';
import { isProgram } from '../../email/clicks/hint.ts';
import { isWeb } from '../../email/clicks/token.ts';
import { parseSesEvents, type SesEvent } from '../../email/events.ts';
import { judgeAgain, recordClick } from '../../store/clicks.ts';
import { putInputs } from '../../store/inbox.ts';
import { findLeadIds } from '../../store/leads.ts';
import type { Db } from '../../store/schema.ts';
import {
  bouncesForGood,
  markAccepted,
  markDelivered,
  markRejected,
  type Reported,
  recordBounce,
  recordComplaint,
  type Touch,
  touchById,
} from '../../store/touches.ts';
import { transact } from '../../store/tx.ts';
import { sha256 } from '../../store/values.ts';
import type { ApiDeps } from '../deps.ts';
import { judgeSenders } from '../judge-senders.ts';
import { suppressOnce } from '../suppress-once.ts';
import { nudge } from '../write.ts';

type SesDeps = Pick<ApiDeps, 'database' | 'clock' | 'config' | 'log' | 'nudger' | 'playbooks'>;

/**
 * What a Lambda function is invoked with by EventBridge or, in a batch, by SQS: an EventBridge event, or records
 * whose bodies are such events or SNS messages. AWS's own permissions say who may invoke it.
 * @returns the records to try again, as SQS wants to know them (`ReportBatchItemFailures`)
 * @throws when an event that came alone cannot be taken, so that EventBridge tries it again
 */
export const sesHandler =
  (deps: SesDeps) =>
  async (invocation: unknown): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> => {
    const records = recordsOf(invocation);
    const batchItemFailures: { itemIdentifier: string }[] = [];
    if (records === null) await takeSesEvents(deps, parseSesEvents(invocation));
    for (const { messageId, body } of records ?? []) {
      try {
        await takeSesEvents(deps, parseSesEvents(JSON.parse(body)));
      } catch (err) {
        deps.log.error({ record: messageId, err }, 'an event of the mail service could not be taken');
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };

const invocationSchema = z.looseObject({
  Records: z.array(z.looseObject({ messageId: z.string(), body: z.string() })),
});

function recordsOf(invocation: unknown): readonly { readonly messageId: string; readonly body: string }[] | null {
  const parsed = invocationSchema.safeParse(invocation);
  return parsed.success ? parsed.data.Records : null;
}

/** Takes events in and wakes their leads. @returns how many are about messages that are not from here */
export async function takeSesEvents(deps: SesDeps, events: readonly SesEvent[]): Promise<number> {
  const woken = new Set<string>();
  let unknown = 0;
  for (const event of events) {
    if (event.type === 'subscriptionConfirmation' || event.type === 'unsubscribeConfirmation') continue;
    if (event.noticeId !== undefined) {
      // Nobody's touch: what bounces here is one of our own people's addresses.
      if (event.type === 'bounce') deps.log.warn({ notice: event.noticeId }, 'a mail to a rep or manager bounced');
      continue;
    }
    if (event.type === 'reject' || event.type === 'renderingFailure') {
      deps.log.error({ touchId: event.touchId, event: event.type }, 'SES took a message and then refused to send it');
    }
    const leads = await transact(deps.database.db, (tx) =>
      takeReport(tx, event, { now: deps.clock.now(), publicUrl: deps.config.publicUrl }),
    );
    if (leads !== null && isBad(event)) await judgeSenders(deps);
    if (leads === null) unknown += 1;
    for (const id of leads ?? []) woken.add(id);
  }
  if (unknown > 0) deps.log.warn({ unknown }, 'events of the mail service about messages that are not from here');
  await nudge(deps, [...woken]);
  return unknown;
}

const isBad = (event: Report): boolean =>
  event.type === 'complaint' || (event.type === 'bounce' && event.means === 'hard');

type Report = Exclude<SesEvent, { type: 'subscriptionConfirmation' | 'unsubscribeConfirmation' }>;

/** @returns the leads to nudge; null when the message is not from here. */
async function takeReport(
  tx: Db,
  event: Report,
  { now, publicUrl }: { readonly now: Instant; readonly publicUrl: string },
): Promise<readonly string[] | null> {
  const { touchId } = event;
  switch (event.type) {
    case 'delivery': {
      const touch = touchId === undefined ? null : await markDelivered(tx, touchId, event.messageId, event.at);
      if (touch === null) return null;
      return [...(await prove(tx, touch, now)), ...(await judgeAgain(tx, touch, now))];
    }
    case 'send': {
      // A delivery proves as much as the Send event that may have been lost. A `sending` touch is
      // looked at when its lead wakes by itself; what was given up has nobody to look at it any more.
      const touch = touchId === undefined ? null : await markAccepted(tx, touchId, event.messageId, event.at);
      return touch === null ? null : prove(tx, touch, now);
    }
    case 'reject':
    case 'renderingFailure': {
      const touch = touchId === undefined ? null : await markRejected(tx, touchId, event);
      if (touch === null) return null;
      const detail = event.type === 'reject' ? `Reject${event.reason && `: ${event.reason}`}` : 'Rendering Failure';
      return tellRejected(tx, touch, detail, now);
    }
    case 'bounce': {
      const { kind: detail, means, at } = event;
      const touch = touchId === undefined ? null : await recordBounce(tx, { touchId, detail, means, at });
      const emails = await addressesOf(tx, touch, event.recipients);
      if (touch === null && emails.length === 0) return null;
      if (means === 'unsubscribed') return suppressAll(tx, emails, { purpose: 'marketing', reason: UNSUBSCRIBED }, now);
      const forGood = means === 'hard' || (touch?.toEmail && (await bouncesForGood(tx, touch.leadId, touch.toEmail)));
      return forGood ? suppressAll(tx, emails, { reason: BOUNCED }, now) : [];
    }
    case 'complaint': {
      // `not-spam` takes a complaint back and lifts nothing: a person has to say so. `auth-failure` is about DMARC.
      const meant = event.feedback !== 'not-spam' && event.feedback !== 'auth-failure';
      const touch =
        touchId === undefined
          ? null
          : meant
            ? await recordComplaint(tx, touchId, event.at)
            : await touchById(tx, touchId);
      const emails = await addressesOf(tx, touch, event.recipients);
      if (touch === null && emails.length === 0) return null;
      return meant ? suppressAll(tx, emails, { reason: COMPLAINED }, now) : [];
    }
    case 'click': {
      if (touchId === undefined) return null;
      // Our own links are counted where they lead, whoever else has rewritten them too.
      if (event.link.startsWith(`${publicUrl}/`)) return (await touchById(tx, touchId)) === null ? null : [];
      if (!isWeb(event.link)) return [];
      const { at, link: url, messageId, sentAt } = event;
      // It may come before the Send event, and shows as well that the message was taken, and when.
      await markAccepted(tx, touchId, messageId, sentAt);
      const id = `ses:${sha256(`${messageId} ${at} ${url}`).slice(0, 32)}`;
      const hint = isProgram(event.userAgent) ? ('user-agent' as const) : null;
      return recordClick(tx, { touch: touchId, id, url, at, hint }, now);
    }
    case 'open':
      return touchId === undefined ? null : opened(tx, touchId, event, now);
    default:
      return [];
  }
}

/** An image was loaded: by a person's mail program, or by one that loads it for everybody. Counts for nothing, once. */
async function opened(
  tx: Db,
  touchId: string,
  { at, userAgent }: Extract<Report, { type: 'open' }>,
  now: Instant,
): Promise<readonly string[] | null> {
  const touch = await touchById(tx, touchId);
  if (touch === null) return null;
  if (isProgram(userAgent)) return [];
  const { cadence, step } = touch;
  const body = { kind: 'signal' as const, type: 'email.opened', human: false, cadence, step };
  await putInputs(tx, [{ leadId: touch.leadId, key: `open:${touchId}`, at, body }], now);
  return [];
}

/** The proof of a touch that was parked, for its lead; the second one is no news, nor one of what went to nobody. */
async function prove(tx: Db, touch: Touch, now: Instant): Promise<readonly string[]> {
  const { id, leadId, cadence, step, email, playbook, dueAt, decidedAt: sentAt } = touch;
  if (touch.state !== 'unconfirmed' || touch.rejectedAt !== null) return [];
  const body = { kind: 'touch.proven', touch: id, cadence, step, email, playbook, dueAt, sentAt } as const;
  const { accepted } = await putInputs(tx, [{ leadId, key: `proven:${id}`, at: now, body }], now);
  return accepted === 0 ? [] : [leadId];
}

/** That a message went to nobody, for its lead; the second report is no news. */
async function tellRejected(tx: Db, touch: Touch, detail: string, now: Instant): Promise<readonly string[]> {
  const { id, leadId, cadence, step, email, playbook, dueAt } = touch;
  const body = { kind: 'touch.rejected', touch: id, cadence, step, email, playbook, dueAt, detail } as const;
  const { accepted } = await putInputs(tx, [{ leadId, key: `rejected:${id}`, at: now, body }], now);
  return accepted === 0 ? [] : [leadId];
}

/** Addresses of leads: the older shape of an event names no touch, and what bounced elsewhere is not ours to keep. */
async function knownAmong(tx: Db, recipients: readonly string[]): Promise<readonly string[]> {
  const emails = recipients.map(emailIdentity);
  const ids = await findLeadIds(
    tx,
    emails.map((email) => ({ email })),
  );
  return emails.filter((_, n) => ids[n] !== null);
}

/** Where the message went; the older shape of an event names no touch, only whom it is about. */
const addressesOf = async (
  tx: Db,
  touch: Reported | null,
  recipients: readonly string[],
): Promise<readonly string[]> => (touch?.toEmail ? [emailIdentity(touch.toEmail)] : knownAmong(tx, recipients));

async function suppressAll(
  tx: Db,
  emails: readonly string[],
  what: { readonly purpose?: 'marketing'; readonly reason: string },
  now: Instant,
): Promise<readonly string[]> {
  const leads = new Set<string>();
  for (const email of emails) {
    for (const id of await suppressOnce(tx, { email, ...what, by: 'ses' }, now)) leads.add(id);
  }
  return [...leads];
}
