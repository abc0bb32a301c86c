/** A simulation under the quota of the mail service: never above it, nobody lost or early, first come first served. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cadence, Playbook } from '../../src/core/playbook.ts';
import { type Simulation, simulate } from '../../src/core/simulate.ts';
import { createPace, type Quota } from '../../src/core/simulated-pace.ts';
import { DAY, HOUR, SECOND } from '../../src/core/time.ts';
import { leadFields } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, template, wait } from './support/playbook.ts';

/** A Sunday; all are due on Monday at 9:00. */
const SUNDAY = Date.parse('2026-11-22T00:00:00Z');
const MONDAY_9 = Date.parse('2026-11-23T09:00:00Z');

const of = (more: Partial<Cadence> = {}): Playbook =>
  playbook({
    cadences: {
      guide: cadence('guide', {
        entry: { when: always, again: { kind: 'once' } },
        window: { days: ['mon', 'tue'], from: '09:00', to: '17:00', zones: ['company'], spread: 'none' },
        ...inARow(email('one'), wait('w', 'P1D'), email('two')),
        ...more,
      }),
    },
    emails: { one: template('one'), two: template('two') },
  });
const leads = (count: number): Simulation['leads'] =>
  Array.from({ length: count }, (_, n) => ({
    ...{ key: `lead-${n}`, consents: [], suppressions: [] },
    lead: { ...leadFields, email: `lead-${n}@company-${n}.example`, domain: `company-${n}.example` },
  }));

function run(count: number, quota: Quota | undefined, { days = 30, of: version = of() } = {}) {
  const sent: { key: string; step: string; at: number }[] = [];
  const result = simulate({
    ...{ playbook: version, leads: leads(count), reps: {}, seed: 1, from: SUNDAY, days },
    ...(quota === undefined ? {} : { quota }),
    onJournal: (key, { type, at, step = '' }) => {
      if (type === 'touch.sent') sent.push({ key, step, at });
    },
  });
  return { result, sent };
}
const mostIn = (times: readonly number[], span: number): number =>
  Math.max(0, ...times.map((from, n) => times.slice(n, n + 400).filter((at) => at < from + span).length));

describe('all due at the same Monday 9:00', () => {
  it('go one after another as fast as the quota lets them, in any second no more than it says', () => {
    const { result, sent } = run(1_000, { perSecond: 20 }, { days: 2 });
    const times = sent.map(({ at }) => at);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1_000);
    expect(Math.min(...times)).toBe(MONDAY_9);
    expect(mostIn(times, SECOND)).toBe(20);
    expect(Math.max(...times) - MONDAY_9).toBeLessThanOrEqual(1.1 * 50 * SECOND);
    expect(result.pace).toMatchObject({ waited: 980, longestWait: 49 * SECOND, most: { second: 20 }, left: 0 });
    expect(result.pace?.hours).toEqual([{ from: '2026-11-23T09:00:00.000Z', sent: 1_000 }]);
  });

  it('wait for the day’s quota in the order they came, and none is dropped when the window closes', () => {
    const { result, sent } = run(900, { perSecond: 100, perDay: 400 });
    expect(sent).toHaveLength(1_800);
    const times = sent.map(({ at }) => at);
    for (const [n, at] of times.entries()) expect(at - (times[n - 400] ?? 0)).toBeGreaterThanOrEqual(DAY);
    for (const at of times) {
      const hour = new Date(at).getUTCHours();
      expect(hour >= 9 && hour < 17).toBe(true);
    }
    expect(result.pace).toMatchObject({ most: { day: 400 }, left: 0 });
    expect(sent.slice(0, 400).map(({ key }) => key)).toEqual(leads(400).map(({ key }) => key));
  });

  it('are told of as left in line where the simulation ends before their turn', () => {
    const { result, sent } = run(300, { perSecond: 1, perDay: 100 }, { days: 2 });
    expect(sent).toHaveLength(100);
    expect(result.pace?.left).toBe(200);
  });

  it('whose exit comes while they wait leave their room to the next', () => {
    const left = {
      source: 'left',
      timed: true,
      test: ({ now, lead }: { now: number; lead: { domain: string } }) => now > MONDAY_9 && lead.domain < 'company-5',
    };
    const { sent } = run(200, { perSecond: 1 }, { days: 2, of: of({ exit: left }) });
    const times = sent.map(({ at }) => at);
    expect(times.at(-1)).toBe(MONDAY_9 + (sent.length - 1) * SECOND);
    expect(sent.length).toBeLessThan(200);
  });
});

it('a quota that nobody reaches changes nothing', () => {
  const spread = of({
    window: { days: ['mon', 'tue', 'wed'], from: '09:00', to: '17:00', zones: ['lead', 'company'] },
  });
  const { result, sent } = run(40, undefined, { of: spread });
  const paced = run(40, { perSecond: 1_000, perDay: 100_000 }, { of: spread });
  expect(paced.sent).toEqual(sent);
  const { pace, ...rest } = paced.result;
  expect(rest).toEqual(result);
  expect(pace).toMatchObject({ waited: 0, longestWait: 0, left: 0 });
});

it('the first free instant keeps every span within the quota, and is the earliest that does', () => {
  const quota = fc.record({ perSecond: fc.integer({ min: 1, max: 4 }), perDay: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(quota, fc.array(fc.integer({ min: 0, max: 5 * HOUR }), { maxLength: 40 }), (limits, steps) => {
      const pace = createPace(limits);
      const gone: number[] = [];
      const fits = (at: number): boolean =>
        gone.filter((t) => t > at - SECOND).length < limits.perSecond &&
        gone.filter((t) => t > at - DAY).length < limits.perDay;
      let now = 0;
      for (const step of steps) {
        now += step;
        const free = pace.freeAt(now);
        expect(fits(free)).toBe(true);
        if (free > now) expect(fits(free - 1)).toBe(false);
        pace.sent(free, now);
        gone.push(free);
        now = free;
      }
    }),
  );
});
