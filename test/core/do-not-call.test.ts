/** Who must not be called gets no call from a rep, and its mail goes on. */
import { describe, expect, it } from 'vitest';
import { type About, explain } from '../../src/core/explain/explain.ts';
import type { ChannelSuppression } from '../../src/core/facts.ts';
import type { Cadence, Step } from '../../src/core/playbook.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, wait } from './support/playbook.ts';

const MONDAY = '2026-11-23T06:00:00Z';
const LATER = '2027-01-15T00:00:00Z';
const NO: ChannelSuppression = { channel: 'phone', reason: 'asked', at: 0 };

const call = (outcomes: Readonly<Record<string, string | null>> = {}, kind = 'call'): Step => ({
  kind: 'task',
  id: 'call',
  task: { kind, title: 'Call', due: { plain: 'P5D' } },
  outcomes,
  next: null,
});
const of = (step: Step, more: Partial<Cadence> = {}) =>
  playbook({
    cadences: {
      guide: cadence('guide', {
        entry: { when: always, again: { kind: 'once' } },
        ...inARow(email('first'), step, email('last'), wait('end', 'P90D')),
        ...more,
      }),
    },
  });
const played = (step: Step, doNot: readonly ChannelSuppression[], until = LATER): PlayedLead => {
  const lead = new PlayedLead(of(step), MONDAY, { lead: { ...leadFields, phone: '+4930901820' }, doNot });
  lead.playTo(until);
  return lead;
};
const sent = (lead: PlayedLead): string[] => lead.touches.map((t) => t.step);
const said = (lead: PlayedLead, type: string) =>
  lead.journal.filter((x) => x.type === type).map((x) => [x.step, x.reason]);

describe('do not call', () => {
  it('passes over a call with its reason; mail goes on', () => {
    const lead = played(call(), [NO]);
    expect(said(lead, 'task.skipped')).toEqual([['call', 'do-not-call']]);
    expect(said(lead, 'task.opened')).toEqual([]);
    expect(sent(lead)).toEqual(['first', 'last']);
  });

  it('goes the way the playbook has for it, else that of all other outcomes', () => {
    const end = of(call({ 'do-not-call': 'end' }));
    const lead = new PlayedLead(end, MONDAY, { doNot: [NO] });
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['first']);
    expect(sent(played(call({ else: 'end', connected: null }), [NO]))).toEqual(['first']);
  });

  it.each([
    ['for another purpose', call(), [{ ...NO, purpose: 'sales' as const }]],
    ['of chats', call(), [{ ...NO, channel: 'chat' as const }]],
    ['when the task is no call', call({}, 'letter'), [NO]],
  ])('does nothing %s', (_, step, doNot) => {
    expect(said(played(step, doNot), 'task.opened')).toHaveLength(1);
  });

  it('until a day waits for that day', () => {
    const until = Date.parse('2026-12-10T00:00:00Z');
    const lead = played(call(), [{ ...NO, until }], '2026-12-09T00:00:00Z');
    expect(said(lead, 'touch.deferred')).toEqual([['call', 'do-not-call-until']]);
    expect(said(lead, 'task.opened')).toEqual([]);
    lead.playTo('2026-12-11T00:00:00Z');
    expect(lead.journal.find((x) => x.type === 'task.opened')?.at).toBe(until);
  });

  it('that is taken back lets a call go that waited', () => {
    const lead = played(call(), [{ ...NO, until: Date.parse('2027-06-01T00:00:00Z') }], '2026-12-09T00:00:00Z');
    lead.facts = { ...lead.facts, doNot: [] };
    lead.put({ kind: 'lead.changed', by: 'test' });
    lead.look();
    expect(said(lead, 'task.opened')).toHaveLength(1);
  });

  it('withdraws the call that waits for a rep, once, and the run goes on', () => {
    const lead = played(call(), [], '2026-11-24T12:00:00Z');
    expect(said(lead, 'task.opened')).toHaveLength(1);
    lead.facts = { ...lead.facts, doNot: [{ ...NO, at: lead.now }] };
    lead.put({ kind: 'suppressed', channel: 'phone', reason: 'asked', by: 'lead' });
    lead.playTo(LATER);
    expect(said(lead, 'task.cancelled')).toEqual([['call', 'do-not-call']]);
    expect(lead.journal.find((x) => x.type === 'lead.suppressed')?.data).toMatchObject({ channel: 'phone' });
    expect(sent(lead)).toEqual(['first', 'last']);
  });

  it('does not go before an answer that is in the inbox already', () => {
    const lead = played(call(), [], '2026-11-24T12:00:00Z');
    const task = lead.state.enrollments[0]?.task ?? '';
    lead.facts = { ...lead.facts, doNot: [{ ...NO, at: lead.now }] };
    lead.put({ kind: 'suppressed', channel: 'phone', reason: 'asked', by: 'lead' });
    lead.put({ kind: 'task.answered', task, answer: 'complete', disposition: 'connected', by: 'rep' });
    lead.playTo(LATER);
    expect(said(lead, 'task.cancelled')).toEqual([]);
    expect(lead.journal.find((x) => x.type === 'task.answered')?.data).toMatchObject({ disposition: 'connected' });
  });

  it('explain says why there was no call, and that there will be none', () => {
    const about: About = { kind: 'step', cadence: 'guide', step: 'call' };
    const ask = (lead: PlayedLead) =>
      explain({
        about,
        state: lead.state,
        facts: lead.facts,
        playbooks: { current: lead.playbook, get: () => lead.playbook },
        inputs: lead.inbox,
        journal: lead.journal,
        now: lead.now,
        sendAs: 'now',
      });
    const before = ask(played(call(), [NO], '2026-11-23T06:00:00Z'));
    expect(before).toMatchObject({ verdict: 'never', code: 'would-be-skipped' });
    expect(before.because).toContainEqual({
      code: 'fact',
      expr: 'no phone for every purpose',
      value: 'asked',
      source: 'suppressions',
    });
    const after = ask(played(call(), [NO]));
    expect(after).toMatchObject({ verdict: 'never', code: 'skipped' });
    expect(after.sentence).toContain('may not be called');
  });
});
