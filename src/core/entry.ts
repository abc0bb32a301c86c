/** Who may enter a cadence. The API answers from the same function the engine decides with. */
import { addDuration, nextMidnight } from './calendar.ts';
import type { Facts } from './facts.ts';
import { permissionFor } from './permission.ts';
import type { Cadence, Playbook } from './playbook.ts';
import { type Reason, sentenceOf } from './reasons.ts';
import type { LeadState } from './state.ts';
import type { Instant } from './time.ts';
import { leadZone } from './view.ts';

export type EntryAnswer =
  | { readonly ok: true }
  /** `retryAt`: when time alone lifts the refusal, if it does. */
  | { readonly ok: false; readonly reason: Reason; readonly sentence: string; readonly retryAt?: Instant };

const no = (reason: Reason, retryAt?: Instant): EntryAnswer => ({
  ok: false,
  reason,
  sentence: sentenceOf(reason),
  ...(retryAt === undefined ? {} : { retryAt }),
});

export interface EntryQuestion {
  readonly state: LeadState;
  readonly facts: Facts;
  readonly playbook: Playbook;
  readonly cadence: Cadence;
  readonly now: Instant;
}

/** The entry rules save `when` and `on`: those say when a lead enters by itself, these whether it may. */
export function mayEnter({ state, facts, playbook, cadence, now }: EntryQuestion): EntryAnswer {
  if (state.disqualified) return no('disqualified');
  if (state.expired) return no('expired');
  if (state.enrollments.some((e) => e.lane === cadence.lane)) return no('lane-taken');
  return mayReplace({ state, facts, playbook, cadence, now });
}

/** `mayEnter` for a start that takes over its lane from whatever runs there. */
export function mayReplace({ state, facts, playbook, cadence, now }: EntryQuestion): EntryAnswer {
  if (state.disqualified) return no('disqualified');
  if (state.objected && cadence.purpose !== 'service') return no('objected');
  const again = againAnswer({ state, facts, playbook, cadence, now });
  if (!again.ok) return again;
  if (!cadence.runs.custody.includes(state.custody.who)) return no('custody-elsewhere');
  const permission = permissionFor(cadence.purpose, facts, playbook, now);
  if (permission.kind === 'no') return no(permission.reason);
  return { ok: true };
}

function againAnswer({ state, facts, playbook, cadence, now }: EntryQuestion): EntryAnswer {
  const past = state.past[cadence.id];
  const again = cadence.entry?.again ?? { kind: 'once' };
  if (!past) return { ok: true };
  if (again.kind === 'once') return no('entered-before');
  // `always` admits again, but on another day: a run that ends at once would otherwise never settle.
  const from =
    again.kind === 'after'
      ? addDuration(past.endedAt, again.after, 'UTC')
      : nextMidnight(leadZone(facts, playbook), past.endedAt);
  return now >= from ? { ok: true } : no('entered-recently', from);
}
