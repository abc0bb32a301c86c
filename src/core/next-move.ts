/** What a lead waits for: the next thing the clock will bring, or in words why there is none. */
import { phaseOf } from './custody-states.ts';
import type { Wake } from './decision.ts';
import { isHold } from './pause-scopes.ts';
import type { LeadState } from './state.ts';
import type { Instant } from './time.ts';

export const SILENCES = {
  disqualified: 'The lead is disqualified: nobody contacts it again.',
  objected: 'The person objected to marketing: no team contacts them again.',
  expired: 'Nobody has heard of it for too long and it has expired: a signal brings it back.',
  'sending-paused': 'Sending is paused; what is due goes on when it is resumed.',
  'sending-held':
    'Sending is held by a rule: the mail service’s quota, too many bounces or complaints, or a sending domain that is not ready. What is due keeps its place.',
  'offer-unanswered': 'The lead is offered and its ladder is at an end: it waits for an answer.',
  'with-rep': 'A rep has accepted the lead and has the next move.',
  'paused-by-person': 'A person paused its cadence; it goes on when somebody resumes it.',
  'paused-by-custody': 'Its cadence waits until the team whose cadence it is has the lead again.',
  'nothing-runs': 'No cadence runs for it: a signal, a change of its data or a person wakes it.',
} as const;
export type Silence = keyof typeof SILENCES;

export type NextMove =
  | { readonly kind: 'due'; readonly at: Instant }
  | { readonly kind: 'waits'; readonly code: Silence; readonly sentence: string };

export interface Waiting {
  readonly state: LeadState;
  readonly wake: Pick<Wake, 'at'> | null;
  /** Pause scope that holds back a due touch. */
  readonly held?: string | undefined;
}

/** `undefined` only for a lead that something is wrong with: nothing is due and nothing says why. */
export function nextMoveOf({ state, wake, held }: Waiting): NextMove | undefined {
  if (wake) return { kind: 'due', at: wake.at };
  const code = silenceOf(state, held);
  return code && { kind: 'waits', code, sentence: SILENCES[code] };
}

function silenceOf(
  { custody, disqualified, objected, expired, enrollments }: LeadState,
  held: string | undefined,
): Silence | undefined {
  if (disqualified) return 'disqualified';
  if (objected && enrollments.length === 0) return 'objected';
  if (expired) return 'expired';
  if (held !== undefined) return isHold(held) ? 'sending-held' : 'sending-paused';
  if (phaseOf(custody) === 'offered') return custody.ladder?.length === 0 ? 'offer-unanswered' : undefined;
  if (phaseOf(custody) === 'accepted') return 'with-rep';
  if (enrollments.some((e) => e.state === 'running')) return undefined;
  if (enrollments.some((e) => e.pausedBy === 'person')) return 'paused-by-person';
  return enrollments.length > 0 ? 'paused-by-custody' : 'nothing-runs';
}
