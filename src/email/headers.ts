/** What may stand in a mail header. */
import { domainToASCII } from 'node:url';
import { VolleyError } from '../core/errors.ts';

export interface Address {
  readonly name: string;
  readonly address: string;
}

/** C0 and C1 controls, DEL and Unicode's own line breaks: each may start a header of the sender's choosing somewhere. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** RFC 5322 3.2.3 dot-atom: SES offers no SMTPUTF8, so there is no other way to write a local part. */
const LOCAL = /^(?=.{1,64}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** What a domain is written with before it is made ASCII; the URL parser would take more. */
const WRITTEN_DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;
const WORD_JOINER = '\u2060';

/**
 * The text, when it can stand in a header. What only looks like an encoded word (`=?utf-8?q?…?=`, RFC 2047) gets an
 * invisible character put in: mail programs would decode it, and show what nobody has checked.
 * @throws VolleyError `header-injection` when it holds CR, LF or another control character
 */
export function headerText(header: string, text: string): string {
  if (CONTROL.test(text)) {
    throw new VolleyError('header-injection', `${header} has a line break or another control character in it`);
  }
  return text.toWellFormed().replaceAll('=?', `=${WORD_JOINER}?`);
}

/** The address as it goes over the wire, a domain of other letters in punycode; undefined when it is none. */
export function wireAddress(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  const [local, written] = [address.slice(0, Math.max(at, 0)), address.slice(at + 1)];
  if (!LOCAL.test(local) || !WRITTEN_DOMAIN.test(written)) return undefined;
  const domain = domainToASCII(written);
  return DOMAIN.test(domain) ? `${local}@${domain}` : undefined;
}

export const isAddress = (text: string): boolean => wireAddress(text) !== undefined;

/** @throws VolleyError `bad-address` or `header-injection` */
export function headerAddress(header: string, { name, address }: Address): Address {
  if (CONTROL.test(address)) headerText(header, address);
  const wire = wireAddress(address);
  if (wire === undefined) {
    // The address itself stays out of the message: errors are logged, and logs hold nothing personal.
    throw new VolleyError('bad-address', `${header} has no address like name@example.com`, {
      fix: "Before the @ only ASCII letters, digits and !#$%&'*+/=?^_`{|}~-. work: SES takes no others.",
    });
  }
  return { name: headerText(header, name), address: wire };
}
