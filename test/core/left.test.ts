import { expect, it } from 'vitest';
import type { Facts } from '../../src/core/facts.ts';
import { leftToSend } from '../../src/core/left.ts';
import { initialState } from '../../src/core/state.ts';
import { leadFields } from './support/lead.ts';
import { cadence, playbook } from './support/playbook.ts';

const email = (id: string, more: object = {}) =>
  ({ id, subject: id, phase: 'thought-leadership', repeat: 'never', body: 'x', ...more }) as const;

it('counts what marketing can still send this lead, by its role, stage and place', () => {
  const AT = Date.parse('2026-11-24T10:00:00Z');
  const facts = (more: Partial<typeof leadFields>): Facts => ({
    leadId: 'lead-1',
    key: 'lead-1',
    createdAt: 0,
    lead: { ...leadFields, role: 'it', ...more },
    consents: [],
    suppressions: [],
    pauses: [],
  });
  const it_ = facts({});
  const one = playbook({
    cadences: { guide: cadence('guide', {}), talk: { ...cadence('talk', {}), purpose: 'sales' } },
    emails: {
      'guide-1': email('guide-1'),
      'guide-3': email('guide-3', { roles: ['it'] }),
      'talk-1': email('talk-1'),
      unused: email('unused'),
    },
  });
  const state = initialState('exploring', 0);
  expect(leftToSend(state, it_, one, AT)).toBe(2);
  expect(leftToSend(state, facts({ role: 'finance' }), one, AT)).toBe(1);
  expect(leftToSend({ ...state, seen: { 'guide-1': 1 } }, it_, one, AT)).toBe(1);
  const again = { ...one, emails: { ...one.emails, 'guide-1': email('guide-1', { repeat: { after: 'P90D' } }) } };
  expect(leftToSend({ ...state, seen: { 'guide-1': 1 } }, it_, again, AT)).toBe(2);
  const late = { ...one, emails: { ...one.emails, 'guide-1': email('guide-1', { stages: ['deciding'] }) } };
  expect(leftToSend(state, it_, late, AT)).toBe(1);
  const swiss = { name: 'CH', countries: ['CH'], zones: [] };
  const place = { ...one, emails: { ...one.emails, 'guide-1': email('guide-1', { places: [swiss] }) } };
  expect(leftToSend(state, facts({ country: 'GB' }), place, AT)).toBe(1);
  expect(leftToSend(state, facts({ country: 'CH' }), place, AT)).toBe(2);
  const dated = (to: string) => ({
    ...one,
    emails: { ...one.emails, 'guide-1': email('guide-1', { times: [{ from: '2026-11-01', to }] }) },
  });
  expect(leftToSend(state, it_, dated('2026-11-23'), AT)).toBe(1);
  expect(leftToSend(state, it_, dated('2026-11-24'), AT)).toBe(2);
});
