/** Leads of a CSV export as the import would take them in, without a store. */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { mapHeaders, optedOut, rowToLead } from '../core/headers.ts';
import { type ScrubbedLead, scrub } from '../core/scrub.ts';
import type { LeadToSimulate } from '../core/simulated-lead.ts';
import { requireFile, wrongUse } from './use.ts';

export interface LeadsFile {
  readonly leads: LeadToSimulate[];
  /** Rows refused as no leads. */
  readonly rejected: number;
}

/**
 * Reads the file. A person in it twice is one lead, later rows filling in or correcting the earlier.
 * @throws VolleyError `wrong-use` when it cannot be imported at all
 */
export async function readLeadsFile(file: string): Promise<LeadsFile> {
  await requireFile(file);
  const rows = createReadStream(file).pipe(parse({ bom: true, relax_column_count: true, skip_empty_lines: true }));
  const byKey = new Map<string, LeadToSimulate>();
  let mapping: ReturnType<typeof mapHeaders> | undefined;
  let rejected = 0;
  for await (const row of rows as AsyncIterable<string[]>) {
    if (mapping === undefined) {
      mapping = mapHeaders(row);
      if (mapping.problems.length > 0) throw wrongUse(`${file}: ${mapping.problems.join('; ')}`);
      continue;
    }
    const result = scrub(rowToLead(mapping, row));
    if (!result.ok) {
      rejected += 1;
      continue;
    }
    const suppressions = optedOut(mapping, row) ? [{ reason: 'opted-out', at: 0 }] : [];
    byKey.set(result.lead.key, merged(byKey.get(result.lead.key), result.lead, suppressions));
  }
  if (mapping === undefined) throw wrongUse(`${file} is empty`);
  return { leads: [...byKey.values()], rejected };
}

function merged(
  before: LeadToSimulate | undefined,
  next: ScrubbedLead,
  suppressions: LeadToSimulate['suppressions'],
): LeadToSimulate {
  const { key, consents, emailNormal: _identity, externalId: _externalId, ...fields } = next;
  if (before === undefined) return { key, lead: fields, consents, suppressions };
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
  const attributes = { ...before.lead.attributes, ...fields.attributes };
  return {
    key,
    lead: { ...before.lead, ...given, attributes },
    consents: [...before.consents, ...consents],
    suppressions: [...before.suppressions, ...suppressions],
  };
}
