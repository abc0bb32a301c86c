/** What makes a link ours: HMAC-SHA256 over its body, one key a use. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { VolleyError } from '../core/errors.ts';

/** What a signature is for; one made for one use is worthless for another. */
export type Use = 'link' | 'reply' | 'answer' | 'assignee' | 'webhook' | 'calendar' | 'click';

/** @throws VolleyError `no-secret` */
export function mac(secret: string, use: Use, body: string): Buffer {
  if (secret === '')
    throw new VolleyError('no-secret', 'links cannot be signed without a secret', { fix: 'Set VOLLEY_SECRET.' });
  return createHmac('sha256', secret).update(`volley/${use}/v1\n${body}`).digest();
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

/** The text of a token sealed with this secret for this use; null for anything else, or longer than `longest`. */
export function unsealed(secret: string, use: Use, token: string, longest = LONGEST): string | null {
  const parts = token.split('.');
  const [body, signature] = parts;
  if (parts.length !== 2 || body === undefined || signature === undefined || token.length > longest) return null;
  if (!equal(Buffer.from(signature), Buffer.from(mac(secret, use, body).toString('base64url')))) return null;
  return Buffer.from(body, 'base64url').toString();
}
