import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTION_MODELS, attribute, shareOut, weightsOf } from '../../src/core/attribution.ts';
import { centsOf, minorStep } from '../../src/core/money.ts';

const model = fc.constantFrom(...ATTRIBUTION_MODELS);
/** Up to what the API takes. */
const cents = fc.integer({ min: 0, max: 10_000_000_000_000_00 });
const currency = fc.constantFrom('EUR', 'JPY', 'KRW', 'KWD', 'XXX');
const points = fc
  .array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 60 })
  .map((all) => all.sort((a, b) => a - b));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('attribution', () => {
  it('adds up to all of the money, in whole units of the currency, and gives nobody less than nothing', () => {
    fc.assert(
      fc.property(
        model,
        currency,
        cents,
        points,
        fc.option(fc.integer({ min: -10, max: 1_010 }), { nil: undefined }),
        (m, code, c, p, at) => {
          const step = minorStep(code);
          const money = centsOf(c / 100, code);
          const shares = attribute(m, money, { points: p, step, ...(at === undefined ? {} : { turnedAt: at }) });
          expect(shares).toHaveLength(p.length);
          expect(sum(shares)).toBe(money);
          for (const share of shares) expect(Number.isInteger(share / step) && share >= 0).toBe(true);
        },
      ),
    );
  });

  it('keeps what is less than a unit of the currency too', () => {
    expect(attribute('linear', 100_050, { points: [1, 2, 3], step: 100 })).toEqual([33_450, 33_300, 33_300]);
  });

  it.each([
    ['EUR', 1],
    ['JPY', 100],
    ['CLP', 100],
    ['KWD', 1],
    ['BHD', 1],
    ['CLF', 1],
    ['ZZZ', 1],
  ])('%s is shared out in %i hundredths', (code, step) => {
    expect(minorStep(code)).toBe(step);
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
        const shares = attribute('linear', c, { points: Array.from({ length: n }, (_, i) => i) });
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
    expect(attribute(m, 100, { points: Array.from({ length: n }, (_, i) => i) })).toEqual(expected);
  });

  it('turns where the lead qualified, between the ends', () => {
    expect(attribute('w', 100, { points: [1, 2, 3, 4, 5], turnedAt: 2 })).toEqual([30, 30, 5, 5, 30]);
    expect(attribute('w', 100, { points: [1, 2, 3, 4, 5], turnedAt: 0 })).toEqual([30, 30, 5, 5, 30]);
    expect(attribute('w', 100, { points: [1, 2, 3, 4, 5], turnedAt: 9 })).toEqual([30, 5, 5, 30, 30]);
    expect(weightsOf('w', 0, 0)).toEqual([]);
  });
});
