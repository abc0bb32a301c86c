/** An enrollment as the API shows it. */
import { z } from '@hono/zod-openapi';
import { iso } from '../../core/time.ts';
import { type EnrollmentRow, enrollmentStateSchema } from '../../store/enrollments.ts';
import { instantOut, isoOrNull } from './common.ts';

export const enrollmentState = z.enum(enrollmentStateSchema.options);

export const enrollmentOut = z
  .object({
    id: z.string(),
    lead: z.object({ id: z.uuid() }),
    cadence: z.string(),
    lane: z.string(),
    state: enrollmentState,
    step: z.string().nullable().openapi({ description: 'Null before the first step and after the last.' }),
    dueAt: instantOut.nullable(),
    startedAt: instantOut,
    endedAt: instantOut.nullable(),
    playbookVersion: z.string().openapi({ description: 'The version this run is pinned to.' }),
  })
  .openapi('Enrollment');

export const toEnrollment = (row: EnrollmentRow): z.infer<typeof enrollmentOut> => ({
  id: row.id,
  lead: { id: row.leadId },
  cadence: row.cadence,
  lane: row.lane,
  state: row.state,
  step: row.step,
  dueAt: isoOrNull(row.dueAt),
  startedAt: iso(row.startedAt),
  endedAt: isoOrNull(row.endedAt),
  playbookVersion: row.playbook,
});
