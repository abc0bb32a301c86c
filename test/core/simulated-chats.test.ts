/** Chats of a simulation follow the rules that real ones follow. */
import { describe, expect, it } from 'vitest';
import { type BehaviourInput, behaviourSchema } from '../../src/core/behaviour.ts';
import type { JournalEntry } from '../../src/core/decision.ts';
import { simulate } from '../../src/core/simulate.ts';
import { leadFields } from './support/lead.ts';
import { always, cadence, playbook } from './support/playbook.ts';

const [ANN, BEN] = ['ann@northwind.example', 'ben@northwind.example'];
/** A Tuesday, midnight: chats come in the first two days. */
const FROM = Date.parse('2026-11-24T00:00:00Z');
const LEADS = 60;

type Chats = NonNullable<BehaviourInput['reps']['chats']>;
const TAKES: Chats = [{ weight: 1, do: 'accept', talk: { from: 'PT20M', to: 'PT40M' }, outcome: 'answered' }];

function play(chats: Chats, seed = 1) {
  const p = playbook({
    cadences: { a: cadence('a') },
    signals: { 'chat.started': { points: 10 } },
    routes: [],
    pools: [{ id: 'all', when: always, reps: [ANN, BEN] }],
    handoffs: { warm: { id: 'warm', sla: 'warm', pools: ['all'], brief: ['why'] } },
    chat: [
      { when: always, to: { kind: 'handoff', handoff: 'warm' }, answer: 'PT45S' },
      { to: { kind: 'form' }, answer: 'PT1M' },
    ],
  });
  const journal: (JournalEntry & { readonly key: string })[] = [];
  const chatting = { chance: 1, signal: 'chat.started', after: { from: 'PT0S', to: 'P2D' } };
  const result = simulate({
    playbook: p,
    leads: Array.from({ length: LEADS }, (_, i) => ({
      key: `lead-${i}`,
      lead: { ...leadFields, email: `${i}@acme.example`, domain: '' },
      consents: [],
      suppressions: [],
    })),
    from: FROM,
    days: 5,
    seed,
    behaviour: behaviourSchema.parse({
      leads: { personas: [{ id: 'talker', weight: 1, unprompted: [chatting] }] },
      reps: {
        offered: { else: [{ weight: 1, do: 'nothing' }] },
        accepted: [{ weight: 1, do: 'nothing' }],
        tasks: [{ weight: 1, do: 'nothing' }],
        chats,
      },
    }),
    reps: Object.fromEntries(
      [ANN, BEN].map((id) => [id, { id, name: id, timeZone: 'Europe/London', active: true, maxChats: 1 }]),
    ),
    onJournal: (key, entry) => journal.push({ ...entry, key }),
  });
  return { result, journal };
}

describe('a simulated chat', () => {
  const { journal, result } = play(TAKES);
  const of = (type: string) => journal.filter((entry) => entry.type === type);

  it('happens once for each lead that asks, and is the signal', () => {
    expect(of('chat.started')).toHaveLength(LEADS);
    expect(of('signal.received').filter((entry) => entry.data['type'] === 'chat.started')).toHaveLength(LEADS);
  });

  it('is taken while somebody is at work and free, and is the form otherwise', () => {
    const rung = of('chat.started').filter((entry) => entry.data['to'] === 'rep');
    expect(rung.length).toBeGreaterThan(5);
    expect(rung.length).toBeLessThan(LEADS);
    for (const { at } of rung) {
      const hour = new Date(at).getUTCHours();
      expect([hour >= 10, hour < 18]).toEqual([true, true]);
    }
    expect(of('chat.accepted')).toHaveLength(rung.length);
    expect(of('chat.ended').every((entry) => entry.data['outcome'] === 'answered')).toBe(true);
    // The offer that came with it is accepted by talking.
    expect(result.accepted).toBe(rung.length);
    expect(of('handoff.touched')).toHaveLength(rung.length);
  });

  it('takes a place of its rep from beginning to end: nobody has two', () => {
    const spans = of('chat.started').flatMap((started) => {
      if (started.data['to'] !== 'rep') return [];
      const end = of('chat.ended').find((entry) => entry.key === started.key);
      return [{ rep: started.data['rep'], from: started.at, until: end?.at ?? Number.POSITIVE_INFINITY }];
    });
    for (const one of spans) {
      const same = spans.filter((other) => other.rep === one.rep && other.from <= one.from && one.from < other.until);
      expect(same).toHaveLength(1);
    }
  });

  it('that nobody takes goes from rep to rep and to the form, and the offer stays with its clocks', () => {
    const lazy = play([{ weight: 1, do: 'nothing' }]);
    const passed = lazy.journal.filter((entry) => entry.type === 'chat.passed');
    expect(passed.length).toBeGreaterThan(0);
    expect(lazy.journal.some((entry) => entry.type === 'chat.accepted')).toBe(false);
    for (const { key } of passed) {
      const ends = passed.filter((entry) => entry.key === key).map((entry) => entry.data['to']);
      expect(ends.at(-1)).toBe('form');
      expect(ends.length).toBeLessThanOrEqual(2);
    }
    expect(lazy.result.slaBreaches).toBeGreaterThan(0);
  });

  it('is the same for the same seed', () => {
    expect(JSON.stringify(play(TAKES).journal)).toBe(JSON.stringify(journal));
    expect(JSON.stringify(play(TAKES, 2).journal)).not.toBe(JSON.stringify(journal));
  });
});
