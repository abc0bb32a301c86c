/** When mail may go: the window of a cadence, less what is quiet at the lead's place. */
import { dateOf, HORIZON_DAYS, instantOf, instantsOf, localDay, timeOfDay, weekdayOf } from './calendar.ts';
import type { SendWindow } from './hours.ts';
import type { Instant } from './time.ts';

/** How a send finds its place in the window; see `nextSlot`. */
export type Spread = 'rest' | 'daily' | 'none' | 'after';

/** When nothing goes to a lead, whatever the window says, on the lead's own clock. */
export interface Quiet {
  readonly zone: string;
  /** Each day from one local clock time to the other, over midnight where the second is the earlier. */
  readonly hours?: QuietHours;
  /** Local dates, `YYYY-MM-DD`. */
  readonly holidays: readonly string[];
}

export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

interface Stretch {
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * When a touch that may go from `from` on goes. `share` in [0, 1) is the lead's own place in the
 * window, so that many leads do not all go at its opening.
 * - `daily`: at the lead's own time of day, on the first window day when that is not before `from`.
 *   Steps that wait whole days keep it, so a lead neither drifts nor goes early.
 * - `rest`: inside the window, spread over what is left of it (bulk enrollments).
 * - `none`: inside the window, at once (what the lead's own act sets off is spread by itself).
 * - `after`: as `daily`, but later than `from`: two emails without a wait between do not share a slot.
 */
export function nextSlot(
  window: SendWindow,
  zone: string,
  from: Instant,
  share: number,
  spread: Spread,
  quiet?: Quiet,
): Instant {
  if (spread === 'after') return nextSlot(window, zone, from + 1, share, 'daily', quiet);
  const [first, last] = [localDay(zone, from) - (quiet ? 1 : 0), localDay(zone, from) + HORIZON_DAYS];
  for (let day = first; day <= last; day++) {
    const { whole, open } = openOn(window, zone, day, quiet);
    const closes = open.at(-1)?.end;
    if (closes === undefined || closes <= from) continue;
    if (from >= whole.start && spread !== 'daily') {
      const left = after(open, from);
      if (spread === 'none' && left[0]?.start === from) return from;
      return place({ start: from, end: whole.end }, left, share);
    }
    const own = place(whole, open, share);
    if (own >= from) return own;
  }
  throw new RangeError(`the send window never opens (${window.days.join(', ')} ${window.from}-${window.to} ${zone})`);
}

/** Whether mail may go at the instant. */
export function inWindow(window: SendWindow, zone: string, at: Instant, quiet?: Quiet): boolean {
  const today = localDay(zone, at);
  // A day's window may be the one on the lead's calendar, which is a date ahead or behind.
  const days = quiet ? [today - 1, today, today + 1] : [today];
  return days.some((day) => openOn(window, zone, day, quiet).open.some(({ start, end }) => at >= start && at < end));
}

/** What keeps mail from going though the window is open; undefined: nothing, or the window is not. */
export function quietAt(quiet: Quiet | undefined, at: Instant): 'holiday' | 'quiet-hours' | undefined {
  if (!quiet) return undefined;
  const moment = [{ start: at, end: at + 1 }];
  if (less(moment, holidaysAround(quiet, at, at)).length === 0) return 'holiday';
  return less(moment, hoursAround(quiet, at, at)).length === 0 ? 'quiet-hours' : undefined;
}

interface Opening {
  /** The window of the day as the cadence has it. */
  readonly whole: Stretch;
  /** What of it is not quiet, in order. */
  readonly open: readonly Stretch[];
}

const NEVER: Opening = { whole: { start: 0, end: 0 }, open: [] };

/**
 * The window of a local date. Where quiet hours leave nothing of it (a window on the company's clock,
 * a lead far away), it is read on the lead's own clock that day; where they cover it there too (a run
 * of an older playbook), the whole day outside of them is open: nobody waits for a time that never comes.
 */
function openOn(window: SendWindow, zone: string, day: number, quiet: Quiet | undefined): Opening {
  if (!window.days.includes(weekdayOf(day))) return NEVER;
  const own = stretchOn(window, zone, day);
  if (!quiet) return own ? { whole: own, open: [own] } : NEVER;
  for (const whole of [own, stretchOn(window, quiet.zone, day), stretchOn(DAY_LONG, quiet.zone, day)]) {
    if (!whole) return NEVER;
    const loud = less([whole], hoursAround(quiet, whole.start, whole.end));
    if (loud.length > 0) return { whole, open: less(loud, holidaysAround(quiet, whole.start, whole.end)) };
  }
  return NEVER;
}

const DAY_LONG = { from: '00:00', to: '24:00' };

/** Undefined where a gap in local time swallows it whole. */
function stretchOn({ from, to }: Pick<SendWindow, 'from' | 'to'>, zone: string, day: number): Stretch | undefined {
  const start = instantOf(zone, day, timeOfDay(from));
  const end = instantOf(zone, day, timeOfDay(to));
  return end > start ? { start, end } : undefined;
}

/** Quiet hours as instants; where the clocks change, as long as any reading of them lasts. */
function hoursAround({ zone, hours }: Quiet, start: Instant, end: Instant): Stretch[] {
  if (!hours) return [];
  const [from, to] = [timeOfDay(hours.from), timeOfDay(hours.to)];
  return datesAround(zone, start, end).map((day) => ({
    start: instantsOf(zone, day, from).first,
    end: instantsOf(zone, from < to ? day : day + 1, to).last,
  }));
}

function holidaysAround({ zone, holidays }: Quiet, start: Instant, end: Instant): Stretch[] {
  if (holidays.length === 0) return [];
  return datesAround(zone, start, end)
    .filter((day) => holidays.includes(dateOf(day)))
    .map((day) => ({ start: instantsOf(zone, day, 0).first, end: instantsOf(zone, day + 1, 0).last }));
}

function datesAround(zone: string, start: Instant, end: Instant): number[] {
  const [first, last] = [localDay(zone, start) - 1, localDay(zone, end) + 1];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** What is left of these when those are taken out. */
const less = (stretches: readonly Stretch[], out: readonly Stretch[]): readonly Stretch[] =>
  out.reduce<readonly Stretch[]>(
    (left, { start, end }) =>
      left.flatMap((s) =>
        [
          { start: s.start, end: Math.min(s.end, start) },
          { start: Math.max(s.start, end), end: s.end },
        ].filter((part) => part.end > part.start),
      ),
    stretches,
  );

const after = (stretches: readonly Stretch[], from: Instant): readonly Stretch[] =>
  stretches.flatMap(({ start, end }) => (end <= from ? [] : [{ start: Math.max(start, from), end }]));

/** The place in the whole where that is open; the others are spread over what is. */
function place(whole: Stretch, open: readonly Stretch[], share: number): Instant {
  const own = whole.start + Math.floor(share * (whole.end - whole.start));
  if (open.some(({ start, end }) => own >= start && own < end)) return own;
  let left = Math.floor(share * open.reduce((sum, { start, end }) => sum + end - start, 0));
  for (const { start, end } of open) {
    if (left < end - start) return start + left;
    left -= end - start;
  }
  throw new RangeError('there is no place where nothing is open');
}
