/** The example export: dirty on purpose, and everybody who can be reached comes in. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { mapHeaders, rowToLead } from '../../src/core/headers.ts';
import { type ScrubbedLead, scrub } from '../../src/core/scrub.ts';

const bytes = readFileSync(new URL('../../playbook/leads.csv', import.meta.url));
const [headers = [], ...rows]: string[][] = parse(bytes, { bom: true, relax_column_count: true });
const mapping = mapHeaders(headers);
const results = rows.map((row) => scrub(rowToLead(mapping, row)));
const leads = results.flatMap((result) => (result.ok ? [result.lead] : []));

test('it looks like an export: a byte order mark, CRLF lines, known headers', () => {
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(bytes.includes('\r\n')).toBe(true);
  expect(mapping.problems).toEqual([]);
  expect(mapping.unknown).toEqual(['Buying Role', 'Lifecycle Stage', 'Create Date', 'Notes']);
});

test('of 300 rows 270 are leads, 8 are the same people again, 22 are refused', () => {
  const people = new Set(leads.map((lead) => lead.emailNormal));
  expect([rows.length, people.size, leads.length - people.size, results.length - leads.length]).toEqual([
    300, 270, 8, 22,
  ]);
});

test('every refused row has its reason', () => {
  const refused = results.flatMap((result, at) => (result.ok ? [] : [`${at + 1}: ${result.field} ${result.reason}`]));
  expect(refused).toEqual([
    '19: email email-fake',
    '21: email email-invalid',
    '23: email email-missing',
    '27: email email-invalid',
    '35: email email-invalid',
    '63: email email-invalid',
    '86: email email-invalid',
    '102: email email-fake',
    '118: email email-disposable',
    '124: email email-missing',
    '125: email email-missing',
    '149: email email-role',
    '191: email email-missing',
    '201: email email-fake',
    '218: email email-missing',
    '231: email email-disposable',
    '245: email email-role',
    '252: email email-invalid',
    '273: email email-invalid',
    '287: email email-invalid',
    '295: firstName name-link',
    '296: email email-role',
  ]);
});

test('the same person twice is the same record, so that an import updates instead of refusing', () => {
  const records = Map.groupBy(leads, (lead) => lead.emailNormal);
  for (const [, group] of records) {
    const ids = new Set(group.flatMap((lead) => lead.externalId ?? []));
    expect(ids.size).toBeLessThanOrEqual(1);
  }
});

test('nobody in it is real: reserved domains, or made-up names at free-mail providers', () => {
  for (const lead of leads) {
    expect(lead.freemail ? /\.fictional\d+@/.test(lead.email) : lead.email.endsWith('.example')).toBe(true);
  }
});

test('names are in proper case, whatever the export shouts', () => {
  const shouted = (name: string): boolean =>
    name.length > 2 && name === name.toUpperCase() && name !== name.toLowerCase();
  const wrong = leads.filter((lead: ScrubbedLead) => shouted(lead.firstName) || shouted(lead.lastName));
  expect(wrong.map((lead) => `${lead.firstName} ${lead.lastName}`)).toEqual([]);
});

test('it has what the example playbook needs: roles, countries, zones, and gaps in all of them', () => {
  const distinct = (of: (lead: ScrubbedLead) => string): number => new Set(leads.map(of)).size;
  expect(distinct((lead) => lead.country)).toBe(29);
  expect(distinct((lead) => lead.role)).toBeGreaterThan(8);
  expect(leads.filter((lead) => lead.timeZone === '').length).toBeGreaterThan(60);
  expect(leads.filter((lead) => lead.firstName === '').length).toBeGreaterThan(5);
  expect(leads.filter((lead) => lead.freemail && lead.title === '')).toHaveLength(6);
});
