/**
 * Signatures after the Standard Webhooks specification: HMAC-SHA256 over `ID.TIMESTAMP.BODY`, in
 * base64, one for each secret that is valid. A secret is not stored: it follows from VOLLEY_SECRET,
 * the endpoint and how often it was rotated.
 */
import { createHmac } from 'node:crypto';
import { secretsIn } from '../../core/secrets.ts';
import { DAY, type Instant } from '../../core/time.ts';
import { mac } from '../../email/signature.ts';
import type { Webhook } from '../../store/webhooks.ts';

const PREFIX = 'whsec_';
/** After a rotation both secrets sign, so that a receiver may change over in its own time. */
const BOTH_FOR_MS = DAY;

/** The secret as the receiver is shown it: `whsec_` and 32 bytes in base64. */
export const secretOf = (ours: string, webhook: string, version: number): string =>
  `${PREFIX}${mac(ours, 'webhook', `${webhook}/${version}`).toString('base64')}`;

/** Until when the secret before this one signs as well; null when it does not. */
export function formerSignsUntil({ rotatedAt }: Pick<Webhook, 'rotatedAt'>, now: Instant): Instant | null {
  return rotatedAt !== null && now - rotatedAt < BOTH_FOR_MS ? rotatedAt + BOTH_FOR_MS : null;
}

/** Secrets that sign now, the newest first; while ours is being replaced, those that follow from either. */
export function validSecrets(
  ours: string,
  webhook: Pick<Webhook, 'id' | 'secretVersion' | 'rotatedAt'>,
  now: Instant,
): readonly string[] {
  const { id, secretVersion } = webhook;
  const versions = formerSignsUntil(webhook, now) !== null ? [secretVersion, secretVersion - 1] : [secretVersion];
  return secretsIn(ours).flatMap((one) => versions.map((version) => secretOf(one, id, version)));
}

export interface Signed {
  /** The same at every attempt. */
  readonly id: string;
  /** Unix seconds of this attempt, by the real clock: receivers refuse what is old. */
  readonly timestamp: number;
  readonly body: string;
}

/** The three headers of a message. */
export function signatureHeaders({ id, timestamp, body }: Signed, secrets: readonly string[]): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}
