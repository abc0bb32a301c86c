/** The schema of `sending`: what binds all mail, whichever cadence sends it. */
import { country, date, domain, listOf, mapOf, object, time, wholeNumber } from './scalars.ts';

const HOLIDAYS_EXPECTED = 'holidays by country, such as { GB: [2026-12-25], DE: [2026-12-25, 2026-12-26] }';
/** As many leave a free day even to a window that opens on one day of the week. */
const MOST_HOLIDAYS = 100;

const MOST_DAYS = 100;
const perDay = (expected: string) =>
  listOf(wholeNumber('a whole number above zero', 1, 10_000_000), expected, 1).max(MOST_DAYS, {
    error: `at most ${MOST_DAYS} days`,
  });

const warmUp = object(
  {
    from: date,
    days: perDay('messages of each day, such as [50, 100, 200, 400]'),
    perReceiver: perDay('messages of each day to one mail domain, such as [20, 40, 80, 160]').optional(),
  },
  'a warm-up, such as { from: 2026-11-02, days: [50, 100, 200, 400] }',
);

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
    warmUp: mapOf(
      domain,
      warmUp,
      'warm-ups by sending domain, such as { news.northwind.example: { from: 2026-11-02, days: [50, 100, 200] } }',
    ).optional(),
  },
  'what binds all mail: { quietHours, holidays, warmUp }',
);
