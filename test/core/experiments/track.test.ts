/** Experiments as leads live through them: groups, holdouts, what is reached, and arms that stop. */
import { describe, expect, it } from 'vitest';
import { armScope, cadenceHoldoutId, PROGRAMME, splitId } from '../../../src/core/experiments/experiment.ts';
import { createExperimentTally } from '../../../src/core/experiments/tally.ts';
import { explain } from '../../../src/core/explain/explain.ts';
import type { Cadence, Holdout, Measure, Playbook, SplitStep } from '../../../src/core/playbook.ts';
import { PlayedLead } from '../support/lead.ts';
import { always, cadence, email, inARow, playbook, seen, wait } from '../support/playbook.ts';

const MONDAY = '2026-11-23T06:00:00Z';
const LATER = '2027-02-01T00:00:00Z';
const demo: Measure = { when: seen('demo.requested'), within: 'P14D' };
const holdout = (percent: number): Holdout => ({ percent, goal: demo });
const KEYS = Array.from({ length: 60 }, (_, i) => `lead-${i}`);

const guide = (more: Partial<Cadence> = {}, again: 'once' | 'always' = 'once'): Cadence =>
  cadence('guide', {
    entry: { when: always, again: { kind: again } },
    ...inARow(email('one'), wait('rest', 'P2D'), email('two')),
    ...more,
  });
const of = (rest: Partial<Playbook> = {}, more: Partial<Cadence> = {}): Playbook =>
  playbook({ cadences: { guide: guide(more) }, ...rest });

const split = (more: Partial<SplitStep> = {}): Pick<Cadence, 'first' | 'steps'> => {
  const step: SplitStep = {
    kind: 'split',
    id: 'try',
    arms: [
      { id: 'a', weight: 50, to: 'one', steps: ['one', 'pause', 'more'] },
      { id: 'b', weight: 50, to: 'two', steps: ['two'] },
    ],
    holdout: 0,
    goal: demo,
    next: null,
    ...more,
  };
  return {
    first: 'try',
    steps: {
      try: step,
      one: { ...email('one'), next: 'pause' },
      pause: { ...wait('pause', 'P3D'), next: 'more' },
      more: email('more'),
      two: email('two'),
    },
  };
};
const types = (lead: PlayedLead, type: string) => lead.journal.filter((entry) => entry.type === type);
const ask = (lead: PlayedLead, about: Parameters<typeof explain>[0]['about']) =>
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

describe('a holdout', () => {
  it.each([
    ['of the programme', PROGRAMME, of({ holdout: holdout(50) })],
    ['of a cadence', cadenceHoldoutId('guide'), of({}, { holdout: holdout(50) })],
  ])('%s gets no mail, is counted, and journal and explain say why', (_, id, rules) => {
    const held: string[] = [];
    for (const key of KEYS) {
      const lead = new PlayedLead(rules, MONDAY, { key });
      lead.playTo(LATER);
      const [joined] = types(lead, 'experiment.joined');
      expect(types(lead, 'experiment.joined')).toHaveLength(1);
      expect(joined?.data).toMatchObject({ experiment: id, shares: { 'held-out': 0.5, reached: 0.5 } });
      if (joined?.reason === 'not-held-out') {
        expect(lead.touches).toHaveLength(2);
        continue;
      }
      held.push(key);
      expect(joined?.reason).toBe('held-out');
      expect(lead.touches).toEqual([]);
      expect(types(lead, 'touch.skipped').map(({ step, reason }) => [step, reason])).toEqual([
        ['one', 'held-out'],
        ['two', 'held-out'],
      ]);
      const step = ask(lead, { kind: 'step', cadence: 'guide', step: 'one' });
      expect(step).toMatchObject({ verdict: 'never', code: 'held-out' });
      expect(step.because.some(({ expr }) => expr === `experiment ${id}`)).toBe(true);
      expect(ask(lead, { kind: 'silence' }).code).toBe('held-out');
    }
    expect(held.length).toBeGreaterThan(10);
    expect(held.length).toBeLessThan(50);
  });

  it('still goes to sales by what it does itself, and mail of sales goes', () => {
    const rules = of({ holdout: holdout(50) });
    const key = KEYS.find((one) => {
      const lead = new PlayedLead(rules, MONDAY, { key: one });
      lead.playTo(LATER);
      return lead.touches.length === 0;
    });
    const lead = new PlayedLead(rules, MONDAY, { key: key ?? '' });
    lead.playTo('2026-11-24T06:00:00Z');
    lead.put({ kind: 'handoff', handoff: 'warm', by: 'manager@northwind.example' });
    lead.look();
    expect(lead.state.custody.who).toBe('sales');
  });

  it('is let go when the playbook in force has it no more', () => {
    const rules = of({ holdout: holdout(50) });
    const { holdout: _, ...without } = rules;
    for (const key of KEYS) {
      const lead = new PlayedLead(rules, MONDAY, { key });
      lead.playTo('2026-11-24T06:00:00Z');
      lead.playbook = { ...without, hash: 'without' };
      lead.older.set(rules.hash, rules);
      lead.playTo(LATER);
      expect(lead.touches.map(({ step }) => step)).toContain('two');
    }
  });

  it('of everything is not counted in splits: it gets nothing of any arm', () => {
    const rules = of({ holdout: holdout(50) }, split());
    for (const key of KEYS) {
      const lead = new PlayedLead(rules, MONDAY, { key });
      lead.playTo(LATER);
      const counted = lead.state.experiments?.[splitId('guide', 'try')] !== undefined;
      expect(counted).toBe(lead.touches.length > 0);
    }
  });
});

describe('what an experiment asks', () => {
  const key = 'lead-1';
  it('is journalled once, when the lead does it in time, also after its run is over', () => {
    const lead = new PlayedLead(of({}, split()), MONDAY, { key });
    lead.playTo('2026-12-03T12:00:00Z');
    lead.signal('demo.requested');
    lead.look();
    lead.signal('demo.requested', lead.now + 1);
    lead.playTo(LATER);
    const { group } = lead.state.experiments?.[splitId('guide', 'try')] ?? {};
    expect(types(lead, 'experiment.reached')).toMatchObject([
      { reason: 'experiment-goal', data: { experiment: 'step:guide/try', group, what: 'goal' } },
    ]);
  });

  it('counts nothing from before, and nothing that comes too late', () => {
    const early = new PlayedLead(
      of(
        {},
        { ...split(), first: 'before', steps: { ...split().steps, before: { ...wait('before', 'P2D'), next: 'try' } } },
      ),
      MONDAY,
      { key },
    );
    early.signal('demo.requested');
    early.playTo(LATER);
    const late = new PlayedLead(of({}, split()), MONDAY, { key });
    late.playTo('2026-12-09T00:00:00Z');
    late.signal('demo.requested');
    late.look();
    for (const lead of [early, late]) {
      expect(lead.state.experiments?.[splitId('guide', 'try')]).toBeDefined();
      expect(types(lead, 'experiment.reached')).toEqual([]);
    }
  });

  it('can be a complaint', () => {
    const guard = { when: seen('complained'), within: 'P14D', atMost: 0.02 };
    const lead = new PlayedLead(of({}, split({ guard })), MONDAY, { key });
    lead.playTo('2026-11-25T00:00:00Z');
    lead.put({ kind: 'suppressed', reason: 'complained', by: 'ses' });
    lead.look();
    expect(types(lead, 'experiment.reached')).toMatchObject([
      { reason: 'experiment-guard', data: { what: 'guard', atMost: 0.02, groups: 2 } },
    ]);
  });
});

describe('a lead in an arm', () => {
  const again = (step: Partial<SplitStep>): Playbook =>
    playbook({ cadences: { guide: guide({ ...split(step) }, 'always') } });

  it('keeps it when it comes again and the weights have changed', () => {
    const few = [
      { id: 'a', weight: 1, to: 'one', steps: ['one'] },
      { id: 'b', weight: 99, to: 'two', steps: ['two'] },
    ];
    for (const key of KEYS) {
      const rules = again({});
      const lead = new PlayedLead(rules, MONDAY, { key });
      lead.playTo('2026-11-24T20:00:00Z');
      lead.older.set(rules.hash, rules);
      lead.playbook = { ...again({ arms: few }), hash: 'changed' };
      lead.playTo('2026-12-20T00:00:00Z');
      const arms = new Set(types(lead, 'step.split').map(({ data }) => data['arm']));
      expect(types(lead, 'step.split').length).toBeGreaterThan(1);
      expect(arms.size).toBe(1);
      // And is counted once.
      expect(types(lead, 'step.split').filter(({ data }) => 'experiment' in data)).toHaveLength(1);
    }
  });

  it('that stopped gets nothing more of it, and nobody comes into it any more', () => {
    const rules = of({}, split());
    const stopped = armScope(splitId('guide', 'try'), 'a');
    const inA = KEYS.filter((key) => {
      const lead = new PlayedLead(rules, MONDAY, { key });
      lead.playTo('2026-11-24T20:00:00Z');
      if (lead.touches[0]?.step !== 'one') return false;
      lead.facts = { ...lead.facts, pauses: [stopped] };
      lead.playTo(LATER);
      expect(lead.touches.map(({ step }) => step)).toEqual(['one']);
      expect(types(lead, 'touch.skipped')).toMatchObject([{ step: 'more', reason: 'arm-stopped' }]);
      expect(ask(lead, { kind: 'step', cadence: 'guide', step: 'more' }).code).toBe('arm-stopped');
      return true;
    });
    expect(inA.length).toBeGreaterThan(10);
    for (const key of KEYS) {
      const lead = new PlayedLead(rules, MONDAY, { key, pauses: [stopped] });
      lead.playTo(LATER);
      expect(lead.touches.map(({ step }) => step)).toEqual(['two']);
    }
  });
});

describe('a tally', () => {
  it('counts a lead once, and those whose time is over apart', () => {
    const tally = createExperimentTally();
    const shares = { a: 0.5, b: 0.5 };
    const joined = (key: string, group: string, until: number) =>
      tally.add(key, { type: 'step.split', data: { arm: group, experiment: 'e', group, shares, until } });
    joined('one', 'a', 10);
    joined('one', 'b', 90);
    joined('two', 'a', 30);
    tally.add('one', { type: 'experiment.reached', data: { experiment: 'e', group: 'a', what: 'goal' } });
    tally.add('two', { type: 'experiment.reached', data: { experiment: 'e', group: 'a', what: 'goal' } });
    expect(tally.counts(20)).toEqual({
      e: [{ group: 'a', shares, leads: 2, known: 1, goals: 1, guards: 0 }],
    });
  });

  it('stops an arm when its guard’s limit is shown to be exceeded', () => {
    const tally = createExperimentTally();
    const shares = { a: 0.5, b: 0.5 };
    let stopped: string | undefined;
    for (let i = 0; i < 40; i++) {
      tally.add(`${i}`, { type: 'step.split', data: { experiment: 'e', group: 'a', shares, until: 10 } });
      const data = { experiment: 'e', group: 'a', what: 'guard', atMost: 0.05, groups: 2 };
      if (i % 3 === 0) stopped ??= tally.add(`${i}`, { type: 'experiment.reached', data });
    }
    expect(stopped).toBe('arm:e/a');
  });
});
