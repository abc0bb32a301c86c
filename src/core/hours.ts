/** Hours and windows of a playbook, as `calendar.ts` computes with them. */
import type { IsoDuration } from './time.ts';

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

export interface WorkingHours {
  readonly days: readonly Weekday[];
  /** Local clock time, `HH:MM`. */
  readonly from: string;
  readonly to: string;
  /** Local dates without work, `YYYY-MM-DD`. */
  readonly holidays: readonly string[];
}

/** Working hours in a zone: what a deadline is counted in. */
export interface Calendar extends WorkingHours {
  readonly timeZone: string;
}

/** A span that is either plain time or working time in somebody's calendar. */
export type Span = { readonly plain: IsoDuration } | { readonly working: IsoDuration };

export interface SendWindow {
  readonly days: readonly Weekday[];
  readonly from: string;
  readonly to: string;
  /** Where the zone is looked for, in order; the company's is always last. */
  readonly zones: readonly ('lead' | 'country' | 'company')[];
  /** Within it, the hour at which the lead does most, once that is known. */
  readonly prefer?: 'best-hour';
  /** Everybody as soon as it is open; absent: each lead at its own place in it. */
  readonly spread?: 'none';
}
