/**
 * A virtual clock that stands still until it is let go, and again at its end. A sped-up run would
 * otherwise live through days while it takes in its leads, and through more while its last touches
 * go: no two runs would begin or end alike.
 */
import { type Clock, type ClockAnchor, createClock } from '../clock.ts';
import { HOUR, type Instant } from '../core/time.ts';

export interface HeldClock extends Clock {
  /** Starts it; answers the anchor it runs from. */
  release(): ClockAnchor;
}

/** What lies after the end never comes; a timer for it must not keep asking whether it has. */
const NEVER_MS = 24 * HOUR;

/** @param end virtual instant it never passes */
export function holdClock(
  virtual: Instant,
  factor: number,
  end: Instant = Number.POSITIVE_INFINITY,
  realNow: () => number = Date.now,
): HeldClock {
  let running: Clock | undefined;
  // While it stands, a wait begins now: it ends too early by as long as it stands, which harms nothing.
  const standing = (): Clock => {
    const real = realNow();
    return createClock({ real, virtual, factor }, () => real);
  };
  const clock = (): Clock => running ?? standing();
  return {
    get anchor() {
      return clock().anchor;
    },
    now: () => Math.min(end, clock().now()),
    realUntil: (at) => (at > end ? NEVER_MS : clock().realUntil(at)),
    release() {
      running ??= createClock({ real: realNow(), virtual, factor }, realNow);
      return running.anchor;
    },
  };
}
