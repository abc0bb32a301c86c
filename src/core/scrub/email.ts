/** Email addresses: what may be written to, under which identity, and why not. */

import { hostOf } from './domain.ts';
import {
  fakeHosts,
  isDisposable,
  isFreemail,
  machineMailboxes,
  madeUp,
  mistypedDomains,
  sharedMailboxes,
} from './lists.ts';
import { isMash } from './mash.ts';
import { cleanText } from './text.ts';

export type EmailReason =
  | 'email-missing'
  | 'email-invalid'
  | 'email-fake'
  | 'email-role'
  | 'email-disposable'
  | 'email-typo';

export type EmailResult =
  | {
      readonly ok: true;
      readonly email: string;
      readonly normal: string;
      readonly domain: string;
      readonly freemail: boolean;
      /** The `Name` of `Name <a@b>`. */
      readonly name: string;
      /** A mailbox several people read (`info@`). */
      readonly shared: boolean;
    }
  | { readonly ok: false; readonly reason: EmailReason; readonly message: string };

/** RFC 5321 limits; the characters are those of RFC 5322's dot-atom, since SES takes no other local part. */
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** An address in its parts, both in lower case and the domain in ASCII; or what is wrong with it. */
export type AddressResult =
  | { readonly ok: true; readonly local: string; readonly domain: string; readonly name: string }
  | { readonly ok: false; readonly reason: EmailReason; readonly message: string };

/** One address out of `a@b.c`, `mailto:a@b.c?subject=…` and `Name <a@b.c>`, whoever it belongs to. */
export function readAddress(text: string): AddressResult {
  const { address, name } = unwrap(text.replace(/\p{Default_Ignorable_Code_Point}/gu, ''));
  if (cleanText(address) === '') return refuse('email-missing', 'no email address');
  // Letters of another width are the same letters.
  const lower = address.normalize('NFKC').toLowerCase();
  const at = lower.lastIndexOf('@');
  const local = lower.slice(0, Math.max(at, 0));
  const domain = at < 0 ? undefined : hostOf(lower.slice(at + 1));
  if (domain !== undefined && localPart.test(local.replace(/[\p{L}\p{M}]/gu, 'a')) && !localPart.test(local)) {
    return refuse(
      'email-invalid',
      'not an email address mail can be sent to: letters before the @ must be ASCII (a to z)',
    );
  }
  if (domain === undefined || !localPart.test(local) || local.length > 64 || local.length + domain.length > 253) {
    return refuse('email-invalid', 'not an email address');
  }
  return { ok: true, local, domain, name };
}

/**
 * Reads one address out of `a@b.c`, `mailto:a@b.c?subject=…` and `Name <a@b.c>`, lower-cased and checked.
 * Several addresses in one field are refused rather than guessed at. Messages never repeat the address: they end
 * up in import reports and logs, where nothing personal belongs.
 */
export function readEmail(text: string): EmailResult {
  const read = readAddress(text);
  if (!read.ok) return read;
  const { local, domain, name } = read;
  const box = local.replace(/\+.*$/, '') || local;
  const plainBox = box.replace(/[._-]/g, '');
  if (machineMailboxes.has(plainBox))
    return refuse('email-role', 'an address that belongs to a machine, not to a person');
  const meant = mistypedDomains.get(domain);
  if (meant !== undefined) return refuse('email-typo', `nobody has mail at ${domain}; is it ${meant}?`);
  const freemail = isFreemail(domain);
  const host = domain.split('.')[0] ?? '';
  if (fakeHosts.has(host) || /\.(?:invalid|localhost|local)$/.test(domain)) {
    return refuse('email-fake', `made up: nobody has mail at ${domain}`);
  }
  if (plainBox === host && (host.length <= 2 || isMash(host))) {
    return refuse('email-fake', `made up: the same keys before and after the @ of ${domain}`);
  }
  if (isMash(plainBox) && isMash(host)) return refuse('email-fake', `made up: keys hit at random at ${domain}`);
  if (freemail && (madeUp.has(plainBox) || isMash(plainBox) || /^(.)\1{2,}$/.test(plainBox))) {
    return refuse('email-fake', 'a made-up address at a free-mail provider');
  }
  if (isDisposable(domain)) return refuse('email-disposable', `${domain} hands out throw-away addresses`);
  const email = `${local}@${domain}`;
  return { ok: true, email, normal: normalEmail(email), domain, freemail, name, shared: sharedMailboxes.has(plainBox) };
}

/**
 * The identity of an address: two spellings of one mailbox have the same. Lower case; for Gmail also without
 * dots and `+tag`, which Google ignores. Elsewhere a `+tag` may be another mailbox, so it stays.
 */
export function normalEmail(email: string): string {
  const lower = email.trim().toLowerCase();
  const at = lower.lastIndexOf('@');
  const domain = lower.slice(at + 1);
  if (domain !== 'gmail.com' && domain !== 'googlemail.com') return lower;
  const local = lower
    .slice(0, at)
    .replace(/(?<=.)\+.*$/, '')
    .replaceAll('.', '');
  return `${local}@gmail.com`;
}

function unwrap(text: string): { address: string; name: string } {
  const trimmed = text.replace(/[\p{Cc}\p{Z}]+/gu, ' ').trim();
  const angled = /^(.*?)<\s*([^<>]*?)\s*>$/.exec(trimmed);
  const name = (angled?.[1] ?? '')
    .trim()
    .replace(/^["']|["']$/g, '')
    .trim();
  const bare = (angled?.[2] ?? trimmed).replace(/^mailto:\s*/i, (found, offset: number) => (offset === 0 ? '' : found));
  const address = /^mailto:/i.test(angled?.[2] ?? trimmed) ? bare.replace(/\?.*$/, '') : bare;
  return { address: address.replace(/^["'(]+|["'),;.]+$/g, '').trim(), name: name.includes('@') ? '' : name };
}

function refuse(reason: EmailReason, message: string): Extract<EmailResult, { ok: false }> {
  return { ok: false, reason, message };
}
