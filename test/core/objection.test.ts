/** What a person says to us, or a rep about them, outside any task: an objection, an activity. */
import { describe, expect, it } from 'vitest';
import { DISPOSITIONS, reachedBy } from '../../src/core/activity.ts';
import { endStateOf } from '../../src/core/endstate.ts';
import { explain } from '../../src/core/explain/explain.ts';
import { nextMoveOf } from '../../src/core/next-move.ts';
import { storyOf } from '../../src/core/story.ts';
import { HOUR } from '../../src/core/time.ts';
import { scoreOf, viewOf } from '../../src/core/view.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, wait, when } from './support/playbook.ts';

const START = '2026-11-23T06:00:00Z';
const rep = 'rep-1@northwind.example';
const of = playbook({
  cadences: {
    guide: cadence('guide', {
      entry: { when: always, again: { kind: 'once' } },
      ...inARow(email('hello'), wait('w', 'P1D'), email('second')),
    }),
    care: cadence('care', {
      purpose: 'service',
      lane: 'service',
      runs: { custody: ['marketing', 'sales', 'nobody'], else: 'pause' },
      ...inARow(wait('s', 'P2D'), email('served')),
    }),
    'keep-warm': cadence('keep-warm', inARow(email('warm'))),
  },
  slas: {
    warm: {
      id: 'warm',
      accept: { working: 'P1D' },
      firstTouch: { working: 'PT2H' },
      remind: [],
      onBreach: [{ at: 2, do: 'recycle' }],
    },
  },
});

const object = (lead: PlayedLead): void => {
  const at = lead.now;
  const row = { reason: 'objected', at };
  lead.facts = {
    ...lead.facts,
    suppressions: [
      { ...row, purpose: 'marketing' },
      { ...row, purpose: 'sales' },
    ],
  };
  lead.put({ kind: 'objected', note: 'by phone', by: rep });
};

function accepted(): PlayedLead {
  const lead = new PlayedLead(of, START);
  lead.playTo('2026-11-23T10:00:00Z');
  lead.signal('demo.requested');
  lead.look();
  lead.put({ kind: 'task.answered', task: lead.state.custody.task ?? '', answer: 'accept', by: rep });
  lead.look();
  return lead;
}

describe('an objection', () => {
  it('ends runs, custody and tasks of both teams at once, and leaves service alone', () => {
    const lead = new PlayedLead(of, START);
    lead.put({ kind: 'enroll', enrollment: 'c', cadence: 'care', by: 'api' });
    lead.playTo('2026-11-23T10:00:00Z');
    lead.signal('demo.requested');
    lead.look();
    const { task } = lead.state.custody;
    object(lead);
    lead.look();
    expect(lead.state.custody).toEqual({ who: 'nobody', since: lead.now, attempts: 0 });
    expect(lead.effects).toContainEqual(expect.objectContaining({ kind: 'task.close', id: task }));
    expect(lead.state.enrollments.map((e) => e.cadence)).toEqual(['care']);
    lead.playTo('2026-12-23T10:00:00Z');
    expect(lead.touches.map((t) => t.email)).toEqual(['hello', 'served']);
  });

  it('closes the task of a chat that a rep sits in on', () => {
    const lead = accepted();
    lead.state = { ...lead.state, chats: { c1: { rep, task: 'chat-task', since: lead.now } } };
    object(lead);
    lead.look();
    expect(lead.effects).toContainEqual(expect.objectContaining({ kind: 'task.close', id: 'chat-task' }));
    expect(lead.state.chats).toBeUndefined();
  });

  it('is not undone: no signal, person, deal or answer on its way brings the lead back', () => {
    const lead = accepted();
    object(lead);
    lead.put({ kind: 'handoff', handoff: 'warm', by: 'boss@northwind.example' });
    lead.put({ kind: 'lead.assigned', to: rep, tasks: [], by: 'boss@northwind.example' });
    lead.put({ kind: 'recycle', reason: 'not-ready', facts: { timing: 'x' }, by: rep });
    lead.put({ kind: 'enroll', enrollment: 'k', cadence: 'keep-warm', by: 'api' });
    lead.signal('demo.requested');
    lead.look();
    const said = lead.journal.filter((x) => x.reason === 'objected').map((x) => x.type);
    expect(said).toEqual([
      'lead.objected',
      'enrollment.ended',
      'custody.changed',
      'input.ignored',
      'input.ignored',
      'handoff.skipped',
      'input.ignored',
    ]);
    expect([lead.state.custody.who, lead.state.enrollments]).toEqual(['nobody', []]);
  });

  it('comes before what happens in the same instant, and is said in words', () => {
    const lead = new PlayedLead(of, START);
    lead.signal('demo.requested');
    object(lead);
    lead.look();
    expect(lead.types()).not.toContain('handoff.offered');
    expect(lead.touches).toEqual([]);
    expect(nextMoveOf({ state: lead.state, wake: lead.last?.wake ?? null })).toMatchObject({ code: 'objected' });
    expect(endStateOf(lead.state, lead.facts, of, lead.now)).toBe('suppressed');
    for (const about of [{ kind: 'custody' }, { kind: 'silence' }, { kind: 'cadence', cadence: 'guide' }] as const) {
      const q = { about, state: lead.state, facts: lead.facts, playbooks: { current: of, get: () => of } };
      const answer = explain({ ...q, inputs: [], journal: lead.journal, now: lead.now, sendAs: 'now' });
      expect([about.kind, answer.verdict, answer.code]).toEqual([about.kind, 'never', 'objected']);
    }
  });
});

describe('after an objection nothing is scored or profiled', () => {
  const labelled = {
    ...of,
    definitions: {
      mql: when('score.engagement >= 20.0', (s) => s.score.engagement >= 20),
      cold: when('cold', () => true),
    },
    score: { engagement: { halfLife: 'P30D', max: 100 }, fit: [{ when: always, points: 30 }] },
  };
  const scored = (): PlayedLead => {
    const lead = new PlayedLead(labelled, START);
    lead.put({ kind: 'signal', type: 'page.pricing', human: true, context: { device: 'mobile' } });
    lead.look();
    object(lead);
    lead.look();
    return lead;
  };

  it('scores, labels, context and standing are dropped, and stay so whatever the lead does', () => {
    const lead = scored();
    lead.now += HOUR;
    for (let i = 0; i < 5; i++)
      lead.put({ kind: 'signal', type: 'demo.requested', human: true, context: { place: 'Bonn' } });
    lead.signal('page.pricing');
    lead.signal('meeting.held');
    lead.look();
    const { state, facts } = lead;
    expect(scoreOf(state, facts, labelled, lead.now)).toEqual({
      fit: 0,
      engagement: 0,
      parts: [],
      reasons: ['the person objected to marketing: nothing about them is scored'],
    });
    const view = viewOf(state, facts, labelled, lead.now);
    expect([view.score, view.definition('mql'), view.definition('cold')]).toEqual([
      { fit: 0, engagement: 0 },
      false,
      false,
    ]);
    expect([view.context.device, view.context.place, view.context.bestHour]).toEqual(['', '', -1]);
    expect(state.labels).toBeUndefined();
    expect(state.routes).toEqual({});
    expect(lead.last?.standing?.engagement).toBe(0);
    expect(lead.types().filter((type) => type === 'label.gained' || type === 'handoff.offered')).toEqual([]);
  });

  it('the stage no longer rises by what they do, and still by a deal: service must know its customers', () => {
    const lead = scored();
    const { stage } = lead.state;
    lead.signal('meeting.held');
    lead.look();
    expect(lead.state.stage).toBe(stage);
    lead.playbook = { ...labelled, stages: [...labelled.stages, { id: 'customer', deal: ['won'] }] };
    lead.put({ kind: 'deal', deal: 'd', stage: 'won', amountCents: 1, currency: 'EUR', by: 'crm' });
    lead.look();
    expect(lead.state.stage).toBe('customer');
  });

  it('the journal and explain say so', () => {
    const lead = scored();
    const entry = lead.journal.find((x) => x.type === 'lead.objected');
    expect(entry && storyOf(entry, 'UTC')).toContain('nothing about them is scored any more');
    const q = { state: lead.state, facts: lead.facts, playbooks: { current: labelled, get: () => labelled } };
    const answer = explain({
      ...q,
      about: { kind: 'score' },
      inputs: [],
      journal: lead.journal,
      now: lead.now,
      sendAs: 'now',
    });
    expect(answer).toMatchObject({ verdict: 'never', code: 'objected', because: [{ code: 'journal' }] });
  });
});

describe('an activity nobody planned', () => {
  const call = (lead: PlayedLead, disposition: string, reached: boolean): void => {
    lead.put({ kind: 'activity', activity: 'call', disposition, reached, by: rep });
    lead.look();
  };

  it('is an attempt and the first touch since accepting', () => {
    const lead = accepted();
    lead.now += HOUR;
    call(lead, 'no-answer', false);
    expect(lead.state.custody).toMatchObject({ attempts: 1, firstTouchAt: lead.now });
    expect(lead.journal.at(-2)).toMatchObject({ type: 'activity.logged', by: rep, data: { disposition: 'no-answer' } });
    expect(lead.journal.at(-1)).toMatchObject({ type: 'handoff.touched' });
  });

  it('answers a reply that waits when it reached the lead, and not when nobody was there', () => {
    const lead = accepted();
    lead.put({ kind: 'signal', type: 'reply.received', human: true, reply: { class: 'human' } });
    lead.look();
    call(lead, 'no-answer', false);
    expect(lead.state.custody.repliedAt).toBeDefined();
    call(lead, 'connected', true);
    expect(lead.state.custody.repliedAt).toBeUndefined();
    expect(lead.state.custody.attempts).toBe(2);
  });

  it('counts as a touch under the caps, whoever has the lead', () => {
    const lead = new PlayedLead({ ...of, caps: { lead: { touches: 1, per: 'P7D' }, count: ['email', 'task'] } }, START);
    call(lead, 'connected', true);
    lead.playTo('2026-11-30T00:00:00Z');
    expect(lead.touches).toEqual([]);
    expect(lead.state.custody.attempts).toBe(0);
  });

  it('ends as its kind may, or as the playbook’s own tasks of that kind do', () => {
    for (const { reached, missed } of Object.values(DISPOSITIONS)) {
      expect(reached.filter((one) => missed.includes(one))).toEqual([]);
    }
    expect(reachedBy('call', 'no-answer', new Set(['no-answer']))).toBe(false);
    expect(reachedBy('call', 'held', new Set())).toBeUndefined();
    expect(reachedBy('call', 'wants-a-demo', new Set(['wants-a-demo']))).toBe(true);
  });
});
