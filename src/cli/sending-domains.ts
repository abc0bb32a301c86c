/** The sending domains, for `volley doctor` and for whoever sends: whether they are looked at, and how. */
import { z } from 'zod';
import { type Config, isLoopback } from '../config.ts';
import { VolleyError } from '../core/errors.ts';
import type { Looking } from '../identity/check.ts';
import { createDns } from '../identity/dns.ts';
import { isReserved } from '../identity/domains.ts';
import { examine } from '../identity/examine.ts';
import type { DnsRecord, Finding } from '../identity/finding.ts';
import { sendingDomains } from '../identity/senders.ts';
import { createSes } from '../identity/ses.ts';
import { compile } from '../playbook/index.ts';
import type { ApiClient } from './client.ts';

export interface SendingFinding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
  readonly records?: readonly DnsRecord[];
}

/**
 * How sending domains are looked at; undefined when they are not: mail that stays on this machine has no sender to
 * prove. A stand-in of SES on this machine counts as SES once `VOLLEY_DNS` names a resolver to ask beside it.
 */
export function lookingOf({ email, dns }: Pick<Config, 'email' | 'dns'>): Looking | undefined {
  if (email.kind !== 'ses') return undefined;
  const { region, endpoint } = email;
  if (endpoint !== undefined && isLoopback(endpoint) && dns === undefined) return undefined;
  return { dns: createDns(dns), ses: createSes({ region, ...(endpoint === undefined ? {} : { endpoint }) }) };
}

/** What doctor says about the domains of the playbook in force. */
export async function sendingFindings(config: Config, api: ApiClient): Promise<SendingFinding[]> {
  const looking = lookingOf(config);
  const check = 'sending domains';
  if (looking === undefined) {
    return [{ check, ok: true, detail: 'not looked at: mail stays in the mailbox on this machine' }];
  }
  try {
    const { files } = await api.ask('/v1/playbook', z.looseObject({ files: z.record(z.string(), z.string()) }));
    const compiled = compile(files);
    if (!compiled.ok) throw new VolleyError('playbook-mistakes', 'the playbook in force does not compile here');
    const domains = sendingDomains(compiled.playbook);
    const reserved = [...new Set([...domains.marketing, ...domains.sales, domains.reply])].filter(isReserved);
    const found = await examine(domains, looking);
    return [
      ...reserved.map((domain) => ({ check: domain, ok: true, detail: 'a name for examples: DNS is not asked' })),
      ...found.map(shown),
    ];
  } finally {
    looking.ses.close();
  }
}

function shown({ domain, check, verdict, detail, fix, add }: Finding): SendingFinding {
  const words = { ok: '', advice: ' (advice)', wrong: '', unknown: ' (not known)' }[verdict];
  return {
    check: `${domain} ${check}`,
    ok: verdict === 'ok' || verdict === 'advice',
    detail: `${detail}${words}`,
    ...(fix === undefined ? {} : { fix }),
    ...(add === undefined ? {} : { records: add }),
  };
}
