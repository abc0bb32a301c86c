/** The joint meeting's report as a mail: its tables to read, and all of it as CSV. */
import type { Playbook } from '../core/playbook.ts';
import { type Instant, iso } from '../core/time.ts';
import { warmingDomains } from '../core/warm-up.ts';
import { dayAndTime } from '../core/words.ts';
import type { NoticeSection } from '../email/notice.ts';
import { REPORTS, runReport } from '../store/reports/index.ts';
import { cellWords, columnWords, csvOf } from '../store/reports/show.ts';
import { wonStage } from '../store/reports/won.ts';
import type { Mailing, NoticeDeps } from './mailing.ts';
import { team } from './people.ts';

/** Rows of one table in the mail; the CSV has all. */
const ROWS_SHOWN = 20;

export interface ReportPeriod {
  readonly from: Instant;
  readonly to: Instant;
}

export async function mailReport(
  { db, clock }: NoticeDeps,
  playbook: Playbook,
  to: 'marketing' | 'sales',
  period: ReportPeriod,
): Promise<Mailing> {
  const person = team(to, playbook);
  if ('nobody' in person) return { skip: person.nobody };
  const report = REPORTS.meeting;
  const filled = await runReport(db, report, {
    from: new Date(period.from),
    to: new Date(period.to),
    now: new Date(clock.now()),
    stages: playbook.stages.map((stage) => stage.id),
    won: wonStage(playbook),
    warming: warmingDomains(playbook),
    goals: playbook.goals,
    model: undefined,
  });
  const zone = playbook.company.timeZone;
  const title = `${report.title}, ${dayAndTime(period.from, zone)} to ${dayAndTime(period.to, zone)}`;
  const sections = report.tables.map(({ id, title: heading, columns }): NoticeSection => {
    const rows = filled.tables[id] ?? [];
    if (rows.length === 0) return { title: heading, lines: ['Nothing.'] };
    const names = Object.keys(columns);
    const cells = rows
      .slice(0, ROWS_SHOWN)
      .map((row) => names.map((name) => String(cellWords(row[name] ?? null, columns[name]?.unit ?? 'text'))));
    const more =
      rows.length > ROWS_SHOWN ? [`The first ${ROWS_SHOWN} of ${rows.length}; the attached CSV has all.`] : [];
    return { title: heading, lines: more, table: { head: names.map(columnWords), rows: cells } };
  });
  return {
    to: person,
    content: {
      subject: title,
      sections: [{ title, lines: [report.about] }, ...sections],
      footer: `Sent by Volley for ${playbook.company.name} to those who agreed on the playbook; agreed.report says how often.`,
    },
    thread: 'report-meeting',
    replyTo: to === 'marketing' ? playbook.agreed?.sales : playbook.agreed?.marketing,
    attachments: [
      {
        name: `meeting-${iso(period.to).slice(0, 10)}.csv`,
        type: 'text/csv; charset=utf-8',
        text: csvOf(report, filled),
      },
    ],
  };
}
