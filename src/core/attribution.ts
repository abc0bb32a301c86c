/** Shares the money of a deal out over what led to it, so that it always adds up to all of it. */
import type { Instant } from './time.ts';

export const ATTRIBUTION_MODELS = ['first', 'last', 'linear', 'u', 'w'] as const;
export type AttributionModel = (typeof ATTRIBUTION_MODELS)[number];

/** U-shaped: 40% to the first and the last each; W-shaped: 30% to the first, the turning point and the last each. */
const U_END = 40;
const W_PEAK = 30;

/** Whole weights of `n` points in a row; `turn` is the place of the turning point. */
export function weightsOf(model: AttributionModel, n: number, turn: number): number[] {
  const weights = new Array<number>(n).fill(model === 'linear' ? 1 : 0);
  if (n === 0 || model === 'linear') return weights;
  const last = n - 1;
  if (model === 'first') weights[0] = 1;
  else if (model === 'last') weights[last] = 1;
  else if (n <= 2 || (model === 'w' && n === 3)) weights.fill(1);
  else {
    const peaks = model === 'u' ? [0, last] : [0, Math.min(Math.max(turn, 1), last - 1), last];
    const peak = model === 'u' ? U_END : W_PEAK;
    // What the peaks leave is for the others evenly; times their number, so that nothing is a fraction.
    const others = n - peaks.length;
    weights.fill(100 - peaks.length * peak);
    for (const place of peaks) weights[place] = peak * others;
  }
  return weights;
}

/**
 * `units` in proportion to whole weights, as whole numbers that add up to `units`: everyone gets the
 * whole part, what is left goes one by one to the largest remainders, the earliest first.
 */
export function shareOut(units: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return weights.map(() => 0);
  // In two parts, so that no product leaves the whole numbers a double holds.
  const rounds = Math.floor(units / total);
  const rest = units - rounds * total;
  const shares = weights.map((weight) => rounds * weight + Math.floor((rest * weight) / total));
  const left = units - shares.reduce((sum, share) => sum + share, 0);
  const order = weights
    .map((weight, i) => ({ i, remainder: (rest * weight) % total }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of order.slice(0, left)) shares[i] = (shares[i] ?? 0) + 1;
  return shares;
}

export interface Path {
  /** Instants in their order. */
  readonly points: readonly Instant[];
  /** The turning point of the W is the last one at or before it, without one the middle. */
  readonly turnedAt?: Instant;
  /** Hundredths in the smallest unit of the currency: 100 where it has no decimals. */
  readonly step?: number;
}

/**
 * The money of one deal, point by point, in hundredths of one unit of the currency. What is less than
 * the currency's smallest unit, if the CRM told any, goes with the largest share.
 */
export function attribute(model: AttributionModel, cents: number, { points, turnedAt, step = 1 }: Path): number[] {
  const turn = turnedAt === undefined ? Math.floor(points.length / 2) : points.findLastIndex((at) => at <= turnedAt);
  const units = Math.floor(cents / step);
  const shares = shareOut(units, weightsOf(model, points.length, turn)).map((share) => share * step);
  const rest = cents - units * step;
  const largest = shares.indexOf(Math.max(...shares));
  return rest === 0 ? shares : shares.map((share, i) => (i === largest ? share + rest : share));
}
