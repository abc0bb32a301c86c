/** Names of domains: who registered one, and which ones nobody can send from. */

/** What registries sell names under, beside the top itself: enough for company domains, no full public suffix list. */
const SECOND_LEVELS = new Set([
  'ac',
  'co',
  'com',
  'edu',
  'go',
  'gob',
  'gov',
  'ltd',
  'me',
  'ne',
  'net',
  'or',
  'org',
  'plc',
]);

/** RFC 2606 and 6761: reserved for examples, tests and one's own machine; DNS knows none of them. */
const RESERVED = /(?:^|\.)(?:example|test|invalid|localhost|local)$|(?:^|\.)example\.(?:com|net|org)$/;

export const isReserved = (domain: string): boolean => RESERVED.test(domain);

/** The domain somebody registered (`mail.news.acme.co.uk`: `acme.co.uk`), by which relaxed alignment goes. */
export function organisational(domain: string): string {
  const labels = domain.split('.');
  const [second = '', top = ''] = labels.slice(-2);
  const suffix = top.length === 2 && SECOND_LEVELS.has(second) ? 2 : 1;
  return labels.slice(-(suffix + 1)).join('.');
}

/** RFC 7489 3.1: the same domain when strict, of the same owner when relaxed. */
export const aligned = (one: string, other: string, mode: 'r' | 's'): boolean =>
  mode === 's' ? one === other : organisational(one) === organisational(other);

/** The domain and the ones above it down to the registered one; an identity of SES is good for all below it. */
export function upward(domain: string): string[] {
  const top = organisational(domain);
  const found = [domain];
  for (let at = domain; at !== top && at.includes('.'); ) {
    at = at.slice(at.indexOf('.') + 1);
    found.push(at);
  }
  return found;
}
