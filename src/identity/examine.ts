/** All that a playbook's mail needs of DNS and SES. */
import { checkAccount, checkReplies, checkSender, type Looking } from './check.ts';
import { isReserved } from './domains.ts';
import type { Finding } from './finding.ts';
import type { SendingDomains } from './senders.ts';

/** Domains that DNS cannot know are left out. */
export async function examine(domains: SendingDomains, looking: Looking): Promise<Finding[]> {
  const senders = [...new Set([...domains.marketing, ...domains.sales])].filter((domain) => !isReserved(domain));
  const [account, replies, ...found] = await Promise.all([
    checkAccount(looking.ses),
    isReserved(domains.reply) ? [] : checkReplies(domains.reply, looking).then((one) => [one]),
    ...senders.map((domain) => checkSender(domain, looking)),
  ]);
  return [...found.flat(), ...replies, account];
}
