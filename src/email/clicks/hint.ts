/** What a request alone says about who made it. Nothing of the request is kept but this one word. */

/** Signs of a program, the first that applies. */
export type Hint = 'trap' | 'head' | 'prefetch' | 'user-agent';

/** Of programs that fetch pages, of mail filters, and of the previews of messengers. Lower case. */
const PROGRAMS = new RegExp(
  [
    '(?<!cu)bot\\b|crawl|spider|scan(?:ner|ning)?\\b|preview|monitor\\b|validator|archiver|link ?check',
    'headless|phantomjs|puppeteer|playwright|selenium|lighthouse',
    '\\bcurl\\b|\\bwget\\b|python|\\bjava\\/|go-http|okhttp|http-?client|apache-http|libwww|\\bperl\\b|\\bruby\\b|\\bphp\\/|axios|undici|node-fetch|^node\\b|^got\\b',
    'barracuda|proofpoint|mimecast|symantec|messagelabs|trend ?micro|sophos|cloudmark|fireeye|trellix|zscaler|forcepoint|ironport|ciscosecure|fortinet|bitdefender|kaspersky|safelinks',
    'facebookexternalhit|whatsapp\\/|skypeuri|googleimageproxy|ggpht|yahoomailproxy|google-safety|google-read-aloud|microsoft office|ms-?office',
    // Apple's mail privacy proxy says no more than this.
    '^mozilla\\/5\\.0$',
  ].join('|'),
);

/** Whether this says that no person with a browser is there; so does saying nothing. */
export const isProgram = (userAgent: string | undefined): boolean =>
  userAgent === undefined || userAgent.trim() === '' || PROGRAMS.test(userAgent.trim().toLowerCase());

/** @param header by lower-case name */
export function hintOf(method: string, header: (name: string) => string | undefined): Hint | null {
  if (method === 'HEAD') return 'head';
  const purpose = ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].map((name) => header(name) ?? '').join(' ');
  if (/prefetch|prerender|preview/i.test(purpose)) return 'prefetch';
  // Crawlers leave an address of who runs them in From (RFC 9110 10.1.2); browsers never do.
  if (isProgram(header('user-agent')) || header('from') !== undefined) return 'user-agent';
  return null;
}
