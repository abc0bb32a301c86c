/** What a report is made of: tables whose columns have a sentence each, and the SQL that fills them. */
import type { Goals } from '../../core/playbook.ts';
import type { Instant } from '../../core/time.ts';

export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** How a column is shown; JSON and CSV hold plain numbers. `block`: text of many lines, below its table. */
export type Unit = 'text' | 'count' | 'days' | 'hours' | 'share' | 'number' | 'time' | 'money' | 'flag' | 'block';

export interface Column {
  readonly unit: Unit;
  /** What the number is, in one sentence. */
  readonly is: string;
}

/** What a statement may name as `:name`. */
export interface Params {
  readonly from: Date;
  readonly to: Date;
  readonly now: Date;
  /** Stages of the playbook in force, in its order. */
  readonly stages: readonly string[];
  /** The stage that a lead is in when it has bought. */
  readonly won: string;
  /** Domains that the playbook in force warms up. */
  readonly warming: readonly string[];
}

export interface Context extends Params {
  readonly goals: Goals | undefined;
  readonly model: string | undefined;
  /** The edit of the playbook in force that takes the winner of an experiment, where it is known. */
  readonly change?: (experiment: string, group: string) => { readonly file: string; readonly diff: string } | undefined;
}

export interface Table {
  readonly id: string;
  readonly title: string;
  readonly columns: Readonly<Record<string, Column>>;
  /** Its rows, column by column; absent: `fill` makes them of the statements. */
  readonly sql?: string;
}

export type Tables = Readonly<Record<string, readonly Row[]>>;

export interface Report {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** Days the report covers when nobody says from when. */
  readonly days: number;
  readonly tables: readonly Table[];
  /** Statements that fill no table by themselves, by name. */
  readonly sources?: Readonly<Record<string, string>>;
  /** Completes what the statements answered: ratios, order, rows that nothing was found for. */
  readonly fill?: (found: Tables, context: Context) => Tables;
}

export interface Filled {
  readonly report: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly tables: Tables;
}

/** A part of a whole, or null when there is no whole. */
export const share = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;

export const numberIn = (row: Row | undefined, column: string): number => {
  const value = row?.[column];
  return typeof value === 'number' ? value : 0;
};

export const textIn = (row: Row | undefined, column: string): string => {
  const value = row?.[column];
  return typeof value === 'string' ? value : '';
};
