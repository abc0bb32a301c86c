/** What a lead chooses on its preference page: topics and a pause, kept at the moment of the send. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choiceAbout } from '../../src/core/choices.ts';
import { explain } from '../../src/core/explain/explain.ts';
import type { Choices } from '../../src/core/facts.ts';
import { storyOf } from '../../src/core/story.ts';
import { DAY } from '../../src/core/time.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, template, wait } from './support/playbook.ts';

const START = '2026-11-23T06:00:00Z';
const about = (topic: string) => ({ ...email(topic), topic });
const of = playbook({
  cadences: {
    guide: cadence('guide', {
      entry: { when: always, again: { kind: 'once' } },
      ...inARow(about('stories'), wait('w', 'P2D'), about('prices'), wait('v', 'P2D'), email('last')),
    }),
    care: cadence('care', {
      purpose: 'service',
      lane: 'service',
      runs: { custody: ['marketing', 'sales', 'nobody'], else: 'pause' },
      ...inARow(wait('s', 'P2D'), about('stories')),
    }),
  },
  // The last step has no topic of its own; its email has.
  emails: { last: template('last', { topic: 'news' }) },
  expiry: { after: 'P30D', not: [] },
});

const choose = (lead: PlayedLead, choices: Partial<Choices>): void => {
  lead.facts = { ...lead.facts, choices: { declined: [], ...choices } };
  lead.put({
    kind: 'preferences',
    declined: (choices.declined ?? []).map(({ topic }) => topic),
    wanted: [],
    ...(choices.pause && { pausedUntil: choices.pause.until }),
    subscribed: [],
    by: 'lead',
  });
};
const sent = (lead: PlayedLead): string[] => lead.touches.map((touch) => touch.email);
const ask = (lead: PlayedLead, about: Parameters<typeof explain>[0]['about']) =>
  explain({
    about,
    state: lead.state,
    facts: lead.facts,
    playbooks: { current: of, get: () => of },
    inputs: [],
    journal: lead.journal,
    now: lead.now,
    sendAs: 'now',
  });

describe('a topic that a lead declines', () => {
  it('is skipped at the send, and the cadence goes on', () => {
    const lead = new PlayedLead(of, START);
    lead.look();
    choose(lead, { declined: [{ topic: 'prices', at: lead.now }] });
    lead.look();
    const step = { kind: 'step', cadence: 'guide', step: 'prices' } as const;
    expect(ask(lead, step)).toMatchObject({ verdict: 'never', code: 'would-be-skipped' });
    expect(ask(lead, step).because).toContainEqual(expect.objectContaining({ expr: 'declined prices' }));
    lead.playTo('2026-12-10T00:00:00Z');
    expect(sent(lead)).toEqual(['stories', 'last']);
    const skipped = lead.journal.find((x) => x.type === 'touch.skipped');
    expect(skipped).toMatchObject({ reason: 'topic-declined', data: { email: 'prices', topic: 'prices' } });
    expect(skipped && storyOf(skipped, 'UTC')).toBe(
      'The email prices does not go (guide / prices): the lead does not want emails about this topic. The cadence goes on.',
    );
  });

  it('is the email’s own where the step names none', () => {
    const lead = new PlayedLead(of, START);
    choose(lead, { declined: [{ topic: 'news', at: lead.now }] });
    lead.playTo('2026-12-10T00:00:00Z');
    expect(sent(lead)).toEqual(['stories', 'prices']);
  });

  it('says nothing about service, whose emails may have the same topic', () => {
    const lead = new PlayedLead(of, START);
    choose(lead, { declined: [{ topic: 'stories', at: lead.now }] });
    lead.put({ kind: 'enroll', enrollment: 'c', cadence: 'care', by: 'api' });
    lead.playTo('2026-11-30T00:00:00Z');
    expect(sent(lead)).toContain('stories');
    expect(lead.touches.filter((touch) => touch.email === 'stories').map(({ purpose }) => purpose)).toEqual([
      'service',
    ]);
  });
});

describe('a pause that a lead asks for', () => {
  const paused = (): PlayedLead => {
    const lead = new PlayedLead(of, START);
    lead.playTo('2026-11-23T12:00:00Z');
    choose(lead, { pause: { at: lead.now, until: Date.parse('2026-12-23T12:00:00Z') } });
    lead.look();
    return lead;
  };

  it('holds what is due until its end, in the order it had', () => {
    const lead = paused();
    lead.playTo('2026-12-23T11:00:00Z');
    const before = sent(lead);
    expect(lead.touches.filter((touch) => touch.at > Date.parse('2026-11-23T12:00:00Z'))).toEqual([]);
    const deferred = lead.journal.find((x) => x.type === 'touch.deferred');
    expect(deferred).toMatchObject({ reason: 'paused-by-lead' });
    const answer = ask(lead, { kind: 'silence' });
    expect(answer).toMatchObject({ verdict: 'will', code: 'next-touch' });
    expect(answer.sentence).toContain('asked for a pause of marketing until');
    expect(answer.because).toContainEqual(expect.objectContaining({ expr: 'paused until' }));
    lead.playTo('2027-01-10T00:00:00Z');
    expect(sent(lead).slice(before.length)).toEqual(['stories', 'prices', 'last'].slice(before.length));
    expect(lead.touches.at(before.length)?.at).toBeGreaterThanOrEqual(Date.parse('2026-12-23T12:00:00Z'));
  });

  it('taken back, what it held goes in the next window, not at the end of the pause', () => {
    const lead = paused();
    lead.playTo('2026-12-01T06:00:00Z');
    const before = sent(lead).length;
    lead.facts = { ...lead.facts, choices: { declined: [] } };
    lead.put({ kind: 'preferences', declined: [], wanted: [], pausedUntil: null, subscribed: [], by: 'lead' });
    lead.playTo('2026-12-02T00:00:00Z');
    expect(sent(lead)).toHaveLength(before + 1);
    expect(lead.journal.findLast((x) => x.type === 'preferences.changed')?.data).toEqual({ pauseEnded: true });
  });

  it('lets nobody expire: the clock of silence begins at its end', () => {
    const lead = paused();
    lead.playTo('2027-01-20T00:00:00Z');
    expect(lead.types()).not.toContain('lead.expired');
    lead.playTo('2027-02-20T00:00:00Z');
    expect(lead.types()).toContain('lead.expired');
  });
});

describe('a suppression with an end', () => {
  it('taken back, what it held goes in the next window, not at that end', () => {
    const lead = new PlayedLead(of, START);
    const until = Date.parse('2027-01-31T00:00:00Z');
    lead.facts = { ...lead.facts, suppressions: [{ purpose: 'marketing', reason: 'talks', until, at: lead.now }] };
    lead.put({ kind: 'lead.changed', by: 'api' });
    lead.playTo('2026-11-30T06:00:00Z');
    expect(sent(lead)).toEqual([]);
    expect(lead.journal.find((x) => x.type === 'touch.deferred')).toMatchObject({ reason: 'suppressed-until' });
    lead.put({ kind: 'lead.changed', by: 'api' });
    lead.playTo('2026-11-30T07:00:00Z');
    expect(sent(lead)).toEqual([]);
    lead.facts = { ...lead.facts, suppressions: [] };
    lead.put({ kind: 'lead.changed', by: 'api' });
    lead.playTo('2026-12-01T00:00:00Z');
    expect(sent(lead)).toEqual(['stories']);
  });
});

describe('whatever is chosen', () => {
  it('no email of marketing about a declined topic goes, and none in a pause', () => {
    const topics = ['stories', 'prices', 'news'];
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            day: fc.integer({ min: 0, max: 20 }),
            declined: fc.subarray(topics),
            pause: fc.option(fc.integer({ min: 1, max: 15 })),
          }),
          { maxLength: 6 },
        ),
        (changes) => {
          const lead = new PlayedLead(of, START);
          const begin = lead.now;
          let since = 0;
          const check = (): void => {
            for (const touch of lead.touches.slice(since)) {
              const words = { purpose: touch.purpose, topics: [touch.topic ?? of.emails[touch.email]?.topic ?? ''] };
              expect(choiceAbout(words, lead.facts, touch.at)).toEqual({ kind: 'any' });
            }
            since = lead.touches.length;
          };
          for (const { day, declined, pause } of changes.toSorted((a, b) => a.day - b.day)) {
            lead.playTo(Math.max(lead.now, begin + day * DAY));
            check();
            choose(lead, {
              declined: declined.map((topic) => ({ topic, at: lead.now })),
              ...(pause !== null && { pause: { at: lead.now, until: lead.now + pause * DAY } }),
            });
          }
          lead.playTo(begin + 60 * DAY);
          check();
        },
      ),
      { numRuns: 60 },
    );
  });
});
