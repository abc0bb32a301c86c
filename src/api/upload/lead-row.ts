/** What a row of an upload says: a lead, or why it is none. Imports and the simulator read the same way. */
import { doNotCall, type HeaderMapping, optedOut, rowToLead } from '../../core/headers.ts';
import { type LeadInput, leadInputSchema, type ScrubbedLead, scrub } from '../../core/scrub.ts';
import type { Instant } from '../../core/time.ts';
import { mistakesOf } from '../problem/mistakes.ts';
import type { RawRow } from './raw-rows.ts';

/** A row that is a lead. */
export interface LeadRow {
  readonly row: number;
  readonly lead: ScrubbedLead;
  readonly optedOut: boolean;
  readonly doNotCall: boolean;
}

/** What is wrong with a row. */
export interface RowError {
  readonly row: number;
  readonly field: string;
  readonly message: string;
}

export type Read =
  | { readonly ok: true; readonly lead: LeadRow; readonly notes: readonly string[] }
  | { readonly ok: false; readonly error: RowError };

const bad = (row: number, field: string, message: string): Read => ({ ok: false, error: { row, field, message } });

/**
 * A raw row as a lead, or what is wrong with it. Pure.
 * @param now as `scrub` takes it
 */
export function readRow(raw: RawRow, mapping: HeaderMapping, now?: Instant): Read {
  const { row } = raw;
  if ('error' in raw) return bad(row, 'row', raw.error);
  let input: LeadInput;
  let leaves = false;
  let uncalled = false;
  if ('fields' in raw) {
    const extra = raw.fields.slice(mapping.fields.length).some((field) => field.trim() !== '');
    if (extra) return bad(row, 'row', `has ${raw.fields.length} fields, the header has ${mapping.fields.length}`);
    input = rowToLead(mapping, raw.fields);
    leaves = optedOut(mapping, raw.fields);
    uncalled = doNotCall(mapping, raw.fields);
  } else {
    const parsed = leadInputSchema.safeParse(json(raw.line));
    if (!parsed.success) {
      const [first] = mistakesOf(parsed.error);
      return bad(row, first?.path === '' || first === undefined ? 'row' : first.path, first?.message ?? 'is no lead');
    }
    input = parsed.data;
  }
  const scrubbed = scrub(input, now);
  if (!scrubbed.ok) return bad(row, scrubbed.field, scrubbed.message);
  return { ok: true, lead: { row, lead: scrubbed.lead, optedOut: leaves, doNotCall: uncalled }, notes: scrubbed.notes };
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
