/** What conditions and rules see of a lead's deals. */
import { isOpenDeal, WON } from './deal-stage.ts';
import type { DealScope } from './scope.ts';
import type { LeadState } from './state.ts';
import type { Instant } from './time.ts';

type Deal = NonNullable<LeadState['deals']>[string];
type Named = Deal & { readonly id: string };

const NO_DEAL: DealScope = { stage: '', amount: 0, open: false, renewsAt: undefined, owner: '' };

/** The open deal that changed last, else the closed one that did. */
function newestOf(deals: readonly Named[]): Named | undefined {
  const rank = ({ stage }: Named): number => (isOpenDeal(stage) ? 1 : 0);
  return [...deals].sort((a, b) => rank(b) - rank(a) || b.at - a.at || (a.id > b.id ? -1 : 1))[0];
}

/** What conditions call `deal`. */
export function dealScopeOf(state: LeadState): DealScope {
  if (state.deals === undefined) return NO_DEAL;
  const deals = Object.entries(state.deals).map(([id, deal]): Named => ({ ...deal, id }));
  const best = newestOf(deals);
  if (best === undefined) return NO_DEAL;
  // Something new is being sold to a customer: what they have is renewed all the same.
  const sold = newestOf(deals.filter(({ stage, renewsAt }) => stage === WON && renewsAt !== undefined));
  const { stage, amount, renewsAt = sold?.renewsAt, owner = sold?.owner ?? '' } = best;
  return { stage, amount, open: isOpenDeal(stage), renewsAt, owner };
}

/** Whether a sale is being made: such a lead does not expire. */
export const hasOpenDeal = (state: LeadState): boolean =>
  Object.values(state.deals ?? {}).some((deal) => isOpenDeal(deal.stage));

/** Whether a deal still counts as a sale at an instant: what was to be renewed by then is over. */
export const isInForce = ({ stage, renewsAt }: Deal, at: Instant): boolean =>
  stage === WON && (renewsAt === undefined || renewsAt > at);
