import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  addDuration,
  addSpan,
  addWorking,
  instantOf,
  isWorking,
  localDay,
  offsetAt,
  weekdayOf,
} from '../../src/core/calendar.ts';
import type { Calendar, SendWindow, Weekday } from '../../src/core/playbook.ts';
import { inWindow, nextSlot } from '../../src/core/send-window.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { anInstant, aWindow, aZone } from './support/arbitrary.ts';

const at = (text: string): number => Temporal.ZonedDateTime.from(text).epochMilliseconds;
const local = (ms: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(ms)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' });

describe('local time', () => {
  it('agrees with Temporal on the offset at any instant in any zone', () => {
    fc.assert(
      fc.property(aZone, anInstant, (zone, t) => {
        const expected = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
        expect(offsetAt(zone, t)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('agrees with Temporal on the instant of any local time, gaps and repeated hours included', () => {
    fc.assert(
      fc.property(aZone, anInstant, fc.integer({ min: 0, max: 24 * 60 - 1 }), (zone, t, minute) => {
        const day = localDay(zone, t);
        const expected = Temporal.PlainDate.from('1970-01-01')
          .add({ days: day })
          .toPlainDateTime({ hour: Math.floor(minute / 60), minute: minute % 60 })
          .toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
        expect(instantOf(zone, day, minute * 60_000)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
  });

  it('moves a nonexistent local time forward', () => {
    const day = localDay('Europe/Berlin', at('2026-03-29T12:00[Europe/Berlin]'));
    expect(local(instantOf('Europe/Berlin', day, 2.5 * HOUR), 'Europe/Berlin')).toBe('2026-03-29T03:30');
  });

  it('takes the first of a repeated local time', () => {
    const day = localDay('Europe/Berlin', at('2026-10-25T12:00[Europe/Berlin]'));
    expect(instantOf('Europe/Berlin', day, 2.5 * HOUR)).toBe(at('2026-10-25T02:30+02:00[Europe/Berlin]'));
  });

  it('adds days at the same clock time across a change of the clocks', () => {
    const before = at('2026-03-28T09:15[Europe/Berlin]');
    expect(local(addDuration(before, 'P1D', 'Europe/Berlin'), 'Europe/Berlin')).toBe('2026-03-29T09:15');
    expect(addDuration(before, 'PT24H', 'Europe/Berlin') - before).toBe(DAY);
  });

  it('adds months to the last day there is', () => {
    expect(local(addDuration(at('2026-01-31T10:00[UTC]'), 'P1M', 'UTC'), 'UTC')).toBe('2026-02-28T10:00');
  });

  it('counts a negative duration backwards', () => {
    expect(local(addDuration(at('2026-03-30T09:00[Europe/Berlin]'), '-P1D', 'Europe/Berlin'), 'Europe/Berlin')).toBe(
      '2026-03-29T09:00',
    );
  });
});

describe('send windows', () => {
  it('never give a slot outside the window or before its time, on days the clocks change too', () => {
    fc.assert(
      fc.property(
        aWindow,
        aZone,
        anInstant,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.constantFrom('rest' as const, 'daily' as const, 'none' as const, 'after' as const),
        (window, zone, from, share, spread) => {
          const slot = nextSlot(window, zone, from, share, spread);
          expect(slot).toBeGreaterThanOrEqual(from);
          expect(inWindow(window, zone, slot)).toBe(true);
          if (spread === 'after') expect(slot).toBeGreaterThan(from);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('keep a lead at its own time of day from one daily step to the next', () => {
    const window: SendWindow = {
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
      from: '09:00',
      to: '17:00',
      zones: ['lead'],
    };
    const first = nextSlot(window, 'Europe/Berlin', at('2026-03-23T08:00[Europe/Berlin]'), 0.5, 'daily');
    const second = nextSlot(window, 'Europe/Berlin', addDuration(first, 'P7D', 'Europe/Berlin'), 0.5, 'daily');
    expect(local(first, 'Europe/Berlin')).toBe('2026-03-23T13:00');
    expect(local(second, 'Europe/Berlin')).toBe('2026-03-30T13:00');
  });

  it('spread many leads evenly over what is left of the window', () => {
    const window: SendWindow = { days: ['mon'], from: '09:00', to: '17:00', zones: ['lead'] };
    const from = at('2026-03-23T13:00[UTC]');
    const slots = [0, 0.25, 0.5, 0.75].map((share) =>
      local(nextSlot(window, 'UTC', from, share, 'rest'), 'UTC').slice(11),
    );
    expect(slots).toEqual(['13:00', '14:00', '15:00', '16:00']);
  });

  it('go at once inside the window when the lead itself set the touch off', () => {
    const window: SendWindow = { days: ['mon'], from: '09:00', to: '17:00', zones: ['lead'] };
    const from = at('2026-03-23T13:07[UTC]');
    expect(nextSlot(window, 'UTC', from, 0.9, 'none')).toBe(from);
  });
});

const office: Calendar = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '10:00',
  to: '18:00',
  holidays: [],
  timeZone: 'UTC',
};

/** Working time by the minute: slow, and with nothing in common with the code under test. */
function oracle(calendar: Calendar, from: number, minutes: number): number {
  let t = from;
  let left = minutes;
  while (left > 0) {
    if (isWorkingByTemporal(calendar, t)) left -= 1;
    t += 60_000;
  }
  return t;
}

function isWorkingByTemporal(calendar: Calendar, t: number): boolean {
  const z = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(calendar.timeZone);
  const names: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const name = names[z.dayOfWeek - 1];
  const clock = z.toPlainTime().toString({ smallestUnit: 'minute' });
  if (name === undefined || !calendar.days.includes(name)) return false;
  if (calendar.holidays.includes(z.toPlainDate().toString())) return false;
  return clock >= calendar.from && clock < calendar.to;
}

describe('working time', () => {
  it('counts as LeadAngel documents it', () => {
    const opened = at('2026-11-25T15:00[UTC]');
    expect(local(addWorking(office, opened, 'PT10H'), 'UTC')).toBe('2026-11-26T17:00');
    expect(local(addWorking(office, opened, 'P1DT10H'), 'UTC')).toBe('2026-11-27T17:00');
  });

  it('begins at the next start of work when it is not working time', () => {
    expect(local(addWorking(office, at('2026-11-28T12:00[UTC]'), 'PT2H'), 'UTC')).toBe('2026-11-30T12:00');
    expect(local(addWorking(office, at('2026-11-25T20:00[UTC]'), 'P1D'), 'UTC')).toBe('2026-11-27T10:00');
  });

  it('skips holidays', () => {
    const calendar = { ...office, holidays: ['2026-12-25'] };
    expect(local(addWorking(calendar, at('2026-12-24T16:00[UTC]'), 'PT4H'), 'UTC')).toBe('2026-12-28T12:00');
  });

  it('ends by the close of work, not at the next opening', () => {
    expect(local(addWorking(office, at('2026-11-25T16:00[UTC]'), 'PT2H'), 'UTC')).toBe('2026-11-25T18:00');
  });

  it('agrees with a count by the minute in any zone', () => {
    fc.assert(
      fc.property(aZone, anInstant, fc.integer({ min: 1, max: 20 * 60 }), (timeZone, t, minutes) => {
        const calendar = { ...office, timeZone };
        const from = Math.floor(t / 60_000) * 60_000;
        expect(addWorking(calendar, from, { months: 0, days: 0, ms: minutes * 60_000 })).toBe(
          oracle(calendar, from, minutes),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('says it is working time exactly when the clock on the wall says so', () => {
    fc.assert(
      fc.property(aZone, anInstant, (timeZone, t) => {
        const calendar = { ...office, timeZone };
        expect(isWorking(calendar, t)).toBe(isWorkingByTemporal(calendar, t));
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes a share of a working day as that share of its hours', () => {
    const from = at('2026-11-25T10:00[UTC]');
    expect(local(addSpan({ working: 'P1D' }, office, from, 1.5), 'UTC')).toBe('2026-11-26T14:00');
    expect(local(addSpan({ working: 'PT2H' }, office, from, 2), 'UTC')).toBe('2026-11-25T14:00');
  });
});

it('knows the weekday of a day number', () => {
  expect(weekdayOf(0)).toBe('thu');
  expect(weekdayOf(localDay('UTC', at('2026-11-23T00:00[UTC]')))).toBe('mon');
});
