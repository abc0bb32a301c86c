/** What a bounce or a complaint means for all other mail: too many, and sending stops by itself. */
import { sendingDomains } from '../identity/senders.ts';
import { SENDERS, type SenderKind, stopIfDue } from '../store/reputation.ts';
import { transact } from '../store/tx.ts';
import type { ApiDeps } from './deps.ts';

/** Looks at the newest messages of each sender. To be called after the report is committed. */
export async function judgeSenders(deps: Pick<ApiDeps, 'database' | 'clock' | 'log' | 'playbooks'>): Promise<void> {
  for (const senders of await sharing(deps)) {
    const why = await transact(deps.database.db, (tx) => stopIfDue(tx, senders, deps.clock.now()));
    if (why !== undefined) deps.log.error({ senders, why }, 'sending has stopped by itself; a person has to resume it');
  }
}

/** Receivers judge a domain, whoever of us writes from it: senders that have one in common stop together. */
async function sharing({ playbooks }: Pick<ApiDeps, 'playbooks'>): Promise<readonly (readonly SenderKind[])[]> {
  const playbook = await playbooks.current().catch(() => undefined);
  if (playbook === undefined) return [];
  const { marketing, sales } = sendingDomains(playbook);
  return marketing.some((domain) => sales.includes(domain)) ? [SENDERS] : SENDERS.map((sender) => [sender]);
}
