import { describe, expect, it } from 'vitest';
import {
  type Behaviour,
  type BehaviourInput,
  behaviourProblems,
  behaviourSchema,
} from '../../../src/core/behaviour.ts';
import type { JournalEntry } from '../../../src/core/decision.ts';
import { fitBehaviour } from '../../../src/core/fit/fit.ts';
import { simulate } from '../../../src/core/simulate.ts';
import { type RecordedLead, strangerOf } from '../../../src/core/simulated-history.ts';
import { leadFields } from '../support/lead.ts';
import { always, cadence, email, inARow, playbook, template, wait } from '../support/playbook.ts';

const FROM = Date.UTC(2026, 10, 23);
const DAYS = 60;

const guide = cadence('guide', {
  entry: { when: always, again: { kind: 'once' } },
  ...inARow(email('hello'), wait('settle', 'P4D'), email('more'), wait('again', 'P4D'), email('last')),
});
const book = playbook({
  cadences: { guide },
  signals: { 'email.clicked': { points: 0 }, 'page.pricing': { points: 0 }, 'demo.requested': { points: 0 } },
  stages: [{ id: 'exploring' }],
  emails: { hello: template('hello'), more: template('more'), last: template('last') },
});
const after = { from: 'PT1H', to: 'P1D' };

const people: BehaviourInput = {
  leads: {
    personas: [{ id: 'all', weight: 1 }],
    rates: [
      {
        ...{ signal: 'email.clicked', chance: 0.2, emails: { hello: 4 }, roles: { finance: 0.25 } },
        after: ['PT1H', 'PT2H', 'P1D'],
      },
    ],
    byThemselves: [{ signal: 'demo.requested', perDay: 0.02 }],
    unsubscribe: { chance: 0.01, after },
    bounce: { chance: 0.05 },
  },
  reps: {
    offered: {
      else: [
        { weight: 6, do: 'accept', after: { from: 'PT30M', to: 'PT2H' } },
        { weight: 2, do: 'reject', reason: 'junk', after: { from: 'PT30M', to: 'PT2H' } },
        { weight: 2, do: 'nothing' },
      ],
    },
    accepted: [
      { weight: 1, do: 'recycle', reason: 'not-ready', after: { from: 'PT8H', to: 'PT16H' } },
      { weight: 1, do: 'nothing' },
    ],
    tasks: [{ weight: 1, do: 'nothing' }],
    until: { from: 'P5D', to: 'P9D' },
  },
};

const store = (n: number): RecordedLead[] =>
  Array.from({ length: n }, (_, i) => ({
    facts: {
      ...{ leadId: `id-${i}`, key: `key-${i}`, createdAt: FROM, consents: [], suppressions: [], pauses: [] },
      lead: { ...leadFields, domain: `corp-${i}.example`, role: i % 2 === 0 ? 'finance' : 'operations' },
    },
    inputs: [],
    opened: [],
  }));

/** As many leads, played by the behaviour, with their journals. */
function lived(n: number, behaviour: Behaviour, seed = 1): RecordedLead[] {
  const leads = store(n);
  const journals = new Map<string, JournalEntry[]>(leads.map(({ facts }) => [facts.leadId, []]));
  simulate({
    playbook: book,
    leads: leads.map((lead) => strangerOf(lead, FROM)),
    behaviour,
    reps: {},
    ...{ seed, from: FROM, days: DAYS },
    onJournal: (lead, entry) => void journals.get(lead)?.push(entry),
  });
  return leads.map((lead) => ({ ...lead, journal: journals.get(lead.facts.leadId) ?? [] }));
}

const fitted = (leads: readonly RecordedLead[]): Behaviour => fitBehaviour(leads, { playbook: book, reps: {} });
const given = behaviourSchema.parse(people);

describe('a behaviour fitted to journals', () => {
  const leads = lived(1_200, given);
  const found = fitted(leads);

  it('finds how often leads react, and what raises and lowers it', () => {
    const clicked = (found.leads.rates ?? []).find(({ signal }) => signal === 'email.clicked');
    const { emails = {}, roles = {} } = clicked ?? {};
    // What counts is one beside another: the chance of all has the factors of what there is most of in it.
    expect((emails['hello'] ?? 1) / (emails['more'] ?? 1)).toBeGreaterThan(2.8);
    expect((emails['hello'] ?? 1) / (emails['more'] ?? 1)).toBeLessThan(5.5);
    expect((roles['finance'] ?? 1) / (roles['operations'] ?? 1)).toBeGreaterThan(0.17);
    expect((roles['finance'] ?? 1) / (roles['operations'] ?? 1)).toBeLessThan(0.37);
    expect(clicked?.after).toHaveLength(9);
  });

  it('finds what leads do by themselves, leave by and bounce', () => {
    const [demo] = found.leads.byThemselves ?? [];
    expect(demo?.signal).toBe('demo.requested');
    expect(demo?.perDay).toBeGreaterThan(0.01);
    expect(demo?.perDay).toBeLessThan(0.025);
    expect(found.leads.unsubscribe?.chance).toBeGreaterThan(0.004);
    expect(found.leads.unsubscribe?.chance).toBeLessThan(0.02);
    expect(found.leads.bounce?.chance).toBeGreaterThan(0.03);
    expect(found.leads.bounce?.chance).toBeLessThan(0.07);
  });

  it('finds how reps answer', () => {
    const share = (what: string): number => {
      const all = found.reps.offered['warm'] ?? [];
      const sum = (list: typeof all): number => list.reduce((n, { weight }) => n + weight, 0);
      return sum(all.filter((one) => one.do === what)) / sum(all);
    };
    expect(share('accept')).toBeGreaterThan(0.5);
    expect(share('accept')).toBeLessThan(0.7);
    expect(share('reject')).toBeGreaterThan(0.12);
    expect(share('reject')).toBeLessThan(0.28);
    const recycled = found.reps.accepted.find((one) => one.do === 'recycle');
    const nothing = found.reps.accepted.find((one) => one.do === 'nothing');
    expect(recycled).toMatchObject({ reason: 'not-ready' });
    expect((recycled?.weight ?? 0) / ((recycled?.weight ?? 0) + (nothing?.weight ?? 1))).toBeGreaterThan(0.35);
    expect(found.reps.until).toBeDefined();
  });

  it('is a behaviour of the playbook, and the same for the same journals', () => {
    expect(behaviourProblems(found, book)).toEqual([]);
    expect(JSON.stringify(behaviourSchema.parse(found))).toBe(JSON.stringify(found));
    expect(JSON.stringify(fitted(lived(1_200, given)))).toBe(JSON.stringify(found));
  });

  it('played, brings about what it was fitted to', () => {
    const count = (some: readonly RecordedLead[], type: string, signal?: string): number =>
      some
        .flatMap(({ journal = [] }) => journal)
        .filter((entry) => entry.type === type && (signal === undefined || entry.data['type'] === signal)).length;
    const again = lived(1_200, found, 2);
    for (const [type, signal] of [
      ['signal.received', 'email.clicked'],
      ['handoff.accepted'],
      ['touch.sent'],
    ] as const) {
      const ratio = count(again, type, signal) / count(leads, type, signal);
      expect(ratio, type).toBeGreaterThan(0.85);
      expect(ratio, type).toBeLessThan(1.15);
    }
  });

  it('leaves out what the playbook has no name for any more', () => {
    const smaller = { ...book, emails: { more: template('more') }, returns: {} };
    const behaviour = fitBehaviour(leads, { playbook: smaller, reps: {} });
    expect(behaviourProblems(behaviour, smaller)).toEqual([]);
    expect(Object.keys(Object.assign({}, ...(behaviour.leads.rates ?? []).map(({ emails }) => emails)))).not.toContain(
      'hello',
    );
    expect(behaviour.reps.accepted.some((one) => one.do === 'recycle')).toBe(false);
  });

  it('of no journal is one of people who do nothing', () => {
    const nobody = fitted(store(3));
    expect(nobody.leads).not.toHaveProperty('rates');
    expect(nobody.reps.accepted).toEqual([{ weight: 1, do: 'nothing' }]);
  });
});
