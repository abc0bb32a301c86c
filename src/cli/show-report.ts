/** A report as people read it: a heading, and a table each with words for its columns. */
import { iso } from '../core/time.ts';
import type { Cell, Filled, Report, Unit } from '../store/reports/define.ts';
import { colour, table } from './terminal.ts';

/** Rows shown of one table; JSON and CSV have all of them. */
const ROWS_SHOWN = 20;

/** `medianWorkingHours` as `median working hours`. */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const rounded = (value: number, digits: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: digits });

function shown(value: Cell, unit: Unit): string | number {
  if (value === null) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : '';
  if (typeof value === 'string') return unit === 'time' ? value.slice(0, 16).replace('T', ' ') : value;
  if (unit === 'share') return `${rounded(value * 100, 1)}%`;
  if (unit === 'money') return rounded(value, 2);
  return unit === 'count' ? value : rounded(value, 1);
}

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
    const names = Object.keys(columns);
    const cells = rows
      .slice(0, ROWS_SHOWN)
      .map((row) => names.map((name) => shown(row[name] ?? null, columns[name]?.unit ?? 'text')));
    const numeric = names.map((name) => columns[name]?.unit !== 'text' && columns[name]?.unit !== 'time');
    parts.push(table(names.map(words), cells, numeric));
    if (rows.length > ROWS_SHOWN) parts.push(colour.dim(`and ${rows.length - ROWS_SHOWN} more (--json has them)`));
  }
  return parts.join('\n');
}
