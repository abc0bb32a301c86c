/** When a delivery that failed is tried again. */
import { HOUR, MINUTE, SECOND } from '../core/time.ts';

/**
 * After the n-th failed attempt, on the store's clock: the schedule the Standard Webhooks
 * specification recommends. Ten attempts in a little over three days, then the row is dead.
 */
export const RETRY_AFTER_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

export const MAX_ATTEMPTS = RETRY_AFTER_MS.length + 1;

/** Up to a tenth more, so that what failed together does not come back together. */
const JITTER = 0.1;

/**
 * How long to wait after attempt number `attempts` failed, ms; null when that was the last.
 * @param draw from 0 to 1
 * @param atLeastMs what the receiver asked for; at most a day of it is granted
 */
export function retryAfter(attempts: number, draw: number, atLeastMs = 0): number | null {
  const wait = RETRY_AFTER_MS[attempts - 1];
  if (wait === undefined) return null;
  return Math.round(Math.max(wait, Math.min(atLeastMs, 24 * HOUR)) * (1 + JITTER * draw));
}
