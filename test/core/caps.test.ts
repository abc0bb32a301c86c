import { describe, expect, it } from 'vitest';
import type { Caps, Playbook, Step } from '../../src/core/playbook.ts';
import { DAY } from '../../src/core/time.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, wait } from './support/playbook.ts';

const MONDAY = '2026-11-23T06:00:00Z';
const LATER = '2027-03-01T00:00:00Z';
const once = { when: always, again: { kind: 'once' as const } };
const call = (id: string): Step => ({
  kind: 'task',
  id,
  task: { kind: 'call', title: 'Call', due: { plain: 'PT1H' } },
  outcomes: {},
  next: null,
});

const of = (
  caps: Caps | undefined,
  lanes: Readonly<Record<string, readonly Step[]>>,
  priority: Readonly<Record<string, number>> = {},
): Playbook =>
  playbook({
    cadences: Object.fromEntries(
      Object.entries(lanes).map(([id, steps]) => [
        id,
        cadence(id, { lane: id, priority: priority[id] ?? 50, entry: once, ...inARow(...steps) }),
      ]),
    ),
    ...(caps ? { caps } : {}),
  });
const sent = (lead: PlayedLead): string[] => lead.touches.map((t) => t.step);
const two = { lead: { touches: 2, per: 'P7D' }, count: ['email'] } as const;

describe('the cap of a lead', () => {
  it('makes the next touch wait until the oldest has left the span, over all lanes, and says so once', () => {
    const lead = new PlayedLead(of(two, { a: [email('a1'), email('a2')], b: [email('b1'), email('b2')] }), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['a1', 'b1', 'a2', 'b2']);
    const [first, second, third, fourth] = lead.touches.map((t) => t.at);
    expect((third ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(7 * DAY);
    expect((fourth ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(7 * DAY);
    const said = lead.journal.filter((x) => x.type === 'touch.deferred');
    expect(said.map((x) => [x.step, x.reason])).toEqual([
      ['a2', 'capped'],
      ['b2', 'capped'],
    ]);
    expect(said[0]?.data).toMatchObject({ dueAt: third, touches: 2, per: 'P7D' });
  });

  it('lets the higher priority go first, also with what becomes free later', () => {
    const lanes = { a: [email('a1'), email('a2')], b: [email('b1'), email('b2')], c: [email('c1')] };
    const one = { lead: { touches: 1, per: 'P2D' }, count: ['email'] } as const;
    const lead = new PlayedLead(of(one, lanes, { c: 90, b: 60 }), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['c1', 'b1', 'b2', 'a1', 'a2']);
  });

  it('keeps the place of a waiting touch of higher priority whose window opens later', () => {
    const p = of(
      { lead: { touches: 1, per: 'P2D' }, count: ['email'] },
      { high: [email('h1'), wait('w', 'P1D'), email('h2')], low: [email('l1')] },
      { high: 90 },
    );
    const high = p.cadences['high'];
    if (!high) throw new Error('no cadence');
    const late = {
      ...p,
      cadences: { ...p.cadences, high: { ...high, window: { ...high.window, days: ['mon', 'tue', 'fri'] as const } } },
    };
    const lead = new PlayedLead(late, MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['h1', 'h2', 'l1']);
  });

  it('counts tasks too when told to, and makes them wait', () => {
    const lanes = { a: [email('a1'), call('t1'), call('t2'), email('a2')] };
    const lead = new PlayedLead(of({ lead: { touches: 2, per: 'P7D' }, count: ['email', 'task'] }, lanes), MONDAY);
    lead.playTo(LATER);
    const tasks = lead.effects.flatMap((x) => (x.kind === 'task.open' ? [x.task.openedAt] : []));
    expect((tasks[1] ?? 0) - (lead.touches[0]?.at ?? 0)).toBe(7 * DAY);
    const free = new PlayedLead(of(two, lanes), MONDAY);
    free.playTo('2026-11-27T00:00:00Z');
    expect(free.effects.filter((x) => x.kind === 'task.open')).toHaveLength(2);
  });

  it('does not count what was refused or failed, but what may have arrived', () => {
    const lanes = { a: [email('a1'), email('a2'), email('a3')] };
    const one = { lead: { touches: 1, per: 'P30D' }, count: ['email'] } as const;
    const failing = new PlayedLead(of(one, lanes), MONDAY);
    failing.answer = ({ step }) => ({ outcome: step === 'a1' ? 'failed' : 'sent' });
    failing.playTo('2026-12-10T00:00:00Z');
    expect(sent(failing)).toEqual(['a1', 'a2']);
    const unknown = new PlayedLead(of(one, lanes), MONDAY);
    unknown.answer = () => undefined;
    unknown.playTo('2026-12-10T00:00:00Z');
    expect(sent(unknown)).toEqual(['a1']);
  });

  it('binds at the next send when a playbook brings it, with the touches of before', () => {
    const steps = { a: [email('a1'), wait('w', 'P1D'), email('a2')] };
    const lead = new PlayedLead(of(undefined, steps), MONDAY);
    lead.playTo('2026-11-23T20:00:00Z');
    lead.older.set('test-playbook', lead.playbook);
    lead.playbook = { ...of({ lead: { touches: 1, per: 'P9D' }, count: ['email'] }, steps), hash: 'capped' };
    lead.playTo(LATER);
    const [first, second] = lead.touches.map((t) => t.at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(9 * DAY);
  });
});

describe('with `onCap: skip`', () => {
  const skip = (caps: Omit<Caps, 'onCap'>): Caps => ({ ...caps, onCap: 'skip' });

  it('a touch over the cap does not go, the journal says why, and the cadence goes on', () => {
    const steps = [email('a1'), email('a2'), email('a3'), wait('w', 'P7D'), email('a4')];
    const lead = new PlayedLead(of(skip(two), { a: steps }), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['a1', 'a2', 'a4']);
    const skipped = lead.journal.filter((x) => x.type === 'touch.skipped');
    expect(skipped.map((x) => [x.step, x.reason])).toEqual([['a3', 'capped']]);
    expect(skipped[0]?.data).toMatchObject({ email: 'a3', touches: 2, per: 'P7D' });
    expect(lead.types()).not.toContain('touch.deferred');
    const third = lead.effects.filter((x) => x.kind === 'touch.skip');
    expect(third.map((x) => x.reason)).toEqual(['capped']);
    expect(lead.journal.find((x) => x.type === 'enrollment.ended')).toMatchObject({ reason: 'completed' });
  });

  it('the account’s cap skips too, and says that it was the account’s', () => {
    const lead = new PlayedLead(
      of(skip({ account: { touches: 1, per: 'P7D' }, count: ['email'] }), { a: [email('a1')] }),
      MONDAY,
    );
    lead.turn = { touches: { email: [Date.parse(MONDAY) - DAY], task: [] }, asked: [] };
    lead.playTo(LATER);
    expect(lead.journal.find((x) => x.type === 'touch.skipped')).toMatchObject({ reason: 'account-capped' });
    expect(sent(lead)).toEqual([]);
  });

  it('a task over the cap is not opened, and the steps after it come', () => {
    const caps = skip({ lead: { touches: 1, per: 'P2D' }, count: ['email', 'task'] });
    const lead = new PlayedLead(of(caps, { a: [email('a1'), call('t1'), wait('w', 'P3D'), email('a2')] }), MONDAY);
    lead.playTo(LATER);
    expect(lead.effects.filter((x) => x.kind === 'task.open')).toEqual([]);
    expect(lead.journal.find((x) => x.type === 'task.skipped')).toMatchObject({
      ...{ step: 't1', reason: 'capped' },
      data: { kind: 'call', touches: 1, per: 'P2D' },
    });
    expect(sent(lead)).toEqual(['a1', 'a2']);
  });

  it('the higher priority goes, and nothing is kept free for who waits for nothing', () => {
    const lanes = { a: [email('a1')], b: [email('b1')], c: [email('c1')] };
    const one = skip({ lead: { touches: 1, per: 'P2D' }, count: ['email'] });
    const lead = new PlayedLead(of(one, lanes, { c: 90, b: 60 }), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['c1']);
  });

  it('what an older playbook made wait is left out when it comes round and is over the cap still', () => {
    const caps = { lead: { touches: 1, per: 'P7D' }, count: ['email'] } as const;
    const lanes = { a: [email('a1'), email('a2')], b: [email('b1')] };
    const lead = new PlayedLead(of(caps, lanes, { b: 90 }), MONDAY);
    lead.playTo('2026-11-25T00:00:00Z');
    expect(sent(lead)).toEqual(['b1']);
    lead.older.set('test-playbook', lead.playbook);
    lead.playbook = {
      ...of({ lead: { touches: 1, per: 'P60D' }, count: ['email'], onCap: 'skip' }, lanes),
      hash: 'skips',
    };
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['b1']);
    expect(lead.journal.filter((x) => x.type === 'touch.skipped').map((x) => x.step)).toEqual(['a1', 'a2']);
  });
});
