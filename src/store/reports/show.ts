/** A report's figures as people read them, and as a spreadsheet takes them. */
import { stringify } from 'csv-stringify/sync';
import type { Cell, Filled, Report, Unit } from './define.ts';

/** `medianWorkingHours` as `median working hours`. */
export const columnWords = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const rounded = (value: number, digits: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: digits });

export function cellWords(value: Cell, unit: Unit): string | number {
  if (value === null) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : '';
  if (typeof value === 'string') return unit === 'time' ? value.slice(0, 16).replace('T', ' ') : value;
  if (unit === 'share') return `${rounded(value * 100, 1)}%`;
  if (unit === 'money') return rounded(value, 2);
  return unit === 'count' ? value : rounded(value, 1);
}

/** One line a row, all tables in one file: the first column says which, and each table fills its own columns. */
export function csvOf(report: Report, { tables }: Filled): string {
  const columns = ['table', ...new Set(report.tables.flatMap((table) => Object.keys(table.columns)))];
  const rows = Object.entries(tables).flatMap(([table, found]) => found.map((row) => ({ table, ...row })));
  // Cells that a spreadsheet would run as a formula are escaped: some of the text was typed by others.
  return stringify(rows, { header: true, columns, escape_formulas: true, cast: { boolean: String } });
}
