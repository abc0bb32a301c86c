/** What a decision about one lead sees of its account: its colleagues, and what it makes of them. */
import { hasAccount } from './account.ts';
import { roleIn, rolesOf } from './buying-group.ts';
import { isOpenDeal } from './deal-stage.ts';
import type { Account, Facts } from './facts.ts';
import { NEEDS } from './needs.ts';
import type { Playbook } from './playbook.ts';
import { type AccountScope, NO_ACCOUNT } from './scope.ts';
import { engagementAt } from './standing.ts';
import type { LeadState } from './state.ts';
import type { Instant } from './time.ts';

/** The lead's account; `undefined` when it has none. @throws Needs when it was not read. */
export function accountIn(facts: Facts): Account | undefined {
  if (!hasAccount(facts.lead.domain)) return undefined;
  if (facts.account === undefined) throw NEEDS.account;
  return facts.account ?? undefined;
}

let last:
  | { readonly account: Account; readonly playbook: Playbook; readonly now: Instant; readonly sum: number }
  | undefined;

/** What colleagues have earned together by `now`; the last answer is kept, since one decision asks several times. */
export function earnedByColleagues(account: Account, playbook: Playbook, now: Instant): number {
  if (last?.account === account && last.now === now && last.playbook === playbook) return last.sum;
  let sum = 0;
  for (const { standing } of account.colleagues) if (standing) sum += engagementAt(standing, playbook, now);
  last = { account, playbook, now, sum };
  return sum;
}

/**
 * The lead's role, and the rest when it is asked for: most rules end at the role, and only the rest reads colleagues.
 * @param own the lead's own engagement at `now`
 */
export function accountScopeOf(
  state: LeadState,
  facts: Facts,
  playbook: Playbook,
  now: Instant,
  own: () => number,
): AccountScope {
  const role = roleIn(playbook.buyingGroup, facts.lead);
  let known: Others | undefined;
  const rest = (): Others => {
    known ??= othersOf(state, facts, playbook, now, role, own);
    return known;
  };
  return {
    role: role ?? '',
    get name() {
      return rest().name;
    },
    get domain() {
      return rest().domain;
    },
    get leads() {
      return rest().leads;
    },
    get withSales() {
      return rest().withSales;
    },
    get openDeals() {
      return rest().openDeals;
    },
    get engagement() {
      return rest().engagement;
    },
    get roles() {
      return rest().roles;
    },
    get missing() {
      return rest().missing;
    },
    get completeness() {
      return rest().completeness;
    },
  };
}

type Others = Omit<AccountScope, 'role'>;

function othersOf(
  state: LeadState,
  facts: Facts,
  playbook: Playbook,
  now: Instant,
  role: string | undefined,
  own: () => number,
): Others {
  const group = playbook.buyingGroup;
  const account = accountIn(facts);
  if (account === undefined) return NO_ACCOUNT;
  const others = account.colleagues.filter(({ standing }) => standing?.out !== true);
  const held = others.flatMap((one) => roleIn(group, one.fields) ?? []);
  if (role !== undefined && state.disqualified === undefined) held.push(role);
  const { filled, missing, completeness } = rolesOf(group, held);
  const deals = new Set(account.openDeals);
  for (const [id, { stage }] of Object.entries(state.deals ?? {})) if (isOpenDeal(stage)) deals.add(id);
  return {
    name: account.name,
    domain: facts.lead.domain,
    leads: account.colleagues.length + 1,
    withSales: others.filter(({ custody }) => custody === 'sales').length + (state.custody.who === 'sales' ? 1 : 0),
    openDeals: deals.size,
    engagement: own() + earnedByColleagues(account, playbook, now),
    roles: filled,
    missing: missing.map(({ role }) => role),
    completeness,
  };
}
