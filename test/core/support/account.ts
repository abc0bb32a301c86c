/** Accounts as a decision reads them. */
import type { Account, Colleague } from '../../../src/core/facts.ts';
import type { BuyingGroup } from '../../../src/core/playbook.ts';
import { leadFields } from './lead.ts';
import { when } from './playbook.ts';

export const group: BuyingGroup = {
  roles: ['decision-maker', 'practitioner', 'champion'],
  need: { 'decision-maker': 1, champion: 2 },
  map: [
    { when: when("lead.title == 'CFO'", (s) => s.lead.title === 'CFO'), role: 'decision-maker' },
    { when: when("lead.title != ''", (s) => s.lead.title !== ''), role: 'practitioner' },
  ],
};

/** A colleague by number, with what is said of it. */
export const colleague = (n: number, more: Partial<Colleague> & { role?: string; title?: string } = {}): Colleague => {
  const { role = '', title = '', ...rest } = more;
  return {
    id: `0b7c9b1e-0000-4000-8000-0000000001${String(n).padStart(2, '0')}`,
    fields: { ...leadFields, email: `c${n}@acme.example`, role, title },
    custody: 'nobody',
    ...rest,
  };
};

export const account = (colleagues: readonly Colleague[] = [], openDeals: readonly string[] = []): Account => ({
  id: 'acme',
  name: 'Acme',
  colleagues,
  openDeals,
});
