/** Intervals that hold at all times: looked at after every lead, they are wrong as seldom as they say. */
import fc from 'fast-check';
import { gammaln } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { type GroupCount, judge, mustStop } from '../../../src/core/experiments/judge.ts';
import { ALPHA, rateInterval, ratioInterval } from '../../../src/core/experiments/sequential.ts';

/** Numbers in [0, 1) from a seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The seed of the run, printed with a failure. */
const SEED = Number(process.env['VOLLEY_TEST_SEED'] ?? 1);
const EXPERIMENTS = 2_000;
/** A true share of ALPHA is above this once in a million runs (5 standard deviations). */
const AT_MOST = EXPERIMENTS * ALPHA + 5 * Math.sqrt(EXPERIMENTS * ALPHA * (1 - ALPHA));

describe('the log of the gamma function', () => {
  // Abramowitz and Stegun, Handbook of Mathematical Functions, table 6.1 and 6.1.8; factorials.
  it.each([
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [1.5, Math.log(0.886_226_925_5)],
    [1.25, Math.log(0.906_402_477_1)],
    [1.75, Math.log(0.919_062_526_8)],
    [11, Math.log(3_628_800)],
    [101, 363.739_375_555_563_5],
  ])('of %d is as published', (x, published) => {
    expect(gammaln(x)).toBeCloseTo(published, 9);
  });
});

describe('the interval of a rate', () => {
  it('is that of the Beta-binomial mixture: at its ends the likelihood ratio is 1/alpha', () => {
    // With uniform steps of the integral: B(s+½, f+½)/B(½, ½) is the mean of p^s (1-p)^f over Jeffreys’ prior,
    // that is over sin²(u) with u even on (0, π/2).
    const mean = (s: number, f: number): number => {
      const steps = 200_000;
      let sum = 0;
      for (let i = 0; i < steps; i++) {
        const p = Math.sin(((i + 0.5) / steps) * (Math.PI / 2)) ** 2;
        sum += p ** s * (1 - p) ** f;
      }
      return sum / steps;
    };
    for (const [s, n] of [
      [3, 40],
      [10, 25],
      [1, 9],
    ] as const) {
      const { from, to } = rateInterval(s, n, 0.05);
      const top = mean(s, n - s);
      for (const p of [from, to]) expect(top / (p ** s * (1 - p) ** (n - s))).toBeCloseTo(20, 4);
    }
  });

  it('holds the rate seen, lies in 0 to 1, and is narrower with more leads', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (of, p) => {
        const hits = Math.round(of * p);
        const one = rateInterval(hits, of);
        expect(one.from).toBeGreaterThanOrEqual(0);
        expect(one.to).toBeLessThanOrEqual(1);
        expect(one.from).toBeLessThanOrEqual(hits / of + 1e-9);
        expect(one.to).toBeGreaterThanOrEqual(hits / of - 1e-9);
        const ten = rateInterval(hits * 10, of * 10);
        expect(ten.to - ten.from).toBeLessThan(one.to - one.from);
      }),
    );
  });
});

describe(`experiments without a difference, looked at after every lead (seed ${SEED})`, () => {
  it.each([0.01, 0.05, 0.3])(
    `claim one in at most ${ALPHA * 100}% of them, at a rate of %d`,
    (rate) => {
      const random = numbers(SEED);
      let wrong = 0;
      for (let i = 0; i < EXPERIMENTS; i++) {
        const share = [0.5, 0.45, 0.1][i % 3] ?? 0.5;
        let [first, second] = [0, 0];
        for (let lead = 0; lead < 1_000; lead++) {
          const isFirst = random() < share;
          if (random() >= rate) continue;
          if (isFirst) first += 1;
          else second += 1;
          // Only a goal changes what is known of the ratio, and every fourth is looked at where there are many.
          if ((first + second) % (rate > 0.1 ? 4 : 1) !== 0) continue;
          const { from, to } = ratioInterval([{ share, first, second }]);
          if (from > 1 || to < 1) {
            wrong += 1;
            break;
          }
        }
      }
      expect(wrong).toBeLessThanOrEqual(AT_MOST);
    },
    120_000,
  );

  it('of three groups with changing weights claim a winner as seldom', () => {
    const random = numbers(SEED + 1);
    const times = [
      { a: 0.45, b: 0.45, holdout: 0.1 },
      { a: 0.2, b: 0.6, holdout: 0.2 },
    ];
    let wrong = 0;
    for (let i = 0; i < EXPERIMENTS / 4; i++) {
      const counts: GroupCount[] = [];
      look: for (const shares of times) {
        const rows = Object.keys(shares).map((group) => ({ group, shares, leads: 0, known: 0, goals: 0, guards: 0 }));
        counts.push(...rows);
        for (let lead = 0; lead < 300; lead++) {
          const u = random();
          const row = u < shares.a ? rows[0] : u < shares.a + shares.b ? rows[1] : rows[2];
          if (row === undefined) continue;
          row.leads += 1;
          row.known += 1;
          if (random() >= 0.1) continue;
          row.goals += 1;
          const { pairs } = judge(counts);
          if (pairs.some(({ ratio }) => ratio.from > 1 || ratio.to < 1)) {
            wrong += 1;
            break look;
          }
        }
      }
    }
    expect(wrong).toBeLessThanOrEqual((EXPERIMENTS / 4) * ALPHA + 5 * Math.sqrt((EXPERIMENTS / 4) * ALPHA));
  }, 120_000);

  it('stop an arm at its guard’s limit in at most as many of them', () => {
    const random = numbers(SEED + 2);
    const atMost = 0.02;
    let wrong = 0;
    for (let i = 0; i < EXPERIMENTS; i++) {
      let guards = 0;
      for (let leads = 1; leads <= 500; leads++) {
        if (random() >= atMost) continue;
        guards += 1;
        if (mustStop({ guards, leads, groups: 1 }, { atMost })) {
          wrong += 1;
          break;
        }
      }
    }
    expect(wrong).toBeLessThanOrEqual(AT_MOST);
  }, 60_000);
});

describe('a difference', () => {
  it('is found, and the true ratio is in the interval', () => {
    const random = numbers(SEED + 3);
    let [found, held] = [0, 0];
    for (let i = 0; i < 200; i++) {
      let [first, second] = [0, 0];
      for (let lead = 0; lead < 3_000; lead++) {
        if (random() < 0.5) first += random() < 0.1 ? 1 : 0;
        else second += random() < 0.05 ? 1 : 0;
      }
      const { from, to } = ratioInterval([{ share: 0.5, first, second }]);
      if (from > 1) found += 1;
      if (from <= 2 && to >= 2) held += 1;
    }
    expect(found).toBeGreaterThan(180);
    expect(held).toBeGreaterThan(180);
  });

  it('stops an arm whose leads leave three times as often as its guard lets them', () => {
    const random = numbers(SEED + 4);
    let stopped = 0;
    for (let i = 0; i < 200; i++) {
      let guards = 0;
      for (let leads = 1; leads <= 1_000; leads++) {
        if (random() < 0.06) guards += 1;
        if (!mustStop({ guards, leads, groups: 2 }, { atMost: 0.02 })) continue;
        stopped += 1;
        break;
      }
    }
    expect(stopped).toBeGreaterThan(190);
  });

  it('is one of rates, not of how many leads a group has', () => {
    const { from, to } = ratioInterval([{ share: 0.9, first: 90, second: 10 }]);
    expect(from).toBeLessThan(1);
    expect(to).toBeGreaterThan(1);
    expect(ratioInterval([{ share: 0.5, first: 90, second: 10 }]).from).toBeGreaterThan(1);
  });

  it('without a goal on one side has no bound there', () => {
    expect(ratioInterval([{ share: 0.5, first: 3, second: 0 }]).to).toBe(Number.POSITIVE_INFINITY);
    expect(ratioInterval([{ share: 0.5, first: 0, second: 3 }]).from).toBe(0);
    expect(ratioInterval([])).toEqual({ from: 0, to: Number.POSITIVE_INFINITY });
  });
});
