import { describe, expect, it } from 'vitest';
import type { Cadence, EmailTemplate, Step } from '../../src/core/playbook.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, seen, template, wait } from './support/playbook.ts';

const MONDAY = '2026-11-23T06:00:00Z';
const LATER = '2027-03-01T00:00:00Z';

const pick = (id: string, overrides: Partial<Extract<Step, { kind: 'pick' }>> = {}): Step => ({
  kind: 'pick',
  id,
  topic: 'story',
  fits: ['role', 'stage'],
  onExhausted: 'continue',
  next: null,
  ...overrides,
});
const enroll = (id: string, into: string): Step => ({ kind: 'enroll', id, into, next: null });

const library = (...emails: readonly EmailTemplate[]) => Object.fromEntries(emails.map((e) => [e.id, e]));
const stories = library(
  template('story-c', { topic: 'story' }),
  template('story-a', { topic: 'story', roles: ['finance', 'it'] }),
  template('story-b', { topic: 'story', stages: ['evaluating', 'deciding'] }),
  template('other', { topic: 'proof' }),
);

const of = (steps: readonly Step[], rest: Partial<Record<string, Cadence>> = {}, emails = stories) =>
  playbook({
    cadences: {
      guide: cadence('guide', { entry: { when: always, again: { kind: 'once' } }, ...inARow(...steps) }),
      ...(rest as Record<string, Cadence>),
    },
    emails,
  });
const sent = (lead: PlayedLead): string[] => lead.touches.map((t) => t.email);
const four = [
  pick('p1'),
  wait('w1', 'P1D'),
  pick('p2'),
  wait('w2', 'P1D'),
  pick('p3'),
  wait('w3', 'P1D'),
  email('end'),
];

describe('pick', () => {
  it('sends the next email of the topic by name that the lead has not seen, for its role and stage', () => {
    const lead = new PlayedLead(of(four), MONDAY, { lead: { ...leadFields, role: 'it' } });
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['story-a', 'story-c', 'end']);
  });

  it('leaves out what is for other roles, and takes up what a new stage opens', () => {
    const lead = new PlayedLead(of(four), MONDAY, { lead: { ...leadFields, role: 'operations' } });
    lead.playTo('2026-11-23T18:00:00Z');
    lead.signal('page.pricing');
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['story-c', 'story-b', 'end']);
  });

  it('asks only what `fits` names', () => {
    const lead = new PlayedLead(of([pick('p1', { fits: [] }), pick('p2', { fits: ['role'] })]), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['story-a', 'story-b']);
  });

  it('never takes one that another cadence has sent', () => {
    const lead = new PlayedLead(of([email('story-c'), pick('p1')]), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['story-c']);
  });

  it('says once that nothing is left, and goes on', () => {
    const lead = new PlayedLead(of(four), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['story-c', 'end']);
    const said = lead.journal.filter((x) => x.type === 'step.exhausted');
    expect(said.map((x) => [x.step, x.reason, x.data])).toEqual([
      ['p2', 'exhausted', { topic: 'story', then: 'continue' }],
      ['p3', 'exhausted', { topic: 'story', then: 'continue' }],
    ]);
  });

  it('ends the run when it says so', () => {
    const lead = new PlayedLead(of([pick('p1', { topic: 'none', onExhausted: 'end' }), email('end')]), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual([]);
    expect(lead.journal.at(-2)).toMatchObject({
      type: 'enrollment.ended',
      reason: 'exhausted',
      data: { state: 'ended' },
    });
  });

  it('takes one again after its `repeat`, the one seen longest ago first, when nothing new is left', () => {
    const emails = library(
      template('x', { topic: 'story', repeat: { after: 'P5D' } }),
      template('y', { topic: 'story', repeat: { after: 'P5D' } }),
    );
    const days = [pick('1'), wait('a', 'P3D'), pick('2'), wait('b', 'P3D'), pick('3'), wait('c', 'P4D'), pick('4')];
    const lead = new PlayedLead(of(days, {}, emails), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['x', 'y', 'x', 'y']);
  });

  it('tries the same email again after a refusal, under the same touch', () => {
    const lead = new PlayedLead(of([pick('p1')]), MONDAY, { lead: { ...leadFields, role: 'it' } });
    let tries = 0;
    lead.answer = ({ at }) => {
      tries += 1;
      return tries === 1 ? { outcome: 'refused', retryAt: at + 60_000 } : { outcome: 'sent' };
    };
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['story-a', 'story-a']);
    expect(new Set(lead.touches.map((t) => t.id)).size).toBe(1);
  });

  it('takes another while one may still arrive by another lane', () => {
    const side = cadence('side', {
      lane: 'side',
      entry: { when: always, again: { kind: 'once' } },
      ...inARow(pick('s')),
    });
    const lead = new PlayedLead(of([pick('p')], { side }), MONDAY, { lead: { ...leadFields, role: 'it' } });
    lead.answer = () => undefined;
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['story-a', 'story-c']);
  });
});

describe('pick by phase, place and time', () => {
  const place = (name: string, countries: string[], zones: string[] = []) => ({ places: [{ name, countries, zones }] });
  const all = ['role', 'stage', 'phase', 'place', 'time'] as const;
  const first = (
    emails: ReturnType<typeof library>,
    lead: Partial<typeof leadFields> = {},
    step = {},
    start = MONDAY,
  ) => {
    const played = new PlayedLead(of([pick('p', { fits: all, ...step })], {}, emails), start, {
      lead: { ...leadFields, ...lead },
    });
    played.playTo(new Date(Date.parse(start) + 14 * 86_400_000).toISOString());
    const entry = played.journal.find(({ type }) => type === 'touch.sent');
    return [sent(played)[0], entry?.data['fits']];
  };
  const places = library(
    template('a-west', { topic: 'story', ...place('west', [], ['America/*']) }),
    template('b-dach', { topic: 'story', ...place('dach', ['DE', 'AT', 'CH']) }),
    template('c-lisbon', { topic: 'story', ...place('Europe/Lisbon', [], ['Europe/Lisbon']) }),
    template('z-all', { topic: 'story' }),
  );

  it.each([
    [{ country: 'DE', timeZone: '' }, 'b-dach', ['place dach']],
    [{ country: '', timeZone: 'Europe/Vienna' }, 'b-dach', ['place dach']],
    [{ country: 'US', timeZone: '' }, 'a-west', ['place west']],
    [{ country: 'GB', timeZone: 'America/Denver' }, 'a-west', ['place west']],
    [{ country: 'PT', timeZone: '' }, 'c-lisbon', ['place Europe/Lisbon']],
    [{ country: 'FR', timeZone: 'Europe/Paris' }, 'z-all', undefined],
    [{ country: '', timeZone: '' }, 'z-all', undefined],
  ])('the lead of %o gets %s', (lead, email, fits) => {
    expect(first(places, lead)).toEqual([email, fits]);
  });

  it('a step that does not ask for the place sends the first', () => {
    expect(first(places, { country: 'FR', timeZone: '' }, { fits: ['role'] })[0]).toBe('a-west');
  });

  const winter = { from: '11-23', to: '01-10' };
  it.each([
    ['2026-11-23T06:00:00Z', 'winter'],
    ['2027-01-08T06:00:00Z', 'winter'],
    ['2027-01-11T06:00:00Z', 'always'],
    ['2026-11-20T18:00:00Z', 'winter'],
  ])('on the day it goes: from %s on it is %s', (start, email) => {
    const emails = library(
      template('always', { topic: 'story', repeat: 'never' }),
      template('a-winter', { topic: 'story', times: [winter] }),
    );
    expect(first(emails, {}, {}, start)[0]).toBe(email === 'winter' ? 'a-winter' : 'always');
  });

  it('dates are those of one year, and by the lead’s own calendar', () => {
    const dated = { from: '2026-11-24', to: '2026-11-24' };
    const emails = library(template('a-dated', { topic: 'story', times: [dated] }), template('b', { topic: 'story' }));
    expect(first(emails, {}, {}, '2026-11-24T00:00:00Z')[0]).toBe('a-dated');
    expect(first(emails, {}, {}, '2027-11-24T00:00:00Z')[0]).toBe('b');
    // Nine in the morning of the 25th in Auckland is the 24th elsewhere.
    expect(first(emails, { country: 'NZ', timeZone: 'Pacific/Auckland' }, {}, '2026-11-24T18:00:00Z')[0]).toBe('b');
  });

  it('working time is that of the company while nobody has the lead', () => {
    const emails = library(
      template('a-work', { topic: 'story', times: [{ working: true }] }),
      template('b-rest', { topic: 'story', times: [{ working: false }] }),
    );
    // From nine to five in Auckland nobody works in London.
    expect(first(emails, { country: 'NZ', timeZone: 'Pacific/Auckland' })).toEqual([
      'b-rest',
      ['time outside working time'],
    ]);
    expect(first(emails, { country: 'GB', timeZone: 'Europe/London' }, {}, '2026-11-23T00:00:00Z')[1]).toHaveLength(1);
  });

  it('the stage says the phase, the step may say another', () => {
    const emails = library(
      template('a-call', { topic: 'story', phase: 'call-to-action' }),
      template('b-read', { topic: 'story', phase: 'thought-leadership' }),
    );
    const book = (step: object) => {
      const made = of([pick('p', { fits: all, ...step })], {}, emails);
      return { ...made, stages: made.stages.map((stage) => ({ ...stage, phase: 'thought-leadership' as const })) };
    };
    const got = (step: object) => {
      const lead = new PlayedLead(book(step), MONDAY);
      lead.playTo(LATER);
      return sent(lead)[0];
    };
    expect(got({})).toBe('b-read');
    expect(got({ phase: 'call-to-action' })).toBe('a-call');
    expect(got({ fits: ['role'] })).toBe('a-call');
  });
});

describe('enroll', () => {
  const warm = cadence('warm', { ...inARow(email('warm-1')) });

  it('in the same lane ends the run as replaced', () => {
    const lead = new PlayedLead(of([email('hello'), enroll('on', 'warm'), email('never')], { warm }), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['hello', 'warm-1']);
    expect(lead.journal.find((x) => x.type === 'enrollment.ended')).toMatchObject({
      cadence: 'guide',
      reason: 'replaced',
    });
  });

  it('in another lane runs beside it, and ends what was open there', () => {
    const side = cadence('side', { lane: 'side', ...inARow(email('side-1')) });
    const old = cadence('old', {
      lane: 'side',
      priority: 90,
      entry: { when: always, again: { kind: 'once' } },
      ...inARow(wait('long', 'P90D')),
    });
    const lead = new PlayedLead(of([enroll('on', 'side'), email('after')], { side, old }), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead).toSorted()).toEqual(['after', 'side-1']);
    const ended = lead.journal.filter((x) => x.type === 'enrollment.ended').map((x) => [x.cadence, x.reason]);
    expect(ended).toContainEqual(['old', 'replaced']);
    expect(ended).toContainEqual(['guide', 'completed']);
  });

  it('refused by the entry rules says so, and the lead goes on', () => {
    const lead = new PlayedLead(
      of([enroll('one', 'side'), wait('w', 'P3D'), enroll('two', 'side'), email('after')], {
        side: cadence('side', { lane: 'side', ...inARow(email('side-1')) }),
      }),
      MONDAY,
    );
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['side-1', 'after']);
    expect(lead.journal.find((x) => x.type === 'entry.refused')).toMatchObject({
      cadence: 'side',
      reason: 'entered-before',
      data: { step: 'guide/two' },
    });
  });

  it('leaves custody alone: a cadence that does not run with sales is refused there', () => {
    const talk = cadence('talk', {
      purpose: 'sales',
      lane: 'sales',
      runs: { custody: ['sales'], else: 'exit' },
      entry: { on: 'handoff.accepted', again: { kind: 'always' } },
      ...inARow(enroll('on', 'side'), email('hi')),
    });
    const side = cadence('side', { lane: 'side', ...inARow(email('side-1')) });
    const lead = new PlayedLead(of([wait('w', 'P30D')], { talk, side }), MONDAY);
    lead.playTo('2026-11-23T08:00:00Z');
    lead.signal('demo.requested');
    lead.look();
    lead.put({
      kind: 'task.answered',
      task: lead.state.custody.task ?? '',
      answer: 'accept',
      by: 'rep-1@northwind.example',
    });
    lead.playTo('2026-11-25T00:00:00Z');
    expect(sent(lead)).toEqual(['hi']);
    expect(lead.state.custody.who).toBe('sales');
    expect(lead.journal.find((x) => x.type === 'entry.refused')).toMatchObject({ reason: 'custody-elsewhere' });
  });

  it('into each other at one instant settles: the second start waits for another day', () => {
    const back = cadence('back', {
      entry: { when: seen('x'), again: { kind: 'always' } },
      ...inARow(enroll('to', 'guide')),
    });
    const guide = cadence('guide', {
      entry: { when: always, again: { kind: 'always' } },
      ...inARow(enroll('to', 'back')),
    });
    const lead = new PlayedLead(playbook({ cadences: { guide, back } }), MONDAY);
    lead.playTo('2026-12-01T00:00:00Z');
    expect(lead.journal.length).toBeLessThan(100);
  });
});
