/** The joint-meeting report over a demo's whole time, as `volley report meeting` shows it. */
import { showReport } from '../cli/show-report.ts';
import type { Playbook } from '../core/playbook.ts';
import type { Instant } from '../core/time.ts';
import { warmingDomains } from '../core/warm-up.ts';
import type { Db } from '../store/db.ts';
import { REPORTS, runReport } from '../store/reports/index.ts';
import { wonStage } from '../store/reports/won.ts';

export async function meetingReport(db: Db, playbook: Playbook, from: Instant, until: Instant): Promise<string> {
  const filled = await runReport(db, REPORTS.meeting, {
    from: new Date(from),
    to: new Date(until),
    now: new Date(until),
    stages: playbook.stages.map((stage) => stage.id),
    won: wonStage(playbook),
    warming: warmingDomains(playbook),
    goals: playbook.goals,
    model: undefined,
  });
  return showReport(REPORTS.meeting, filled);
}
