/** Experiments in the store: counted once a lead, an arm stopped in the commit that shows it must, the winner's change printed. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/core/decision.ts';
import { DAY } from '../../src/core/time.ts';
import { listPauses } from '../../src/store/pauses.ts';
import { writeReportFacts } from '../../src/store/report-facts.ts';
import { REPORTS, runReport } from '../../src/store/reports/index.ts';
import { transact } from '../../src/store/tx.ts';
import { withDatabase } from '../support/database.ts';

const START = Date.UTC(2026, 8, 7);
const ID = 'step:guide/try';
const shares = { a: 0.5, b: 0.5 };
const store = await withDatabase();
const { db } = store.database;
afterAll(() => store.close());
beforeEach(async () => {
  await db.deleteFrom('milestones').execute();
  await db.deleteFrom('pauses').execute();
});

const entry = (seq: number, type: JournalEntry['type'], data: JournalEntry['data']): JournalEntry => ({
  ...{ seq, at: START + seq, type, by: 'rule', playbookVersion: 'p', data },
});
const joins = (group: string) =>
  entry(1, 'step.split', { arm: group, experiment: ID, group, shares, until: START + DAY });
const reaches = (group: string, what: 'goal' | 'guard') =>
  entry(2, 'experiment.reached', { experiment: ID, group, what, atMost: 0.05, groups: 2 });
const write = (lead: string, ...entries: JournalEntry[]): Promise<void> =>
  transact(db, (tx) => writeReportFacts(tx, lead, entries));

const report = async (now: number) =>
  (
    await runReport(db, REPORTS.experiments, {
      ...{ from: new Date(START), to: new Date(now), now: new Date(now), stages: ['s'], won: 's', warming: [] },
      ...{ goals: undefined, model: undefined },
      change: (_, group) => ({ file: 'cadences/guide.yaml', diff: `take ${group}` }),
    })
  ).tables;

describe('an arm', () => {
  it('stops in the commit that shows that too many of its leads do what the guard watches for, and only that arm', async () => {
    for (let i = 0; i < 30; i++) {
      for (const group of ['a', 'b']) await write(`${group}-${i}`, joins(group));
    }
    const stops: string[] = [];
    for (let i = 0; i < 12; i++) {
      await write(`a-${i}`, reaches('a', 'guard'));
      stops.push((await listPauses(db)).map(({ scope }) => scope).join());
    }
    await write('b-0', reaches('b', 'guard'));
    expect(stops[0]).toBe('');
    expect(stops.at(-1)).toBe(`arm:${ID}/a`);
    expect((await listPauses(db))[0]?.reason).toMatch(/^\d+ of 30 leads did what the guard watches for/);
    const { groups = [] } = await report(START + 2 * DAY);
    expect(groups.map(({ group, guards, stopped }) => [group, guards, stopped])).toEqual([
      ['a', 12, true],
      ['b', 1, false],
    ]);
  });
});

describe('the report', () => {
  it('counts a lead once, in its first group, and goals when their time is over', async () => {
    await write('one', joins('a'), { ...joins('b'), seq: 3 });
    await write('one', reaches('a', 'goal'));
    await write('two', joins('b'));
    const early = await report(START + DAY / 2);
    expect(early['groups']).toMatchObject([
      { group: 'a', leads: 1, known: 0, goals: 0, rate: null, from: 0, to: 1 },
      { group: 'b', leads: 1, known: 0 },
    ]);
    const { groups } = await report(START + 2 * DAY);
    expect(groups).toMatchObject([
      { group: 'a', share: 0.5, leads: 1, known: 1, goals: 1, rate: 1 },
      { group: 'b', leads: 1, known: 1, goals: 0, rate: 0 },
    ]);
  });

  it('names a winner once the others are worse, with the change that takes it', async () => {
    for (let i = 0; i < 60; i++) {
      await write(`a-${i}`, joins('a'), ...(i < 30 ? [reaches('a', 'goal')] : []));
      await write(`b-${i}`, joins('b'), ...(i < 4 ? [reaches('b', 'goal')] : []));
    }
    const { pairs, winners } = await report(START + 2 * DAY);
    expect(pairs).toMatchObject([{ first: 'a', second: 'b', ratio: 7.5, differ: true }]);
    expect(winners).toEqual([{ experiment: ID, group: 'a', file: 'cadences/guide.yaml', change: 'take a' }]);
  });
});
