/** Recorded wakes decided again: the same build says the same, and another one's difference is seen and said. */
import { describe, expect, it } from 'vitest';
import type { Playbook } from '../../src/core/playbook.ts';
import { type Difference, differences } from '../../src/core/replay/compare.ts';
import { createJudge } from '../../src/core/replay/meant.ts';
import { playbooksOf, type Recording, recordingOf, recordingSchema } from '../../src/core/replay/recording.ts';
import { type Replayed, replayWake } from '../../src/core/replay/replay.ts';
import { differenceWords } from '../../src/core/replay/words.ts';
import { STATE_VERSION } from '../../src/core/state-versions.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, handoffStep, inARow, playbook, wait } from './support/playbook.ts';

const MONDAY = '2026-11-23T06:00:00Z';
const withPause = (pause: string, first = 'welcome'): Playbook =>
  playbook({
    cadences: {
      guide: cadence('guide', {
        entry: { when: always, again: { kind: 'once' } },
        ...inARow(email('hello', first), wait('settle', pause), email('again'), handoffStep('offer')),
      }),
    },
  });
const now = withPause('P3D');

/** What was decided about a lead over two weeks, as it would come back from a file. */
function recorded(): Recording[] {
  const recordings: Recording[] = [];
  const lead = new PlayedLead(now, MONDAY);
  lead.facts = { ...lead.facts, routing: { reps: {}, given: {}, turns: {}, open: {} } };
  lead.onDecision = (decided, request) => recordings.push(recordingOf(request, decided, '0.1.0'));
  lead.playTo('2026-11-24T00:00:00Z');
  lead.put({
    kind: 'signal',
    type: 'reply.received',
    human: true,
    reply: { class: 'human', text: 'Call my secretary Grace' },
  });
  lead.playTo('2026-12-07T00:00:00Z');
  return recordings.map((one) => recordingSchema.parse(JSON.parse(JSON.stringify(one))));
}
const recordings = recorded();

/** As if the core read the same playbook otherwise: to it a change of what `decide` does looks the same. */
const replayed = (recording: Recording, by: Playbook): Replayed => replayWake(recording, new Map([[now.hash, by]]));

const changed = (by: Playbook): { recording: Recording; found: readonly Difference[] }[] =>
  recordings.flatMap((recording) => {
    const answer = replayed(recording, by);
    return answer.kind === 'differs' ? [{ recording, found: answer.differences }] : [];
  });

describe('a recorded wake', () => {
  it('is decided the same by the same core', () => {
    expect(recordings.length).toBeGreaterThan(5);
    expect(recordings.map((one) => replayed(one, now).kind)).toEqual(recordings.map(() => 'same'));
  });

  it('names every playbook version it needs', () => {
    expect(new Set(recordings.flatMap(playbooksOf))).toEqual(new Set([now.hash]));
  });

  it('is found out when it would be woken at another time, with the time it was and would be', () => {
    const [first] = changed(withPause('P4D'));
    const wake = first?.found.find(({ what }) => what === 'wake');
    if (wake === undefined) throw new Error('no wake differs');
    expect(differenceWords(wake, 'Europe/London')).toMatchObject({
      what: 'wake',
      was: expect.stringMatching(/^at Thu 26 Nov 2026, \d\d:\d\d, summary guide \/ again: email, Thu/),
      now: expect.stringMatching(/^at Fri 27 Nov 2026, \d\d:\d\d, summary guide \/ again: email, Fri/),
    });
  });

  it('is found out when another email would go, and shows both', () => {
    const touch = changed(withPause('P3D', 'howdy'))
      .flatMap(({ found }) => found)
      .find(({ what }) => what === 'touch');
    if (touch === undefined) throw new Error('no touch differs');
    expect(differenceWords(touch, 'UTC')).toEqual({
      what: 'touch at guide / hello',
      was: 'email welcome',
      now: 'email howdy',
    });
  });

  it('fails where nothing can be decided: a version that is gone, a state nobody reads', () => {
    const [one] = recordings;
    if (one === undefined) throw new Error('nothing was recorded');
    expect(replayWake(one, new Map())).toEqual({
      kind: 'fails',
      why: `there is no playbook version ${now.hash}`,
    });
    const newer = { ...one, state: { ...one.state, v: STATE_VERSION + 1 } };
    expect(replayed(newer, now)).toMatchObject({ kind: 'fails', why: expect.stringContaining('state') });
  });

  it('cannot be told when the core would look at what was not recorded', () => {
    const offered = recordings.find(({ outcome }) => outcome.effects.some(({ kind }) => kind === 'task.open'));
    if (offered === undefined) throw new Error('no task was opened');
    const { routing: _, ...facts } = offered.facts;
    expect(replayed({ ...offered, facts }, now)).toEqual({ kind: 'unknown', what: 'routing' });
  });
});

describe('two outcomes', () => {
  const [given] = recordings;
  if (given === undefined) throw new Error('nothing was recorded');
  const was = given.outcome;
  const entry = (type: string, seq: number) => ({ kind: 'journal', entry: { type, seq, by: 'clock' } });
  const between = (a: readonly object[], b: readonly object[]): string[] => {
    const of = (effects: readonly object[]) => ({ ...was, effects: effects as typeof was.effects, notices: [] });
    return differences(of(a), of(b), { was: {}, now: {} }).map((one) =>
      [one.what, 'was' in one, 'now' in one].join(' '),
    );
  };

  it('with one entry more differ in that entry alone, whatever number it gives to those after it', () => {
    const all = [entry('touch.held', 1), entry('touch.sent', 2)];
    const more = [entry('touch.held', 1), entry('touch.deferred', 2), entry('touch.sent', 3)];
    expect(between(all, more)).toEqual(['journal:touch.deferred false true']);
    expect(between(more, all)).toEqual(['journal:touch.deferred true false']);
  });

  it('with the same in another order differ in that', () => {
    const all = [entry('touch.held', 1), entry('touch.sent', 2)];
    expect(between(all, all.toReversed())).toEqual(['order true true']);
  });

  it('say nothing of their counters', () => {
    expect(differences(was, was, { was: { seq: 1, at: 5, journal: 2 }, now: { seq: 2, at: 6, journal: 3 } })).toEqual(
      [],
    );
  });
});

describe('the words of a difference', () => {
  it('hold nothing that a person wrote, and no address', () => {
    const task = {
      kind: 'call',
      title: 'Call Grace',
      context: { note: 'the secretary' },
      assignee: 'rep@acme.example',
    };
    const words = [
      differenceWords(
        { what: 'task.open:call', was: { task }, now: { task: { ...task, title: 'Ring Grace' } } },
        'UTC',
      ),
      differenceWords({ what: 'state:said', now: { text: 'Grace', at: 1 } }, 'UTC'),
      differenceWords({ what: 'task.assign', was: { assignee: 'grace@acme.example' } }, 'UTC'),
    ];
    expect(JSON.stringify(words)).not.toMatch(/Grace|grace|secretary|acme/);
    expect(words[0]).toEqual({ what: 'task.open:call', was: 'task.title (text)', now: 'task.title (text)' });
  });
});

describe('a difference that is meant', () => {
  const found: Difference[] = [{ what: 'wake', was: 1, now: 2 }, { what: 'state:enrollments' }, { what: 'touch' }];

  it('is one that is named, for every recording or for those named', () => {
    const all = createJudge([{ differs: ['wake', 'state:*'], why: 'windows begin earlier' }]);
    expect(all.unmeant('a.1', found).map(({ what }) => what)).toEqual(['touch']);
    const one = createJudge([{ differs: ['wake'], in: ['b.1'], why: 'a daylight saving mistake' }]);
    expect(one.unmeant('a.1', found)).toEqual(found);
    expect(one.unmeant('b.1', found)).toHaveLength(2);
  });

  it('that is none any more is said, so that the list does not cover the next one', () => {
    const stale = { differs: ['held'], why: 'no longer so' };
    const judge = createJudge([stale, { differs: ['wake'], why: 'so' }]);
    judge.unmeant('a.1', found);
    expect(judge.unused()).toEqual([stale]);
  });
});
