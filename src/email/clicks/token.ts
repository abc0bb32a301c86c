/**
 * Tokens of `/c/{token}`: which touch, and where the link leads. The address is inside the signed token, so
 * the link leads there and nowhere else, needs no look-up, and still leads on when the lead has been erased.
 */
import { sealed, unsealed } from '../signature.ts';

export interface ClickClaims {
  readonly touch: string;
  /** http or https; empty for the trap that no person sees. */
  readonly url: string;
}

/** Longer addresses keep their own link: with base64 and signature they would pass what servers take. */
export const LONGEST_URL = 2_000;
const LONGEST_TOKEN = 4_000;

export const signClick = (secret: string, { touch, url }: ClickClaims): string =>
  sealed(secret, 'click', `${touch}\n${url}`);

/** The claims of a token signed with this secret, or null for anything else. */
export function verifyClick(secret: string, token: string): ClickClaims | null {
  const text = unsealed(secret, 'click', token, LONGEST_TOKEN);
  const cut = text?.indexOf('\n') ?? -1;
  if (text === null || cut < 0) return null;
  const url = text.slice(cut + 1);
  return url === '' || isWeb(url) ? { touch: text.slice(0, cut), url } : null;
}

/** An absolute address of the web, without a user or password in it. */
export function isWeb(url: string): boolean {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username === '' && password === '';
}
