/** Every report there is, by name. */
import { contacts } from './contacts.ts';
import type { Report } from './define.ts';
import { funnel } from './funnel.ts';
import { health } from './health.ts';
import { sla } from './sla.ts';

export const REPORTS = { funnel, sla, contacts, health } as const satisfies Readonly<Record<string, Report>>;
export type ReportName = keyof typeof REPORTS;
export const REPORT_NAMES = ['funnel', 'sla', 'contacts', 'health'] as const satisfies readonly ReportName[];

export { runReport } from './run.ts';
