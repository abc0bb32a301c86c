import { expect, it } from 'vitest';
import { leftToSend } from '../../src/core/left.ts';
import { initialState } from '../../src/core/state.ts';
import { leadFields } from './support/lead.ts';
import { cadence, playbook } from './support/playbook.ts';

const email = (id: string, more: object = {}) =>
  ({ id, subject: id, phase: 'thought-leadership', repeat: 'never', body: 'x', ...more }) as const;

it('counts what marketing can still send this lead, by its role and stage', () => {
  const it_ = { ...leadFields, role: 'it' };
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
  expect(leftToSend(state, it_, one)).toBe(2);
  expect(leftToSend(state, { ...it_, role: 'finance' }, one)).toBe(1);
  expect(leftToSend({ ...state, seen: { 'guide-1': 1 } }, it_, one)).toBe(1);
  const again = { ...one, emails: { ...one.emails, 'guide-1': email('guide-1', { repeat: { after: 'P90D' } }) } };
  expect(leftToSend({ ...state, seen: { 'guide-1': 1 } }, it_, again)).toBe(2);
  const late = { ...one, emails: { ...one.emails, 'guide-1': email('guide-1', { stages: ['deciding'] }) } };
  expect(leftToSend(state, it_, late)).toBe(1);
});
