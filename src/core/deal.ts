/** Deals: what the CRM says about a sale, as far as a lead's next move depends on it. */

import { returnLead } from './custody/give-back.ts';
import { endSales, leaveOpenHandoff } from './custody/leave.ts';
import { revive } from './custody-states.ts';
import { isInForce } from './deal-scope.ts';
import { isOpenDeal, LOST, WON } from './deal-stage.ts';
import { type Draft, journal } from './draft.ts';
import { moveDatedWaits } from './enrollment.ts';
import type { Input, InputBody } from './input.ts';
import { moveStage } from './stage.ts';
import type { LeadState } from './state.ts';
import type { Instant } from './time.ts';

type DealBody = Extract<InputBody, { kind: 'deal' }>;

/** Deals kept in a lead's state; the ones that changed last. */
const DEALS_KEPT = 20;

/**
 * A deal of the lead changed. Won ends the custody of sales; lost puts the lead back as both teams
 * agreed, unless another deal of it is open or won.
 */
export function applyDeal(d: Draft, input: Input, body: DealBody): void {
  const { state } = d;
  const known = state.deals?.[body.deal];
  if (known !== undefined && input.at < known.at) {
    journal(d, {
      type: 'input.ignored',
      reason: 'older-than-known',
      by: body.by,
      data: { input: input.id, kind: body.kind, deal: body.deal, stage: body.stage },
    });
    return;
  }
  const before = known?.stage ?? body.from;
  const amount = body.amountCents / 100;
  // What is told late counts from its own time, but never from the future of the decision.
  const at = Math.min(input.at, d.t);
  const since = known?.stage === body.stage ? known.since : at;
  const { renewsAt, owner } = body;
  const deal = {
    stage: body.stage,
    amount,
    at: input.at,
    since,
    ...(renewsAt === undefined ? {} : { renewsAt }),
    ...(owner === undefined ? {} : { owner }),
  };
  state.deals = keptDeals({ ...state.deals, [body.deal]: deal });
  moveDatedWaits(d);
  const lost = body.stage === LOST && before !== LOST;
  const others = Object.entries(state.deals).some(
    ([id, other]) => id !== body.deal && (isOpenDeal(other.stage) || isInForce(other, d.t)),
  );
  journal(d, {
    type: 'deal.changed',
    reason: lost && others ? 'deal-lost-others' : 'deal-told',
    by: body.by,
    data: {
      deal: body.deal,
      from: before ?? null,
      stage: body.stage,
      amount,
      currency: body.currency,
      ...(renewsAt === undefined ? {} : { renewsAt }),
      ...(body.lostReason === undefined ? {} : { lostReason: body.lostReason }),
    },
  });
  if (state.disqualified) return;
  // Somebody sells to them: silent they may be, forgotten they are not.
  if (body.stage !== LOST) revive(d, body.by);
  if (lost && !others) afterLost(d, body, at);
  if (body.stage === WON && before !== WON) endSales(d, 'deal-won', body.by);
}

/** The deal counts for this lead no more; what it has brought about stays. */
export function leaveDeal(d: Draft, deal: string, by: string): void {
  const { [deal]: known, ...rest } = d.state.deals ?? {};
  if (known === undefined) return;
  d.state.deals = rest;
  moveDatedWaits(d);
  journal(d, { type: 'deal.left', reason: 'deal-left', by, data: { deal, stage: known.stage } });
}

function afterLost(d: Draft, body: DealBody, at: Instant): void {
  const { stages, onDealLost, returns } = d.playbooks.current;
  const rule = returns[onDealLost?.return ?? ''];
  if (!onDealLost || !rule) return;
  const from = stages.findIndex((s) => s.id === d.state.stage);
  const to = stages.findIndex((s) => s.id === onDealLost.stage);
  if (to < from) {
    moveStage(d, { to: onDealLost.stage, reason: 'deal-lost', by: body.by, at, data: { deal: body.deal } });
  }
  if (d.state.objected) return;
  leaveOpenHandoff(d);
  const facts = body.lostReason === undefined ? {} : { facts: { lostReason: body.lostReason } };
  returnLead(d, { rule, by: body.by, outcome: 'returned', reason: 'deal-lost', ...facts });
}

/** The deals a state has room for: open ones first, then those that changed last. */
export function keptDeals(deals: NonNullable<LeadState['deals']>): NonNullable<LeadState['deals']> {
  const all = Object.entries(deals);
  if (all.length <= DEALS_KEPT) return deals;
  const rank = (deal: { stage: string }): number => (isOpenDeal(deal.stage) ? 1 : 0);
  all.sort(([, a], [, b]) => rank(b) - rank(a) || b.at - a.at);
  return Object.fromEntries(all.slice(0, DEALS_KEPT));
}
