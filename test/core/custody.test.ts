/** The SLA's ladder and clocks, and the machine they move, as docs/custody.md says. */
import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRANSITIONS } from '../../src/core/custody-states.ts';
import type { Facts, Rep } from '../../src/core/facts.ts';
import type { InputBody } from '../../src/core/input.ts';
import type { Playbook, Sla } from '../../src/core/playbook.ts';
import { iso } from '../../src/core/time.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, wait } from './support/playbook.ts';

const REPS = ['a@northwind.example', 'b@northwind.example', 'c@northwind.example'];
const BOSS = 'boss@northwind.example';
const LADDER: Sla = {
  id: 'warm',
  accept: { working: 'PT4H' },
  firstTouch: { working: 'PT2H' },
  remind: [0.5],
  onBreach: [
    { at: 1, do: 'reassign' },
    { at: 1.5, do: 'manager' },
    { at: 2, do: 'recycle' },
  ],
};
/** A Tuesday, 10:00 in London: work begins. */
const OPENS = '2026-11-24T10:00:00Z';

const talk = cadence('talk', {
  purpose: 'sales',
  lane: 'sales',
  runs: { custody: ['sales'], else: 'exit' },
  ...inARow({
    kind: 'task',
    id: 'call',
    next: null,
    task: { kind: 'call', title: 'Call', due: { working: 'P5D' } },
    outcomes: {},
  }),
});
const slow = cadence('keep-warm', inARow(wait('pause', 'P3D'), email('again')));

const agreed = (overrides: Partial<Playbook> = {}): Playbook =>
  playbook({
    cadences: { talk, 'keep-warm': slow },
    handoffs: { warm: { id: 'warm', sla: 'warm', pools: ['all'], brief: ['why'], cadence: 'talk' } },
    slas: { warm: LADDER },
    pools: [{ id: 'all', when: always, reps: REPS, manager: BOSS }],
    ...overrides,
  });

function offered(p: Playbook, routing: Partial<NonNullable<Facts['routing']>> = {}): PlayedLead {
  const lead = new PlayedLead(p, OPENS, {
    lead: { ...leadFields, timeZone: 'Europe/London' },
    routing: { reps: {}, given: {}, turns: {}, open: {}, ...routing },
  });
  lead.put({ kind: 'handoff', handoff: 'warm', by: 'key' });
  lead.look();
  return lead;
}

/** `HH:MM type` of what the clock and the machine said, in London. */
const story = (lead: PlayedLead, ...types: string[]): string[] =>
  lead.journal.filter((x) => types.includes(x.type)).map((x) => `${iso(x.at).slice(5, 16)} ${x.type}`);
const CLOCKS = [
  'task.reminded',
  'sla.breached',
  'handoff.reassigned',
  'handoff.escalated',
  'handoff.stayed',
  'handoff.breached',
];
const taskOf = (lead: PlayedLead): string => lead.state.custody.task ?? '';
const answer = (lead: PlayedLead, by: string, rest: { answer: 'accept' } | { answer: 'reject'; reason: string }) =>
  lead.put({ kind: 'task.answered', task: taskOf(lead), by, ...rest });

describe('the table of custody', () => {
  const page = readFileSync(new URL('../../docs/custody.md', import.meta.url), 'utf8');
  const lines = Object.entries(TRANSITIONS).flatMap(([from, events]) =>
    Object.entries(events).map(([event, to]) => `${from} --> ${to}: ${event}`),
  );

  it('is what the page draws', () => {
    const drawn = [...page.matchAll(/^ {2}(\w+ --> \w+: [\w-]+)$/gm)].map(([, line]) => line);
    expect(drawn.toSorted()).toEqual(lines.toSorted());
  });

  it('is kept by one file: nothing else writes a lead’s custody', () => {
    // explain/past.ts rebuilds on a copy what the journal tells of the past.
    const deciding = globSync('src/core/**/*.ts').filter((file) => !file.endsWith('explain/past.ts'));
    const writers = deciding.filter((file) => /custody = |custody\.who = /.test(readFileSync(file, 'utf8')));
    expect(writers).toEqual(['src/core/custody-states.ts']);
  });
});

describe('the ladder', () => {
  it('reminds, breaches, reassigns, calls the manager and recycles, each at its time', () => {
    const lead = offered(agreed());
    lead.playTo('2026-11-26T00:00:00Z');
    expect(story(lead, ...CLOCKS)).toEqual([
      '11-24T12:00 task.reminded',
      '11-24T14:00 sla.breached',
      '11-24T14:00 handoff.reassigned',
      '11-24T16:00 handoff.escalated',
      '11-24T18:00 handoff.breached',
    ]);
    expect(lead.state.custody.who).not.toBe('sales');
  });

  it('counts in the first assignee’s calendar, wherever the next one works', () => {
    const tokyo: Rep = { id: REPS[1] ?? '', name: 'B', timeZone: 'Asia/Tokyo', active: true };
    const lead = offered(agreed(), { reps: { [tokyo.id]: tokyo } });
    lead.playTo('2026-11-24T15:00:00Z');
    expect(lead.state.custody.rep).toBe(tokyo.id);
    lead.playTo('2026-11-26T00:00:00Z');
    expect(story(lead, 'handoff.breached')).toEqual(['11-24T18:00 handoff.breached']);
  });

  it('gives it to none of those who let it lie, and says when nobody else is there', () => {
    const twice = { ...LADDER, remind: [], onBreach: [1, 1.25, 1.5].map((at) => ({ at, do: 'reassign' as const })) };
    const lead = offered(
      agreed({ slas: { warm: { ...twice, onBreach: [...twice.onBreach, { at: 2, do: 'recycle' }] } } }),
    );
    lead.playTo('2026-11-24T17:00:00Z');
    const moves = lead.journal.filter((x) => x.type === 'handoff.reassigned').map((x) => x.data['to']);
    expect(moves).toEqual([REPS[1], REPS[2]]);
    expect(lead.journal.filter((x) => x.type === 'handoff.stayed').map((x) => x.reason)).toEqual(['nobody-else']);
    expect(lead.effects.filter((x) => x.kind === 'task.assign').map((x) => x.assignee)).toEqual(moves);
  });

  it('credits no turn to who lets it lie, and one to who gives it back', () => {
    const credits = (lead: PlayedLead) => lead.effects.filter((x) => x.kind === 'pool.count' && x.by < 0);
    const lying = offered(agreed());
    lying.playTo('2026-11-26T00:00:00Z');
    expect(credits(lying)).toEqual([]);
    const back = offered(agreed());
    answer(back, REPS[0] ?? '', { answer: 'reject', reason: 'not-ready' });
    back.look();
    expect(credits(back)).toMatchObject([{ rep: REPS[0], by: -1 }]);
  });

  it('asks the manager of another pool of the handoff when its own has none', () => {
    const pools = [
      { id: 'near', when: always, reps: REPS },
      { id: 'rest', when: always, reps: ['z@northwind.example'], manager: BOSS },
    ];
    const handoffs = { warm: { id: 'warm', sla: 'warm', pools: ['near', 'rest'], brief: ['why' as const] } };
    const lead = offered(agreed({ pools, handoffs }));
    lead.playTo('2026-11-24T16:30:00Z');
    expect(lead.state.custody).toMatchObject({ rep: BOSS, escalated: true });
  });

  it('that does not recycle leaves the offer open, with nothing due', () => {
    const lead = offered(agreed({ slas: { warm: { ...LADDER, onBreach: [{ at: 1, do: 'manager' }] } } }));
    lead.playTo('2026-12-24T00:00:00Z');
    expect(lead.state.custody).toMatchObject({ who: 'sales', rep: BOSS });
    expect(lead.last?.wake).toBeNull();
  });

  it('stops with the answer: no reminder, no rung', () => {
    const lead = offered(agreed());
    lead.now = Date.parse('2026-11-24T11:00:00Z');
    answer(lead, REPS[0] ?? '', { answer: 'accept' });
    lead.playTo('2026-11-26T00:00:00Z');
    expect(story(lead, ...CLOCKS)).toEqual(['11-24T13:00 sla.breached']);
  });

  it('does not overtake an answer that waits in the inbox, however late the engine is', () => {
    const lead = offered(agreed());
    lead.now = Date.parse('2026-11-24T18:05:00Z');
    answer(lead, REPS[0] ?? '', { answer: 'accept' });
    lead.look();
    expect(story(lead, ...CLOCKS)).toEqual(['11-24T14:00 sla.breached']);
    expect(lead.state.custody).toMatchObject({ who: 'sales', rep: REPS[0], acceptedAt: lead.now });
    expect(lead.effects.some((x) => x.kind === 'task.close' || x.kind === 'task.assign')).toBe(false);
  });

  it('of a state written before there were ladders recycles at its time', () => {
    const lead = offered(agreed());
    const { ladder, remindAt: _, ...custody } = lead.state.custody;
    lead.state = { ...lead.state, custody: { ...custody, breachAt: ladder?.at(-1)?.at } };
    lead.playTo('2026-11-26T00:00:00Z');
    expect(story(lead, 'handoff.breached')).toEqual(['11-24T18:00 handoff.breached']);
  });
});

describe('the first touch', () => {
  const accepted = () => {
    const lead = offered(agreed());
    answer(lead, REPS[0] ?? '', { answer: 'accept' });
    lead.look();
    return lead;
  };
  const call = (lead: PlayedLead) => lead.state.enrollments.find((e) => e.task)?.task ?? '';

  it('in time is journalled; skipping a task is none', () => {
    const lead = accepted();
    lead.now = Date.parse('2026-11-24T11:30:00Z');
    lead.put({
      kind: 'task.answered',
      task: call(lead),
      answer: 'complete',
      disposition: 'connected',
      by: REPS[0] ?? '',
    });
    lead.playTo('2026-11-26T00:00:00Z');
    expect(story(lead, 'handoff.touched', 'sla.breached')).toEqual(['11-24T11:30 handoff.touched']);

    const skipped = accepted();
    skipped.put({ kind: 'task.answered', task: call(skipped), answer: 'skip', by: REPS[0] ?? '' });
    skipped.playTo('2026-11-26T00:00:00Z');
    expect(story(skipped, 'handoff.touched', 'sla.breached')).toEqual(['11-24T12:00 sla.breached']);
  });

  it('late is a breach once, and the lead stays with the rep', () => {
    const lead = accepted();
    lead.playTo('2026-12-24T00:00:00Z');
    const breaches = lead.journal.filter((x) => x.type === 'sla.breached');
    expect(breaches).toMatchObject([{ reason: 'no-first-touch-in-time', data: { clock: 'firstTouch', rep: REPS[0] } }]);
    expect(lead.state.custody).toMatchObject({ who: 'sales', rep: REPS[0], firstTouchLate: true });
  });
});

describe('the SLA of marketing', () => {
  const back = (resume: string, cadences: Playbook['cadences'], reason: string) => {
    const lead = offered(
      agreed({
        cadences,
        resume: { plain: resume },
        returns: {
          'not-ready': {
            id: 'not-ready',
            recycle: 'keep-warm',
            after: { ask: false, else: 'P10D' },
            facts: [],
            disqualify: false,
          },
          silent: { id: 'silent', facts: [], disqualify: false },
          junk: { id: 'junk', facts: [], disqualify: true },
        },
      }),
    );
    answer(lead, REPS[0] ?? '', { answer: 'reject', reason });
    lead.playTo('2027-01-24T00:00:00Z');
    return lead.journal.filter((x) => x.type.startsWith('sla.'));
  };

  it('is kept by a touch, or by a cadence that will email the lead', () => {
    const now = cadence('keep-warm', inARow(email('again')));
    const kept = (reason: string) => [{ type: 'sla.kept', reason, data: { clock: 'resume', team: 'marketing' } }];
    expect(back('P4D', { talk, 'keep-warm': now }, 'not-ready')).toMatchObject(kept('resumed-in-time'));
    expect(back('PT1H', { talk, 'keep-warm': slow }, 'not-ready')).toMatchObject(kept('resume-planned'));
  });

  it('is broken once, after the pause, when nothing is planned', () => {
    const empty = cadence('keep-warm', inARow(wait('pause', 'P60D')));
    expect(back('PT24H', { talk, 'keep-warm': empty }, 'not-ready')).toMatchObject([
      {
        type: 'sla.breached',
        at: Date.parse('2026-12-05T10:00:00Z'),
        reason: 'not-resumed-in-time',
        data: { team: 'marketing' },
      },
    ]);
    expect(back('PT24H', { talk, 'keep-warm': slow }, 'silent')).toHaveLength(1);
  });

  it('does not bind for who is disqualified', () => {
    expect(back('PT24H', { talk, 'keep-warm': slow }, 'junk')).toEqual([]);
  });
});

describe('in one instant', () => {
  it('answers, reassigning, signals and the ladder end in the same state in any order, twice too', () => {
    const rung = Date.parse('2026-11-24T14:00:00Z');
    const bodies: ((lead: PlayedLead) => InputBody)[] = [
      (lead) => ({ kind: 'task.answered', task: taskOf(lead), answer: 'accept', by: REPS[1] ?? '' }),
      (lead) => ({ kind: 'task.reassigned', task: taskOf(lead), to: REPS[1] ?? '', by: 'manager' }),
      (lead) => ({ kind: 'task.reassigned', task: taskOf(lead), to: REPS[1] ?? '', by: 'manager' }),
      () => ({ kind: 'signal', type: 'page.pricing', human: true }),
      () => ({ kind: 'signal', type: 'demo.requested', human: true }),
      () => ({ kind: 'lead.changed', by: 'api' }),
    ];
    const ends = (order: readonly number[], answered: boolean) => {
      const lead = offered(agreed());
      lead.playTo(rung - 60_000);
      lead.now = rung;
      for (const i of order) if (answered || i !== 0) lead.put(bodies[i]?.(lead) ?? { kind: 'lead.changed', by: 'x' });
      lead.look();
      return lead.state;
    };
    for (const answered of [true, false]) {
      const first = ends([0, 1, 2, 3, 4, 5], answered);
      fc.assert(
        fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), (order) => {
          expect(ends(order, answered)).toEqual(first);
        }),
        { numRuns: 200 },
      );
    }
  });
});
