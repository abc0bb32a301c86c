/** Leads of a file as the import would take them in, without a store. */
import { createReadStream } from 'node:fs';
import { Problem } from '../api/problem/problem.ts';
import { decode } from '../api/upload/decode.ts';
import { readRow } from '../api/upload/lead-row.ts';
import { readRows } from '../api/upload/rows.ts';
import { mapHeaders } from '../core/headers.ts';
import type { ScrubbedLead } from '../core/scrub.ts';
import type { LeadToSimulate } from '../core/simulated-lead.ts';
import { formatOfFile, requireFile, wrongUse } from './use.ts';

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
  try {
    return await read(file);
  } catch (error) {
    throw error instanceof Problem ? wrongUse(`${file}: ${error.message}`) : error;
  }
}

async function read(file: string): Promise<LeadsFile> {
  const format = formatOfFile(file);
  const { columns, rows } = await readRows(decode(createReadStream(file), undefined).text, format);
  const mapping = mapHeaders(columns);
  if (format === 'csv' && mapping.problems.length > 0) throw wrongUse(`${file}: ${mapping.problems.join('; ')}`);
  const byKey = new Map<string, LeadToSimulate>();
  let rejected = 0;
  for await (const batch of rows) {
    for (const raw of batch) {
      const found = readRow(raw, mapping);
      if (!found.ok) {
        rejected += 1;
        continue;
      }
      const { lead, optedOut, doNotCall } = found.lead;
      const suppressions = optedOut ? [{ reason: 'opted-out', at: 0 }] : [];
      const doNot = doNotCall ? [{ channel: 'phone' as const, reason: 'not to be called', at: 0 }] : [];
      byKey.set(lead.key, merged(byKey.get(lead.key), lead, { suppressions, doNot }));
    }
  }
  return { leads: [...byKey.values()], rejected };
}

function merged(
  before: LeadToSimulate | undefined,
  next: ScrubbedLead,
  { suppressions, doNot }: Required<Pick<LeadToSimulate, 'suppressions' | 'doNot'>>,
): LeadToSimulate {
  const { key, consents, emailNormal: _identity, externalId: _externalId, ...fields } = next;
  if (before === undefined) return { key, lead: fields, consents, suppressions, doNot };
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
  const attributes = { ...before.lead.attributes, ...fields.attributes };
  return {
    key,
    lead: { ...before.lead, ...given, attributes },
    consents: [...before.consents, ...consents],
    suppressions: [...before.suppressions, ...suppressions],
    doNot: [...(before.doNot ?? []), ...doNot],
  };
}
