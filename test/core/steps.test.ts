import { describe, expect, it } from 'vitest';
import type { Cadence, Playbook, Step } from '../../src/core/playbook.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, seen, wait, when } from './support/playbook.ts';

const MONDAY = '2026-11-23T06:00:00Z';
const LATER = '2027-02-01T00:00:00Z';
const rep = 'rep-1@northwind.example';

const of = (
  steps: Pick<Cadence, 'first' | 'steps'>,
  overrides: Partial<Cadence> = {},
  rest: Partial<Playbook> = {},
): Playbook =>
  playbook({
    cadences: {
      guide: cadence('guide', { entry: { when: always, again: { kind: 'once' } }, ...steps, ...overrides }),
      'keep-warm': cadence('keep-warm', inARow(email('warm-1'))),
    },
    ...rest,
  });
const steps = (...list: readonly Step[]): Pick<Cadence, 'first' | 'steps'> => ({
  first: list[0]?.id ?? null,
  steps: Object.fromEntries(list.map((s) => [s.id, s])),
});
const sent = (lead: PlayedLead): string[] => lead.touches.map((t) => t.step);

describe('waitFor', () => {
  const waiting = steps(
    { ...email('ask'), next: 'answer' },
    {
      kind: 'waitFor',
      id: 'answer',
      when: when("clicked('ask')", (s) => s.clicked('ask')),
      upTo: 'P5D',
      then: 'yes',
      else: 'no',
      next: null,
    },
    email('yes'),
    email('no'),
  );

  it('goes on at once when what it waits for happens', () => {
    const lead = new PlayedLead(of(waiting), MONDAY);
    lead.playTo('2026-11-24T12:00:00Z');
    lead.signal('email.clicked', lead.now, { cadence: 'guide', step: 'ask' });
    lead.look();
    expect(sent(lead)).toEqual(['ask', 'yes']);
    expect(lead.touches[1]?.at).toBe(lead.now);
  });

  it('goes on the other way when its time is up', () => {
    const lead = new PlayedLead(of(waiting), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['ask', 'no']);
    expect((lead.touches[1]?.at ?? 0) - (lead.touches[0]?.at ?? 0)).toBeGreaterThanOrEqual(5 * DAY);
  });

  it('does not take a scanner’s click for an answer', () => {
    const lead = new PlayedLead(of(waiting), MONDAY);
    lead.playTo('2026-11-24T12:00:00Z');
    lead.put({ kind: 'signal', type: 'email.clicked', human: false, cadence: 'guide', step: 'ask' });
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['ask', 'no']);
  });
});

describe('branch and split', () => {
  it('takes the first arm that holds, else goes on', () => {
    const branch = (condition: string, holds: boolean) =>
      steps(
        { kind: 'branch', id: 'which', arms: [{ when: when(condition, () => holds), to: 'arm' }], next: 'rest' },
        { ...email('arm'), next: 'rest' },
        email('rest'),
      );
    const yes = new PlayedLead(of(branch('true', true)), MONDAY);
    yes.playTo(LATER);
    expect(sent(yes)).toEqual(['arm', 'rest']);
    const no = new PlayedLead(of(branch('false', false)), MONDAY);
    no.playTo(LATER);
    expect(sent(no)).toEqual(['rest']);
  });

  const split = steps(
    {
      kind: 'split',
      id: 'try',
      arms: [
        { id: 'story', weight: 45, to: 'a', steps: ['a'] },
        { id: 'numbers', weight: 45, to: 'b', steps: ['b'] },
      ],
      holdout: 10,
      next: null,
    },
    email('a'),
    email('b'),
  );
  const armOf = (key: string): string => {
    const lead = new PlayedLead(of(split), MONDAY, { key });
    lead.playTo(LATER);
    return sent(lead)[0] ?? 'holdout';
  };

  it('splits by the hash of lead and step: the same lead always the same arm, arms by their weights', () => {
    const counts: Record<string, number> = {};
    for (let i = 0; i < 1_000; i++) {
      const arm = armOf(`lead-${i}`);
      counts[arm] = (counts[arm] ?? 0) + 1;
      if (i < 50) expect(armOf(`lead-${i}`)).toBe(arm);
    }
    // Within 4 standard deviations of 450, 450 and 100.
    expect(Math.abs((counts['a'] ?? 0) - 450)).toBeLessThan(63);
    expect(Math.abs((counts['b'] ?? 0) - 450)).toBeLessThan(63);
    expect(Math.abs((counts['holdout'] ?? 0) - 100)).toBeLessThan(38);
  });
});

describe('two emails without a wait between', () => {
  it('go on two days of the window, at the lead’s own time', () => {
    const lead = new PlayedLead(of(inARow(email('one'), email('two'))), MONDAY);
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['one', 'two']);
    expect((lead.touches[1]?.at ?? 0) - (lead.touches[0]?.at ?? 0)).toBe(DAY);
  });
});

describe('a task', () => {
  const call = (outcomes: Record<string, string | null>): Pick<Cadence, 'first' | 'steps'> =>
    steps(
      {
        kind: 'task',
        id: 'call',
        task: { kind: 'call', title: 'Call', due: { working: 'P1D' } },
        outcomes,
        next: 'after',
      },
      email('after'),
      email('no-answer'),
      email('late'),
    );
  const taskOf = (lead: PlayedLead): string => lead.state.enrollments[0]?.task ?? '';

  it('waits for its answer and follows the disposition', () => {
    const lead = new PlayedLead(of(call({ 'no-answer': 'no-answer' })), MONDAY);
    lead.look();
    lead.put({ kind: 'task.answered', task: taskOf(lead), answer: 'complete', disposition: 'no-answer', by: rep });
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['no-answer']);
  });

  it('expires at its due time, is closed, and follows that outcome', () => {
    const lead = new PlayedLead(of(call({ expired: 'late' })), MONDAY);
    lead.playTo(LATER);
    expect(lead.effects).toContainEqual(
      expect.objectContaining({ kind: 'task.close', state: 'expired', reason: 'not-answered' }),
    );
    expect(sent(lead)).toEqual(['late']);
  });

  it('is cancelled when its cadence ends', () => {
    const lead = new PlayedLead(of(call({}), { goal: seen('demo.requested') }, { routes: [] }), MONDAY);
    lead.look();
    lead.signal('demo.requested', lead.now + HOUR);
    lead.playTo(LATER);
    expect(lead.journal.find((x) => x.type === 'task.cancelled')).toMatchObject({ reason: 'no-longer-needed' });
  });

  it('says so when an answer comes for a task that is closed', () => {
    const lead = new PlayedLead(of(call({})), MONDAY);
    lead.look();
    const task = taskOf(lead);
    lead.playTo(LATER);
    lead.put({ kind: 'task.answered', task, answer: 'complete', by: rep });
    lead.look();
    expect(lead.journal.at(-1)).toMatchObject({ type: 'input.ignored', reason: 'unknown-task' });
  });
});

describe('recycle', () => {
  it('takes over the lane of the run that asked for it', () => {
    const lead = new PlayedLead(
      of(inARow(email('one'), { kind: 'recycle', id: 'back', into: 'keep-warm', next: null })),
      MONDAY,
    );
    lead.playTo(LATER);
    expect(sent(lead)).toEqual(['one', 'warm-1']);
    expect(lead.journal.find((x) => x.type === 'enrollment.ended')?.data).toMatchObject({ state: 'replaced' });
  });

  it('into a cadence that asks for itself goes round once a day and never spins', () => {
    const circle = cadence('guide', {
      entry: { when: always, again: { kind: 'once' } },
      ...inARow(email('one'), { kind: 'recycle', id: 'back', into: 'guide', next: null }),
    });
    const lead = new PlayedLead(playbook({ cadences: { guide: circle } }), MONDAY);
    lead.playTo('2026-12-07T00:00:00Z');
    expect(sent(lead)).toEqual(['one']);
    expect(lead.types().filter((t) => t === 'enrollment.started').length).toBeLessThanOrEqual(15);
  });
});

describe('a touch that fails for good', () => {
  it('is journalled and the cadence goes on without it', () => {
    const lead = new PlayedLead(of(inARow(email('one'), wait('pause', 'P2D'), email('two'))), MONDAY);
    lead.answer = (t) => (t.step === 'one' ? { outcome: 'failed' } : { outcome: 'sent' });
    lead.playTo(LATER);
    expect(lead.journal.find((x) => x.type === 'touch.failed')).toMatchObject({ step: 'one', reason: 'rejected' });
    expect(sent(lead)).toEqual(['one', 'two']);
  });
});

describe('an enrollment by hand', () => {
  const byHand = of(inARow(email('one')), { entry: { when: when('false', () => false), again: { kind: 'once' } } });
  const enroll = (lead: PlayedLead) =>
    lead.put({ kind: 'enroll', enrollment: `e-${lead.now}`, cadence: 'guide', by: 'marketer' });

  it('can be paused, resumed from its place, and stopped', () => {
    const lead = new PlayedLead(byHand, MONDAY);
    enroll(lead);
    lead.look();
    const id = lead.state.enrollments[0]?.id ?? '';
    lead.put({ kind: 'enrollment.control', enrollment: id, action: 'pause', by: 'marketer' });
    lead.playTo('2026-11-30T00:00:00Z');
    expect(sent(lead)).toEqual([]);
    lead.put({ kind: 'enrollment.control', enrollment: id, action: 'resume', by: 'marketer' });
    lead.playTo('2026-12-01T00:00:00Z');
    expect(sent(lead)).toEqual(['one']);
    lead.put({ kind: 'enrollment.control', enrollment: id, action: 'stop', by: 'marketer' });
    lead.look();
    expect(lead.journal.at(-1)).toMatchObject({ type: 'input.ignored', reason: 'unknown-enrollment' });
  });

  it('is closed again when the rules have turned against it meanwhile', () => {
    const lead = new PlayedLead(byHand, MONDAY);
    enroll(lead);
    lead.playTo(LATER);
    enroll(lead);
    lead.look();
    expect(lead.effects).toContainEqual(expect.objectContaining({ kind: 'enrollment', state: 'exited' }));
    expect(lead.journal.at(-1)).toMatchObject({ type: 'input.ignored', reason: 'entered-before' });
  });
});

describe('a wait until the meeting', () => {
  const eveOf = (orElse: 'continue' | 'skip'): Pick<Cadence, 'first' | 'steps'> =>
    inARow(
      { kind: 'wait', id: 'eve', wait: { until: 'meeting.at', offset: '-P1D', orElse }, next: null },
      email('reminder'),
      email('after'),
    );

  it('ends that long before it', () => {
    const lead = new PlayedLead(
      of(eveOf('continue'), { entry: { when: seen('meeting.booked'), again: { kind: 'once' } } }),
      MONDAY,
    );
    lead.put({ kind: 'signal', type: 'meeting.booked', human: true, meetingAt: Date.parse('2026-12-04T10:00:00Z') });
    lead.playTo('2026-12-03T16:30:00Z');
    expect(sent(lead)).toEqual(['reminder']);
    expect(lead.touches[0]?.at).toBeGreaterThanOrEqual(Date.parse('2026-12-03T10:00:00Z'));
  });

  it('moves along with the meeting, and is over when the meeting is off', () => {
    const booked = { kind: 'signal', type: 'meeting.booked', human: true } as const;
    const playbook = of(eveOf('continue'), { entry: { when: seen('meeting.booked'), again: { kind: 'once' } } });
    const moved = new PlayedLead(playbook, MONDAY);
    moved.put({ ...booked, meetingAt: Date.parse('2026-12-04T10:00:00Z') });
    moved.playTo('2026-12-01T10:00:00Z');
    moved.put({ ...booked, type: 'meeting.rescheduled', meetingAt: Date.parse('2026-12-15T10:00:00Z') });
    moved.playTo('2026-12-14T09:00:00Z');
    expect(sent(moved)).toEqual([]);
    moved.playTo('2026-12-14T18:00:00Z');
    expect(sent(moved)).toEqual(['reminder']);

    const off = new PlayedLead(playbook, MONDAY);
    off.put({ ...booked, meetingAt: Date.parse('2026-12-15T10:00:00Z') });
    off.playTo('2026-12-01T10:00:00Z');
    off.put({ ...booked, type: 'meeting.cancelled' });
    off.playTo('2026-12-03T18:00:00Z');
    expect(sent(off)).toContain('reminder');
  });

  it('skips the next step when there is no meeting and it says so', () => {
    const skips = new PlayedLead(of(eveOf('skip')), MONDAY);
    skips.playTo(LATER);
    expect(sent(skips)).toEqual(['after']);
    const goesOn = new PlayedLead(of(eveOf('continue')), MONDAY);
    goesOn.playTo(LATER);
    expect(sent(goesOn)).toEqual(['reminder', 'after']);
  });
});
