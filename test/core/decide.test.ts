import { describe, expect, it } from 'vitest';
import type { Cadence, Playbook } from '../../src/core/playbook.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, handoffStep, inARow, playbook, seen, wait, when } from './support/playbook.ts';

const MONDAY = '2026-11-23T06:00:00Z';

const guide = (overrides: Partial<Cadence> = {}): Cadence =>
  cadence('guide', { entry: { when: always, again: { kind: 'once' } }, ...overrides });
const keepWarm = cadence('keep-warm', inARow(email('warm-1'), wait('warm-2', 'P14D'), email('warm-3')));
const withGuide = (overrides: Partial<Cadence> = {}, rest: Partial<Playbook> = {}): Playbook =>
  playbook({ cadences: { guide: guide(overrides), 'keep-warm': keepWarm }, ...rest });

describe('a cadence', () => {
  it('enters a lead by its rule, mails it in its window, waits, mails again and ends', () => {
    const lead = new PlayedLead(withGuide(), MONDAY);
    lead.playTo('2027-01-01T00:00:00Z');
    expect(lead.touches.map((t) => t.step)).toEqual(['guide-1', 'guide-3']);
    expect(lead.journal.at(-2)).toMatchObject({ type: 'enrollment.ended', reason: 'completed' });
    expect(lead.state.custody.who).toBe('nobody');
    expect(lead.last?.wake).toBeNull();
  });

  it('costs one wake a touch: a wait and the window after it are one timer', () => {
    const lead = new PlayedLead(withGuide(), MONDAY);
    lead.playTo('2027-01-01T00:00:00Z');
    // The entry and two touches.
    expect(lead.wakes).toBe(3);
  });

  it('says in the wake what will happen where, and nothing about the person', () => {
    const lead = new PlayedLead(withGuide(), MONDAY);
    expect(lead.look().wake).toMatchObject({
      queue: 'email',
      summary: expect.stringMatching(/^guide \/ guide-1: email, Mon \d\d:\d\d \+01:00$/),
    });
  });

  it('leaves its lane to an enrollment that was promised a moment later', () => {
    const lead = new PlayedLead(withGuide(), MONDAY);
    const at = lead.now + 400;
    lead.put({ kind: 'enroll', enrollment: 'promised', cadence: 'keep-warm', by: 'marketer' }, at);
    lead.playTo('2026-11-24T00:00:00Z');
    expect(lead.state.enrollments.map((e) => e.id)).toEqual(['promised']);
  });

  it('leaves as met the moment its goal holds', () => {
    const lead = new PlayedLead(withGuide({ goal: seen('demo.requested') }, { routes: [] }), MONDAY);
    lead.playTo('2026-11-24T00:00:00Z');
    lead.signal('demo.requested');
    lead.playTo('2027-01-01T00:00:00Z');
    expect(lead.touches).toHaveLength(1);
    expect(lead.journal.find((x) => x.type === 'enrollment.ended')).toMatchObject({ reason: 'goal-met' });
  });

  it('counts for its goal only signals since it began', () => {
    const lead = new PlayedLead(
      withGuide(
        { entry: { when: seen('page.pricing'), again: { kind: 'once' } }, goal: seen('demo.requested') },
        { routes: [] },
      ),
      MONDAY,
    );
    lead.signal('demo.requested');
    lead.playTo('2026-11-24T00:00:00Z');
    lead.signal('page.pricing');
    lead.playTo('2026-12-24T00:00:00Z');
    expect(lead.touches).toHaveLength(2);
  });

  it('admits once unless it says otherwise', () => {
    const once = new PlayedLead(withGuide(), MONDAY);
    once.playTo('2027-11-01T00:00:00Z');
    expect(once.types().filter((t) => t === 'enrollment.started')).toHaveLength(1);
    const again = new PlayedLead(
      withGuide({ entry: { when: always, again: { kind: 'after', after: 'P90D' } } }),
      MONDAY,
    );
    again.playTo('2027-11-01T00:00:00Z');
    expect(again.types().filter((t) => t === 'enrollment.started').length).toBeGreaterThan(3);
    // What it has seen it does not get again.
    expect(again.touches).toHaveLength(2);
    expect(again.journal.filter((x) => x.type === 'touch.skipped').every((x) => x.reason === 'already-seen')).toBe(
      true,
    );
  });

  it('turns at midnight in the lead’s zone when time alone makes an entry true', () => {
    const cold = when(
      'count(x, P10D) == 0',
      (s) => s.signals('page.pricing').count > 0 && s.signals('page.pricing', 'P10D').count === 0,
      true,
    );
    const lead = new PlayedLead(withGuide({ entry: { when: cold, again: { kind: 'once' } } }), MONDAY);
    lead.signal('page.pricing');
    lead.playTo('2027-01-01T00:00:00Z');
    const started = lead.journal.find((x) => x.type === 'enrollment.started');
    expect(new Date(started?.at ?? 0).toISOString()).toBe('2026-12-03T23:00:00.000Z');
  });
});

describe('a touch', () => {
  it('waits for the next window when it wakes too late, and keeps its place', () => {
    const lead = new PlayedLead(withGuide(), MONDAY);
    lead.look();
    lead.now = Date.parse('2026-11-23T20:00:00Z');
    lead.playTo('2026-11-24T20:00:00Z');
    expect(lead.journal.find((x) => x.type === 'touch.deferred')).toMatchObject({ reason: 'outside-window' });
    expect(lead.touches.map((t) => t.step)).toEqual(['guide-1']);
  });

  it('is not sent when the goal was reached while nobody was awake', () => {
    const lead = new PlayedLead(withGuide({ goal: seen('demo.requested') }, { routes: [] }), MONDAY);
    const due = lead.look().wake?.at ?? 0;
    lead.signal('demo.requested', due + HOUR);
    lead.now = due + 2 * HOUR;
    lead.look();
    expect(lead.touches).toHaveLength(0);
  });

  it('is skipped without consent, with the reason, and the cadence goes on', () => {
    const consent = {
      ...withGuide().consent,
      marketing: { kind: 'assume' as const, basis: 'legitimate-interest', for: 'P2D' },
    };
    const lead = new PlayedLead(withGuide({}, { consent }), MONDAY);
    lead.playTo('2027-01-01T00:00:00Z');
    expect(lead.touches.map((t) => t.step)).toEqual(['guide-1']);
    expect(lead.journal.find((x) => x.type === 'touch.skipped')).toMatchObject({
      reason: 'consent-expired',
      step: 'guide-3',
    });
  });

  it('is never sent again once it is sending: it is parked as unconfirmed and the lead goes on', () => {
    const lead = new PlayedLead(withGuide(), MONDAY);
    lead.answer = (t) => (t.step === 'guide-1' ? undefined : { outcome: 'sent' });
    lead.playTo('2027-01-01T00:00:00Z');
    expect(lead.touches.map((t) => t.step)).toEqual(['guide-1', 'guide-3']);
    expect(lead.types()).toContain('touch.unconfirmed');
  });

  it('is sent after all when the proof comes once it was parked, as of when it went, and nothing else follows', () => {
    const lead = new PlayedLead(withGuide(), MONDAY);
    lead.answer = (t) => (t.step === 'guide-1' ? undefined : { outcome: 'sent' });
    lead.playTo('2027-01-01T00:00:00Z');
    const { enrollments, seen, touched } = lead.state;
    const [first] = lead.touches;
    if (first === undefined) throw new Error('no touch');
    const { id: touch, at: sentAt, cadence, step, email, playbook, dueAt } = first;
    lead.put({ kind: 'touch.proven', touch, cadence, step, email, playbook, dueAt, sentAt });
    lead.look();
    expect(lead.effects.filter((x) => x.kind === 'touch.end' && x.id === touch)).toMatchObject([
      { state: 'unconfirmed' },
      { state: 'sent', at: sentAt },
    ]);
    expect(lead.journal.at(-1)).toMatchObject({ type: 'touch.sent', step: 'guide-1', reason: 'proven-late' });
    expect(lead.state).toMatchObject({ enrollments, seen, touched });
  });

  it('has failed when the mail service sends it to nobody after all, whether or not its end was known, and the run goes on once', () => {
    for (const known of [true, false]) {
      const lead = new PlayedLead(withGuide(), MONDAY);
      if (!known) lead.answer = () => undefined;
      for (let at = lead.now; lead.touches.length === 0; at += HOUR / 12) lead.playTo(at);
      const [first] = lead.touches;
      if (first === undefined) throw new Error('no touch');
      const { id: touch, cadence, step, email, playbook, dueAt } = first;
      lead.put({ kind: 'touch.rejected', touch, cadence, step, email, playbook, dueAt, detail: 'Reject' });
      lead.answer = () => ({ outcome: 'sent' });
      lead.playTo('2027-01-01T00:00:00Z');
      expect(lead.effects.filter((x) => x.kind === 'touch.end' && x.id === touch)).toMatchObject([
        { state: 'sent' },
        { state: 'failed', detail: 'Reject' },
      ]);
      expect(lead.touches.map((t) => t.step)).toEqual(['guide-1', 'guide-3']);
    }
  });

  it('keeps its place when it is refused for now', () => {
    const lead = new PlayedLead(withGuide(), MONDAY);
    let refusals = 3;
    lead.answer = (t) => (refusals-- > 0 ? { outcome: 'refused', retryAt: t.at + 60_000 } : { outcome: 'sent' });
    lead.playTo('2027-01-01T00:00:00Z');
    expect(lead.touches.map((t) => t.step)).toEqual(['guide-1', 'guide-1', 'guide-1', 'guide-1', 'guide-3']);
    expect(new Set(lead.touches.filter((t) => t.step === 'guide-1').map((t) => t.id)).size).toBe(1);
    expect(lead.types().filter((t) => t === 'touch.refused')).toHaveLength(1);
  });

  it('is held by a pause and goes on from its place when the pause ends', () => {
    const lead = new PlayedLead(withGuide(), MONDAY);
    lead.facts = { ...lead.facts, pauses: ['guide'] };
    lead.playTo('2026-11-25T10:00:00Z');
    expect(lead.touches).toHaveLength(0);
    expect(lead.last).toMatchObject({ held: 'guide', wake: null });
    lead.facts = { ...lead.facts, pauses: [] };
    lead.playTo('2026-11-26T00:00:00Z');
    expect(lead.touches.map((t) => t.step)).toEqual(['guide-1']);
  });

  it('stops for good when the address is suppressed', () => {
    const lead = new PlayedLead(withGuide(), MONDAY);
    lead.playTo('2026-11-24T00:00:00Z');
    lead.facts = { ...lead.facts, suppressions: [{ reason: 'unsubscribed', purpose: 'marketing', at: lead.now }] };
    lead.put({ kind: 'suppressed', reason: 'unsubscribed', purpose: 'marketing', by: 'lead' });
    lead.playTo('2027-01-01T00:00:00Z');
    expect(lead.touches).toHaveLength(1);
    expect(lead.journal.find((x) => x.type === 'enrollment.ended')).toMatchObject({ reason: 'suppressed' });
  });
});

describe('custody', () => {
  const demo = (p: Playbook = withGuide()): PlayedLead => {
    const lead = new PlayedLead(p, MONDAY);
    lead.playTo('2026-11-24T11:00:00Z');
    lead.signal('demo.requested');
    lead.look();
    return lead;
  };
  const answer = (lead: PlayedLead, a: 'accept' | 'reject', extra: object = {}) =>
    lead.put({
      kind: 'task.answered',
      task: lead.state.custody.task ?? '',
      answer: a,
      by: 'rep-1@northwind.example',
      ...extra,
    });

  it('goes to a rep when a route turns true, with a task, its context and a deadline', () => {
    const lead = demo();
    expect(lead.state.custody).toMatchObject({ who: 'sales', rep: 'rep-1@northwind.example', pool: 'all' });
    const task = lead.effects.find((x) => x.kind === 'task.open');
    expect(task).toMatchObject({
      task: { kind: 'handoff', assignee: 'rep-1@northwind.example', sla: { name: 'warm' } },
    });
    // Tuesday 11:00 in London plus one working day.
    expect(new Date(lead.state.custody.acceptBy ?? 0).toISOString()).toBe('2026-11-25T11:00:00.000Z');
  });

  it('sends along what the handoff’s brief says, and no more', () => {
    const context = (brief: readonly ('why' | 'asked' | 'seen')[]) => {
      const lead = demo(withGuide({}, { handoffs: { warm: { id: 'warm', sla: 'warm', pools: ['all'], brief } } }));
      const opened = lead.effects.find((x) => x.kind === 'task.open');
      return opened?.kind === 'task.open' ? opened.task.context : undefined;
    };
    expect(context(['why', 'asked', 'seen'])).toMatchObject({
      why: "The route demo turned true: seen('demo.requested')",
      asked: ['demo.requested'],
      signals: [{ type: 'demo.requested', count: 1 }],
      lastTouches: [{ email: 'guide-1' }],
    });
    expect(context(['asked'])).toMatchObject({ why: '', asked: ['demo.requested'], signals: [], lastTouches: [] });
  });

  it('pauses the marketing cadence while sales has the lead and resumes it where it was', () => {
    const lead = demo();
    expect(lead.state.enrollments[0]).toMatchObject({ state: 'paused', pausedBy: 'custody' });
    answer(lead, 'accept');
    lead.playTo('2026-12-20T00:00:00Z');
    expect(lead.touches).toHaveLength(1);
    expect(lead.state.custody).toMatchObject({ who: 'sales', acceptedAt: expect.any(Number) });
  });

  it('comes back when nobody accepts in time', () => {
    const lead = demo();
    lead.playTo('2027-01-01T00:00:00Z');
    expect(lead.journal.find((x) => x.type === 'handoff.breached')).toMatchObject({ reason: 'sla-breached' });
    expect(lead.effects).toContainEqual(expect.objectContaining({ kind: 'task.close', state: 'expired' }));
    expect(lead.touches.map((t) => t.step)).toEqual(['guide-1', 'guide-3']);
  });

  it('recycles a lead that a rep rejects, after the pause the reason asks for', () => {
    const lead = demo();
    const until = Date.parse('2027-01-11T09:00:00Z');
    answer(lead, 'reject', { reason: 'not-ready', facts: { timing: 'next year' }, until });
    lead.look();
    expect(lead.state.custody.who).toBe('marketing');
    expect(lead.state.enrollments).toMatchObject([{ cadence: 'keep-warm', startedAt: until }]);
    lead.playTo('2027-03-01T00:00:00Z');
    const first = lead.touches.find((t) => t.step === 'warm-1');
    expect(first?.at).toBeGreaterThan(until);
    expect(lead.journal.find((x) => x.type === 'handoff.rejected')?.data).toMatchObject({
      returnReason: 'not-ready',
      facts: { timing: 'next year' },
    });
  });

  it('does not hand a returned lead over again by what was true before', () => {
    const lead = demo();
    answer(lead, 'reject', { reason: 'not-ready', facts: { timing: 'later' } });
    lead.look();
    lead.signal('page.pricing', lead.now + HOUR);
    lead.now += DAY;
    lead.look();
    expect(lead.state.custody.who).toBe('marketing');
    lead.signal('demo.requested', lead.now + HOUR);
    lead.now += DAY;
    lead.look();
    expect(lead.state.custody.who).toBe('sales');
  });

  it('disqualifies for good when the reason says so', () => {
    const lead = demo();
    answer(lead, 'reject', { reason: 'junk' });
    lead.playTo('2027-06-01T00:00:00Z');
    expect(lead.touches).toHaveLength(1);
    expect(lead.state.disqualified).toMatchObject({ reason: 'junk' });
    expect(lead.state.enrollments).toEqual([]);
  });

  it('follows the outcomes of the step that offered the lead', () => {
    const steps = inARow(handoffStep('offer', 'warm', { breached: 'sorry', accepted: null }), email('after'));
    const sorry = { kind: 'email' as const, id: 'sorry', email: 'sorry', next: null };
    const lead = new PlayedLead(withGuide({ first: 'offer', steps: { ...steps.steps, sorry } }), MONDAY);
    lead.playTo('2027-01-01T00:00:00Z');
    expect(lead.touches.map((t) => t.step)).toEqual(['sorry']);
  });

  it('arms a route that something else than the lead turned true, and fires it at the next human signal', () => {
    const p = withGuide(
      {},
      { routes: [{ id: 'coo', when: when("lead.title == 'CFO'", (s) => s.lead.title === 'CFO'), handoff: 'warm' }] },
    );
    const lead = new PlayedLead(p, MONDAY);
    lead.playTo('2026-11-24T11:00:00Z');
    lead.facts = { ...lead.facts, lead: { ...lead.facts.lead, title: 'CFO' } };
    lead.put({ kind: 'lead.changed', by: 'crm' });
    lead.look();
    expect(lead.state.custody.who).toBe('marketing');
    lead.signal('page.pricing');
    lead.look();
    expect(lead.state.custody.who).toBe('sales');
  });
});

describe('at one instant', () => {
  it('suppression goes before goal, goal before route, and each is journalled', () => {
    const lead = new PlayedLead(withGuide({ goal: seen('demo.requested') }), MONDAY);
    lead.playTo('2026-11-24T11:00:00Z');
    lead.facts = { ...lead.facts, suppressions: [{ reason: 'unsubscribed', purpose: 'marketing', at: lead.now }] };
    lead.signal('demo.requested');
    lead.put({ kind: 'suppressed', reason: 'unsubscribed', by: 'lead' });
    lead.look();
    expect(lead.types().slice(-6)).toEqual([
      'lead.suppressed',
      'signal.received',
      'enrollment.ended',
      'custody.changed',
      'handoff.offered',
      'task.opened',
    ]);
    expect(lead.journal.find((x) => x.type === 'enrollment.ended')?.reason).toBe('suppressed');
  });

  it('goal goes before a due touch', () => {
    const lead = new PlayedLead(withGuide({ goal: seen('demo.requested') }, { routes: [] }), MONDAY);
    const due = lead.look().wake?.at ?? 0;
    lead.signal('demo.requested', due);
    lead.now = due;
    lead.look();
    expect(lead.touches).toHaveLength(0);
  });
});
