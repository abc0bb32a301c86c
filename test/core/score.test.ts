import { describe, expect, it } from 'vitest';
import { DAY } from '../../src/core/time.ts';
import { scoreOf } from '../../src/core/view.ts';
import { PlayedLead } from './support/lead.ts';
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
    expect(scored(lead).reasons).toEqual(["fit: lead.title == 'COO': +30", 'page.pricing 2x: +30, now 21.2']);
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
