/**
 * Rates from counts, with care where there are few. Of `n` chances of which `k` were taken:
 *
 *   the rate of all    p = (k + 0.5) / (n + 1)
 *   of those with x    p_x = (k_x + 20 p) / (n_x + 20): as if 20 more had behaved like all
 *   the factor of x    the odds of p_x over the odds of p
 *
 * Few data leave the factor near 1, and 20 of x's own weigh as much as what all others did. Nothing but the four
 * operations of arithmetic, so that the same counts give the same file on every machine.
 */

/** How many of its own weigh as much as all others. */
export const WEIGHT = 20;
/** Of what happens again and again, where a count has no number of chances: how many times. */
export const TIMES_WEIGHT = 5;

export interface Count {
  /** How often it could have happened: chances, or days. */
  n: number;
  /** How often it did. */
  k: number;
}

export const rateOf = ({ n, k }: Count): number => (k + 0.5) / (n + 1);

const odds = (p: number): number => p / (1 - p);
const rounded = (n: number): number => Number(n.toPrecision(3));

/** Factors of the odds by name, in the order of the names; those of 1 are left out. */
export function factorsOf(all: Count, by: ReadonlyMap<string, Count>): Record<string, number> {
  const p = rateOf(all);
  return inOrder(by, ({ n, k }) => odds((k + WEIGHT * p) / (n + WEIGHT)) / odds(p));
}

/** The same of mean numbers a day, which have no odds. */
export function timesFactorsOf(all: Count, by: ReadonlyMap<string, Count>): Record<string, number> {
  const p = rateOf(all);
  return inOrder(by, ({ n, k }) => (k + TIMES_WEIGHT) / (n + TIMES_WEIGHT / p) / p);
}

function inOrder(by: ReadonlyMap<string, Count>, factor: (count: Count) => number): Record<string, number> {
  const names = [...by.keys()].filter((name) => name !== '').sort();
  const all = names.map((name) => [name, rounded(factor(by.get(name) ?? { n: 0, k: 0 }))] as const);
  return Object.fromEntries(all.filter(([, one]) => one !== 1 && one > 0));
}

/** Weights of the hours of a day that counts fall on, of 24: as if each had had one more; their mean is 1. */
export function hoursOf(counts: readonly number[]): number[] {
  const sum = counts.reduce((a, b) => a + b, 0);
  return counts.map((n) => rounded(((n + 1) * 24) / (sum + 24)));
}

export const round = rounded;
