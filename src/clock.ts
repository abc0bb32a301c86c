/**
 * The one clock everything asks. With a speed factor above 1 it runs from a stored anchor, so that
 * a restart continues the same virtual time.
 */
import type { Instant } from './core/time.ts';

export interface ClockAnchor {
  /** Epoch ms of the real clock at the anchor. */
  readonly real: number;
  /** Epoch ms of the virtual clock at the same moment. */
  readonly virtual: number;
  /** Virtual milliseconds per real one; 1 is real time. */
  readonly factor: number;
}

export interface Clock {
  readonly anchor: ClockAnchor;
  now(): Instant;
  /** Real milliseconds until the virtual instant; 0 when it is past. */
  realUntil(at: Instant): number;
}

export function createClock(anchor: ClockAnchor, realNow: () => number = Date.now): Clock {
  return {
    anchor,
    now: () => Math.floor(anchor.virtual + (realNow() - anchor.real) * anchor.factor),
    realUntil: (at) => Math.max(0, Math.ceil((at - anchor.virtual) / anchor.factor + anchor.real - realNow())),
  };
}

/** Real time: virtual and real agree. */
export const realClock: Clock = createClock({ real: 0, virtual: 0, factor: 1 });
