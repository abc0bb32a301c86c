/** DMARC (RFC 7489): the policy a domain, or the registered domain above it, has published. */
import type { Dns } from './dns.ts';
import { organisational } from './domains.ts';

export type Policy = 'none' | 'quarantine' | 'reject';

export type Dmarc =
  | {
      readonly kind: 'found';
      /** Where the record is. */
      readonly at: string;
      /** What holds for the domain asked about: `sp` when the record is of the one above. */
      readonly policy: Policy;
      readonly adkim: 'r' | 's';
      readonly aspf: 'r' | 's';
      /** Where reports go; empty: nowhere. */
      readonly reports: readonly string[];
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly at: string; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

const POLICIES: readonly Policy[] = ['none', 'quarantine', 'reject'];

export async function readDmarc(dns: Dns, domain: string): Promise<Dmarc> {
  const own = await at(dns, domain, 'p');
  const above = organisational(domain);
  return own.kind !== 'none' || above === domain ? own : at(dns, above, 'sp');
}

async function at(dns: Dns, domain: string, tag: 'p' | 'sp'): Promise<Dmarc> {
  const name = `_dmarc.${domain}`;
  const answer = await dns.txt(name);
  if (answer.kind !== 'found') return answer;
  const records = answer.values.filter((text) => /^v\s*=\s*DMARC1\s*(?:;|$)/.test(text));
  if (records.length === 0) {
    return answer.values.some((text) => /^v\s*=\s*dmarc/i.test(text))
      ? { kind: 'broken', at: name, why: 'it must begin with v=DMARC1;' }
      : { kind: 'none' };
  }
  if (records.length > 1) return { kind: 'broken', at: name, why: 'there is more than one, and then none counts' };
  const tags = new Map(
    (records[0] ?? '').split(';').flatMap((part) => {
      const [, key, value] = /^\s*([a-z]+)\s*=\s*(.*?)\s*$/i.exec(part) ?? [];
      return key === undefined || value === undefined ? [] : [[key.toLowerCase(), value] as const];
    }),
  );
  const said = (tag === 'sp' ? tags.get('sp') : undefined) ?? tags.get('p');
  const policy = POLICIES.find((candidate) => candidate === said?.toLowerCase());
  if (policy === undefined) return { kind: 'broken', at: name, why: 'p= must be none, quarantine or reject' };
  const mode = (key: string): 'r' | 's' => (tags.get(key)?.toLowerCase() === 's' ? 's' : 'r');
  const reports = (tags.get('rua') ?? '').split(',').flatMap((uri) => (uri.trim() === '' ? [] : [uri.trim()]));
  return { kind: 'found', at: name, policy, adkim: mode('adkim'), aspf: mode('aspf'), reports };
}
