import { describe, expect, it } from 'vitest';
import { explain } from '../../src/core/explain/explain.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { DAY } from '../../src/core/time.ts';
import { account, colleague, group } from './support/account.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, wait } from './support/playbook.ts';

const MONDAY = '2026-11-23T06:00:00Z';
const NOON = Date.parse('2026-11-23T18:00:00Z');
const rep = 'rep-1@northwind.example';

const quiet = (more: Partial<Playbook> = {}): Playbook =>
  playbook({
    cadences: {
      guide: cadence('guide', {
        entry: { when: always, again: { kind: 'once' } },
        ...inARow(email('hello'), wait('w', 'P1D'), email('second'), wait('x', 'P60D')),
      }),
      talk: cadence('talk', { purpose: 'sales', lane: 'sales', runs: { custody: ['sales'], else: 'exit' } }),
      'keep-warm': cadence('keep-warm', inARow(email('warm'))),
      onboarding: cadence('onboarding', {
        ...{ purpose: 'service', lane: 'customer', entry: { when: always, again: { kind: 'once' } } },
        ...inARow(wait('o', 'P2D'), email('care')),
      }),
    },
    buyingGroup: { ...group, pauseColleagues: 'P7D' },
    ...more,
  });

/** A lead mailed once, on Monday. */
function mailed(p = quiet()): PlayedLead {
  const lead = new PlayedLead(p, MONDAY);
  lead.playTo(NOON);
  return lead;
}
const told = (lead: PlayedLead, until = NOON + 7 * DAY): void => {
  lead.put({ kind: 'colleague.replied', colleague: colleague(1).id, until });
  lead.look();
};
const sent = (lead: PlayedLead): string[] => lead.touches.map((t) => t.step);
const ask = (lead: PlayedLead, kind: 'silence' | 'position') =>
  explain({
    about: { kind },
    state: lead.state,
    facts: lead.facts,
    playbooks: { current: lead.playbook, get: () => lead.playbook },
    inputs: [],
    journal: lead.journal,
    now: lead.now,
    sendAs: 'now',
  });

describe('the reply of a person', () => {
  it.each(['human', 'positive', 'not-now'] as const)('(%s) is told to the others of the group', (kind) => {
    const lead = mailed();
    const out = { engagement: 0, at: 0, out: true as const };
    lead.account = account([colleague(1), colleague(2, { standing: out }), colleague(3)]);
    lead.put({ kind: 'signal', type: 'reply.received', human: true, reply: { class: kind } });
    lead.look();
    const effects = lead.effects.filter((x) => x.kind === 'colleague');
    const body = { kind: 'colleague.replied', colleague: lead.facts.leadId, until: NOON + 7 * DAY };
    expect(effects).toEqual([1, 3].map((n) => ({ kind: 'colleague', lead: colleague(n).id, at: NOON, body })));
    expect(lead.journal.find((x) => x.type === 'colleagues.told')?.data).toEqual({ colleagues: 2, until: body.until });
  });

  it.each(['out-of-office', 'auto'] as const)('is something else than %s', (kind) => {
    const lead = mailed();
    lead.account = account([colleague(1)]);
    lead.put({ kind: 'signal', type: 'reply.received', human: false, reply: { class: kind } });
    lead.look();
    expect(lead.effects.filter((x) => x.kind === 'colleague')).toEqual([]);
  });
});

describe('a colleague’s reply', () => {
  it('pauses marketing’s runs for the agreed time, service goes on, and the clock resumes them', () => {
    const lead = mailed();
    told(lead);
    expect(lead.journal.filter((x) => x.reason === 'colleague-replied').map((x) => [x.type, x.cadence])).toEqual([
      ['colleague.replied', undefined],
      ['enrollment.paused', 'guide'],
    ]);
    lead.playTo(NOON + 20 * DAY);
    expect(sent(lead)).toEqual(['hello', 'care', 'second']);
    expect(lead.touches.at(-1)?.at).toBeGreaterThanOrEqual(NOON + 7 * DAY);
    expect(lead.journal.find((x) => x.type === 'enrollment.resumed')).toMatchObject({
      ...{ at: NOON + 7 * DAY, reason: 'colleague-pause-over', by: 'clock' },
    });
  });

  it('that comes later makes the pause longer, an earlier one does not make it shorter', () => {
    const lead = mailed();
    told(lead);
    told(lead, NOON + 12 * DAY);
    told(lead, NOON + 3 * DAY);
    lead.playTo(NOON + 30 * DAY);
    expect(lead.touches.at(-1)?.at).toBeGreaterThanOrEqual(NOON + 12 * DAY);
    expect(sent(lead)).toEqual(['hello', 'care', 'second']);
  });

  it('holds for what begins meanwhile, but not against a person', () => {
    const lead = mailed();
    told(lead);
    lead.put({ kind: 'recycle', reason: 'not-ready', until: NOON + DAY, by: rep });
    lead.look();
    expect(lead.state.enrollments.find((e) => e.cadence === 'keep-warm')).toMatchObject({
      state: 'paused',
      pausedBy: 'colleague',
    });
    const asked = mailed();
    told(asked);
    const run = asked.state.enrollments.find((e) => e.cadence === 'guide');
    asked.put({ kind: 'enrollment.control', enrollment: run?.id ?? '', action: 'resume', by: rep });
    asked.playTo(NOON + 4 * DAY);
    expect(sent(asked)).toContain('second');
  });

  it('leaves a person’s pause to the person, before and after', () => {
    for (const first of ['pause', 'reply'] as const) {
      const lead = mailed();
      const enrollment = lead.state.enrollments.find((e) => e.cadence === 'guide')?.id ?? '';
      const pause = () => lead.put({ kind: 'enrollment.control', enrollment, action: 'pause', by: rep });
      if (first === 'pause') pause();
      told(lead);
      if (first === 'reply') pause();
      lead.playTo(NOON + 30 * DAY);
      expect(lead.state.enrollments.find((e) => e.id === enrollment)).toMatchObject({ pausedBy: 'person' });
      expect(sent(lead)).toEqual(['hello', 'care']);
    }
  });

  it('outlasts a pause of custody that ends sooner', () => {
    const lead = mailed();
    lead.put({ kind: 'handoff', handoff: 'warm', by: rep });
    lead.look();
    told(lead);
    lead.playTo(NOON + 3 * DAY);
    // The offer was recycled after two working days: without the reply, marketing would go on now.
    expect(lead.state.custody.who).toBe('marketing');
    expect(lead.state.enrollments.find((e) => e.cadence === 'guide')).toMatchObject({ pausedBy: 'colleague' });
    lead.playTo(NOON + 20 * DAY);
    expect(sent(lead).at(-1)).toBe('second');
  });

  it('is a reason that explain gives', () => {
    const lead = mailed(quiet({ cadences: { guide: quiet().cadences['guide'] ?? cadence('guide') } }));
    told(lead);
    const silence = ask(lead, 'silence');
    expect(silence).toMatchObject({ verdict: 'will', code: 'next-touch' });
    expect(silence.because.some(({ expr }) => expr === 'colleague.replied')).toBe(true);
    const about = { kind: 'cadence' as const, cadence: 'guide' };
    const q = { facts: lead.facts, inputs: [], journal: lead.journal, now: lead.now, sendAs: 'now' as const };
    const playbooks = { current: lead.playbook, get: () => lead.playbook };
    expect(explain({ about, state: lead.state, playbooks, ...q })).toMatchObject({
      verdict: 'blocked',
      code: 'paused-colleague',
      at: NOON + 7 * DAY,
      sentence: expect.stringContaining('since a colleague replied'),
    });
    lead.playTo(NOON + 20 * DAY);
    const now = { ...q, journal: lead.journal, now: lead.now };
    expect(explain({ about, state: lead.state, playbooks, ...now, at: NOON + DAY })).toMatchObject({
      code: 'paused-colleague',
    });
  });
});
