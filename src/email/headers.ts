/** What may stand in a mail header. */
import { VolleyError } from '../core/errors.ts';

export interface Address {
  readonly name: string;
  readonly address: string;
}

/** C0 controls and DEL: a CR or LF would start a header of the sender's choosing (header injection). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;
const ADDRESS = /^[^\s@<>"(),;:\\[\]]{1,64}@[^\s@<>"(),;:\\[\]]{1,255}$/;

/**
 * The text, when it can stand in a header as it is.
 * @throws VolleyError `header-injection` when it holds CR, LF or another control character
 */
export function headerText(header: string, text: string): string {
  if (CONTROL.test(text)) {
    throw new VolleyError('header-injection', `${header} has a line break or another control character in it`);
  }
  return text;
}

export function isAddress(text: string): boolean {
  return ADDRESS.test(text) && !CONTROL.test(text);
}

/** @throws VolleyError `bad-address` or `header-injection` */
export function headerAddress(header: string, { name, address }: Address): Address {
  if (!isAddress(headerText(header, address))) {
    // The address itself stays out of the message: errors are logged, and logs hold nothing personal.
    throw new VolleyError('bad-address', `${header} has no address like name@example.com`);
  }
  return { name: headerText(header, name), address };
}
