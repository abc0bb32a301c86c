/**
 * Signed tokens for links and reply addresses. They never expire: an unsubscribe link must work for
 * as long as somebody keeps the message (CAN-SPAM asks for 30 days, people keep mail for years).
 */
import { VolleyError } from '../core/errors.ts';
import type { Purpose } from '../core/playbook.ts';
import { isMade, mac, sealed, unsealed } from './signature.ts';

export interface TokenClaims {
  readonly leadId: string;
  readonly purpose: Purpose;
  readonly touch?: string;
}

const ID = /^[A-Za-z0-9_-]{1,128}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PURPOSES: readonly Purpose[] = ['marketing', 'sales', 'service'];
/** 33 bytes in base32 with `reply+` make 59 octets; a local part may have 64 (RFC 5321 4.5.3.1.1). */
const REPLY_MAC_BYTES = 16;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * A token for `/u/{token}`: base64url claims, a dot, base64url HMAC-SHA256.
 * @throws VolleyError `token-claims` when an id has characters outside A-Z a-z 0-9 _ -
 */
export function signToken(secret: string, claims: TokenClaims): string {
  for (const id of [claims.leadId, claims.touch]) {
    if (id !== undefined && !ID.test(id))
      throw new VolleyError('token-claims', 'an id in a token may hold A-Z a-z 0-9 _ - only');
  }
  const text = [claims.purpose, claims.leadId, ...(claims.touch === undefined ? [] : [claims.touch])].join('.');
  return sealed(secret, 'link', text);
}

/** The claims of a token signed with this secret, or null for anything else. Constant time in the signature. */
export function verifyToken(secret: string, token: string): TokenClaims | null {
  const text = unsealed(secret, 'link', token);
  if (text === null) return null;
  const [purpose, leadId, touch] = text.split('.');
  const known = PURPOSES.find((candidate) => candidate === purpose);
  if (known === undefined || leadId === undefined) return null;
  return { leadId, purpose: known, ...(touch === undefined ? {} : { touch }) };
}

/**
 * The TOKEN of `reply+TOKEN@…`: lower-case base32, since mail servers on the way may fold the case
 * of a local part, with the signature cut to 128 bits to fit it.
 * @throws VolleyError `token-claims` when the lead id is no lower-case UUID
 */
export function signReplyToken(secret: string, leadId: string): string {
  if (!UUID.test(leadId))
    throw new VolleyError('token-claims', 'a reply address needs a lead id that is a lower-case UUID');
  const body = Buffer.concat([Buffer.from([1]), Buffer.from(leadId.replaceAll('-', ''), 'hex')]);
  return toBase32(Buffer.concat([body, replyMac(secret, body)]));
}

/** The lead id of a reply token signed with this secret in any case of letters, or null. */
export function verifyReplyToken(secret: string, token: string): string | null {
  const bytes = fromBase32(token.toLowerCase());
  if (bytes === null || bytes.length !== 17 + REPLY_MAC_BYTES || bytes[0] !== 1) return null;
  const body = bytes.subarray(0, 17);
  if (!isMade(secret, bytes.subarray(17), (one) => replyMac(one, body))) return null;
  return body
    .subarray(1)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function replyMac(secret: string, body: Buffer): Buffer {
  return mac(secret, 'reply', body.toString('hex')).subarray(0, REPLY_MAC_BYTES);
}

function toBase32(bytes: Buffer): string {
  let out = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += BASE32.charAt((value >>> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? out : out + BASE32.charAt((value << (5 - bits)) & 31);
}

function fromBase32(text: string): Buffer | null {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of text) {
    const digit = BASE32.indexOf(letter);
    if (digit < 0) return null;
    value = (value << 5) | digit;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >>> bits) & 255);
    }
    value &= (1 << bits) - 1;
  }
  return value === 0 ? Buffer.from(bytes) : null;
}
