/** When a lead may be called: the company's rule, on the clocks of the lead. */
import { isWorking, workingSpan } from './calendar.ts';
import type { Company, WorkingHours } from './playbook.ts';
import type { Instant } from './time.ts';
import { zoneOfCountry } from './zones.ts';

/** Without a rule in the playbook nobody is called outside of these hours. */
export const CALL_HOURS: WorkingHours = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '09:00',
  to: '18:00',
  holidays: [],
};

/** Where the lead is, as far as anybody knows. */
export interface CallPlace {
  readonly timeZone: string;
  readonly country: string;
}

export interface CallWindow extends Omit<WorkingHours, 'holidays'> {
  readonly timeZone: string;
  /** Whether it is open. */
  readonly now: boolean;
  /** Of the window that is open, else of the next one. */
  readonly opensAt: Instant;
  readonly closesAt: Instant;
}

/** What of a company says when its leads are called; nothing: by the clocks of UTC, when a lead has no zone. */
type CallRules = Pick<Company, 'timeZone' | 'callWindow'>;

function calendarFor({ timeZone, country }: CallPlace, company: CallRules | undefined) {
  const zone = timeZone || zoneOfCountry(country) || company?.timeZone || 'UTC';
  return { ...(company?.callWindow ?? CALL_HOURS), timeZone: zone };
}

/** Whether the lead may be called at `at`: in its own zone, else its country's, else the company's. */
export const mayCall = (place: CallPlace, company: CallRules | undefined, at: Instant): boolean =>
  isWorking(calendarFor(place, company), at);

/** The window that `at` lies in, else the next one. */
export function callWindowOf(place: CallPlace, company: CallRules | undefined, at: Instant): CallWindow {
  const { holidays: _, ...hours } = calendarFor(place, company);
  const { start, end } = workingSpan(calendarFor(place, company), at);
  return { ...hours, now: start <= at, opensAt: start, closesAt: end };
}
