/** What `explain` says of any lead is what then happens to it when nothing else does. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createActors } from '../../src/core/actors.ts';
import { behaviourSchema } from '../../src/core/behaviour.ts';
import type { JournalEntry } from '../../src/core/decision.ts';
import { nextExpiry } from '../../src/core/expiry.ts';
import { BECAUSE_CODES, EXPLAIN_CODES, VERDICTS } from '../../src/core/explain/codes.ts';
import { type About, type Entry, type Explanation, explain, type Question } from '../../src/core/explain/explain.ts';
import { breaksSilence } from '../../src/core/explain/silence.ts';
import { endOfStep } from '../../src/core/explain/step.ts';
import { STEP_KINDS } from '../../src/core/explain/steps.ts';
import type { Choices, Facts } from '../../src/core/facts.ts';
import { createAccounts } from '../../src/core/simulated-accounts.ts';
import { createSimulatedLead } from '../../src/core/simulated-lead.ts';
import { createPlaces } from '../../src/core/simulated-places.ts';
import type { LeadState } from '../../src/core/state.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { scoreOf } from '../../src/core/view.ts';
import { compile, readPlaybookFolder } from '../../src/playbook/index.ts';
import { ZONES } from './support/arbitrary.ts';
import { leadFields, PlayedLead } from './support/lead.ts';

const compiled = compile((await readPlaybookFolder('playbook')).files);
if (!compiled.ok) throw new Error('the example playbook has mistakes');
const { playbook } = compiled;
const behaviour = behaviourSchema.parse(parse(await readFile('playbook/behaviour.yaml', 'utf8')));
const playbooks = { current: playbook, get: () => playbook };

const START = Date.UTC(2026, 10, 23, 6);
const AHEAD = 395 * DAY;

interface Life {
  readonly state: LeadState;
  readonly facts: Facts;
  readonly journal: readonly JournalEntry[];
  readonly now: number;
}

/** A lead of the example behaviour, as it stands some days after it came in. */
function lifeOf({
  key,
  seed,
  hours,
  role,
  timeZone,
  trouble,
}: typeof aLife extends fc.Arbitrary<infer T> ? T : never): Life {
  const journal: JournalEntry[] = [];
  const world = {
    playbook,
    actors: createActors(behaviour, playbook, seed),
    reps: {},
    given: {},
    turns: {},
    open: {},
    talks: [],
    until: Number.MAX_SAFE_INTEGER,
    stopped: [],
    accounts: createAccounts(),
    places: createPlaces(),
    wake: () => {},
    onJournal: (_: string, entry: JournalEntry) => void journal.push(entry),
  };
  const given = { key, lead: { ...leadFields, role, timeZone }, consents: [], suppressions: [] };
  const lead = createSimulatedLead(given, world, START);
  const now = START + hours * HOUR;
  for (let at: number | undefined = START; at !== undefined && at <= now; ) at = lead.play(at).next;
  const { state } = lead;
  const facts = lead.facts();
  const suppressions = [...facts.suppressions, { purpose: 'marketing' as const, reason: 'asked', at: now - 1 }];
  return {
    state: trouble === 'held-run' ? pausedByPerson(state()) : state(),
    facts: {
      ...facts,
      ...(trouble === 'paused' ? { pauses: ['*'] } : {}),
      ...(trouble === 'suppressed' ? { suppressions } : {}),
      ...(trouble === 'choices' ? { choices: choicesAt(now) } : {}),
    },
    journal,
    now,
  };
}

const choicesAt = (at: number): Choices => ({
  declined: [{ topic: 'comparison', at: at - 1 }],
  pause: { until: at + 30 * DAY, at: at - 1 },
});

const pausedByPerson = (state: LeadState): LeadState => ({
  ...state,
  enrollments: state.enrollments.map((e) => ({ ...e, state: 'paused', pausedBy: 'person' })),
});

const aLife = fc.record({
  key: fc.uuid(),
  seed: fc.integer({ min: 1, max: 1_000 }),
  hours: fc.integer({ min: 0, max: 120 * 24 }),
  role: fc.constantFrom('it', 'operations', 'finance', ''),
  timeZone: fc.constantFrom(...ZONES),
  trouble: fc.constantFrom('none', 'none', 'none', 'none', 'paused', 'suppressed', 'held-run', 'choices'),
});

/** Skipped for an experiment: already, or seen ahead. */
const SPARED: ReadonlySet<string> = new Set(['held-out', 'arm-stopped']);
const has = ({ journal }: Life, { at, code }: Explanation): boolean =>
  journal.some((entry) => entry.at === at && entry.reason === code);

const CUSTODY: About = { kind: 'custody' };
const STAGE: About = { kind: 'stage' };
const SILENCE: About = { kind: 'silence' };

const places = Object.values(playbook.cadences).flatMap((cadence) =>
  Object.values(cadence.steps).map((step) => ({ cadence: cadence.id, step })),
);
const aPlace = fc.constantFrom(...places);

const questionOf = (life: Life, about: About, more: Partial<Question> = {}): Question => ({
  about,
  playbooks,
  inputs: [],
  sendAs: 'now',
  ...life,
  ...more,
});

/** The same lead on the engine's own path, with nobody doing anything any more. */
function afterwards(life: Life): readonly Entry[] {
  const lead = new PlayedLead(playbook, life.now, life.facts);
  lead.inbox.length = 0;
  lead.state = life.state;
  lead.playTo(life.now + AHEAD);
  return lead.journal;
}

function reads(e: Explanation): void {
  expect(VERDICTS).toContain(e.verdict);
  expect(Object.keys(EXPLAIN_CODES)).toContain(e.code);
  expect(['unknown', 'cannot-decide']).not.toContain(e.code);
  expect(e.sentence).toMatch(/^\S.+\.$/);
  for (const text of [e.sentence, JSON.stringify(e.because), e.unblockedBy ?? '']) {
    expect(text).not.toMatch(/undefined|NaN|\[object|null/);
  }
  for (const { code, source } of e.because) {
    expect(Object.keys(BECAUSE_CODES)).toContain(code);
    expect(source).not.toBe('');
  }
  // What waits or is blocked says what for.
  if (e.verdict === 'blocked') expect(e.unblockedBy).not.toBeNull();
}

describe('explain', () => {
  it('a step: what it says will happen happens then, what is done is in the journal, and nothing else comes', () => {
    const verdicts = new Map<string, number>();
    fc.assert(
      fc.property(aLife, fc.uniqueArray(aPlace, { minLength: 12, maxLength: 12 }), (drawn, asked) => {
        const life = lifeOf(drawn);
        const later = afterwards(life);
        for (const { cadence, step } of asked) {
          const e = explain(questionOf(life, { kind: 'step', cadence, step: step.id }));
          reads(e);
          verdicts.set(`${e.verdict} ${e.code}`, (verdicts.get(`${e.verdict} ${e.code}`) ?? 0) + 1);
          const comes = later.find((entry) => endOfStep([entry], cadence, step) !== undefined);
          const context = `${cadence}/${step.id}: ${e.verdict} ${e.code}: ${e.sentence}`;
          if (e.verdict === 'done') {
            if (e.code === 'passed') continue;
            const entry = life.journal.find((x) => x.at === e.at && endOfStep([x], cadence, step) !== undefined);
            expect(entry, context).toBeDefined();
          } else if (e.code === 'will-happen' && step.kind === 'wait') {
            expect(e.at, context).toBeGreaterThanOrEqual(life.now);
          } else if (
            e.code === 'will-happen' ||
            e.code === 'would-be-skipped' ||
            (SPARED.has(e.code) && !has(life, e))
          ) {
            expect(comes?.at, context).toBe(e.at);
            const { done, not } = STEP_KINDS[step.kind];
            expect(e.code === 'will-happen' ? done : not, context).toContain(comes?.type);
          } else if (e.code !== 'skipped' && e.code !== 'failed' && !SPARED.has(e.code)) {
            expect(comes, context).toBeUndefined();
          }
        }
      }),
      { numRuns: 60 },
    );
    if (process.env['VOLLEY_SHOW'] !== undefined) console.error(verdicts);
    for (const code of ['done sent', 'will will-happen', 'waiting other-way']) {
      expect([...verdicts.keys()]).toContain(code);
    }
  });

  it('a cadence: whoever will enter enters then, and nobody else does', () => {
    fc.assert(
      fc.property(aLife, (drawn) => {
        const life = lifeOf(drawn);
        const later = afterwards(life);
        for (const cadence of Object.keys(playbook.cadences)) {
          const e = explain(questionOf(life, { kind: 'cadence', cadence }));
          reads(e);
          const enters = later.find((x) => x.type === 'enrollment.started' && x.cadence === cadence);
          if (e.code === 'will-enter') expect(enters?.at).toBe(e.at);
          else if (
            !(
              e.code.startsWith('paused-') ||
              ['in-cadence', 'resting', 'run-over', 'sending-paused', 'rep-conversation'].includes(e.code)
            )
          )
            expect(enters, e.sentence).toBeUndefined();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('silence: it lasts as long as it says', () => {
    fc.assert(
      fc.property(aLife, (drawn) => {
        const life = lifeOf(drawn);
        const e = explain(questionOf(life, { kind: 'silence' }));
        reads(e);
        const next = afterwards(life).find(breaksSilence);
        expect(next?.at, e.sentence).toBe(e.verdict === 'will' ? e.at : undefined);
      }),
      { numRuns: 60 },
    );
  });

  it('expiry: a lead that has had its last call is gone when it was said, unless sales takes it over', () => {
    let told = 0;
    fc.assert(
      fc.property(aLife, (drawn) => {
        const life = lifeOf({ ...drawn, hours: drawn.hours / 2 + 60 * 24, trouble: 'none' });
        const due = nextExpiry({ state: life.state, facts: life.facts, playbooks });
        if (due?.what !== 'expire') return;
        told += 1;
        const e = explain(questionOf(life, { kind: 'silence' }));
        expect(e.sentence).toContain('expires on');
        const later = afterwards(life);
        const end = later.find(
          (x) => x.type === 'lead.expired' || (x.type === 'custody.changed' && x.data['to'] === 'sales'),
        );
        if (end?.type === 'lead.expired') expect(end.at).toBe(due.at);
        else expect(end?.at).toBeLessThanOrEqual(due.at);
      }),
      { numRuns: 60 },
    );
    expect(told).toBeGreaterThan(0);
  });

  it('custody, stage and score say what the lead has', () => {
    fc.assert(
      fc.property(aLife, (drawn) => {
        const life = lifeOf(drawn);
        for (const kind of ['custody', 'stage', 'score'] as const) reads(explain(questionOf(life, { kind })));
        const custody = explain(questionOf(life, { kind: 'custody' }));
        const last = life.journal.findLast((x) => x.type === 'custody.changed');
        if (last !== undefined && custody.code !== 'disqualified' && custody.code !== 'expired')
          expect(custody.at).toBe(last.at);
        expect(explain(questionOf(life, { kind: 'stage' })).sentence).toContain(life.state.stage);
      }),
      { numRuns: 100 },
    );
  });

  it('the past: stage, custody and score as of then are what they were', () => {
    fc.assert(
      fc.property(aLife, fc.integer({ min: 1, max: 60 * 24 }), aPlace, (drawn, hours, place) => {
        const then = lifeOf({ ...drawn, trouble: 'none' });
        const life = lifeOf({ ...drawn, trouble: 'none', hours: drawn.hours + hours });
        const past = { at: then.now };
        const score = explain(questionOf(life, { kind: 'score' }, past));
        const was = scoreOf(then.state, then.facts, playbook, then.now);
        expect(score.sentence).toContain(`engagement ${Math.round(was.engagement * 10) / 10} of`);
        const stage = explain(questionOf(life, { kind: 'stage' }, past));
        expect(stage.sentence).toContain(`The lead is in ${then.state.stage}`);
        const custody = explain(questionOf(life, { kind: 'custody' }, past));
        expect(custody.because).toContainEqual(
          expect.objectContaining({ expr: 'custody', value: then.state.custody.who }),
        );
        const abouts: About[] = [
          { kind: 'step', cadence: place.cadence, step: place.step.id },
          { kind: 'cadence', cadence: place.cadence },
          { kind: 'silence' },
        ];
        for (const about of abouts) {
          const e = explain(questionOf(life, about, past));
          reads(e);
          if (e.verdict === 'done' && e.at !== undefined) expect(e.at).toBeLessThanOrEqual(life.now);
          if (e.sentence.startsWith('Not by ') && e.at !== undefined && e.verdict === 'will')
            expect(e.at).toBeGreaterThan(then.now);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('as of an instant ahead: what it says is what it says when that has come and nothing else happened', () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(aLife, fc.integer({ min: 1, max: 90 * 24 }), (drawn, hours) => {
        const life = lifeOf(drawn);
        const at = life.now + hours * HOUR;
        const lead = new PlayedLead(playbook, life.now, life.facts);
        lead.inbox.length = 0;
        lead.state = life.state;
        lead.playTo(at);
        const last = life.journal.at(-1)?.seq ?? 0;
        const journal = [...life.journal, ...lead.journal.map((entry, i) => ({ ...entry, seq: last + 1 + i }))];
        const then = { ...life, state: lead.state, journal, now: at };
        for (const about of [CUSTODY, STAGE, SILENCE, { kind: 'cadence', cadence: 'keep-warm' } as const]) {
          const said = explain(questionOf(life, about, { at }));
          const came = explain(questionOf(then, about));
          expect([said.verdict, said.code, said.at]).toEqual([came.verdict, came.code, came.at]);
          expect(said.sentence).toMatch(/^As of .+, if nothing else happens until then: /);
          ends.add(said.code);
        }
      }),
      { numRuns: 40 },
    );
    expect(ends.size).toBeGreaterThan(5);
  });
});
