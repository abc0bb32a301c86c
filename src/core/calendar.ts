/**
 * Local time: zones and working time. A nonexistent local time moves forward, a
 * repeated one happens once, at its first occurrence (Temporal's `compatible`, RFC 5545 3.3.5).
 */
import { Temporal } from 'temporal-polyfill';
import { type DurationParts, durationParts } from './duration.ts';
import type { Calendar, Span, Weekday } from './hours.ts';
import { kept } from './kept.ts';
import { DAY, HOUR, type Instant, type IsoDuration, MINUTE } from './time.ts';

const WEEKDAYS: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** No rule of a valid playbook looks further ahead than this for a day that suits. */
export const HORIZON_DAYS = 800;

/** A time during which a zone keeps its offset; the end excluded. */
interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
  readonly offset: number;
}

// A look-up in the zone's rules costs about 15 µs, one in the stretch that was looked at last 0.01 µs.
const stretches = new Map<string, { last: Stretch; readonly known: Stretch[] }>();

/** Offset of the zone from UTC at the instant, in milliseconds. Throws RangeError on an unknown zone. */
export function offsetAt(zone: string, at: Instant): number {
  const of = stretches.get(zone);
  if (of === undefined) {
    const last = stretchAt(zone, at);
    stretches.set(zone, { last, known: [last] });
    return last.offset;
  }
  if (at >= of.last.from && at < of.last.to) return of.last.offset;
  let found = of.known.find(({ from, to }) => at >= from && at < to);
  if (found === undefined) {
    found = stretchAt(zone, at);
    of.known.push(found);
  }
  of.last = found;
  return found.offset;
}

function stretchAt(zone: string, at: Instant): Stretch {
  const here = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone);
  // The last change is found from the next instant, so that one at this very instant is it.
  const before = here.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  return {
    from: before?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    to: here.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: Math.round(here.offsetNanoseconds / 1e6),
  };
}

/** Days since 1970-01-01 of the local date. */
export const localDay = (zone: string, at: Instant): number => Math.floor((at + offsetAt(zone, at)) / DAY);

export const weekdayOf = (day: number): Weekday => WEEKDAYS[(((day + 4) % 7) + 7) % 7] ?? 'sun';

/** The local date of a day number, `YYYY-MM-DD`. */
export const dateOf = kept((day: number): string => new Date(day * DAY).toISOString().slice(0, 10));

/** The instant of a local date and time of day (ms since local midnight). */
export function instantOf(zone: string, day: number, msOfDay: number): Instant {
  const local = day * DAY + msOfDay;
  const earlier = offsetAt(zone, local - DAY);
  const later = offsetAt(zone, local + DAY);
  const first = local - earlier;
  if (earlier === later || first + offsetAt(zone, first) === local) return first;
  const second = local - later;
  // In a gap neither exists: the offset from before the gap moves the time forward.
  return second + offsetAt(zone, second) === local ? second : first;
}

/** All instants at which a local clock shows this time: two of a repeated one; of a skipped one, those around the gap. */
export function instantsOf(zone: string, day: number, msOfDay: number): { first: Instant; last: Instant } {
  const local = day * DAY + msOfDay;
  const around = [local - offsetAt(zone, local - DAY), local - offsetAt(zone, local + DAY)];
  const shown = around.filter((at) => at + offsetAt(zone, at) === local);
  const all = shown.length === 0 ? around : shown;
  return { first: Math.min(...all), last: Math.max(...all) };
}

/** `HH:MM` (or `24:00`) as milliseconds since midnight. */
export const timeOfDay = kept(
  (text: string): number => Number(text.slice(0, 2)) * HOUR + Number(text.slice(3, 5)) * MINUTE,
);

/** `at` plus a duration: months and days on the local calendar at the same clock time, then exact time. */
export function addDuration(at: Instant, duration: IsoDuration | DurationParts, zone: string): Instant {
  const { months, days, ms } = typeof duration === 'string' ? durationParts(duration) : duration;
  if (months === 0 && days === 0) return at + ms;
  const local = at + offsetAt(zone, at);
  let day = Math.floor(local / DAY);
  const msOfDay = local - day * DAY;
  if (months !== 0) {
    const date = Temporal.PlainDate.from(dateOf(day)).add({ months });
    day = Math.round(Date.UTC(date.year, date.month - 1, date.day) / DAY);
  }
  return instantOf(zone, day + days, msOfDay) + ms;
}

/** Local midnight of the day after `at`. */
export const nextMidnight = (zone: string, at: Instant): Instant => instantOf(zone, localDay(zone, at) + 1, 0);

/** The working hours of a local day as instants; `undefined` on a day off. */
function shift(calendar: Calendar, day: number): { start: Instant; end: Instant } | undefined {
  if (!calendar.days.includes(weekdayOf(day)) || calendar.holidays.includes(dateOf(day))) return undefined;
  const start = instantOf(calendar.timeZone, day, timeOfDay(calendar.from));
  const end = instantOf(calendar.timeZone, day, timeOfDay(calendar.to));
  return end > start ? { start, end } : undefined;
}

/** Whether it is working time. */
export function isWorking(calendar: Calendar, at: Instant): boolean {
  const s = shift(calendar, localDay(calendar.timeZone, at));
  return s !== undefined && at >= s.start && at < s.end;
}

/** `at` when it is working time, else the next start of work. */
export const nextWorking = (calendar: Calendar, at: Instant): Instant => Math.max(at, workingSpan(calendar, at).start);

/** The hours of work that `at` lies in, else the next ones. */
export function workingSpan(calendar: Calendar, at: Instant): { readonly start: Instant; readonly end: Instant } {
  const today = localDay(calendar.timeZone, at);
  for (let day = today; day <= today + HORIZON_DAYS; day++) {
    const s = shift(calendar, day);
    if (s && at < s.end) return s;
  }
  throw new RangeError(`there is no working time in this calendar (${calendar.days.join(', ')})`);
}

/**
 * The deadline after a working duration: that many working days at the same clock time, then the
 * working time. Wednesday 15:00 plus PT10H of 10:00-18:00 is Thursday 17:00; plus P1DT10H is
 * Friday 17:00 (LeadAngel's documentation). Outside working time the count begins at the next start.
 */
export function addWorking(calendar: Calendar, from: Instant, duration: IsoDuration | DurationParts): Instant {
  const { months, days, ms } = typeof duration === 'string' ? durationParts(duration) : duration;
  let at = nextWorking(calendar, from);
  if (months !== 0) at = nextWorking(calendar, addDuration(at, { months, days: 0, ms: 0 }, calendar.timeZone));
  if (days > 0) {
    const zone = calendar.timeZone;
    const msOfDay = at + offsetAt(zone, at) - localDay(zone, at) * DAY;
    let day = localDay(zone, at);
    for (let left = days, guard = 0; left > 0; guard++) {
      if (guard > HORIZON_DAYS * 10) throw new RangeError('there is no working time in this calendar');
      day += 1;
      if (shift(calendar, day)) left -= 1;
    }
    at = instantOf(zone, day, msOfDay);
  }
  let left = ms;
  for (let guard = 0; left > 0; guard++) {
    if (guard > HORIZON_DAYS * 10) throw new RangeError('there is no working time in this calendar');
    at = nextWorking(calendar, at);
    const s = shift(calendar, localDay(calendar.timeZone, at));
    if (!s) break;
    // A deadline may fall on the very end of work: "by 18:00", not "by 10:00 tomorrow".
    const today = Math.min(left, s.end - at);
    at += today;
    left -= today;
  }
  return at;
}

/** Working time between two instants, ms; 0 when `to` is not later. */
export function workingBetween(calendar: Calendar, from: Instant, to: Instant): number {
  let sum = 0;
  const last = localDay(calendar.timeZone, to);
  for (let day = localDay(calendar.timeZone, from); day <= last; day++) {
    const s = shift(calendar, day);
    if (s) sum += Math.max(0, Math.min(to, s.end) - Math.max(from, s.start));
  }
  return sum;
}

/** The deadline `factor` times the span after `from`; the fraction of a working day is its working hours. */
export function addSpan(span: Span, calendar: Calendar, from: Instant, factor = 1): Instant {
  const text = 'working' in span ? span.working : span.plain;
  const parts = durationParts(text);
  const working = 'working' in span;
  const dayLength = working ? timeOfDay(calendar.to) - timeOfDay(calendar.from) : DAY;
  const days = Math.floor(parts.days * factor);
  const scaled: DurationParts = {
    months: Math.floor(parts.months * factor),
    days,
    ms: Math.round((parts.days * factor - days) * dayLength + parts.ms * factor),
  };
  return working ? addWorking(calendar, from, scaled) : addDuration(from, scaled, calendar.timeZone);
}
