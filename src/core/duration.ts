/** ISO 8601 durations, parsed once. */
import { Temporal } from 'temporal-polyfill';
import { kept } from './kept.ts';
import { DAY, HOUR, type Instant, type IsoDuration, MINUTE, SECOND } from './time.ts';

export interface DurationParts {
  /** Years and months, which have no fixed length. */
  readonly months: number;
  /** Weeks and days together. */
  readonly days: number;
  /** The time part in milliseconds. */
  readonly ms: number;
}

/**
 * The parts of an ISO 8601 duration; negative ones (`-P1D`) have negative parts.
 * @throws RangeError when the text is not a duration.
 */
export const durationParts = kept((text: IsoDuration): DurationParts => {
  const d = Temporal.Duration.from(text);
  return {
    months: d.years * 12 + d.months,
    days: d.weeks * 7 + d.days,
    ms: d.hours * HOUR + d.minutes * MINUTE + d.seconds * SECOND + d.milliseconds,
  };
});

/**
 * Length in milliseconds with days of 24 hours and months of 30.436875 days (the Gregorian mean):
 * for decay and for spans counted backwards, where no calendar is meant.
 */
export function durationMs(text: IsoDuration): number {
  const p = durationParts(text);
  return p.months * 30.436875 * DAY + p.days * DAY + p.ms;
}

/** `at` less the duration, counted as `durationMs` does. */
export const before = (at: Instant, text: IsoDuration): Instant => Math.round(at - durationMs(text));
