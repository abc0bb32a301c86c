/** Consent as a record: what holds at the moment of the send, and what somebody took back. */
import { describe, expect, it } from 'vitest';
import type { Consent } from '../../src/core/facts.ts';
import { permissionFor } from '../../src/core/permission.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { DAY } from '../../src/core/time.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, wait } from './support/playbook.ts';

const MONDAY = Date.parse('2026-11-23T06:00:00Z');
const day = (n: number): number => MONDAY + n * DAY;

const assume = { kind: 'assume', basis: 'legitimate-interest' } as const;
const require = { kind: 'require' } as const;
const book = (rule: Playbook['consent']['marketing']): Playbook => {
  const guide = cadence('guide', {
    entry: { when: always, again: { kind: 'once' } },
    ...inARow(email('one'), wait('a-week', 'P7D'), email('two')),
  });
  const base = playbook({ cadences: { guide } });
  return { ...base, consent: { ...base.consent, marketing: rule } };
};
const given = (more: Partial<Consent> = {}): Consent => ({
  purpose: 'marketing',
  basis: 'opt-in',
  at: day(-10),
  ...more,
});

const reasonAt = (rule: Playbook['consent']['marketing'], consents: readonly Consent[], at: number): string => {
  const { facts } = new PlayedLead(book(rule), MONDAY, { consents });
  const permission = permissionFor('marketing', facts, book(rule), at);
  return permission.kind === 'no' ? permission.reason : permission.kind;
};

describe('what is recorded for a purpose', () => {
  it.each([
    ['nothing, and the playbook requires it', require, [], 'no-consent'],
    ['nothing, and the playbook assumes it', assume, [], 'yes'],
    ['nothing, and what the playbook assumed is over', { ...assume, for: 'P1D' }, [], 'consent-expired'],
    ['a consent without an end', require, [given()], 'yes'],
    ['one that is not given yet', require, [given({ at: day(9) })], 'no-consent'],
    ['one for another purpose', require, [given({ purpose: 'sales' })], 'no-consent'],
    ['one that has expired', require, [given({ expires: day(2) })], 'consent-expired'],
    ['one that has expired, and the playbook assumes', assume, [given({ expires: day(2) })], 'consent-expired'],
    ['two, of which one holds', require, [given({ expires: day(2) }), given({ basis: 'contract' })], 'yes'],
    ['one that was taken back', require, [given({ withdrawn: day(1) })], 'consent-withdrawn'],
    ['one that was taken back, and the playbook assumes', assume, [given({ withdrawn: day(1) })], 'consent-withdrawn'],
    [
      'one taken back, and an older one',
      require,
      [given({ withdrawn: day(1) }), given({ basis: 'b' })],
      'consent-withdrawn',
    ],
    ['one taken back, and a younger one', require, [given({ withdrawn: day(1) }), given({ at: day(2) })], 'yes'],
    [
      'one of a day to come that was taken back, and the playbook assumes',
      assume,
      [given({ at: day(999), withdrawn: day(1) })],
      'consent-withdrawn',
    ],
    [
      'one of a day to come that was taken back, and an older one',
      require,
      [given({ at: day(999), withdrawn: day(1) }), given({ basis: 'b' })],
      'consent-withdrawn',
    ],
    ['one taken back later', require, [given({ withdrawn: day(9) })], 'yes'],
    ['one of a job left, and the playbook assumes', assume, [given({ expires: day(1), lapsed: true })], 'yes'],
  ])('%s', (_, rule, consents, expected) => {
    expect(reasonAt(rule, consents, day(3))).toBe(expected);
  });

  it('holds up to the instant it expires at, and not at that instant', () => {
    expect(reasonAt(require, [given({ expires: day(3) })], day(3) - 1)).toBe('yes');
    expect(reasonAt(require, [given({ expires: day(3) })], day(3))).toBe('consent-expired');
  });

  it('binds a send as soon as it was taken back, by whose clock ever', () => {
    const { facts } = new PlayedLead(book(require), MONDAY, { consents: [given({ withdrawn: day(4) })] });
    expect(permissionFor('marketing', facts, book(require), day(3), 'now')).toEqual({
      kind: 'no',
      reason: 'consent-withdrawn',
    });
  });

  it('is not asked of service mail', () => {
    const { facts } = new PlayedLead(book(require), MONDAY, {
      consents: [given({ purpose: 'service', withdrawn: day(0) })],
    });
    expect(permissionFor('service', facts, book(require), day(3)).kind).toBe('yes');
  });
});

describe('a lead whose consent ends on the way', () => {
  it('gets the first email and not the second, with the reason', () => {
    const consents = [given({ expires: day(5) })];
    const lead = new PlayedLead(book(require), MONDAY, { consents });
    lead.playTo('2027-01-01T00:00:00Z');
    expect(lead.touches.map(({ step }) => step)).toEqual(['one']);
    expect(lead.journal.find(({ type }) => type === 'touch.skipped')).toMatchObject({
      reason: 'consent-expired',
      step: 'two',
    });
  });

  it('leaves the cadence at once when the person takes it back', () => {
    const lead = new PlayedLead(book(require), MONDAY, { consents: [given()] });
    lead.playTo(new Date(day(2)).toISOString());
    lead.facts = { ...lead.facts, consents: [given({ withdrawn: lead.now })] };
    lead.put({ kind: 'lead.changed', consents: [{ how: 'withdrawn', purpose: 'marketing' }], by: 'lead' });
    lead.playTo('2027-01-01T00:00:00Z');
    expect(lead.touches).toHaveLength(1);
    expect(lead.journal.find(({ type }) => type === 'enrollment.ended')).toMatchObject({ reason: 'consent-withdrawn' });
    expect(lead.journal.find(({ type }) => type === 'consent.withdrawn')).toMatchObject({
      by: 'lead',
      reason: 'consent-withdrawn',
      data: { purpose: 'marketing' },
    });
  });
});
