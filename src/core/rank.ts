/**
 * What a rep does first. One order for every desk, told in docs/api.md:
 *
 * 1. what was put out of the way (snoozed) comes last
 * 2. an offer whose SLA runs: the nearest breach first, so what is breached comes before all
 * 3. high priority before normal
 * 4. the score (fit and engagement together, as the task was opened), in steps of ten, the higher first
 * 5. whom one may call now before whom one may not
 * 6. the nearest due time, then the id
 *
 * By rule, not by a sum of weights: a rep can see at a glance why one task is above another.
 */
import type { Instant } from './time.ts';

export interface Rankable {
  readonly id: string;
  /** Until when an offer must be answered; null when no SLA runs (any more). */
  readonly breachAt: Instant | null;
  readonly priority: 'high' | 'normal';
  /** Fit and engagement together. */
  readonly score: number;
  readonly callableNow: boolean;
  readonly dueAt: Instant;
  readonly snoozedUntil: Instant | null;
}

/** Steps of the score in which callable goes before a little more interest. */
const SCORE_STEP = 10;
const NEVER = Number.MAX_SAFE_INTEGER;

/** Where a task stands at `now`: compared number by number, the smaller first. */
export const rankOf = (task: Rankable, now: Instant): readonly number[] => [
  (task.snoozedUntil ?? now) > now ? 1 : 0,
  task.breachAt ?? NEVER,
  task.priority === 'high' ? 0 : 1,
  -Math.floor(task.score / SCORE_STEP),
  task.callableNow ? 0 : 1,
  task.dueAt,
];

/** How many numbers a rank has. */
export const RANK_SIZE = 6;

/** Compares two places of a list, each a row of numbers and an id that settles what is equal. */
export function byPlace(a: readonly [readonly number[], string], b: readonly [readonly number[], string]): number {
  for (const [i, value] of a[0].entries()) {
    const other = b[0][i] ?? 0;
    if (value !== other) return value < other ? -1 : 1;
  }
  return a[1] === b[1] ? 0 : a[1] < b[1] ? -1 : 1;
}
