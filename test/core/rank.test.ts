import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALL_HOURS, callWindowOf, mayCall } from '../../src/core/call-window.ts';
import { byPlace, RANK_SIZE, type Rankable, rankOf } from '../../src/core/rank.ts';
import { iso } from '../../src/core/time.ts';
import { anInstant, aZone } from './support/arbitrary.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const HOUR = 3_600_000;

const task = (id: string, more: Partial<Rankable> = {}): Rankable => ({
  id,
  breachAt: null,
  priority: 'normal',
  score: 50,
  callableNow: false,
  dueAt: NOW + 8 * HOUR,
  snoozedUntil: null,
  ...more,
});
const order = (...tasks: Rankable[]): string[] =>
  tasks
    .map((one) => [rankOf(one, NOW), one.id] as const)
    .sort(byPlace)
    .map(([, id]) => id);

describe('what a rep does first', () => {
  it('the nearest breach before everything else, what is breached first of all', () => {
    const breached = task('breached', { breachAt: NOW - HOUR, score: 0 });
    const soon = task('soon', { breachAt: NOW + HOUR, score: 0 });
    const later = task('later', { breachAt: NOW + 3 * HOUR, priority: 'high', score: 180, callableNow: true });
    const none = task('none', { priority: 'high', score: 200, callableNow: true, dueAt: NOW - HOUR });
    expect(order(none, later, soon, breached)).toEqual(['breached', 'soon', 'later', 'none']);
  });

  it('then priority, the score in steps of ten, whom one may call now, the due time', () => {
    expect(
      order(
        task('due', { dueAt: NOW }),
        task('callable', { callableNow: true, score: 52 }),
        task('plain', { score: 58 }),
        task('keen', { score: 60 }),
        task('high', { priority: 'high', score: 0 }),
      ),
    ).toEqual(['high', 'keen', 'callable', 'due', 'plain']);
  });

  it('what was put out of the way comes last, and back when its time is over', () => {
    const snoozed = task('snoozed', { breachAt: NOW, snoozedUntil: NOW + 1 });
    expect(order(snoozed, task('other'))).toEqual(['other', 'snoozed']);
    expect(order(task('other'), { ...snoozed, snoozedUntil: NOW })).toEqual(['snoozed', 'other']);
  });

  it('is one order for any tasks: no two share a place, and it does not depend on where they came from', () => {
    const aTask = fc.record({
      breachAt: fc.option(fc.integer({ min: NOW - HOUR, max: NOW + 3 * HOUR }), { nil: null }),
      priority: fc.constantFrom('high' as const, 'normal' as const),
      score: fc.integer({ min: 0, max: 200 }),
      callableNow: fc.boolean(),
      dueAt: fc.integer({ min: NOW - HOUR, max: NOW + HOUR }),
      snoozedUntil: fc.option(fc.integer({ min: NOW - 2, max: NOW + 2 }), { nil: null }),
    });
    fc.assert(
      fc.property(fc.array(aTask, { maxLength: 12 }), fc.nat(), (tasks, turn) => {
        const named = tasks.map((one, i) => ({ ...one, id: `t${i}` }));
        const turned = [...named.slice(turn % (named.length + 1)), ...named.slice(0, turn % (named.length + 1))];
        expect(order(...turned)).toEqual(order(...named));
        for (const one of named) expect(rankOf(one, NOW)).toHaveLength(RANK_SIZE);
        const ids = order(...named);
        const breaches = ids
          .map((id) => named.find((one) => one.id === id))
          .filter((one) => one && (one.snoozedUntil ?? NOW) <= NOW)
          .map((one) => one?.breachAt ?? Number.POSITIVE_INFINITY);
        expect(breaches).toEqual(breaches.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('when a lead may be called', () => {
  const berlin = { timeZone: 'Europe/Berlin', country: 'US' };
  const at = (text: string): number => Date.parse(text);

  it('in its own zone, else its country’s, else the company’s', () => {
    // 08:30 in London, 09:30 in Berlin, 03:30 in New York.
    const early = at('2026-11-24T08:30:00Z');
    const london = { timeZone: 'Europe/London' };
    expect(mayCall(berlin, london, early)).toBe(true);
    expect(mayCall({ timeZone: '', country: 'DE' }, london, early)).toBe(true);
    expect(mayCall({ timeZone: '', country: 'US' }, london, early)).toBe(false);
    expect(mayCall({ timeZone: '', country: '' }, london, early)).toBe(false);
    expect(mayCall({ timeZone: '', country: '' }, undefined, early)).toBe(false);
  });

  it('is told as the window that is open, else the next one, over weekends and days off', () => {
    const open = callWindowOf(berlin, undefined, at('2026-11-27T12:00:00Z'));
    expect(open).toMatchObject({ timeZone: 'Europe/Berlin', from: '09:00', to: '18:00', now: true });
    expect([iso(open.opensAt), iso(open.closesAt)]).toEqual(['2026-11-27T08:00:00.000Z', '2026-11-27T17:00:00.000Z']);
    const rules = { timeZone: 'UTC', callWindow: { ...CALL_HOURS, from: '10:00', holidays: ['2026-11-30'] } };
    const next = callWindowOf(berlin, rules, at('2026-11-27T17:00:00Z'));
    expect([next.now, iso(next.opensAt)]).toEqual([false, '2026-12-01T09:00:00.000Z']);
  });

  it('is open exactly between its two ends, in every zone', () => {
    fc.assert(
      fc.property(aZone, anInstant, (timeZone, moment) => {
        const window = callWindowOf({ timeZone, country: '' }, undefined, moment);
        expect(window.now).toBe(mayCall({ timeZone, country: '' }, undefined, moment));
        expect(window.closesAt).toBeGreaterThan(Math.max(window.opensAt, moment));
        expect(window.now).toBe(window.opensAt <= moment);
        expect(mayCall({ timeZone, country: '' }, undefined, window.opensAt)).toBe(true);
        expect(mayCall({ timeZone, country: '' }, undefined, window.closesAt)).toBe(false);
      }),
    );
  });
});
