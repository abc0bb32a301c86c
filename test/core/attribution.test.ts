import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTION_MODELS, attribute, shareOut, weightsOf } from '../../src/core/attribution.ts';

const model = fc.constantFrom(...ATTRIBUTION_MODELS);
const cents = fc.integer({ min: 0, max: 10_000_000_000_00 });
const points = fc
  .array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 60 })
  .map((all) => all.sort((a, b) => a - b));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('attribution', () => {
  it('adds up to all of the money, to the cent, and gives nobody less than nothing', () => {
    fc.assert(
      fc.property(
        model,
        cents,
        points,
        fc.option(fc.integer({ min: -10, max: 1_010 }), { nil: undefined }),
        (m, c, p, at) => {
          const shares = attribute(m, c, p, at);
          expect(shares).toHaveLength(p.length);
          expect(sum(shares)).toBe(c);
          for (const share of shares) expect(Number.isInteger(share) && share >= 0).toBe(true);
        },
      ),
    );
  });

  it('is never a cent or more from what the weights say', () => {
    fc.assert(
      fc.property(cents, fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 30 }), (c, weights) => {
        fc.pre(sum(weights) > 0);
        shareOut(c, weights).forEach((share, i) => {
          expect(Math.abs(share - (c * (weights[i] ?? 0)) / sum(weights))).toBeLessThan(1.01);
        });
      }),
    );
  });

  it('gives as much to as much weight, but for one cent', () => {
    fc.assert(
      fc.property(cents, fc.integer({ min: 1, max: 60 }), (c, n) => {
        const shares = attribute(
          'linear',
          c,
          Array.from({ length: n }, (_, i) => i),
        );
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it.each([
    ['first', 4, [100, 0, 0, 0]],
    ['last', 4, [0, 0, 0, 100]],
    ['linear', 4, [25, 25, 25, 25]],
    ['u', 1, [100]],
    ['u', 2, [50, 50]],
    ['u', 4, [40, 10, 10, 40]],
    ['w', 2, [50, 50]],
    ['w', 3, [34, 33, 33]],
    ['w', 5, [30, 5, 30, 5, 30]],
  ] as const)('%s over %i points', (m, n, expected) => {
    expect(
      attribute(
        m,
        100,
        Array.from({ length: n }, (_, i) => i),
      ),
    ).toEqual(expected);
  });

  it('turns where the lead qualified, between the ends', () => {
    expect(attribute('w', 100, [1, 2, 3, 4, 5], 2)).toEqual([30, 30, 5, 5, 30]);
    expect(attribute('w', 100, [1, 2, 3, 4, 5], 0)).toEqual([30, 30, 5, 5, 30]);
    expect(attribute('w', 100, [1, 2, 3, 4, 5], 9)).toEqual([30, 5, 5, 30, 30]);
    expect(weightsOf('w', 0, 0)).toEqual([]);
  });
});
