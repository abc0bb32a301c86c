/** SPF (RFC 7208): read and followed as a receiver would, but for the sender's address: does it let SES send? */
import type { Answer, Dns } from './dns.ts';

export interface Spf {
  readonly kind: 'found';
  readonly record: string;
  /** Terms that ask DNS, those of included records too; a receiver stops at 10 (4.6.4). */
  readonly lookups: number;
  /** `include:amazonses.com` is in it, or in what it includes. */
  readonly ses: boolean;
  /** What makes a receiver give up or believe everybody, in words. */
  readonly problems: readonly string[];
}

export type SpfAnswer = Spf | { readonly kind: 'none' } | { readonly kind: 'failed'; readonly why: string };

export const MOST_LOOKUPS = 10;
const MOST_VOID = 2;
const SES = 'amazonses.com';
const TERM = /^([+~?-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?:([:/])(.*))?$/i;

interface Walk {
  readonly dns: Dns;
  lookups: number;
  voids: number;
  ses: boolean;
  readonly problems: string[];
}

/** The SPF record of a domain with all it includes. */
export async function readSpf(dns: Dns, domain: string): Promise<SpfAnswer> {
  const own = recordOf(await dns.txt(domain));
  if (own.kind !== 'found') return own;
  const walk: Walk = { dns, lookups: 0, voids: 0, ses: false, problems: [] };
  await follow(walk, domain, own.record, [domain]);
  const { lookups, ses, problems } = walk;
  if (lookups > MOST_LOOKUPS) problems.push(`it asks DNS ${lookups} times; a receiver stops at ${MOST_LOOKUPS}`);
  if (walk.voids > MOST_VOID)
    problems.push(`${walk.voids} of its names do not exist; a receiver stops at ${MOST_VOID}`);
  return { kind: 'found', record: own.record, lookups, ses, problems: [...new Set(problems)] };
}

function recordOf(
  answer: Answer<string>,
): { kind: 'found'; record: string } | { kind: 'none' } | { kind: 'failed'; why: string } {
  if (answer.kind !== 'found') return answer;
  const [record, second] = answer.values.filter((text) => /^v=spf1(?: |$)/i.test(text));
  if (record === undefined) return { kind: 'none' };
  // 4.5: of two records none counts.
  return second === undefined ? { kind: 'found', record } : { kind: 'found', record: `${record} v=spf1` };
}

/** Far past the limit nothing new is learnt, and somebody else's records may go in circles. */
const FAR_ENOUGH = 3 * MOST_LOOKUPS;

async function follow(walk: Walk, domain: string, record: string, path: readonly string[]): Promise<void> {
  const [, ...terms] = record.trim().split(/ +/);
  if (terms.some((term) => /^v=spf1$/i.test(term))) {
    walk.problems.push(`${domain} has more than one SPF record`);
    return;
  }
  let redirect: string | undefined;
  let all = false;
  for (const term of terms) {
    if (walk.lookups > FAR_ENOUGH) return;
    const modifier = /^([a-z][a-z0-9._-]*)=(.*)$/i.exec(term);
    if (modifier !== null) {
      if (modifier[1]?.toLowerCase() === 'redirect') redirect = modifier[2];
      continue;
    }
    const [, qualifier = '', name = '', colon, rest] = TERM.exec(term) ?? [];
    const target = colon === ':' ? rest?.replace(/\/.*$/, '').toLowerCase() : undefined;
    switch (name.toLowerCase()) {
      case 'all':
        all = true;
        if (qualifier === '' || qualifier === '+') walk.problems.push(`${domain} says ${term}: anybody may send as it`);
        break;
      case 'include':
        await include(walk, domain, { target, qualifier, path });
        break;
      case 'a':
      case 'mx':
        await address(walk, name.toLowerCase(), target ?? domain);
        break;
      case 'ptr':
      case 'exists':
        walk.lookups += 1;
        break;
      case 'ip4':
      case 'ip6':
        break;
      default:
        walk.problems.push(`${domain} has the term ${term}, which is none of SPF`);
    }
  }
  if (redirect !== undefined && !all)
    await include(walk, domain, { target: redirect.toLowerCase(), qualifier: '', path });
}

async function include(
  walk: Walk,
  domain: string,
  { target, qualifier, path }: { target: string | undefined; qualifier: string; path: readonly string[] },
): Promise<void> {
  walk.lookups += 1;
  if (target === undefined || target === '') {
    walk.problems.push(`${domain} has an include without a name`);
    return;
  }
  if (target === SES && (qualifier === '' || qualifier === '+')) walk.ses = true;
  // A name made of the message itself cannot be followed here.
  if (target.includes('%')) return;
  if (path.includes(target)) {
    walk.problems.push(`${domain} includes ${target}, which comes back to it`);
    return;
  }
  const next = recordOf(await walk.dns.txt(target));
  if (next.kind === 'found') await follow(walk, target, next.record, [...path, target]);
  else if (next.kind === 'none') walk.problems.push(`${domain} includes ${target}, which has no SPF record`);
  else walk.problems.push(`${target} could not be read (${next.why})`);
}

async function address(walk: Walk, kind: string, target: string): Promise<void> {
  walk.lookups += 1;
  if (target.includes('%')) return;
  const answer = kind === 'mx' ? await walk.dns.mx(target) : await walk.dns.address(target);
  if (answer.kind === 'none') walk.voids += 1;
}
