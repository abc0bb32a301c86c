import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bill, billOf, type Load, lambdaSeconds, volumesOf } from '../../../src/cli/cost/bill.ts';
import { FIGURES } from '../../../src/cli/cost/figures.ts';
import { PRICES } from '../../../src/cli/cost/prices.ts';

const MONTH: Load = { leads: 100_000, days: 30, worker: 'lambda', arch: 'arm64', kept: 365 };
const bill = (load: Partial<Load> = {}): Bill => billOf({ ...MONTH, ...load }, FIGURES, PRICES);
const lineOf = ({ lines }: Bill, what: string) => {
  const line = lines.find((one) => one.what === what);
  if (line === undefined) throw new Error(`no line ${what}`);
  return line;
};
const load = fc.record({
  leads: fc.integer({ min: 1, max: 10_000_000 }),
  days: fc.integer({ min: 1, max: 365 }),
  worker: fc.constantFrom('lambda', 'fargate'),
  arch: fc.constantFrom('arm64', 'x64'),
  kept: fc.integer({ min: 1, max: 3_650 }),
});

describe('a bill', () => {
  it('is the sum of its lines, each a quantity by its price', () => {
    fc.assert(
      fc.property(load, (one) => {
        const { lines, usd, usdPerLead } = billOf(one, FIGURES, PRICES);
        expect(usd).toBeCloseTo(
          lines.reduce((sum, line) => sum + line.usd, 0),
          6,
        );
        expect(usdPerLead).toBeCloseTo(usd / one.leads, 9);
        for (const line of lines) expect(Number.isFinite(line.usd) && line.usd >= 0, line.what).toBe(true);
      }),
    );
  });

  it('never falls as leads, days or days kept are added', () => {
    fc.assert(
      fc.property(
        load,
        fc.constantFrom('leads', 'days', 'kept'),
        fc.integer({ min: 1, max: 100 }),
        (one, key, more) => {
          const bigger = { ...one, [key]: one[key] + more };
          expect(billOf(bigger, FIGURES, PRICES).usd).toBeGreaterThanOrEqual(
            billOf(one, FIGURES, PRICES).usd * 0.999999,
          );
        },
      ),
    );
  });

  it('counts the actions measured for each email, at the price of an action', () => {
    const [none, some] = [volumesOf({ ...MONTH, emails: 0 }, FIGURES), volumesOf({ ...MONTH, emails: 4 }, FIGURES)];
    expect(some.emails).toBe(400_000);
    const actions = (emails: number): number => lineOf(bill({ emails }), 'actions').quantity;
    const more = (some.signals - none.signals) * FIGURES.measured.burst.actions;
    expect(actions(4) - actions(0)).toBeCloseTo(400_000 * FIGURES.measured.wake.actions + more, 3);
    const { quantity, usd } = lineOf(bill({ emails: 4 }), 'actions');
    expect(usd).toBeCloseTo((quantity / 1_000_000) * 50, 6);
  });

  it('has a price of SES for each message, replies and mail to reps included', () => {
    const { quantity, usd } = lineOf(bill({ emails: 10 }), 'messages');
    expect(quantity).toBeGreaterThan(1_000_000);
    expect(usd).toBeCloseTo(quantity / 10_000, 6);
  });

  it('keeps what is fixed whatever the number of leads', () => {
    for (const what of ['alarms', 'metrics', 'dashboard', 'secrets', 'sweep once a minute'])
      expect(lineOf(bill({ leads: 1 }), what).usd).toBe(lineOf(bill({ leads: 1_000_000 }), what).usd);
  });

  it('says what rests on an assumption', () => {
    expect(bill().lines.flatMap(({ what, assumed }) => (assumed ? [what] : []))).toEqual([
      'sweep once a minute',
      'function of the API',
      'events of the mail service: function',
      'work (DPU)',
    ]);
  });
});

describe('a worker function', () => {
  const day = 86_400;
  it('is paid for a minute by each task that comes alone, for all the time by tasks that come at once', () => {
    expect(lambdaSeconds(10, 20, 30 * day, FIGURES)).toBeCloseTo(600, 0);
    expect(lambdaSeconds(1_000_000, 1, day, FIGURES)).toBeCloseTo(day, -3);
    expect(lambdaSeconds(0, 20, day, FIGURES)).toBe(0);
  });

  it('is joined by others when one cannot do the work', () => {
    expect(lambdaSeconds(100_000_000, 20, day, FIGURES)).toBeGreaterThan(20 * day);
  });
});
