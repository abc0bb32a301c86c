/**
 * Statistics that may be looked at as often as one likes: every interval here holds at all times together, so that
 * stopping when it says so is no error (docs/decisions/experiments-may-be-watched.md). Pure functions of counts.
 */
import { gammaln } from 'simple-statistics';

/** In one experiment of twenty without any difference, at most, one is ever claimed. */
export const ALPHA = 0.05;

export interface Interval {
  readonly from: number;
  /** `Infinity`: no bound is known. */
  readonly to: number;
}

const lnBeta = (a: number, b: number): number => gammaln(a) + gammaln(b) - gammaln(a + b);

/** Where a function that rises from below to above zero crosses it. */
function crossing(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  for (let i = 0; i < 80; i++) {
    const middle = (a + b) / 2;
    if (f(middle) < 0) a = middle;
    else b = middle;
  }
  return (a + b) / 2;
}

function logSumExp(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
}

/** x ln y, with 0 ln 0 as 0. */
const xlny = (x: number, y: number): number => (x === 0 ? 0 : x * Math.log(y));

/**
 * The rate behind `hits` of `of` leads: at no time outside, in all but `alpha` of experiments. The mixture of Robbins
 * over Jeffreys’ prior: p is in as long as B(s+½, f+½)/B(½, ½) ÷ (pˢ(1−p)ᶠ) < 1/alpha, a martingale at the true p, so
 * that by Ville’s inequality it ever exceeds 1/alpha with a chance of at most alpha.
 */
export function rateInterval(hits: number, of: number, alpha: number = ALPHA): Interval {
  if (of === 0) return { from: 0, to: 1 };
  const misses = of - hits;
  const evidence = lnBeta(hits + 0.5, misses + 0.5) - lnBeta(0.5, 0.5) + Math.log(alpha);
  const over = (p: number): number => evidence - xlny(hits, p) - xlny(misses, 1 - p);
  const best = hits / of;
  return {
    from: hits === 0 ? 0 : crossing((p) => -over(p), 0, best),
    to: misses === 0 ? 1 : crossing(over, best, 1),
  };
}

/** Goals of two groups among leads that came in by the same weights. */
export interface Tried {
  /** Of the leads of the two, how many are to be in the first. */
  readonly share: number;
  readonly first: number;
  readonly second: number;
}

/** Ratios of the two rates that are thought of beforehand, and how much: small ones more than large ones. */
const GRID: readonly { readonly ln: number; readonly prior: number }[] = (() => {
  const lns = Array.from({ length: 61 }, (_, i) => (i - 30) / 10);
  const weights = lns.map((ln) => Math.exp(-(ln ** 2) / (2 * 0.7 ** 2)));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return lns.map((ln, i) => ({ ln, prior: Math.log((weights[i] ?? 0) / all) }));
})();

/** The log likelihood that these goals are where they are, if the first rate is e^ln times the second. */
function lnLikelihood(tried: readonly Tried[], ln: number): number {
  let sum = 0;
  for (const { share, first, second } of tried) {
    const odds = Math.log(share / (1 - share)) + ln;
    // ln(1 + e^x) without overflow.
    const ln1p = (x: number): number => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));
    sum -= first * ln1p(-odds) + second * ln1p(odds);
  }
  return sum;
}

/**
 * How many times the rate of the second group that of the first is, at no time outside in all but `alpha` of
 * experiments. Which group a lead gets is a draw with known chances, and if the first rate is r times the second, of
 * those who reach the goal a share of rq/(rq+1−q) are in the first, whatever the rates are: so each r is tested by a
 * mixture likelihood ratio over the ratios of `GRID` (mSPRT), exact for any number of leads. 1 outside: they differ.
 */
export function ratioInterval(tried: readonly Tried[], alpha: number = ALPHA): Interval {
  const first = tried.reduce((sum, one) => sum + one.first, 0);
  const second = tried.reduce((sum, one) => sum + one.second, 0);
  if (first + second === 0) return { from: 0, to: Number.POSITIVE_INFINITY };
  const evidence = logSumExp(GRID.map(({ ln, prior }) => prior + lnLikelihood(tried, ln))) + Math.log(alpha);
  const over = (ln: number): number => evidence - lnLikelihood(tried, ln);
  const best = bestLn(tried, first, second);
  return {
    from: first === 0 ? 0 : Math.exp(crossing((ln) => -over(ln), -FAR, best)),
    to: second === 0 ? Number.POSITIVE_INFINITY : Math.exp(crossing(over, best, FAR)),
  };
}

/** e^20 times is beyond what any count of goals could tell from one side alone. */
const FAR = 20;

/** Where the likelihood is highest: it has one peak. */
function bestLn(tried: readonly Tried[], first: number, second: number): number {
  if (first === 0) return -FAR;
  if (second === 0) return FAR;
  const slope = (ln: number): number => lnLikelihood(tried, ln + 1e-6) - lnLikelihood(tried, ln - 1e-6);
  return crossing((ln) => -slope(ln), -FAR, FAR);
}
