/** Company domains out of addresses and website links. */

const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * The lower-case ASCII host name in a domain or link (`https://www.Acme.example/about` to `www.acme.example`),
 * punycode for other scripts; `undefined` for what is none: no dot, an IP address, a bad label.
 */
export function hostOf(text: string): string | undefined {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/[/?#].*$/s, '')
    .replace(/^[^@]*@/, '')
    .replace(/:\d*$/, '')
    .replace(/\.$/, '');
  const ascii = toAscii(host);
  if (ascii === undefined || ascii.length > 253) return undefined;
  const labels = ascii.split('.');
  const top = labels.at(-1) ?? '';
  if (labels.length < 2 || !/^(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})$/.test(top)) return undefined;
  return labels.every((part) => label.test(part)) ? ascii : undefined;
}

/** The domain a company is known by: the host without `www.`. */
export function companyDomain(text: string): string | undefined {
  return hostOf(text)?.replace(/^www\d?\.(?=.+\.)/, '');
}

/** Letters of two alphabets in one label look like another company's (`аcme` with a Cyrillic a). */
const mixesAlphabets = (host: string): boolean =>
  host.split('.').some((part) => /\p{Script=Latin}/u.test(part) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(part));

function toAscii(host: string): string | undefined {
  if (/^[a-z0-9.-]+$/.test(host)) return host;
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(host) || mixesAlphabets(host)) return undefined;
  try {
    return new URL(`http://${host}/`).hostname;
  } catch {
    return undefined;
  }
}
