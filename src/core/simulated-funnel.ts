/** How far leads of a simulation get: each step counts the leads that ever reached it. */
import type { JournalEntry } from './decision.ts';
import { isCustomer } from './endstate.ts';

export const FUNNEL_STEPS = ['touched', 'reacted', 'mql', 'offered', 'accepted', 'met', 'bought'] as const;
export type FunnelStep = (typeof FUNNEL_STEPS)[number];

export interface Funnel {
  add(key: string, entry: JournalEntry): void;
  counts(): Record<FunnelStep, number>;
}

export function createFunnel(): Funnel {
  const reached = new Map<FunnelStep, Set<string>>(FUNNEL_STEPS.map((step) => [step, new Set()]));
  return {
    add(key, entry) {
      const step = stepOf(entry);
      if (step !== undefined) reached.get(step)?.add(key);
    },
    counts: () => {
      const of = (step: FunnelStep): number => reached.get(step)?.size ?? 0;
      return {
        touched: of('touched'),
        reacted: of('reacted'),
        mql: of('mql'),
        offered: of('offered'),
        accepted: of('accepted'),
        met: of('met'),
        bought: of('bought'),
      };
    },
  };
}

function stepOf({ type, data }: JournalEntry): FunnelStep | undefined {
  switch (type) {
    case 'touch.sent':
      return 'touched';
    case 'signal.received':
      if (data['type'] === 'meeting.held') return 'met';
      return data['human'] === true ? 'reacted' : undefined;
    case 'label.gained':
      return data['label'] === 'mql' ? 'mql' : undefined;
    case 'handoff.offered':
      return 'offered';
    case 'handoff.accepted':
      return 'accepted';
    case 'stage.changed':
      return isCustomer(String(data['to'])) ? 'bought' : undefined;
    default:
      return undefined;
  }
}
