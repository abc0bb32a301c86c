/** A report as people read it: a heading, and a table each with words for its columns. */
import { iso } from '../core/time.ts';
import type { Filled, Report } from '../store/reports/define.ts';
import { cellWords, columnWords } from '../store/reports/show.ts';
import { colour, table } from './terminal.ts';

/** Rows shown of one table; JSON and CSV have all of them. */
const ROWS_SHOWN = 20;

/** The whole report as text. */
export function showReport(report: Report, { from, to, tables }: Filled): string {
  const day = (at: number): string => iso(at).slice(0, 10);
  const parts = [colour.bold(`${report.title}, ${day(from)} to ${day(to)}`)];
  for (const { id, title, columns } of report.tables) {
    const rows = tables[id] ?? [];
    parts.push('', colour.bold(title));
    if (rows.length === 0) {
      parts.push(colour.dim('nothing'));
      continue;
    }
    const names = Object.keys(columns).filter((name) => columns[name]?.unit !== 'block');
    const cells = rows
      .slice(0, ROWS_SHOWN)
      .map((row) => names.map((name) => cellWords(row[name] ?? null, columns[name]?.unit ?? 'text')));
    const numeric = names.map((name) => columns[name]?.unit !== 'text' && columns[name]?.unit !== 'time');
    parts.push(table(names.map(columnWords), cells, numeric));
    for (const [name, { unit }] of Object.entries(columns)) {
      if (unit !== 'block') continue;
      for (const row of rows) if (typeof row[name] === 'string') parts.push('', row[name]);
    }
    if (rows.length > ROWS_SHOWN) parts.push(colour.dim(`and ${rows.length - ROWS_SHOWN} more (--json has them)`));
  }
  return parts.join('\n');
}
