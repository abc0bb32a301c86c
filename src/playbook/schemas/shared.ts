/** Parts that more than one kind of playbook file uses. */
import { z } from 'zod';
import { amount, condition, date, duration, listOf, object, oneOf, time, workingDuration } from './scalars.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export const PURPOSES = ['marketing', 'sales', 'service'] as const;
export const CUSTODY = ['marketing', 'sales', 'nobody'] as const;

export const weekdays = listOf(oneOf(WEEKDAYS), 'a list of days, such as [mon, tue, wed]', 1);

export const workingHours = object(
  {
    days: weekdays,
    from: time,
    to: time,
    holidays: listOf(date, 'a list of dates, such as [2026-12-25]').optional(),
  },
  'working hours, such as { days: [mon, fri], from: "09:00", to: "17:00" }',
);

export const working = object({ working: workingDuration }, 'working time, such as { working: P1D }');

export const SPAN_EXPECTED = 'a duration such as "P3D", or working time such as { working: P1D }';
/** Plain time or working time. */
export const span = z.union([duration, working], { error: SPAN_EXPECTED });

export type RawSpan = z.output<typeof span>;

const MEASURE_EXPECTED =
  'what leads are to do and in what time, such as { when: "seen(\'demo.requested\')", within: P30D }';
/** What an experiment asks of a lead, and for how long it is watched. */
export const measure = object({ when: condition, within: duration }, MEASURE_EXPECTED);

/** Leads that marketing leaves alone. */
export const holdout = object(
  { percent: amount('a share in percent, above 0 and at most 50, such as 5', 0.000_001, 50), goal: measure },
  'a holdout, such as { percent: 5, goal: { when: "seen(\'demo.requested\')", within: P90D } }',
);
