/** Parts that more than one kind of playbook file uses. */
import { z } from 'zod';
import { date, duration, listOf, object, oneOf, time, workingDuration } from './scalars.ts';

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
