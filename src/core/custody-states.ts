/**
 * Custody as one state machine: who has the next move, and what may change that. `moveCustody` is
 * the only place that writes `state.custody.who`; docs/custody.md draws this table.
 */
import { type Draft, journal } from './draft.ts';
import type { Reason } from './reasons.ts';
import type { LeadState } from './state.ts';

export type Custody = LeadState['custody'];

/** `offered` and `accepted` are both sales': before and after a rep has answered. */
export type CustodyPhase = 'nobody' | 'marketing' | 'offered' | 'accepted';

export type CustodyEvent =
  /** A marketing cadence starts. */
  | 'take-up'
  /** No cadence runs any more. */
  | 'rest'
  /** A route, a step or a person hands the lead over. */
  | 'offer'
  /** A rep takes the offer. */
  | 'accept'
  /** Another rep or a manager gets it: by the ladder, by a person, or since the rep left. */
  | 'hand-on'
  /** A rep takes a lead nobody offered, or a manager gives it to one. */
  | 'claim'
  /** Rejected, given back, or recycled by a step. */
  | 'return'
  /** The last rung of the ladder. */
  | 'breach'
  /** A deal of the lead was won: the sale is made. */
  | 'won'
  /** Nobody heard of it for too long. */
  | 'expire'
  | 'disqualify'
  /** The person objected to being marketed to. */
  | 'object'
  /** The person works for another company now. */
  | 'move'
  /** Merged with a lead that is offered to sales, or that sales has: its handoff goes on here. */
  | 'adopt-offer'
  | 'adopt-sale';

export const TRANSITIONS: Readonly<Record<CustodyPhase, Readonly<Partial<Record<CustodyEvent, CustodyPhase>>>>> = {
  nobody: {
    'take-up': 'marketing',
    offer: 'offered',
    claim: 'accepted',
    return: 'marketing',
    expire: 'nobody',
    disqualify: 'nobody',
    object: 'nobody',
    move: 'nobody',
    'adopt-offer': 'offered',
    'adopt-sale': 'accepted',
  },
  marketing: {
    rest: 'nobody',
    offer: 'offered',
    claim: 'accepted',
    return: 'marketing',
    expire: 'nobody',
    disqualify: 'nobody',
    object: 'nobody',
    move: 'nobody',
    'adopt-offer': 'offered',
    'adopt-sale': 'accepted',
  },
  offered: {
    accept: 'accepted',
    'hand-on': 'offered',
    return: 'marketing',
    breach: 'marketing',
    won: 'nobody',
    disqualify: 'nobody',
    object: 'nobody',
    move: 'nobody',
    'adopt-offer': 'offered',
    'adopt-sale': 'accepted',
  },
  accepted: {
    'hand-on': 'accepted',
    return: 'marketing',
    won: 'nobody',
    disqualify: 'nobody',
    object: 'nobody',
    move: 'nobody',
    'adopt-offer': 'offered',
    'adopt-sale': 'accepted',
  },
};

export const phaseOf = (custody: Custody): CustodyPhase =>
  custody.who !== 'sales' ? custody.who : custody.task === undefined ? 'accepted' : 'offered';

/** Whether the event makes sense where the lead is; who asks for one that does not is ignored or told. */
export const mayMove = (custody: Custody, event: CustodyEvent): boolean =>
  TRANSITIONS[phaseOf(custody)][event] !== undefined;

const HOLDERS: Readonly<Record<CustodyPhase, Custody['who']>> = {
  nobody: 'nobody',
  marketing: 'marketing',
  offered: 'sales',
  accepted: 'sales',
};

/** An expired lead is in play again. */
export function revive(d: Draft, by: string): void {
  if (!d.state.expired) return;
  delete d.state.expired;
  journal(d, { type: 'lead.revived', reason: 'revived', by });
}

export interface Move {
  readonly reason: Reason;
  readonly by: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * Moves custody along the table; a change of holder is journalled with who had it before.
 * @throws Error when the table has no such move, or the fields do not fit where it leads: a bug of the caller.
 */
export function moveCustody(d: Draft, event: CustodyEvent, fields: Omit<Custody, 'who'>, move: Move): void {
  const before = d.state.custody;
  const from = phaseOf(before);
  const to = TRANSITIONS[from][event];
  if (to === undefined) throw new Error(`custody cannot ${event} from ${from}`);
  const next: Custody = { ...fields, who: HOLDERS[to] };
  if (phaseOf(next) !== to) throw new Error(`custody ${event} leads to ${to}, not to ${phaseOf(next)}`);
  d.state.custody = next;
  if (next.who === 'sales') revive(d, move.by);
  if (before.who === next.who) return;
  journal(d, {
    type: 'custody.changed',
    reason: move.reason,
    by: move.by,
    data: { from: before.who, to: next.who, ...(next.rep ? { rep: next.rep } : {}), ...move.data },
  });
}
