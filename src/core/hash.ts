/** Everything that looks random in the core is a hash of names, so that it is the same everywhere. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

// A unit separator cannot stand in ids, so ('a', 'bc') and ('ab', 'c') differ.
const digest = (parts: readonly string[]): Uint8Array => sha256(utf8ToBytes(parts.join('\u001f')));

/** A number in [0, 1), evenly spread over the parts: 48 bits of SHA-256. */
export function fraction(...parts: readonly string[]): number {
  const d = digest(parts);
  let n = 0;
  for (let i = 0; i < 6; i++) n = n * 256 + (d[i] ?? 0);
  return n / 2 ** 48;
}

/** A UUID (version 8, RFC 9562) made from the parts: the same thing has the same id on every try. */
export function hashId(...parts: readonly string[]): string {
  const d = digest(parts).slice(0, 16);
  d[6] = ((d[6] ?? 0) & 0x0f) | 0x80;
  d[8] = ((d[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytesToHex(d);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
