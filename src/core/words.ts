/** Times and names as people read them, for sentences. */
import { offsetAt } from './calendar.ts';
import type { Instant } from './time.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const two = (n: number): string => String(n).padStart(2, '0');

/** `Tue 24 Nov 2026, 10:12` on the clocks of the zone. */
export function dayAndTime(at: Instant, zone: string): string {
  const local = new Date(at + offsetAt(zone, at));
  const day = `${DAYS[local.getUTCDay()]} ${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]} ${local.getUTCFullYear()}`;
  return `${day}, ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
}

/** Who did it, from a journal entry's `by`. */
export function nameOfActor(by: string): string {
  if (by === 'rule') return 'the playbook';
  if (by === 'clock') return 'the clock';
  if (by === 'lead') return 'the lead';
  if (by === 'import') return 'an import';
  if (by === 'ses') return 'the mail service';
  return by.includes('@') ? by : `the key ${by}`;
}

/** `1 day`, `2 days`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** `an email`, `a signal`. */
export const aOrAn = (word: string): string => `${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`;

/** A sentence as part of another: no capital, no full stop. */
export const inner = (sentence: string): string =>
  `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, '');
