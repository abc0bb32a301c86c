/** What conditions and rules see of a lead's deals. */
import { isOpenDeal } from './deal-stage.ts';
import type { DealScope } from './scope.ts';
import type { LeadState } from './state.ts';

const NO_DEAL: DealScope = { stage: '', amount: 0, open: false };

/** What conditions call `deal`: the open deal that changed last, else the closed one that did. */
export function dealScopeOf(state: LeadState): DealScope {
  let best: { id: string; open: boolean; at: number; stage: string; amount: number } | undefined;
  for (const [id, { stage, amount, at }] of Object.entries(state.deals ?? {})) {
    const one = { id, open: isOpenDeal(stage), at, stage, amount };
    const better =
      !best || (one.open !== best.open ? one.open : one.at !== best.at ? one.at > best.at : one.id > best.id);
    if (better) best = one;
  }
  return best ? { stage: best.stage, amount: best.amount, open: best.open } : NO_DEAL;
}

/** Whether a sale is being made: such a lead does not expire. */
export const hasOpenDeal = (state: LeadState): boolean =>
  Object.values(state.deals ?? {}).some((deal) => isOpenDeal(deal.stage));
