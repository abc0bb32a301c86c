import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byThemselvesSchema, chanceOf, delayAt, hourOf, rateSchema, timesOf } from '../../src/core/behaviour-rates.ts';
import { fraction } from '../../src/core/hash.ts';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';

const AT = Date.UTC(2026, 6, 1, 12);
const by = { role: 'it', stage: 'exploring', zone: 'Europe/Berlin' };
const factor = fc.double({ min: 0.01, max: 100, noNaN: true });

describe('the chance of a rate', () => {
  it('stays one whatever the factors, and a factor above 1 raises it', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), factor, factor, (chance, role, email) => {
        const rate = rateSchema.parse({
          ...{
            signal: 'email.clicked',
            chance,
            roles: { it: role },
            emails: { hello: email },
            after: ['PT0S', 'PT1H'],
          },
        });
        const found = chanceOf(rate, { email: 'hello', at: AT }, by);
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThanOrEqual(1);
        const without = chanceOf({ ...rate, roles: {} }, { email: 'hello', at: AT }, by);
        if (role >= 1) expect(found).toBeGreaterThanOrEqual(without);
        else expect(found).toBeLessThanOrEqual(without);
      }),
    );
  });

  it('goes by the hour at the lead’s place', () => {
    expect(hourOf('Europe/Berlin', AT)).toBe(14);
    const hours = Array.from({ length: 24 }, (_, hour) => (hour === 14 ? 9 : 1));
    const rate = rateSchema.parse({ signal: 'email.clicked', chance: 0.5, hours, after: ['PT0S', 'PT1H'] });
    expect(chanceOf(rate, { email: 'hello', at: AT }, by)).toBeCloseTo(0.9);
    expect(chanceOf(rate, { email: 'hello', at: AT + HOUR }, by)).toBeCloseTo(0.5);
    expect(chanceOf(rate, { email: 'hello', at: AT }, undefined)).toBeCloseTo(0.5);
  });
});

it('as many delays fall between each two neighbours', () => {
  const quantiles = ['PT10M', 'PT20M', 'PT80M'];
  expect([0, 0.25, 0.5, 0.75].map((share) => delayAt(quantiles, share) / MINUTE)).toEqual([10, 15, 20, 50]);
});

describe('what leads do by themselves', () => {
  const draw =
    (key: string) =>
    (what: string, nth: number): number =>
      fraction(key, what, String(nth));

  it('comes as often as the rate says, by the role', () => {
    const rate = byThemselvesSchema.parse({ signal: 'page.pricing', perDay: 0.1, roles: { it: 2 } });
    const span = { since: AT, until: AT + 1_000 * DAY, by };
    const times = Array.from({ length: 20 }, (_, i) => timesOf(rate, span, draw(`lead-${i}`))).flat();
    expect(times.length / 20).toBeGreaterThan(180);
    expect(times.length / 20).toBeLessThan(220);
    expect(times.every((at) => at >= span.since && at < span.until)).toBe(true);
  });

  it('falls on the hours of the lead’s day', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => (hour === 9 ? 1_000 : 1e-9));
    const rate = byThemselvesSchema.parse({ signal: 'page.pricing', perDay: 0.5, hours });
    const times = timesOf(rate, { since: AT, until: AT + 200 * DAY, by }, draw('lead'));
    expect(times.length).toBeGreaterThan(60);
    expect(new Set(times.map((at) => hourOf('Europe/Berlin', at)))).toEqual(new Set([9]));
  });
});
