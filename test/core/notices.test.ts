import { describe, expect, it } from 'vitest';
import type { Effect } from '../../src/core/decision.ts';
import { noticesOf } from '../../src/core/notices.ts';
import type { NotifyStep, Playbook } from '../../src/core/playbook.ts';
import type { JournalType } from '../../src/core/reasons.ts';
import type { Notice } from '../../src/core/recipient.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook } from './support/playbook.ts';

const ANN = 'ann@northwind.example';
const BEN = 'ben@northwind.example';

/** Entries numbered from 1. */
const told = (
  before: Parameters<typeof noticesOf>[1] | undefined,
  ...entries: readonly (readonly [JournalType, Record<string, unknown>, string?])[]
): Notice[] =>
  noticesOf(
    entries.map(
      ([type, data, by = 'rule'], n): Effect => ({
        kind: 'journal',
        entry: { seq: n + 1, at: 0, type, by, playbookVersion: 'x', data },
      }),
    ),
    before ?? { who: 'nobody', since: 0, attempts: 0 },
  );
const ofAnn = { who: 'sales', since: 0, attempts: 0, rep: ANN, pool: 'emea' } as const;
const reply = { type: 'reply.received', human: true, class: 'human' };

describe('who is told', () => {
  it('of a task: its rep, or the manager of the pool it waits in', () => {
    expect(told(undefined, ['task.opened', { task: 't', assignee: ANN, pool: 'emea' }])).toEqual([
      { seq: 1, to: `rep:${ANN}` },
    ]);
    expect(told(undefined, ['task.opened', { task: 't', assignee: null, pool: 'emea' }])).toEqual([
      { seq: 1, to: 'manager:emea' },
    ]);
    expect(told(undefined, ['task.opened', { task: 't', assignee: null, pool: null }])).toEqual([]);
  });

  it('of a reply: whoever has the lead at that moment, as it changes hands', () => {
    const signal = ['signal.received', reply] as const;
    expect(told(ofAnn, signal)).toEqual([{ seq: 1, to: `rep:${ANN}` }]);
    expect(told(ofAnn, ['handoff.reassigned', { to: BEN }], signal)).toEqual([
      { seq: 1, to: `rep:${BEN}` },
      { seq: 2, to: `rep:${BEN}` },
    ]);
    expect(told(ofAnn, ['lead.assigned', { from: ANN, to: BEN }, 'key'], signal).at(-1)).toEqual({
      seq: 2,
      to: `rep:${BEN}`,
    });
    expect(told(ofAnn, ['custody.changed', { from: 'sales', to: 'marketing' }], signal)).toEqual([
      { seq: 2, to: 'team:marketing' },
    ]);
  });

  it('of a reply no rep has: marketing, or the manager of the pool it waits in; nobody once a rep has it', () => {
    const signal = ['signal.received', reply] as const;
    expect(told(undefined, signal)).toEqual([{ seq: 1, to: 'team:marketing' }]);
    const waits = { who: 'sales', since: 0, attempts: 0, pool: 'emea' } as const;
    expect(told(waits, signal)).toEqual([{ seq: 1, to: 'manager:emea' }]);
    expect(told(undefined, signal, ['custody.changed', { from: 'nobody', to: 'sales', rep: ANN }])).toEqual([]);
    expect(told(undefined, ['signal.received', { ...reply, class: 'not-now' }])).toEqual([]);
  });

  it('not of what machines do, nor who does it themselves', () => {
    for (const data of [
      { ...reply, human: false },
      { ...reply, class: 'out-of-office' },
      { type: 'page.pricing', human: true },
    ])
      expect(told(ofAnn, ['signal.received', data])).toEqual([]);
    expect(told(undefined, ['lead.assigned', { from: null, to: ANN }, ANN])).toEqual([]);
  });
});

describe('the step notify', () => {
  const step: NotifyStep = { kind: 'notify', id: 'say', to: 'rep', title: 'x', next: null };
  const of = (to: NotifyStep['to']): Playbook =>
    playbook({
      cadences: {
        guide: cadence('guide', {
          entry: { when: always, again: { kind: 'once' } },
          ...inARow({ ...step, to }, email('after')),
        }),
      },
    });

  it.each([
    ['rep', 'team:marketing'],
    ['manager', 'team:sales'],
    ['marketing', 'team:marketing'],
    [{ address: ANN }, `address:${ANN}`],
  ] as const)('%o is told once, and the lead goes on', (to, expected) => {
    const lead = new PlayedLead(of(to), '2026-11-23T06:00:00Z');
    lead.playTo('2026-12-23T06:00:00Z');
    expect(lead.journal.filter((x) => x.type === 'person.notified')).toMatchObject([
      { step: 'say', data: { to: expected } },
    ]);
    expect(lead.touches.map((t) => t.step)).toEqual(['after']);
  });
});
