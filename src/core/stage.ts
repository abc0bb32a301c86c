/** Where the customer is. A stage rises by its condition or by a deal, and goes back only when somebody says so. */
import { type Draft, journal } from './draft.ts';
import type { Reason } from './reasons.ts';
import type { LeadState } from './state.ts';
import type { Instant } from './time.ts';
import { SINCE_BACK, viewOf } from './view.ts';

interface StageMove {
  readonly to: string;
  readonly reason: Reason;
  readonly by: string;
  /** When it happened; the instant being decided by default. */
  readonly at?: Instant;
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * The highest stage that holds; never back. What was so before the lead was put back does not raise it again.
 * Answers whether it rose: a stage may hold by the one before it.
 */
export function raiseStage(d: Draft): boolean {
  const { stages } = d.playbooks.current;
  const at = stages.findIndex((s) => s.id === d.state.stage);
  const scope = viewOf(d.state, d.facts, d.playbooks.current, d.t, SINCE_BACK);
  for (let i = stages.length - 1; i > at; i--) {
    const stage = stages[i];
    if (!stage) continue;
    // What an objector does is nobody's to judge; that they bought is a fact.
    if (!d.state.objected && stage.when?.test(scope)) {
      moveStage(d, { to: stage.id, reason: 'stage-condition', by: 'rule', data: { when: stage.when.source } });
      return true;
    }
    const deal = dealAt(d.state, stage.deal ?? []);
    if (deal) {
      moveStage(d, { to: stage.id, reason: 'stage-deal', by: 'rule', data: deal });
      return true;
    }
  }
  return false;
}

/** A deal that came to one of these stages since the lead was put back. */
function dealAt(state: LeadState, stages: readonly string[]): { deal: string; dealStage: string } | undefined {
  if (stages.length === 0) return undefined;
  const after = state.stageBackAt ?? Number.NEGATIVE_INFINITY;
  for (const [deal, { stage, since }] of Object.entries(state.deals ?? {})) {
    if (stages.includes(stage) && since > after) return { deal, dealStage: stage };
  }
  return undefined;
}

/** Puts the lead into a stage; going on is an event that cadences may start by, going back is not. */
export function moveStage(d: Draft, { to, reason, by, at, data }: StageMove): void {
  const { stages } = d.playbooks.current;
  const from = d.state.stage;
  const back = stages.findIndex((s) => s.id === to) < stages.findIndex((s) => s.id === from);
  journal(d, { type: 'stage.changed', reason, by, data: { from, to, ...data } });
  d.state.stage = to;
  d.state.stageAt = d.t;
  if (back) d.state.stageBackAt = at ?? d.t;
  else d.state.events = [...d.state.events, `stage.${to}`];
}
