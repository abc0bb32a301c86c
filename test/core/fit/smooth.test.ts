import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantilesOf, spansOf } from '../../../src/core/fit/delays.ts';
import { factorsOf, hoursOf, rateOf, timesFactorsOf } from '../../../src/core/fit/smooth.ts';
import { HOUR, MINUTE } from '../../../src/core/time.ts';

describe('a rate of counts', () => {
  it('is never none and never all', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (n, k) => {
        const p = rateOf({ n, k: Math.min(k, n) });
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThan(1);
      }),
    );
  });

  it('of many is what was counted', () => expect(rateOf({ n: 10_000, k: 3_000 })).toBeCloseTo(0.3, 3));
});

describe('a factor', () => {
  it('of few stays near 1, of many is the ratio of the odds', () => {
    const all = { n: 10_000, k: 1_000 };
    const few = factorsOf(all, new Map([['x', { n: 2, k: 2 }]]))['x'] ?? 0;
    const many = factorsOf(all, new Map([['x', { n: 5_000, k: 2_500 }]]))['x'] ?? 0;
    expect(few).toBeGreaterThan(1);
    expect(few).toBeLessThan(2.5);
    // Odds of 1 to 1 beside 1 to 9.
    expect(many).toBeGreaterThan(8.7);
    expect(many).toBeLessThan(9);
  });

  it('is left out where there is nothing to tell, and where there is no name', () => {
    const all = { n: 100, k: 10 };
    expect(
      factorsOf(
        all,
        new Map([
          ['x', { n: 0, k: 0 }],
          ['', { n: 50, k: 50 }],
        ]),
      ),
    ).toEqual({});
  });

  it('of mean numbers a day goes the same way', () => {
    const all = { n: 10_000, k: 100 };
    const by = new Map([
      ['busy', { n: 1_000, k: 50 }],
      ['new', { n: 1, k: 0 }],
    ]);
    const { busy = 0, new: fresh = 1 } = timesFactorsOf(all, by);
    expect(busy).toBeGreaterThan(3.5);
    expect(busy).toBeLessThan(5);
    expect(fresh).toBeCloseTo(1, 1);
  });

  it('of hours have a mean of 1 and none of 0', () => {
    const hours = hoursOf(Array.from({ length: 24 }, (_, hour) => (hour === 9 ? 100 : 0)));
    expect(hours.reduce((a, b) => a + b, 0) / 24).toBeCloseTo(1, 1);
    expect(Math.min(...hours)).toBeGreaterThan(0);
    expect(hours.indexOf(Math.max(...hours))).toBe(9);
  });
});

describe('delays', () => {
  it('are kept as what as many fall between, ascending, from the least to the most', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 1, maxLength: 50 }), (minutes) => {
        const found = quantilesOf(minutes.map((n) => n * MINUTE)).map((text) => Number(text.slice(2, -1)));
        expect(found).toEqual(found.toSorted((a, b) => a - b));
        expect(found[0]).toBe(Math.min(...minutes));
        expect(found.at(-1)).toBe(Math.max(...minutes));
        expect(found.length).toBe(Math.min(8, minutes.length) + 1);
      }),
    );
  });

  it('span after span', () => {
    expect(spansOf([HOUR, 2 * HOUR, 3 * HOUR], 2)).toEqual([
      { from: 'PT60M', to: 'PT120M' },
      { from: 'PT120M', to: 'PT180M' },
    ]);
    expect(spansOf([], 4)).toEqual([{ from: 'PT0M', to: 'PT0M' }]);
  });
});
