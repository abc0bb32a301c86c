/** Which domains a playbook sends from, and where replies go. */
import type { Playbook } from '../core/playbook.ts';
import { wireAddress } from '../email/headers.ts';
import { isReserved } from './domains.ts';

/** Whose address mail is from: the company's (marketing and service mail), or the rep's (sales mail). */
export type SenderKind = 'marketing' | 'sales';

export interface SendingDomains {
  readonly marketing: readonly string[];
  readonly sales: readonly string[];
  /** Replies come in there; nothing is sent from it. */
  readonly reply: string;
}

/** Domains in ASCII. A sender that is the rep's own address has those of the reps in the pools. */
export function sendingDomains({ company, pools }: Pick<Playbook, 'company' | 'pools'>): SendingDomains {
  const reps = pools.flatMap((pool) => pool.reps);
  const of = (template: string): string[] => {
    const [, address = template] = /<([^<>]+)>\s*$/.exec(template) ?? [];
    const fixed = domainOf(address.trim());
    const found = fixed === undefined ? reps.map(domainOf) : [fixed];
    return [...new Set(found.flatMap((domain) => domain ?? []))].toSorted();
  };
  return {
    marketing: of(company.from.marketing),
    sales: of(company.from.sales),
    reply: domainOf(`x@${company.replyDomain}`) ?? company.replyDomain,
  };
}

/** The same without names for examples, which DNS cannot know: what a hold goes by. */
export function sendersOf(playbook: Pick<Playbook, 'company' | 'pools'>): Pick<SendingDomains, 'marketing' | 'sales'> {
  const { marketing, sales } = sendingDomains(playbook);
  const real = (domains: readonly string[]): string[] => domains.filter((domain) => !isReserved(domain));
  return { marketing: real(marketing), sales: real(sales) };
}

function domainOf(address: string): string | undefined {
  // What stands before the @ may be a template; the domain is what is asked about.
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return address.includes('@') ? wireAddress(`x@${domain}`)?.slice(2) : undefined;
}
