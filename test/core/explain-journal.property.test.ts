/** Every entry of a simulated year of the example playbook is explained as it came about; and what is said of the future. */
import { beforeAll, describe, expect, it } from 'vitest';
import { compileFolder } from '../../src/cli/check.ts';
import { readLeadsFile } from '../../src/cli/leads-file.ts';
import { readBehaviour, readReps } from '../../src/cli/people.ts';
import { type About, type Entry, explain, type Question } from '../../src/core/explain/explain.ts';
import { NOT_KEPT } from '../../src/core/explain/journalled.ts';
import { endOfStep } from '../../src/core/explain/step.ts';
import type { Facts } from '../../src/core/facts.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { simulate } from '../../src/core/simulate.ts';
import { initialState } from '../../src/core/state.ts';
import { DAY } from '../../src/core/time.ts';

const START = Date.UTC(2026, 10, 2);
const DAYS = 365;
const SEED = Number(process.env['VOLLEY_TEST_SEED'] ?? 1) % 100_000;
const LEADS = 60;

interface Lived {
  readonly facts: Facts;
  readonly journal: Entry[];
}
let playbook: Playbook;
const lives = new Map<string, Lived>();

beforeAll(async () => {
  playbook = await compileFolder('playbook');
  const behaviour = await readBehaviour('playbook/behaviour.yaml', playbook);
  const reps = Object.fromEntries((await readReps('playbook/reps.yaml')).map((rep) => [rep.id, rep]));
  const { leads: all } = await readLeadsFile('playbook/leads.csv');
  const leads = Array.from({ length: LEADS }, (_, i) => all[(SEED + i * 7) % all.length]).flatMap((one) => one ?? []);
  for (const { key, lead, consents } of leads) {
    const facts = { leadId: key, key, createdAt: START, lead, consents, suppressions: [], pauses: [], account: null };
    lives.set(key, { facts, journal: [] });
  }
  const known = leads.filter(({ key }, i) => leads.findIndex((one) => one.key === key) === i);
  simulate({
    ...{ playbook, leads: known, behaviour, reps, seed: SEED, from: START, days: DAYS },
    onJournal: (key, entry) => void lives.get(key)?.journal.push(entry),
  });
});

const question = ({ facts, journal }: Lived, about: About, at?: number): Question => ({
  about,
  state: initialState(playbook.stages[0]?.id ?? '', START),
  facts,
  playbooks: { current: playbook, get: () => playbook },
  inputs: [],
  journal,
  now: START + DAYS * DAY,
  ...(at === undefined ? {} : { at }),
  sendAs: 'due',
});

/** What somebody would ask at that instant to learn why it happened; undefined where only the number tells. */
function aboutOf({ type, cadence, step }: Entry): About | undefined {
  if (cadence && step && ENDS.has(type)) return { kind: 'step', cadence, step };
  if (cadence && RUNS.has(type)) return { kind: 'cadence', cadence };
  return undefined;
}
const ENDS = new Set([
  'touch.sent',
  'touch.skipped',
  'touch.failed',
  'step.waited',
  'step.branched',
  'step.split',
  'step.exhausted',
  'task.opened',
  'task.skipped',
  'handoff.offered',
  'webhook.called',
  'person.notified',
]);
const RUNS = new Set(['enrollment.started', 'enrollment.ended']);
/** What is told of a run: one that pauses as it starts is told to be paused. */
const OF_RUNS = new Set([...RUNS, 'enrollment.paused', 'enrollment.resumed']);

/** Reasons that a condition of the playbook stands behind. */
const BY_CONDITION = new Set([
  'entry-rule',
  'goal-met',
  'exit-met',
  'wait-met',
  'wait-timeout',
  'route',
  'stage-condition',
  'label-definition',
  'experiment-goal',
]);

describe(`a year of ${LEADS} leads (seed ${SEED})`, () => {
  it('each entry, by its number: the reason, the rule with what it saw, the version, and what would have been different', () => {
    let [asked, conditions] = [0, 0];
    const unknown: string[] = [];
    for (const [key, life] of lives) {
      for (const entry of life.journal) {
        const e = explain(question(life, { kind: 'entry', seq: entry.seq }));
        const context = `${key} ${entry.seq} ${entry.type} ${entry.reason}`;
        asked += 1;
        expect(e.reason, context).toBe(entry.reason);
        expect(e.at, context).toBe(entry.at);
        expect(e.playbook, context).toBe(entry.playbookVersion);
        expect(e.unblockedBy ?? '', context).not.toBe('');
        expect(JSON.stringify(e), context).not.toMatch(/undefined|NaN|\[object/);
        if (!BY_CONDITION.has(entry.reason ?? '')) continue;
        const [whole] = e.because.filter(({ code }) => code === 'condition');
        // By hand, a route of a handoff that a rep had before is told by another reason, and has no condition.
        expect(whole, context).toBeDefined();
        expect(whole?.value, context).toBe(entry.reason !== 'wait-timeout');
        expect(whole?.source, context).toMatch(/\.yaml:\d+$/);
        expect(
          e.because.some(({ code }) => code === 'part'),
          context,
        ).toBe(true);
        conditions += 1;
        if (e.because.some(({ expr }) => expr === NOT_KEPT)) unknown.push(`${context}: ${whole?.expr}`);
      }
    }
    expect(asked).toBeGreaterThan(2_000);
    expect(conditions).toBeGreaterThan(200);
    // Only conditions that look at what colleagues have earned may come out otherwise by what is kept.
    for (const one of unknown) expect(one).toMatch(/engagement|mql|cold|account/);
    expect(unknown.length, unknown.join('\n')).toBeLessThan(conditions / 20);
  });

  it('each step and run, as of its instant: the reason of the newest entry about it', () => {
    let asked = 0;
    for (const [key, life] of lives) {
      for (const entry of life.journal) {
        const about = aboutOf(entry);
        if (about === undefined) continue;
        const step = about.kind === 'step' ? playbook.cadences[about.cadence]?.steps[about.step] : undefined;
        const same = life.journal.findLast(
          (one) =>
            one.at === entry.at &&
            (step === undefined
              ? one.cadence === entry.cadence && OF_RUNS.has(one.type)
              : endOfStep([one], entry.cadence ?? '', step) !== undefined),
        );
        // The task of a handoff is told by the offer.
        if (same === undefined) continue;
        const e = explain(question(life, about, entry.at));
        asked += 1;
        expect(e.reason, `${key} ${entry.seq} ${entry.type} ${e.sentence}`).toBe(same.reason);
        expect(e.playbook).toBe(entry.playbookVersion);
      }
    }
    expect(asked).toBeGreaterThan(1_000);
  });
});
