import { describe, expect, it } from 'vitest';
import { type AgreedEntry, agreementOf } from '../../src/core/agreement.ts';

const entry = (at: number, type: string, more: Partial<AgreedEntry> = {}): AgreedEntry => ({
  ...{ at, type, by: 'rule', data: {} },
  ...more,
});
const sent = (at: number, touch: string, dueAt = at): AgreedEntry =>
  entry(at, 'touch.sent', { cadence: 'guide', step: touch, by: 'clock', data: { touch, dueAt } });
const offered = (at: number, rep: string): AgreedEntry =>
  entry(at, 'handoff.offered', { data: { handoff: 'hot', rep, acceptBy: at + 5, why: 'demo' } });
const task = (at: number, dueAt: number): AgreedEntry =>
  entry(at, 'task.opened', { data: { task: `task-${at}-${dueAt}`, kind: 'handoff', dueAt } });

describe('two journals of a lead', () => {
  it('agree when every touch is due then in both, whatever the order of keys and what is left out', () => {
    const real = [sent(1, 'a'), entry(2, 'step.waited', { reason: null, step: null, data: { a: 1, b: 2 } })];
    const simulated = [sent(1, 'a'), entry(2, 'step.waited', { data: { b: 2, a: 1 } })];
    expect(agreementOf([{ lead: 'x', real, simulated }])).toMatchObject({ same: 1, touches: 1, differences: [] });
  });

  it('part where one has what the other has not, and each touch after it is told with both due times', () => {
    const found = agreementOf([
      { lead: 'x', real: [sent(1, 'a'), sent(5, 'b')], simulated: [sent(1, 'a'), sent(6, 'b'), sent(9, 'c')] },
    ]);
    expect(found).toMatchObject({ leads: 1, same: 0, touches: 3 });
    expect(found.differences).toEqual([
      { lead: 'x', kind: 'email', cadence: 'guide', step: 'b', real: 5, simulated: 6, counter: undefined },
      { lead: 'x', kind: 'email', cadence: 'guide', step: 'c', real: undefined, simulated: 9, counter: undefined },
    ]);
  });

  it.each([
    ['account cap', entry(2, 'touch.deferred', { reason: 'account-capped', data: { dueAt: 9 } }), sent(2, 'b')],
    ['colleague', entry(2, 'colleague.replied'), undefined],
    ['rep capacity', entry(2, 'pool.full'), sent(2, 'b')],
    ['warm-up', sent(2, 'b'), entry(2, 'touch.deferred', { reason: 'warming-up' })],
    ['pool', offered(2, 'ada'), offered(2, 'bo')],
    [undefined, offered(2, 'ada'), offered(3, 'bo')],
    [undefined, sent(2, 'b'), undefined],
  ])(
    'part by %s when the first entry that differs says so, and what follows from it is laid to it',
    (counter, real, simulated) => {
      const list = (one: AgreedEntry | undefined): AgreedEntry[] => (one === undefined ? [] : [one]);
      const { partings, differences } = agreementOf([
        { lead: 'x', real: [...list(real), sent(20, 'last')], simulated: [...list(simulated), sent(21, 'last')] },
      ]);
      expect(partings).toMatchObject([{ lead: 'x', counter }]);
      expect(differences.find(({ step }) => step === 'last')).toMatchObject({ counter });
    },
  );

  it('know tasks by what they are for, since ids of offers differ', () => {
    const { touches, differences } = agreementOf([
      { lead: 'x', real: [offered(1, 'ada'), task(1, 6)], simulated: [offered(1, 'bo'), task(1, 8)] },
    ]);
    expect(touches).toBe(1);
    expect(differences).toMatchObject([{ kind: 'task', real: 6, simulated: 8, counter: 'pool' }]);
  });

  it('leave out what only an engine meets: a touch refused by the mail service', () => {
    const real = [entry(1, 'touch.refused', { reason: 'throttled' }), sent(1, 'a')];
    expect(agreementOf([{ lead: 'x', real, simulated: [sent(1, 'a')] }]).same).toBe(1);
  });
});
