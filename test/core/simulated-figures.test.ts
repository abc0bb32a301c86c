import { describe, expect, it } from 'vitest';
import { compareRuns, figuresOf, spreadOf, type Totals } from '../../src/core/compare.ts';
import type { JournalEntry } from '../../src/core/decision.ts';
import type { Pool } from '../../src/core/playbook.ts';
import { createFunnel } from '../../src/core/simulated-funnel.ts';
import { watchLoad } from '../../src/core/simulated-load.ts';

const entry = (type: JournalEntry['type'], data: JournalEntry['data'] = {}): JournalEntry => ({
  ...{ seq: 1, at: 0, type, by: 'rule', playbookVersion: 'v', data },
});

describe('the funnel', () => {
  it('counts a lead once a step, however often it gets there', () => {
    const funnel = createFunnel();
    for (const key of ['a', 'a', 'b']) funnel.add(key, entry('touch.sent'));
    funnel.add('a', entry('signal.received', { type: 'email.opened', human: false }));
    funnel.add('a', entry('signal.received', { type: 'email.clicked', human: true }));
    funnel.add('b', entry('signal.received', { type: 'meeting.held', human: true }));
    funnel.add('b', entry('stage.changed', { to: 'evaluating' }));
    funnel.add('b', entry('stage.changed', { to: 'customer' }));
    expect(funnel.counts()).toEqual({
      ...{ touched: 2, reacted: 1, mql: 0, offered: 0, accepted: 0, met: 1, bought: 1 },
    });
  });
});

describe('the load of reps', () => {
  const pool = (reps: readonly string[], maxOpen?: number): Pool => ({
    ...{ id: reps.join(), reps, when: { source: 'true', timed: false, test: () => true } },
    ...(maxOpen === undefined ? {} : { maxOpen }),
  });

  it('is the most at the end of a day, beside what the pools allow', () => {
    const load = watchLoad([pool(['ada', 'bo'], 2), pool(['bo'])], 3);
    load.note(1, { ada: 1, bo: 5 });
    load.note(2, { ada: 3, bo: 0 });
    load.note(3, { ada: 2, bo: 1 });
    expect(load.of('ada')).toEqual({ most: 3, mostOn: 2, capacity: 2, daysOver: 1, byDay: [1, 3, 2] });
    expect(load.of('bo')).toEqual({ most: 5, mostOn: 1, daysOver: 0, byDay: [5, 0, 1] });
    expect(load.of('cy')).toEqual({ most: 0, mostOn: 0, daysOver: 0, byDay: [0, 0, 0] });
    expect(load.byDay()).toEqual([6, 3, 3]);
  });
});

describe('side by side', () => {
  const nothing = { touches: 0, tasks: 0, handoffs: 0, accepted: 0, recycles: 0, slaBreaches: 0, expired: 0, quiet: 0 };
  const none = { funnel: {}, returns: {}, skips: {}, held: {}, endStates: {}, perStage: {} };
  const totals = (more: Partial<Totals>): Totals => ({ ...nothing, ...none, ...more });

  it('names every figure, and takes one that only some have as 0 in the others', () => {
    const here = [totals({ touches: 10, returns: { junk: 1 } }), totals({ touches: 14 })];
    const against = [totals({ touches: 13 }), totals({ touches: 15, skips: { suppressed: 2 } })];
    const rows = Object.fromEntries(compareRuns(here, against).map((row) => [row.figure, row]));
    expect(rows['touches']).toEqual({
      figure: 'touches',
      here: { mean: 12, sd: 2.83, least: 10, most: 14 },
      against: { mean: 14, sd: 1.41, least: 13, most: 15 },
      difference: { mean: 2, sd: 1.41, least: 1, most: 3 },
    });
    expect(rows['returns.junk']?.difference?.mean).toBe(-0.5);
    expect(rows['skips.suppressed']?.difference?.mean).toBe(1);
    expect(figuresOf(totals({ endStates: { customer: 3, waiting: 0 } })).get('endStates.waiting')).toBeUndefined();
  });

  it('has no difference without another, and no spread with one seed', () => {
    expect(compareRuns([totals({ touches: 3 })])[0]).toEqual({
      figure: 'touches',
      here: { mean: 3, sd: 0, least: 3, most: 3 },
    });
    expect(() => spreadOf([])).toThrow('no spread');
  });
});
