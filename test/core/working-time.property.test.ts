/**
 * Working time against an independent oracle: it knows zones by `Intl` alone, finds the instants of
 * a local time by search, and walks shift by shift over a list made beforehand.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addWorking, isWorking } from '../../src/core/calendar.ts';
import type { Calendar, Weekday } from '../../src/core/playbook.ts';
import { DAY, iso, MINUTE } from '../../src/core/time.ts';
import { anInstant, ZONES } from './support/arbitrary.ts';

const RUNS = 10_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall shows, as if it were UTC. */
function wall(zone: string, at: number): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      ...({
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      } as const),
    });
    formats.set(zone, format);
  }
  const p: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) p[type] = Number(value);
  const ms = ((at % 1_000) + 1_000) % 1_000;
  return Date.UTC(p['year'] ?? 0, (p['month'] ?? 1) - 1, p['day'], p['hour'], p['minute'], p['second']) + ms;
}

/** The first instant at which the wall shows it; a time the wall never shows is moved on by what was left out. */
function instantAt(zone: string, shown: number): number {
  // The wall's lead over UTC a day before and after: between them lies the change, if there is one.
  const before = wall(zone, shown - DAY) - (shown - DAY);
  const after = wall(zone, shown + DAY) - (shown + DAY);
  for (const lead of [Math.max(before, after), Math.min(before, after)]) {
    if (wall(zone, shown - lead) === shown) return shown - lead;
  }
  // In a gap: as far after the change as the time lies after the gap's beginning.
  let [early, late] = [shown - DAY, shown + DAY];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (wall(zone, middle) - middle === before) early = middle;
    else late = middle;
  }
  return late + (shown - (late + before));
}

const NAMES: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

interface Shift {
  readonly date: number;
  readonly start: number;
  readonly end: number;
}

function* shifts(calendar: Calendar, from: number, days = 4_000): Generator<Shift> {
  const first = Math.floor(wall(calendar.timeZone, from) / DAY) - 1;
  for (let date = first * DAY; date < (first + days) * DAY; date += DAY) {
    const shown = new Date(date);
    const name = NAMES[shown.getUTCDay()];
    if (!name || !calendar.days.includes(name) || calendar.holidays.includes(shown.toISOString().slice(0, 10)))
      continue;
    const start = instantAt(calendar.timeZone, date + minutesOf(calendar.from) * MINUTE);
    const end = instantAt(calendar.timeZone, date + minutesOf(calendar.to) * MINUTE);
    if (end > start) yield { date, start, end };
  }
}

function oracle(calendar: Calendar, from: number, days: number, ms: number): number {
  let skip = days;
  let left = ms;
  let at: number | undefined;
  for (const shift of shifts(calendar, from)) {
    if (at === undefined) {
      if (shift.end <= from) continue;
      at = Math.max(from, shift.start);
    } else if (skip > 0) {
      skip -= 1;
      // The clock shows what it showed on the first day.
      if (skip === 0) at = instantAt(calendar.timeZone, shift.date + (wall(calendar.timeZone, at) % DAY));
    }
    if (skip > 0) continue;
    const worked = Math.max(0, Math.min(left, shift.end - Math.max(at, shift.start)));
    if (worked > 0) at = Math.max(at, shift.start) + worked;
    left -= worked;
    if (left === 0) return at;
  }
  throw new Error('the oracle ran out of days');
}

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
/** Also at night, when the clocks change. */
const hours = fc
  .tuple(fc.integer({ min: 0, max: 22 * 4 }), fc.integer({ min: 2, max: 48 }))
  .map(([from, length]) => ({ from: clock(from * 15), to: clock(Math.min((from + length) * 15, 24 * 60 - 1)) }));
const aCalendar: fc.Arbitrary<Calendar> = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    hours,
    days: fc.subarray([...NAMES], { minLength: 1 }),
    holidays: fc.uniqueArray(fc.integer({ min: 0, max: 1_460 }), { maxLength: 6 }),
  })
  .map(({ zone, hours: { from, to }, days, holidays }) => ({
    timeZone: zone,
    days,
    from,
    to,
    holidays: holidays.map((n) => new Date(Date.UTC(2025, 0, 1) + n * DAY).toISOString().slice(0, 10)),
  }));

it(`agrees with the oracle in ${RUNS} cases in ${ZONES.length} zones`, { timeout: 120_000 }, () => {
  expect(ZONES.length).toBeGreaterThanOrEqual(20);
  fc.assert(
    fc.property(
      aCalendar,
      anInstant,
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 20 * 4 }),
      (calendar, t, days, quarters) => {
        const from = Math.floor(t / MINUTE) * MINUTE;
        const ms = quarters * 15 * MINUTE;
        const found = addWorking(calendar, from, { months: 0, days, ms });
        expect(iso(found)).toBe(iso(oracle(calendar, from, days, ms)));
      },
    ),
    { numRuns: RUNS },
  );
});

it('says when it is working time as the oracle does', () => {
  fc.assert(
    fc.property(aCalendar, anInstant, (calendar, at) => {
      const inShift = [...shifts(calendar, at, 4)].some((shift) => shift.start <= at && at < shift.end);
      expect(isWorking(calendar, at)).toBe(inShift);
    }),
    { numRuns: 2_000 },
  );
});
