/** Sends an event to its endpoint, and turns endpoints off that are gone or have failed for days. */
import { type Clock, realClock } from '../../clock.ts';
import { SECOND } from '../../core/time.ts';
import type { Db } from '../../store/db.ts';
import { transact } from '../../store/tx.ts';
import { WEBHOOK, webhookPayload } from '../../store/webhook-events.ts';
import { markArrived, markFailed, type Webhook, webhookById } from '../../store/webhooks.ts';
import { DeliveryError, type DeliveryHandler, handler } from '../handler.ts';
import { type Answer, post } from './post.ts';
import { signatureHeaders, validSecrets } from './signature.ts';
import type { Allowed } from './target.ts';

export interface WebhookDeps {
  readonly db: Db;
  readonly clock: Clock;
  /** Signs; VOLLEY_SECRET. */
  readonly secret: string;
  readonly allowed: Allowed;
}

/** The type of the event that `POST /v1/webhooks/{id}/test` sends, to an endpoint that is off too. */
export const TEST_EVENT = 'webhook.test';

export const webhookHandler = ({ db, clock, secret, allowed }: WebhookDeps): DeliveryHandler =>
  handler(WEBHOOK, webhookPayload, async ({ webhook: id, message }, row) => {
    const webhook = await webhookById(db, id);
    // Deleting it deletes its rows; this one was written by a commit that ran at the same moment.
    if (webhook === null) return { answer: 'The endpoint has been deleted: nothing was sent.' };
    if (!webhook.enabled && message.type !== TEST_EVENT) {
      throw new DeliveryError('giveUp', 'endpoint-off', 'The endpoint was off when this was due');
    }
    const body = JSON.stringify(message);
    const signed = { id: row.id, timestamp: Math.floor(realClock.now() / SECOND), body };
    const headers = signatureHeaders(signed, validSecrets(secret, webhook, clock.now()));
    const failed = (gone: boolean): Promise<void> => transact(db, (tx) => markFailed(tx, webhook, gone, clock.now()));
    const answer = await post(webhook.url, body, headers, allowed).catch(async (error: unknown) => {
      await failed(false);
      throw error;
    });
    const ok = answer.status >= 200 && answer.status < 300;
    if (ok) {
      if (webhook.failingSince !== null) await transact(db, (tx) => markArrived(tx, webhook.id));
      return { answer: wordsOf(answer) };
    }
    await failed(answer.status === GONE);
    throw refused(answer, webhook);
  });

/** "I do not want these any more", in the Standard Webhooks specification. */
const GONE = 410;

const wordsOf = ({ status, start }: Answer): string => (start === '' ? String(status) : `${status}: ${start}`);

function refused(answer: Answer, webhook: Webhook): DeliveryError {
  if (answer.status === GONE) {
    return new DeliveryError('giveUp', 'endpoint-gone', `${wordsOf(answer)} (the endpoint is turned off)`);
  }
  const redirects = answer.status >= 300 && answer.status < 400;
  const more = redirects ? ` (a redirect is not followed: change the URL of webhook ${webhook.id})` : '';
  const options = { afterMs: answer.retryAfterMs };
  return new DeliveryError('retry', 'refused', `${wordsOf(answer)}${more}`, options);
}
