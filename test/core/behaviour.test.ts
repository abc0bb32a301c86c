import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createActors } from '../../src/core/actors.ts';
import { type BehaviourInput, behaviourProblems, behaviourSchema } from '../../src/core/behaviour.ts';
import { isWorking } from '../../src/core/calendar.ts';
import type { Calendar, Playbook } from '../../src/core/playbook.ts';
import { createDueQueue } from '../../src/core/queue.ts';
import { DAY, HOUR } from '../../src/core/time.ts';

const input: BehaviourInput = {
  leads: {
    personas: [
      { id: 'never', weight: 0, touched: [{ chance: 1, signal: 'never', after: { from: 'PT0S', to: 'PT0S' } }] },
      {
        id: 'keen',
        weight: 1,
        touched: [
          { emails: ['other'], chance: 1, signal: 'other', after: { from: 'PT1H', to: 'PT2H' } },
          { chance: 0.5, signal: 'email.clicked', times: 2, after: { from: 'PT1H', to: 'P1D' } },
        ],
        unprompted: [{ chance: 1, signal: 'page.pricing', after: { from: 'P1D', to: 'P2D' } }],
      },
    ],
  },
  reps: {
    offered: {
      hot: [{ weight: 1, do: 'accept', after: { from: 'PT1H', to: 'P1D' } }],
      else: [{ weight: 1, do: 'reject', reason: 'not-ready', after: { from: 'PT1H', to: 'PT2H' } }],
    },
    accepted: [{ weight: 1, do: 'nothing' }],
    tasks: [{ weight: 1, do: 'skip', after: { from: 'PT1H', to: 'PT1H' } }],
    facts: { timing: ['soon', 'later'] },
    until: { from: 'P10D', to: 'P20D' },
  },
};
const behaviour = behaviourSchema.parse(input);
const returns = {
  'not-ready': {
    id: 'not-ready',
    after: { ask: true, else: 'P9D' },
    facts: ['timing', 'objection'],
    disqualify: false,
  },
};
// Only what behaviour reads of a playbook.
const playbook = { returns, signals: {}, emails: {}, handoffs: {} } as unknown as Playbook;
const calendar: Calendar = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '09:00',
  to: '17:00',
  holidays: [],
  timeZone: 'America/New_York',
};
const touch = {
  cadence: 'c',
  step: 's',
  email: 'e',
  phase: 'thought-leadership' as const,
  nth: 1,
  at: Date.UTC(2026, 10, 3),
};

describe('actors', () => {
  it('reply to the second, and are away until a day that lies ahead', () => {
    const away = {
      ...{ chance: 1, signal: 'reply.received', reply: 'out-of-office' as const },
      ...{ after: { from: 'PT1M', to: 'PT5M' }, until: { from: 'P2D', to: 'P9D' } },
    };
    const leads = { personas: [{ id: 'away', weight: 1, touched: [away] }] };
    const actors = createActors(behaviourSchema.parse({ ...input, leads }), playbook, 1);
    fc.assert(
      fc.property(fc.string(), (key) => {
        const [act] = actors.afterTouch(key, touch);
        if (act?.kind !== 'signal') throw new Error('no reply');
        expect(act).toMatchObject({ reply: 'out-of-office', until: expect.any(Number) });
        expect(act.at % 1_000).toBe(0);
        expect((act.until ?? 0) - act.at).toBeGreaterThanOrEqual(2 * DAY);
        expect((act.until ?? 0) - act.at).toBeLessThanOrEqual(9 * DAY);
      }),
    );
  });

  it('react as their persona says, inside its delays', () => {
    const actors = createActors(behaviour, playbook, 1);
    fc.assert(
      fc.property(fc.string(), (key) => {
        for (const act of actors.afterTouch(key, touch)) {
          expect(act).toMatchObject({ kind: 'signal', type: 'email.clicked', cadence: 'c', step: 's' });
          expect(act.at - touch.at).toBeGreaterThanOrEqual(HOUR);
          expect(act.at - touch.at).toBeLessThanOrEqual(DAY);
        }
      }),
    );
  });

  it('do the same for the same seed and key, whatever was asked before', () => {
    const one = createActors(behaviour, playbook, 1);
    const two = createActors(behaviour, playbook, 1);
    for (const key of ['x', 'y', 'z']) two.afterTouch(key, touch);
    for (const key of ['z', 'y', 'x']) expect(one.afterTouch(key, touch)).toEqual(two.afterTouch(key, touch));
  });

  it('come near the chances they were given', () => {
    const actors = createActors(behaviour, playbook, 5);
    const reacted = Array.from({ length: 2_000 }, (_, i) => actors.afterTouch(`lead-${i}`, touch)).filter(
      (a) => a.length > 0,
    );
    expect(reacted.length).toBeGreaterThan(900);
    expect(reacted.length).toBeLessThan(1_100);
  });

  it('act by themselves too', () => {
    const acts = createActors(behaviour, playbook, 1).unprompted('x', touch.at);
    expect(acts).toHaveLength(1);
    expect(acts[0]?.at).toBeGreaterThanOrEqual(touch.at + DAY);
  });

  it('answer offers by handoff, in working hours, with what the return asks for', () => {
    const actors = createActors(behaviour, playbook, 1);
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 30 * 24 }), (key, hours) => {
        const openedAt = touch.at + hours * HOUR;
        const hot = actors.answer(key, { handoff: 'hot', nth: 1, openedAt, calendar });
        expect(hot?.answer).toBe('accept');
        // The very end of work belongs to it.
        expect(isWorking(calendar, (hot?.at ?? 0) - 1)).toBe(true);
        const other = actors.answer(key, { handoff: 'warm', nth: 1, openedAt, calendar });
        expect(other).toMatchObject({
          answer: 'reject',
          reason: 'not-ready',
          facts: { objection: 'example objection' },
        });
        if (other?.answer !== 'reject') return;
        expect(['soon', 'later']).toContain(other.facts['timing']);
        expect((other.until ?? 0) - other.at).toBeGreaterThanOrEqual(10 * DAY);
      }),
    );
  });
});

describe('a behaviour file', () => {
  it('must fit its playbook', () => {
    const said = behaviourProblems(behaviour, playbook).map(
      ({ path, what, name }) => `${path.join('.')}: ${what} ${name}`,
    );
    expect(said).toEqual([
      'leads.personas.0.touched.0.signal: signal never',
      'leads.personas.1.touched.0.signal: signal other',
      'leads.personas.1.touched.0.emails.0: email other',
      'leads.personas.1.touched.1.signal: signal email.clicked',
      'leads.personas.1.unprompted.0.signal: signal page.pricing',
      'reps.offered.hot: handoff hot',
    ]);
  });

  it('has durations that are durations', () => {
    const wrong = {
      ...input,
      leads: { ...input.leads, unsubscribe: { chance: 0.1, after: { from: 'soon', to: '-P1D' } } },
    };
    expect(behaviourSchema.safeParse(wrong).error?.issues).toHaveLength(2);
  });
});

describe('the due queue', () => {
  it('gives back by time, then by number', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.integer({ min: 0, max: 5 }), order: fc.integer({ min: 0, max: 5 }) })),
        (items) => {
          const queue = createDueQueue<{ at: number; order: number }>();
          for (const item of items) queue.push(item);
          const out = items.map(() => queue.pop());
          expect(queue.pop()).toBeUndefined();
          expect(out).toEqual([...items].sort((a, b) => a.at - b.at || a.order - b.order));
        },
      ),
    );
  });
});
