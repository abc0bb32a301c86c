/** How an upload lies in the store until it is taken in: what the API writes and the import reads. */
import { z } from 'zod';

/** Rows of one page, which is taken in by one transaction. */
export const PAGE_ROWS = 500;
/** Most rows of one file. */
export const ROWS_MAX = 1_000_000;

/** Notes about rows that were taken in lie among the errors, under this name of a field. */
export const NOTE = 'note';

export const formatSchema = z.enum(['csv', 'ndjson']);
export type Format = z.infer<typeof formatSchema>;

/** A row's number and its fields (CSV), its text (NDJSON), or why it cannot be read. */
export const rawRowSchema = z.union([
  z.object({ row: z.number().int(), fields: z.array(z.string()) }),
  z.object({ row: z.number().int(), line: z.string() }),
  z.object({ row: z.number().int(), error: z.string() }),
]);
export type RawRow = z.infer<typeof rawRowSchema>;
export const pageSchema = z.array(rawRowSchema);

export const headerSchema = z.object({
  /** The header row; empty for NDJSON. */
  columns: z.array(z.string()),
  /** What the importer should know, in words. */
  notes: z.array(z.string()),
});
export type Header = z.infer<typeof headerSchema>;
