/** One page of an import: raw rows to leads, in the transaction that takes the page out of the store. */
import { type LeadRow, readRow } from '../src/api/upload/lead-row.ts';
import { NOTE, type RawRow } from '../src/api/upload/raw-rows.ts';
import type { HeaderMapping } from '../src/core/headers.ts';
import type { Instant } from '../src/core/time.ts';
import type { NameKey } from '../src/store/erased-names.ts';
import type { ImportError, PageResult } from '../src/store/imports.ts';
import { type UpsertOutcome, upsertLeads } from '../src/store/leads.ts';
import type { Db } from '../src/store/schema.ts';
import type { NewSuppression } from '../src/store/suppressions/rows.ts';
import { suppressMany } from '../src/store/suppressions/suppress.ts';
import type { Told } from '../src/store/suppressions/tell.ts';

/** Notes kept of one page: enough to see what is odd about a file. */
const NOTES_MAX = 20;

export interface PageFrame {
  readonly mapping: HeaderMapping;
  readonly now: Instant;
  readonly by: string;
  /** Knows who was erased. */
  readonly names: NameKey;
}

export interface Suppressed {
  readonly suppressions: readonly NewSuppression[];
  readonly told: readonly Told[];
}

/**
 * Writes a page's leads.
 * @returns what became of the rows, the leads to nudge after the commit, and whom of them the file says to leave
 * alone: look for newcomers among those then.
 */
export async function importRows(
  tx: Db,
  rows: readonly RawRow[],
  { mapping, now, by, names }: PageFrame,
): Promise<{ result: PageResult; leadIds: readonly string[]; suppressed: Suppressed }> {
  const errors: ImportError[] = [];
  const notes: ImportError[] = [];
  const good: LeadRow[] = [];
  for (const raw of rows) {
    const read = readRow(raw, mapping, now);
    if (!read.ok) {
      errors.push(read.error);
      continue;
    }
    good.push(read.lead);
    for (const message of read.notes) notes.push({ row: raw.row, field: NOTE, message });
  }
  const outcomes = await upsertLeads(
    tx,
    good.map(({ lead }) => lead),
    now,
    by,
    names,
  );
  const counts = { created: 0, updated: 0, unchanged: 0 };
  const touched = new Set<string>();
  const suppressions: NewSuppression[] = [];
  const seen = new Map<string, number>();
  for (const [n, { row, lead, optedOut: leaves, doNotCall }] of good.entries()) {
    const outcome: UpsertOutcome | undefined = outcomes[n];
    if (outcome === undefined) throw new Error(`row ${row} has no outcome`);
    // Somebody else's id in the row is no reason to mail the address. Who was erased is known by a hash alone.
    if (leaves && outcome.outcome !== 'erased')
      suppressions.push({ email: lead.emailNormal, reason: 'opted out in the imported file', by });
    if (outcome.outcome === 'clash' || outcome.outcome === 'erased') {
      const field = outcome.outcome === 'clash' ? 'externalId' : 'email';
      errors.push({ row, field, message: outcome.message });
      continue;
    }
    counts[outcome.outcome] += 1;
    if (doNotCall) {
      const reason = 'not to be called, by the imported file';
      suppressions.push({ leadId: outcome.id, channel: 'phone', reason, by });
    }
    if (outcome.outcome !== 'unchanged') touched.add(outcome.id);
    const before = seen.get(outcome.id);
    if (before === undefined) seen.set(outcome.id, row);
    else notes.push({ row, field: NOTE, message: `the same lead as in row ${before}, merged into it` });
  }
  const told = await suppressMany(tx, suppressions, now);
  for (const { leadId } of told) touched.add(leadId);
  const kept = notes.sort((a, b) => a.row - b.row).slice(0, NOTES_MAX);
  const result = { rows: rows.length, ...counts, rejected: errors.length, errors: [...errors, ...kept] };
  return { result, leadIds: [...touched], suppressed: { suppressions, told } };
}
