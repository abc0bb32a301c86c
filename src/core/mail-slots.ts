/** When mails of the calendar go: a rep's digest, the report for the joint meeting. */
import { dateOf, instantOf, localDay, timeOfDay, weekdayOf } from './calendar.ts';
import type { Calendar, ReportSchedule } from './playbook.ts';
import { HOUR, type Instant } from './time.ts';

export interface DigestSlot {
  /** The local day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly at: Instant;
  /** Later than this it has no use any more. */
  readonly until: Instant;
}

/**
 * The digest of the working day that `now` is in, in the rep's zone; undefined on a day off. `from`
 * is the clock time it goes at, by default the start of work.
 */
export function digestSlot(calendar: Calendar, now: Instant, from = calendar.from): DigestSlot | undefined {
  const { timeZone, days, holidays, to } = calendar;
  const day = localDay(timeZone, now);
  if (!days.includes(weekdayOf(day)) || holidays.includes(dateOf(day))) return undefined;
  const at = instantOf(timeZone, day, timeOfDay(from));
  return { day: dateOf(day), at, until: Math.max(instantOf(timeZone, day, timeOfDay(to)), at + HOUR) };
}

const DAYS_BACK = 31;

/** Midnight of the last working day before the one `at` is in: what is new since then is news. */
export function lastWorkingDay(calendar: Calendar, at: Instant): Instant {
  const { timeZone, days, holidays } = calendar;
  const today = localDay(timeZone, at);
  for (let day = today - 1; day > today - DAYS_BACK; day--) {
    if (days.includes(weekdayOf(day)) && !holidays.includes(dateOf(day))) return instantOf(timeZone, day, 0);
  }
  return instantOf(timeZone, today - 1, 0);
}

export interface ReportSlot {
  /** The last slot before: the report covers the time since. */
  readonly from: Instant;
  readonly at: Instant;
}

/** At most this many are made up for after a time when nothing ran. */
const REPORTS_BACK = 12;

/** Every slot after `after` up to `now`, oldest first, at most the last 12. */
export function reportSlots(schedule: ReportSchedule, timeZone: string, after: Instant, now: Instant): ReportSlot[] {
  const slots: ReportSlot[] = [];
  for (let at = slotUpTo(schedule, timeZone, now); at > after && slots.length < REPORTS_BACK; ) {
    const from = slotUpTo(schedule, timeZone, at - 1);
    slots.unshift({ from, at });
    at = from;
  }
  return slots;
}

/** The newest slot that is not after `at`. */
function slotUpTo({ every, on, at: time }: ReportSchedule, timeZone: string, at: Instant): Instant {
  const today = localDay(timeZone, at);
  for (let day = today; ; day--) {
    const fits = every === 'week' ? weekdayOf(day) === on : Number(dateOf(day).slice(8)) === on;
    if (!fits) continue;
    const slot = instantOf(timeZone, day, timeOfDay(time));
    if (slot <= at) return slot;
  }
}
