/** What a look at a sending domain says. */

export interface DnsRecord {
  readonly name: string;
  readonly type: 'TXT' | 'CNAME' | 'MX';
  /** As a zone file has it, without quotes; of an MX with its priority. */
  readonly value: string;
}

export type Check = 'ses-identity' | 'dkim' | 'dmarc' | 'spf' | 'mail-from' | 'mx' | 'ses-account';

/**
 * - `ok`
 * - `advice`: mail goes, and would go better otherwise.
 * - `wrong`: mail is refused, goes to junk, or its replies are lost.
 * - `unknown`: DNS or SES did not answer.
 */
export type Verdict = 'ok' | 'advice' | 'wrong' | 'unknown';

export interface Finding {
  readonly domain: string;
  readonly check: Check;
  readonly verdict: Verdict;
  readonly detail: string;
  /** What to do, where it is no record. */
  readonly fix?: string;
  /** What to add to DNS. */
  readonly add?: readonly DnsRecord[];
}

/** Without these no mail of a domain goes out: SES would refuse it, or receivers would not believe it. */
const MUST_HAVE: readonly Check[] = ['ses-identity', 'dkim', 'dmarc'];

/** Whether mail of these domains may go; `unknown` when something that decides it did not answer. */
export function readiness(findings: readonly Finding[]): 'ready' | 'not-ready' | 'unknown' {
  const needed = findings.filter(({ check }) => MUST_HAVE.includes(check));
  if (needed.some(({ verdict }) => verdict === 'wrong')) return 'not-ready';
  return needed.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'ready';
}
