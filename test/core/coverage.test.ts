/** Every rule of the example playbook comes to bear in 90 days of the example leads, or is known not to. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileFolder } from '../../src/cli/check.ts';
import { readLeadsFile } from '../../src/cli/leads-file.ts';
import { readBehaviour, readReps } from '../../src/cli/people.ts';
import { type Covered, createCoverage, rulesOf } from '../../src/core/coverage/coverage.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { simulate } from '../../src/core/simulate.ts';
import { PlayedLead } from './support/lead.ts';
import { playbook as built, cadence, email, inARow, wait } from './support/playbook.ts';

const EXAMPLE = 'playbook';

/** What only a rare chance brings shows in one of four. */
const SEEDS = [1, 2, 3, 4];
/** What is looked at in the leads as they are in the end, which this test does not do. */
const LOOKED_AT = /^(stages|definitions|score|buyingGroup)\//;

describe('the example playbook', () => {
  let playbook: Playbook;
  let covered: Covered;
  beforeAll(async () => {
    playbook = await compileFolder(EXAMPLE);
    const [{ leads }, behaviour, reps] = await Promise.all([
      readLeadsFile(join(EXAMPLE, 'leads.csv')),
      readBehaviour(join(EXAMPLE, 'behaviour.yaml'), playbook),
      readReps(join(EXAMPLE, 'reps.yaml')),
    ]);
    const coverage = createCoverage(playbook);
    for (const seed of SEEDS) {
      simulate({
        ...{ playbook, leads, behaviour, reps: Object.fromEntries(reps.map((rep) => [rep.id, rep])) },
        ...{ seed, from: Date.UTC(2026, 10, 23), days: 90 },
        onJournal: (_, entry) => coverage.add(entry),
      });
    }
    covered = coverage.result();
  });

  it('is looked at whole: no key of it is left out', () => {
    expect(covered.unknown).toEqual([]);
  });

  it('is shown by 90 days, every rule of it', () => {
    expect(covered.never.filter((id) => !LOOKED_AT.test(id))).toEqual([]);
  });

  it('lists each rule once', () => {
    const ids = rulesOf(playbook).map(({ id }) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    expect(ids).toEqual(
      expect.arrayContaining([
        'routes/demo',
        'returns/lost/recycle',
        'slas/hot/onBreach/manager',
        'cadences/evaluation-guide/steps/read-it/then',
        'cadences/first-conversation/steps/call/no-answer',
      ]),
    );
  });
});

describe('a rule', () => {
  const small = built({
    cadences: { guide: cadence('guide', inARow(email('one'), wait('rest', 'P3D'), email('two'))) },
  });

  it('has come to bear when the journal shows it, a wait when what follows has', () => {
    const lead = new PlayedLead(small, '2026-11-23T06:00:00Z');
    const coverage = createCoverage(small);
    const never = (): readonly string[] => coverage.result().never;
    const play = (until: string): void => {
      const before = lead.journal.length;
      lead.playTo(until);
      for (const entry of lead.journal.slice(before)) coverage.add(entry);
    };
    expect(never()).toContain('cadences/guide');
    lead.put({ kind: 'enroll', enrollment: 'e-1', cadence: 'guide', by: 'test' });
    play('2026-11-23T20:00:00Z');
    expect(never()).not.toContain('cadences/guide/steps/one');
    expect(never()).toEqual(expect.arrayContaining(['cadences/guide/steps/rest', 'cadences/guide/steps/two']));
    play('2026-12-01T00:00:00Z');
    expect(never().filter((id) => id.startsWith('cadences/guide/steps'))).toEqual([]);
  });

  it('of a key nobody knows is said to be not looked at', () => {
    const coverage = createCoverage({ ...small, ...{ somethingNew: {} } });
    expect(coverage.result().unknown).toEqual(['somethingNew']);
  });
});
