import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mapHeaders, optedOut, rowToLead } from '../../src/core/headers.ts';
import { ATTRIBUTES_MAX, leadInputSchema } from '../../src/core/scrub.ts';

const hubspot = [
  ...['\ufeffRecord ID - Contact', 'First Name', 'Last Name', 'Email', 'Phone Number', 'Mobile Phone Number'],
  ...['Company Name', 'Associated Company', 'Job Title', 'Country/Region', 'Lifecycle Stage', 'Original Source'],
  ...['Buying Role', 'Time Zone', 'Preferred language', 'Website URL', 'Unsubscribed from all email'],
];

const salesforce = [
  ...['Lead ID', 'First Name', 'Last Name', 'Title', 'Company / Account', 'Email', 'Phone', 'Mobile', 'Lead Source'],
  ...['MailingCountry', 'Lead Status', 'Email Opt Out'],
];

describe('known exports', () => {
  test('HubSpot', () => {
    const mapping = mapHeaders(hubspot);
    expect(mapping.fields).toEqual([
      ...['externalId', 'firstName', 'lastName', 'email', 'phone', 'phone'],
      ...['company', 'company', 'title', 'country', null, 'source'],
      ...['role', 'timeZone', 'locale', 'domain', 'optedOut'],
    ]);
    expect(mapping).toMatchObject({ unknown: ['Lifecycle Stage'], dropped: [], problems: [] });
    expect(mapping.attributes[10]).toBe('lifecycleStage');
  });

  test('Salesforce', () => {
    expect(mapHeaders(salesforce).fields).toEqual([
      ...['externalId', 'firstName', 'lastName', 'title', 'company', 'email', 'phone', 'phone', 'source'],
      ...['country', null, 'optedOut'],
    ]);
  });

  test('our own names map to themselves', () => {
    const own = Object.keys(leadInputSchema.shape).filter((name) => name !== 'consent' && name !== 'attributes');
    expect(mapHeaders(own).fields).toEqual(own);
  });

  test('case, spaces and punctuation of a header do not matter', () => {
    expect(mapHeaders(['E-Mail', ' first_name ', 'JOB TITLE', 'country-region\u00a0']).fields).toEqual([
      ...['email', 'firstName', 'title', 'country'],
    ]);
  });
});

describe('rows', () => {
  test('a row becomes a lead; empty cells say nothing', () => {
    const row = ['42', 'Anna', 'Berg', 'anna@acme.example', '', '+49 30 12345', 'Acme', '', '', 'Germany', 'Lead'];
    expect(rowToLead(mapHeaders(hubspot), row)).toEqual({
      email: 'anna@acme.example',
      externalId: '42',
      firstName: 'Anna',
      lastName: 'Berg',
      company: 'Acme',
      country: 'Germany',
      phone: '+49 30 12345',
      attributes: { lifecycleStage: 'Lead' },
    });
  });

  test('the preferred column counts, the other one when it is empty', () => {
    const mapping = mapHeaders(['Email', 'Mobile Phone Number', 'Phone Number']);
    expect(rowToLead(mapping, ['a@b.example', '111111', '222222']).phone).toBe('222222');
    expect(rowToLead(mapping, ['a@b.example', '111111', 'n/a']).phone).toBe('111111');
  });

  test('a buying role beside a role of its own is an attribute, alone it is the role', () => {
    const both = mapHeaders(['Email', 'Employment Role', 'Buying Role']);
    expect(rowToLead(both, ['a@b.example', 'Operations', 'Champion'])).toMatchObject({
      role: 'Operations',
      attributes: { buyingRole: 'Champion' },
    });
    expect(rowToLead(mapHeaders(['Email', 'Buying Role']), ['a@b.example', 'Champion']).role).toBe('Champion');
  });

  test('one column with the whole name is split', () => {
    const mapping = mapHeaders(['Full Name', 'Email']);
    expect(rowToLead(mapping, ['Pieter van der Berg', 'p@b.example'])).toMatchObject({
      firstName: 'Pieter',
      lastName: 'van der Berg',
    });
    expect(rowToLead(mapping, ['Berg, Anna Maria', 'p@b.example'])).toMatchObject({
      firstName: 'Anna Maria',
      lastName: 'Berg',
    });
  });

  test('a short row misses fields, a long one has some too many; both are read', () => {
    const mapping = mapHeaders(['Email', 'First Name', 'Plan']);
    expect(rowToLead(mapping, ['a@b.example'])).toEqual({ email: 'a@b.example' });
    expect(rowToLead(mapping, ['a@b.example', 'Anna', 'pro', 'more', 'more'])).toEqual({
      email: 'a@b.example',
      firstName: 'Anna',
      attributes: { plan: 'pro' },
    });
  });

  test.each([
    ['true', true],
    ['Yes', true],
    ['1', true],
    ['', false],
    ['false', false],
    ['0', false],
  ])('opted out of email: %j is %s', (cell, out) => {
    expect(optedOut(mapHeaders(['Email', 'Unsubscribed from all email']), ['a@b.example', cell])).toBe(out);
    expect(optedOut(mapHeaders(['Email', 'Email Opt Out']), ['a@b.example', cell])).toBe(out);
  });
});

describe('files that cannot be imported', () => {
  test.each([
    [['Name', 'Company'], /no column is called `Email`/],
    [['anna@acme.example', 'Anna'], /data, not headers/],
    [['Email;First Name;Last Name'], /semicolons/],
    [[], /no column is called `Email`/],
  ])('%j', (headers, problem) => {
    expect(mapHeaders(headers).problems[0]).toMatch(problem);
  });
});

describe('unknown columns', () => {
  test('two of one name are kept apart', () => {
    expect(mapHeaders(['Email', 'Plan', 'PLAN', 'plan?']).attributes).toEqual([null, 'plan', 'plan2', 'plan3']);
  });

  test('those without a name, and those beyond what a lead may have, are dropped and named', () => {
    const many = Array.from({ length: ATTRIBUTES_MAX + 2 }, (_, n) => `Field ${n}`);
    const mapping = mapHeaders(['Email', '', ...many]);
    expect(mapping.dropped).toEqual(['', `Field ${ATTRIBUTES_MAX}`, `Field ${ATTRIBUTES_MAX + 1}`]);
    expect(mapping.unknown).toHaveLength(ATTRIBUTES_MAX);
  });
});

test('whatever a row holds, the lead made of it passes the schema', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ minLength: 1_500, maxLength: 2_000 }),
  );
  const header = fc.oneof(fc.constantFrom(...hubspot, ...salesforce), fc.string({ unit: 'grapheme', maxLength: 20 }));
  fc.assert(
    fc.property(fc.array(header, { maxLength: 20 }), fc.array(cell, { maxLength: 25 }), (headers, row) => {
      const mapping = mapHeaders(headers);
      expect(mapping.fields).toHaveLength(headers.length);
      expect(mapping.attributes).toHaveLength(headers.length);
      const parsed = leadInputSchema.safeParse(rowToLead(mapping, row));
      expect(parsed.error?.issues ?? []).toEqual([]);
    }),
  );
});
