/** Cross-checks of `sending`: quiet hours that leave time for mail, and windows that lie outside of them. */
import type { Raw } from '../raw.ts';
import { isTime, mustBeUnique, type Report } from './references.ts';

export function checkSending(sending: Raw, report: Report): void {
  for (const [, dates] of sending.get('holidays').entries()) mustBeUnique('date', dates.items(), report);
  const quiet = sending.get('quietHours');
  const { from, to } = spanOf(quiet, '', '');
  if (!isTime(from) || from !== to) return;
  report.problems.push(
    quiet.get('to').problem('this is quiet all day: no mail would ever go', `another time than ${from}`),
  );
}

/** A window wholly in quiet hours opens for nobody on the lead's own clock. */
export function checkHeard(window: Raw, quiet: Raw, root: Raw, report: Report): void {
  const { from, to } = spanOf(window, '09:00', '17:00');
  const hours = spanOf(quiet, '', '');
  if (![from, to, hours.from, hours.to].every(isTime) || hours.from === hours.to) return;
  const within = hours.from < hours.to ? from >= hours.from && to <= hours.to : from >= hours.from || to <= hours.to;
  if (!within) return;
  const at = window.value === undefined ? root.get('cadence') : window;
  report.problems.push(
    at.problem(
      `the window ${from} to ${to} lies in the quiet hours, ${hours.from} to ${hours.to}`,
      'a window with time outside of `sending.quietHours`',
    ),
  );
}

const spanOf = (raw: Raw, from: string, to: string) => ({
  from: raw.get('from').text ?? from,
  to: raw.get('to').text ?? to,
});
