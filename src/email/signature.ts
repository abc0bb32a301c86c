/** What makes a link ours: HMAC-SHA256 over its body, one key a use. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { VolleyError } from '../core/errors.ts';
import { secretsIn, signingSecret } from '../core/secrets.ts';

/** What a signature is for; one made for one use is worthless for another. */
export type Use = 'link' | 'reply' | 'answer' | 'assignee' | 'webhook' | 'calendar' | 'click';

/**
 * With the secret that signs.
 * @throws VolleyError `no-secret`
 */
export function mac(secret: string, use: Use, body: string): Buffer {
  const key = signingSecret(secret);
  if (key === '')
    throw new VolleyError('no-secret', 'links cannot be signed without a secret', { fix: 'Set VOLLEY_SECRET.' });
  return createHmac('sha256', key).update(`volley/${use}/v1\n${body}`).digest();
}

/** In constant time for texts of the same length. */
export function equal(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** `BODY.SIGNATURE`, both base64url. */
export function sealed(secret: string, use: Use, text: string): string {
  const body = Buffer.from(text).toString('base64url');
  return `${body}.${mac(secret, use, body).toString('base64url')}`;
}

const LONGEST = 600;

/**
 * Whether `given` is what `made` makes with any of the secrets, each compared in constant time.
 * @param made with one secret
 */
export const isMade = (secret: string, given: Buffer, made: (secret: string) => Buffer): boolean =>
  secretsIn(secret).some((one) => equal(given, made(one)));

/** The text of a token sealed with this secret for this use; null for anything else, or longer than `longest`. */
export function unsealed(secret: string, use: Use, token: string, longest = LONGEST): string | null {
  const parts = token.split('.');
  const [body, signature] = parts;
  if (parts.length !== 2 || body === undefined || signature === undefined || token.length > longest) return null;
  const signed = (one: string): Buffer => Buffer.from(mac(one, use, body).toString('base64url'));
  if (!isMade(secret, Buffer.from(signature), signed)) return null;
  return Buffer.from(body, 'base64url').toString();
}
