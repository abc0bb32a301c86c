/** Every report there is, by name. */
import { contacts } from './contacts.ts';
import { contentGaps } from './content-gaps.ts';
import type { Report } from './define.ts';
import { experiments } from './experiments.ts';
import { funnel } from './funnel.ts';
import { health } from './health.ts';
import { meeting } from './meeting.ts';
import { pipeline } from './pipeline.ts';
import { sla } from './sla.ts';

export const REPORT_NAMES = [
  'funnel',
  'meeting',
  'sla',
  'pipeline',
  'contacts',
  'content-gaps',
  'experiments',
  'health',
] as const;
export type ReportName = (typeof REPORT_NAMES)[number];
export const REPORTS: Readonly<Record<ReportName, Report>> = {
  funnel,
  meeting,
  sla,
  pipeline,
  contacts,
  'content-gaps': contentGaps,
  experiments,
  health,
};

export { runReport } from './run.ts';
