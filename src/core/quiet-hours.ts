/** What is quiet for one lead: the playbook's quiet hours on its clock, and the holidays of its country. */
import type { Facts } from './facts.ts';
import type { Playbook } from './playbook.ts';
import type { Quiet } from './send-window.ts';
import { leadZone } from './view.ts';

/** A lead without a country has the holidays of the company's, one without a zone the clock of its country, else the company's. */
export function quietFor(facts: Pick<Facts, 'lead'>, playbook: Playbook): Quiet | undefined {
  const { quietHours: hours, holidays } = playbook.sending ?? {};
  if (!hours && !holidays) return undefined;
  return {
    zone: leadZone(facts, playbook),
    ...(hours && { hours }),
    holidays: holidays?.[facts.lead.country || playbook.company.country] ?? [],
  };
}
