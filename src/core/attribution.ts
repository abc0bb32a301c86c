/** Shares the money of a deal out over what led to it, so that it always adds up to all of it. */
import type { Instant } from './time.ts';

export const ATTRIBUTION_MODELS = ['first', 'last', 'linear', 'u', 'w'] as const;
export type AttributionModel = (typeof ATTRIBUTION_MODELS)[number];

/** U-shaped: 40% to the first and the last each; W-shaped: 30% to the first, the turning point and the last each. */
const U_END = 40;
const W_PEAK = 30;

/** Weights of `n` points in a row; `turn` is the place of the turning point. */
export function weightsOf(model: AttributionModel, n: number, turn: number): number[] {
  const weights = new Array<number>(n).fill(model === 'linear' ? 1 : 0);
  if (n === 0 || model === 'linear') return weights;
  const set = (place: number, weight: number): void => {
    weights[place] = weight;
  };
  if (model === 'first') set(0, 1);
  else if (model === 'last') set(n - 1, 1);
  else if (n <= 2) weights.fill(1);
  else if (model === 'u' || n === 3) {
    const end = model === 'u' ? U_END : W_PEAK;
    weights.fill((100 - 2 * U_END) / (n - 2));
    if (model === 'w') weights.fill(W_PEAK);
    set(0, end);
    set(n - 1, end);
  } else {
    weights.fill((100 - 3 * W_PEAK) / (n - 3));
    set(0, W_PEAK);
    set(Math.min(Math.max(turn, 1), n - 2), W_PEAK);
    set(n - 1, W_PEAK);
  }
  return weights;
}

/**
 * `cents` in proportion to the weights, as whole cents that add up to `cents`: everyone gets the
 * whole part, the cents that are left go to the largest remainders, the earliest first.
 */
export function shareOut(cents: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (cents * weight) / total);
  const shares = exact.map(Math.floor);
  const left = cents - shares.reduce((sum, share) => sum + share, 0);
  const order = exact
    .map((value, i) => ({ i, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  // Rounding of the quotients can leave a cent too many as well as some too few.
  for (let k = 0; k < Math.abs(left); k++) {
    const place = order[left > 0 ? k % order.length : order.length - 1 - (k % order.length)]?.i ?? 0;
    shares[place] = (shares[place] ?? 0) + Math.sign(left);
  }
  return shares;
}

/**
 * The money of one deal, point by point. `points` are instants in their order; the turning point of
 * the W is the last one at or before `turnedAt`, without one the middle.
 */
export function attribute(
  model: AttributionModel,
  cents: number,
  points: readonly Instant[],
  turnedAt?: Instant,
): number[] {
  const turn = turnedAt === undefined ? Math.floor(points.length / 2) : points.findLastIndex((at) => at <= turnedAt);
  return shareOut(cents, weightsOf(model, points.length, turn));
}
