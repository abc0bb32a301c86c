/** Kinds of columns. */
import type { ColumnType } from 'kysely';

/** `timestamptz`: read as epoch ms, written as `Date`. */
export type Time = ColumnType<number, Date, Date>;
export type TimeOrNull = ColumnType<number | null, Date | null | undefined, Date | null>;
/** A column that may be null and may be left out of an insert. */
export type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>;
