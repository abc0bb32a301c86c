/** A cadence tells who listens, once, and goes on. */
import { describe, expect, it } from 'vitest';
import { eventOf } from '../../src/core/events/from-journal.ts';
import { EVENTS } from '../../src/core/events/kinds.ts';
import { explain } from '../../src/core/explain/explain.ts';
import type { Step } from '../../src/core/playbook.ts';
import { storyOf } from '../../src/core/story.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, wait } from './support/playbook.ts';

const MONDAY = '2026-11-23T06:00:00Z';
const told = (id: string): Step => ({
  kind: 'webhook',
  id,
  name: 'seats-sold',
  data: { seats: 5, trial: false },
  next: null,
});

const played = (...steps: readonly Step[]): PlayedLead => {
  const guide = cadence('guide', { entry: { when: always, again: { kind: 'once' } }, ...inARow(...steps) });
  return new PlayedLead(playbook({ cadences: { guide } }), MONDAY);
};

describe('the step webhook', () => {
  it('is in the journal once, in its place, and the lead goes on at once', () => {
    const lead = played(email('hello'), told('tell'), wait('rest', 'P1D'), email('bye'));
    lead.playTo('2026-12-23T06:00:00Z');
    const calls = lead.journal.filter((entry) => entry.type === 'webhook.called');
    expect(calls).toMatchObject([{ cadence: 'guide', step: 'tell', reason: 'step' }]);
    expect(lead.touches.map((touch) => touch.email)).toEqual(['hello', 'bye']);
    const [call] = calls;
    if (call === undefined) throw new Error('nothing was told');
    expect(call.at).toBe(lead.journal.find((entry) => entry.type === 'touch.sent')?.at);
    expect(storyOf(call, 'Europe/London')).toBe(
      'Whoever listens is told seats-sold (guide / tell): a step of the cadence asked for it.',
    );
  });

  it('is an event with its name and data, of this lead', () => {
    const lead = played(told('tell'));
    lead.playTo('2026-11-24T06:00:00Z');
    const entry = lead.journal.find(({ type }) => type === 'webhook.called');
    if (entry === undefined) throw new Error('nothing was told');
    const event = eventOf(lead.facts.leadId, entry);
    expect(event).toMatchObject({
      type: 'cadence.webhook',
      data: {
        lead: lead.facts.leadId,
        cadence: 'guide',
        step: 'tell',
        name: 'seats-sold',
        with: { seats: 5, trial: false },
      },
    });
    expect(EVENTS['cadence.webhook'].data.safeParse(event?.data)).toMatchObject({ success: true });
  });

  it('is explained: when it will, and that it has', () => {
    const lead = played(wait('rest', 'P1D'), told('tell'));
    const ask = () =>
      explain({
        about: { kind: 'step', cadence: 'guide', step: 'tell' },
        state: lead.state,
        facts: lead.facts,
        playbooks: { current: lead.playbook, get: () => lead.playbook },
        inputs: lead.inbox,
        journal: lead.journal,
        now: lead.now,
        sendAs: 'now',
      });
    lead.playTo(MONDAY);
    expect(ask()).toMatchObject({ verdict: 'will' });
    lead.playTo('2026-11-25T06:00:00Z');
    expect(ask()).toMatchObject({ verdict: 'done' });
  });
});
