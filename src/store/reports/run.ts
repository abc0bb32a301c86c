/** Runs a report's statements and completes its tables. */
import { CompiledQuery } from 'kysely';
import type { Db } from '../schema.ts';
import type { Context, Filled, Params, Report, Row, Table } from './define.ts';

/**
 * What a statement may answer, checked by hand: for the hundred thousand rows of the pipeline report a
 * schema takes as long as the database does.
 */
function rowsOf(found: readonly unknown[]): Row[] {
  return found.map((row) => {
    if (!isRow(row)) throw new Error('a report’s statement answered something that is no text, number, flag or null');
    return row;
  });
}

const isRow = (row: unknown): row is Row =>
  typeof row === 'object' &&
  row !== null &&
  Object.values(row).every((cell) => cell === null || CELLS.has(typeof cell));
const CELLS: ReadonlySet<string> = new Set(['string', 'number', 'boolean']);

/** Puts `$n` for each `:name`, each name once, and answers the values in that order. */
export function bind(sql: string, params: Params): { text: string; values: unknown[] } {
  const names: string[] = [];
  const text = sql.replace(/:([a-z]+)\b/g, (_, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  const known: Readonly<Record<string, unknown>> = { ...params };
  const values = names.map((name) => {
    if (!(name in known)) throw new Error(`a report's statement names :${name}, which is not known`);
    return known[name];
  });
  return { text, values };
}

async function ask(db: Db, sql: string, params: Params): Promise<Row[]> {
  const { text, values } = bind(sql, params);
  const { rows } = await db.executeQuery(CompiledQuery.raw(text, values));
  return rowsOf(rows);
}

/** Rows with exactly the table's columns, in its order; figures to four decimals. */
function shaped(table: Table, rows: readonly Row[]): Row[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.keys(table.columns).map((name) => {
        const value = row[name];
        if (value === undefined) throw new Error(`table ${table.id} has no value for ${name}`);
        return [name, typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value];
      }),
    ),
  );
}

/** One report over the time from `from` up to, not including, `to`. */
export async function runReport(db: Db, report: Report, context: Context): Promise<Filled> {
  const { goals: _goals, model: _model, change: _change, ...params } = context;
  const found: Record<string, readonly Row[]> = {};
  for (const { id, sql } of report.tables) if (sql !== undefined) found[id] = await ask(db, sql, params);
  for (const [id, sql] of Object.entries(report.sources ?? {})) found[id] = await ask(db, sql, params);
  const filled = report.fill?.(found, context) ?? found;
  return {
    report: report.name,
    from: context.from.getTime(),
    to: context.to.getTime(),
    tables: Object.fromEntries(report.tables.map((table) => [table.id, shaped(table, filled[table.id] ?? [])])),
  };
}
