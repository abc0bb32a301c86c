/** The schema of `sending`: what binds all mail, whichever cadence sends it. */
import { country, date, listOf, mapOf, object, time } from './scalars.ts';

const HOLIDAYS_EXPECTED = 'holidays by country, such as { GB: [2026-12-25], DE: [2026-12-25, 2026-12-26] }';
/** As many leave a free day even to a window that opens on one day of the week. */
const MOST_HOLIDAYS = 100;

export const sending = object(
  {
    quietHours: object({ from: time, to: time }, 'quiet hours, such as { from: "20:00", to: "08:00" }').optional(),
    holidays: mapOf(
      country,
      listOf(date, 'a list of dates, such as [2026-12-25]').max(MOST_HOLIDAYS, {
        error: `at most ${MOST_HOLIDAYS} dates of a country`,
      }),
      HOLIDAYS_EXPECTED,
    ).optional(),
  },
  'what binds all mail: { quietHours, holidays }',
);
