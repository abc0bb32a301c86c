import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY } from '../../src/core/time.ts';
import { scoreOf } from '../../src/core/view.ts';
import { aZone } from './support/arbitrary.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { always, cadence, playbook, when } from './support/playbook.ts';

const START = '2026-11-23T06:00:00Z';
const p = playbook({
  cadences: { guide: cadence('guide') },
  routes: [],
  score: {
    engagement: { halfLife: 'P30D', max: 100 },
    fit: [
      { when: when("lead.title == 'COO'", (s) => s.lead.title === 'COO'), points: 30 },
      { when: when('lead.freemail', (s) => s.lead.freemail), points: -20 },
    ],
  },
});

const scored = (lead: PlayedLead) => scoreOf(lead.state, lead.facts, p, lead.now);

describe('engagement', () => {
  it('halves every half-life', () => {
    const lead = new PlayedLead(p, START);
    lead.signal('demo.requested');
    lead.look();
    expect(scored(lead).engagement).toBeCloseTo(60);
    lead.now += 30 * DAY;
    expect(scored(lead).engagement).toBeCloseTo(30);
    lead.now += 30 * DAY;
    expect(scored(lead).engagement).toBeCloseTo(15);
  });

  it('earns no more a day than the signal allows, by the lead’s own day', () => {
    const lead = new PlayedLead(p, START);
    for (let i = 0; i < 5; i++) lead.signal('page.pricing');
    lead.look();
    expect(scored(lead).engagement).toBeCloseTo(30);
    lead.now += DAY;
    lead.signal('page.pricing');
    lead.look();
    expect(scored(lead).engagement).toBeCloseTo(15 + 30 * 0.5 ** (1 / 30), 5);
  });

  it('stays between 0 and the maximum', () => {
    const lead = new PlayedLead(p, START);
    for (let i = 0; i < 3; i++) lead.signal('demo.requested');
    lead.look();
    expect(scored(lead).engagement).toBe(100);
  });

  it('says what it is made of', () => {
    const lead = new PlayedLead(p, START);
    lead.signal('page.pricing');
    lead.signal('page.pricing');
    lead.look();
    lead.now += 15 * DAY;
    expect(scored(lead).reasons).toEqual(["fit: lead.title == 'COO': +30", 'page.pricing twice: +30, decayed to 21.2']);
  });

  it('says what a daily limit, negative points, a return and the bounds did', () => {
    const lead = new PlayedLead(
      playbook({ ...p, signals: { ...p.signals, 'pricing.objection': { points: -50 } } }),
      START,
    );
    const reasons = () => scoreOf(lead.state, lead.facts, lead.playbook, lead.now).reasons.slice(1);
    for (let i = 0; i < 5; i++) lead.signal('page.pricing');
    lead.look();
    expect(reasons()).toEqual(['page.pricing 5 times: +30 of +75, no more than 30 a day']);
    lead.signal('pricing.objection');
    lead.look();
    expect(reasons()).toEqual([
      'pricing.objection once: -50',
      'page.pricing 5 times: +30 of +75, no more than 30 a day',
      'engagement together -20: it counts as 0',
    ]);
    lead.now += 1;
    lead.put({ kind: 'recycle', reason: 'not-ready', by: 'rep-1@northwind.example' });
    lead.look();
    expect(reasons()[0]).toBe('pricing.objection once: -50, lowered by a return, decayed to -25');
    lead.now += 1;
    lead.signal('demo.requested');
    lead.signal('demo.requested');
    lead.look();
    expect(reasons().at(-1)).toBe('engagement together +110: it counts as 100, the most');
  });

  it('counts nothing that a machine did, whatever its points, and says so', () => {
    const lead = new PlayedLead(playbook({ ...p, signals: { 'email.opened': { points: 5 } } }), START);
    const open = (human: boolean) => lead.put({ kind: 'signal', type: 'email.opened', human });
    open(false);
    open(false);
    lead.look();
    const score = () => scoreOf(lead.state, lead.facts, lead.playbook, lead.now);
    expect(score()).toMatchObject({
      engagement: 0,
      reasons: ["fit: lead.title == 'COO': +30", 'email.opened twice by a machine: +0'],
    });
    open(true);
    lead.look();
    expect(score().engagement).toBe(5);
    for (let i = 0; i < 300; i++) open(i % 3 === 0);
    lead.now += 1;
    lead.look();
    expect(score().engagement).toBeLessThanOrEqual(100);
    expect(lead.state.signals['email.opened']?.machine?.length).toBeLessThanOrEqual(200);
  });

  it('is the sum of its parts between 0 and the most, whatever happened', () => {
    const types = ['page.pricing', 'demo.requested', 'pricing.objection', 'email.opened'] as const;
    const signals = {
      'page.pricing': { points: 15, maxPerDay: 30 },
      'demo.requested': { points: 60 },
      'pricing.objection': { points: -9, maxPerDay: 20 },
      'email.opened': { points: 3 },
    };
    const happened = fc.array(
      fc.record({ type: fc.constantFrom(...types, 'return'), days: fc.double({ min: 0, max: 9, noNaN: true }) }),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(happened, aZone, (list, timeZone) => {
        const lead = new PlayedLead(playbook({ ...p, signals }), START, { lead: { ...leadFields, timeZone } });
        for (const { type, days } of list) {
          lead.now += Math.round(days * DAY);
          if (type === 'return') lead.put({ kind: 'recycle', reason: 'not-ready', by: 'rep-1@northwind.example' });
          else lead.put({ kind: 'signal', type, human: type !== 'email.opened' });
          lead.look();
        }
        const { engagement, fit, parts } = scoreOf(lead.state, lead.facts, lead.playbook, lead.now);
        const sum = (of: string) => parts.reduce((all, part) => all + (part.of === of ? part.points : 0), 0);
        expect(engagement).toBeCloseTo(Math.min(100, Math.max(0, sum('engagement'))), 9);
        expect(fit).toBe(Math.max(0, sum('fit')));
        for (const part of parts) if (part.what === 'email.opened') expect(part.points).toBe(0);
      }),
    );
  });

  it('is halved by a return that says so, for what came before it', () => {
    const lead = new PlayedLead(p, START);
    lead.signal('demo.requested');
    lead.look();
    lead.put({ kind: 'recycle', reason: 'not-ready', by: 'rep-1@northwind.example' });
    lead.look();
    expect(scored(lead).engagement).toBeCloseTo(30);
  });
});

describe('fit', () => {
  it('adds the points of the rules that hold and never falls below 0', () => {
    const lead = new PlayedLead(p, START);
    expect(scored(lead).fit).toBe(30);
    lead.facts = { ...lead.facts, lead: { ...lead.facts.lead, title: '', freemail: true } };
    expect(scored(lead).fit).toBe(0);
  });

  it('cannot depend on itself', () => {
    const circular = playbook({
      cadences: {},
      score: {
        ...p.score,
        fit: [
          { when: when('score.fit >= 0.0', (s) => s.score.fit >= 0), points: 5 },
          { when: always, points: 1 },
        ],
      },
    });
    const lead = new PlayedLead(circular, START);
    expect(scoreOf(lead.state, lead.facts, circular, lead.now).fit).toBe(6);
  });
});
