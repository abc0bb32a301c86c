import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BehaviourInput, behaviourSchema } from '../../src/core/behaviour.ts';
import type { JournalEntry } from '../../src/core/decision.ts';
import type { Cadence, Condition, Playbook, WorkingHours } from '../../src/core/playbook.ts';
import type { LeadFields, Scope } from '../../src/core/scope.ts';
import { simulate } from '../../src/core/simulate.ts';
import type { LeadToSimulate } from '../../src/core/simulated-lead.ts';
import { DAY } from '../../src/core/time.ts';

const FROM = Date.UTC(2026, 10, 2);

const condition = (source: string, test: (scope: Scope) => boolean): Condition => ({ source, timed: false, test });
const office: WorkingHours = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00', holidays: [] };
const seen = (type: string): Condition => condition(`seen('${type}')`, (scope) => scope.signals(type).count > 0);

const window: Cadence['window'] = {
  days: office.days,
  from: '09:00',
  to: '17:00',
  zones: ['lead', 'country', 'company'],
};
const nurture: Cadence = {
  id: 'nurture',
  purpose: 'marketing',
  lane: 'nurture',
  runs: { custody: ['marketing', 'nobody'], else: 'pause' },
  priority: 50,
  entry: { when: condition('true', () => true), again: { kind: 'once' } },
  window,
  first: 'hello',
  steps: {
    hello: { id: 'hello', kind: 'email', email: 'hello', next: 'settle' },
    settle: { id: 'settle', kind: 'wait', wait: { plain: 'P3D' }, next: 'more' },
    more: { id: 'more', kind: 'email', email: 'more', next: null },
  },
};
const { entry: _entry, ...again } = nurture;
const email = (id: string): Playbook['emails'][string] => ({
  id,
  subject: id,
  phase: 'thought-leadership',
  repeat: 'never',
  body: id,
});

const playbook: Playbook = {
  hash: 'test',
  company: {
    name: 'Northwind',
    postalAddress: '1 Example Street, London',
    timeZone: 'Europe/London',
    country: 'GB',
    from: { marketing: 'Northwind <news@northwind.example>', sales: 'Northwind <sales@northwind.example>' },
    replyDomain: 'reply.northwind.example',
    workingHours: office,
  },
  consent: {
    marketing: { kind: 'assume', basis: 'legitimate-interest' },
    sales: { kind: 'assume', basis: 'legitimate-interest' },
    service: { kind: 'assume', basis: 'contract' },
  },
  stages: [{ id: 'exploring' }, { id: 'customer', when: seen('order.placed') }],
  definitions: {},
  signals: { 'email.clicked': { points: 8 }, 'demo.requested': { points: 60 } },
  score: { engagement: { halfLife: 'P30D', max: 100 }, fit: [] },
  routes: [{ id: 'demo', when: seen('demo.requested'), handoff: 'hot' }],
  handoffs: { hot: { id: 'hot', sla: 'hot', pools: ['all'], brief: ['why'] } },
  slas: { hot: { id: 'hot', accept: { working: 'PT4H' }, remind: [], onBreach: [{ at: 2, do: 'recycle' }] } },
  pools: [{ id: 'all', when: condition('true', () => true), reps: ['ada@northwind.example', 'bo@northwind.example'] }],
  returns: {
    'not-ready': {
      id: 'not-ready',
      recycle: 'keep-warm',
      after: { ask: true, else: 'P5D' },
      facts: ['timing'],
      disqualify: false,
    },
    junk: { id: 'junk', facts: [], disqualify: true },
  },
  cadences: {
    nurture,
    'keep-warm': {
      ...again,
      id: 'keep-warm',
      first: 'hello',
      steps: { hello: { id: 'hello', kind: 'email', email: 'again', next: null } },
    },
  },
  emails: { hello: email('hello'), more: email('more'), again: email('again') },
};

const everyone: BehaviourInput = {
  leads: {
    personas: [
      { id: 'silent', weight: 1 },
      {
        id: 'keen',
        weight: 2,
        touched: [
          { chance: 0.5, signal: 'email.clicked', after: { from: 'PT1H', to: 'P1D' } },
          { chance: 0.5, signal: 'demo.requested', after: { from: 'PT2H', to: 'P2D' } },
        ],
      },
    ],
    unsubscribe: { chance: 0.05, after: { from: 'PT1H', to: 'PT5H' } },
    bounce: { chance: 0.05 },
  },
  reps: {
    offered: {
      else: [
        { weight: 5, do: 'accept', after: { from: 'PT10M', to: 'PT3H' } },
        { weight: 3, do: 'reject', reason: 'not-ready', after: { from: 'PT10M', to: 'PT3H' } },
        { weight: 1, do: 'reject', reason: 'junk', after: { from: 'PT10M', to: 'PT3H' } },
        { weight: 1, do: 'nothing' },
      ],
    },
    accepted: [
      { weight: 1, do: 'recycle', reason: 'not-ready', after: { from: 'P1D', to: 'P4D' } },
      { weight: 1, do: 'nothing' },
    ],
    tasks: [{ weight: 1, do: 'complete', disposition: 'connected', after: { from: 'PT1H', to: 'P1D' } }],
    facts: { timing: ['next quarter'] },
    until: { from: 'P5D', to: 'P9D' },
  },
};

const someone: LeadFields = {
  email: 'x@corp.example',
  firstName: 'Ada',
  lastName: 'Byron',
  company: 'Corp',
  domain: 'corp.example',
  role: 'it',
  title: 'CTO',
  country: 'DE',
  timeZone: 'Europe/Berlin',
  locale: 'en',
  phone: '',
  source: '',
  campaign: '',
  freemail: false,
  attributes: {},
};

const leads = (n: number): LeadToSimulate[] =>
  Array.from({ length: n }, (_, i) => ({ key: `lead-${i}`, lead: someone, consents: [], suppressions: [] }));

const run = (
  options: { n?: number; seed?: number; days?: number; behaviour?: BehaviourInput; journal?: JournalEntry[] } = {},
) =>
  simulate({
    playbook,
    leads: leads(options.n ?? 40),
    behaviour: behaviourSchema.parse(options.behaviour ?? everyone),
    reps: {},
    seed: options.seed ?? 1,
    from: FROM,
    days: options.days ?? 60,
    onJournal: (_key, entry) => options.journal?.push(entry),
  });

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

describe('simulate', () => {
  it('plays the whole story: touches, handoffs, accepts, returns and recycles', () => {
    const result = run();
    for (const n of [result.touches, result.handoffs, result.accepted, result.recycles, sum(result.returns)]) {
      expect(n).toBeGreaterThan(0);
    }
    expect(result.handoffs).toBe(Object.values(result.repLoad).reduce((n, rep) => n + rep.offered, 0));
    expect(result.touches).toBe(result.byDay.reduce((n, day) => n + day.touches, 0));
    for (const figure of ['tasks', 'handoffs', 'slaBreaches', 'expired'] as const)
      expect(result.byDay.reduce((n, day) => n + day[figure], 0)).toBe(result[figure]);
    expect(result.funnel.touched).toBeGreaterThan(result.funnel.reacted);
    expect(result.funnel.offered).toBeGreaterThan(result.funnel.accepted);
    // At the end of the last day they have whom sales has.
    expect(result.byDay.at(-1)?.open).toBe(result.endStates['with-sales']);
    expect(result.touches).toBe(Object.values(result.perCadence).reduce((n, cadence) => n + cadence.touches, 0));
  });

  it('gives every lead one end state and one stage', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 120 }), (seed, days) => {
        const result = run({ n: 12, seed, days });
        expect(sum(result.endStates)).toBe(12);
        expect(sum(result.perStage)).toBe(12);
        expect(result.byDay).toHaveLength(days);
      }),
      { numRuns: 25 },
    );
  });

  it('is the same for the same seed, and another for another', () => {
    expect(JSON.stringify(run({ seed: 7 }))).toBe(JSON.stringify(run({ seed: 7 })));
    expect(JSON.stringify(run({ seed: 7 }))).not.toBe(JSON.stringify(run({ seed: 8 })));
  });

  it('sends nothing once a recorded consent has expired', () => {
    const past = { basis: 'implied', at: FROM - 2, expires: FROM - 1 };
    const consents = [
      { purpose: 'marketing' as const, ...past },
      { purpose: 'sales' as const, ...past },
    ];
    const simulated = (given: readonly LeadToSimulate[]) =>
      simulate({
        playbook,
        leads: given,
        behaviour: behaviourSchema.parse(everyone),
        reps: {},
        seed: 1,
        from: FROM,
        days: 60,
      });
    expect(simulated(leads(5)).touches).toBeGreaterThan(0);
    expect(simulated(leads(5).map((lead) => ({ ...lead, consents }))).touches).toBe(0);
  });

  it('sends no step of a cadence twice to a lead', () => {
    const result = run({ n: 60, seed: 3 });
    const most = Math.max(...result.perLead.map((lead) => lead.touches));
    // hello, more, again: a return may enter keep-warm, whose email is not repeated either.
    expect(most).toBeLessThanOrEqual(3);
  });

  it('spreads handoffs over the reps in turn', () => {
    const loads = Object.values(run({ n: 200, seed: 2 }).repLoad).map((rep) => rep.offered);
    expect(loads).toHaveLength(2);
    expect(Math.abs((loads[0] ?? 0) - (loads[1] ?? 0))).toBeLessThanOrEqual(Math.max(...loads) / 3);
  });

  it('breaches when nobody answers', () => {
    const nobody = {
      ...everyone,
      reps: { ...everyone.reps, offered: { else: [{ weight: 1, do: 'nothing' as const }] } },
    };
    const result = run({ behaviour: nobody });
    expect(result.accepted).toBe(0);
    expect(result.handoffs).toBeGreaterThan(0);
    expect(result.slaBreaches).toBe(result.handoffs - result.endStates['with-sales']);
  });

  it('touches nobody whose address bounced again', () => {
    const bouncing = { ...everyone, leads: { ...everyone.leads, bounce: { chance: 1 } } };
    const result = run({ behaviour: bouncing });
    expect(Math.max(...result.perLead.map((lead) => lead.touches))).toBe(1);
    expect(result.endStates.suppressed).toBe(40);
  });

  it('leaves alone whom a suppression came with', () => {
    const result = simulate({
      playbook,
      leads: leads(5).map((lead) => ({ ...lead, suppressions: [{ reason: 'opted-out', at: 0 }] })),
      behaviour: behaviourSchema.parse(everyone),
      reps: {},
      seed: 1,
      from: FROM,
      days: 30,
    });
    expect(result.touches).toBe(0);
    expect(result.quiet).toBe(5);
  });

  it('says nothing later than its last day', () => {
    const journal: JournalEntry[] = [];
    run({ days: 10, journal });
    expect(journal.length).toBeGreaterThan(0);
    for (const entry of journal) expect(entry.at).toBeLessThan(FROM + 10 * DAY);
  });
});
