import { describe, expect, it } from 'vitest';
import type { Playbook, Replies } from '../../src/core/playbook.ts';
import { storyOf } from '../../src/core/story.ts';
import { DAY } from '../../src/core/time.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, seen, wait } from './support/playbook.ts';

const START = '2026-11-23T06:00:00Z';
const rep = 'rep-1@northwind.example';
const all: Replies = {
  human: {},
  outOfOffice: { returnDate: true, else: 'P7D' },
  positive: 'warm',
  notNow: 'not-ready',
};

const of = (replies: Replies | undefined = all): Playbook =>
  playbook({
    cadences: {
      guide: cadence('guide', {
        entry: { when: always, again: { kind: 'once' } },
        ...inARow(email('hello'), wait('w', 'P1D'), email('second'), wait('x', 'P60D')),
      }),
      side: cadence('side', { lane: 'side', runs: { custody: ['marketing', 'sales', 'nobody'], else: 'pause' } }),
      'keep-warm': cadence('keep-warm', inARow(email('warm'))),
    },
    ...(replies ? { replies } : {}),
  });

function mailed(p: Playbook = of()): PlayedLead {
  const lead = new PlayedLead(p, START);
  lead.playTo('2026-11-23T20:00:00Z');
  return lead;
}
const human = ['human', 'positive', 'not-now'];
function reply(
  lead: PlayedLead,
  kind: 'human' | 'out-of-office' | 'positive' | 'not-now' | 'auto',
  until?: string,
): void {
  lead.put({
    kind: 'signal',
    type: 'reply.received',
    human: human.includes(kind),
    reply: { class: kind, ...(until === undefined ? {} : { until: Date.parse(until) }) },
  });
  lead.look();
}
const sent = (lead: PlayedLead): string[] => lead.touches.map((t) => t.step);

describe('a reply', () => {
  it('of a person pauses the lead’s runs until a person resumes them', () => {
    const lead = mailed();
    reply(lead, 'human');
    lead.playTo('2027-01-10T00:00:00Z');
    expect(sent(lead)).toEqual(['hello']);
    expect(lead.journal.at(-1)).toMatchObject({ type: 'enrollment.paused', reason: 'replied', by: 'lead' });
    const id = lead.state.enrollments[0]?.id ?? '';
    lead.put({ kind: 'enrollment.control', enrollment: id, action: 'resume', by: rep });
    lead.playTo('2027-01-20T00:00:00Z');
    expect(sent(lead)).toEqual(['hello', 'second']);
  });

  it('of a person pauses for as long as the playbook says', () => {
    const lead = mailed(of({ human: { for: 'P14D' } }));
    reply(lead, 'human');
    lead.playTo('2027-01-10T00:00:00Z');
    expect(sent(lead)).toEqual(['hello', 'second']);
    expect(lead.touches[1]?.at).toBeGreaterThanOrEqual(Date.parse('2026-12-07T20:00:00Z'));
    expect(lead.journal.find((x) => x.type === 'enrollment.resumed')).toMatchObject({ reason: 'reply-pause-over' });
  });

  it('of a mail program pauses until the return date, else for the agreed time, and is no reply', () => {
    const dated = mailed();
    reply(dated, 'out-of-office', '2026-12-15T00:00:00Z');
    const undated = mailed();
    reply(undated, 'out-of-office');
    for (const [lead, from, to] of [
      [dated, '2026-12-15', '2026-12-17'],
      [undated, '2026-11-30', '2026-12-02'],
    ] as const) {
      lead.playTo('2027-01-10T00:00:00Z');
      expect(sent(lead)).toEqual(['hello', 'second']);
      expect(lead.touches[1]?.at).toBeGreaterThan(Date.parse(from));
      expect(lead.touches[1]?.at).toBeLessThan(Date.parse(to));
      expect(lead.state.signals['reply.received']).toBeUndefined();
      expect(lead.state.humanAt).toBeUndefined();
    }
  });

  it('of a mail program with a return date that is past waits for the agreed time', () => {
    const lead = mailed();
    reply(lead, 'out-of-office', '2026-11-01T00:00:00Z');
    lead.playTo('2027-01-10T00:00:00Z');
    expect(lead.touches[1]?.at).toBeGreaterThan(Date.parse('2026-11-30'));
    expect(lead.touches[1]?.at).toBeLessThan(Date.parse('2026-12-02'));
  });

  it('of a mail program a second time sets the return anew', () => {
    const lead = mailed();
    reply(lead, 'out-of-office', '2026-12-01T00:00:00Z');
    lead.playTo('2026-11-27T00:00:00Z');
    reply(lead, 'out-of-office', '2026-12-15T00:00:00Z');
    lead.playTo('2027-01-10T00:00:00Z');
    expect(sent(lead)).toEqual(['hello', 'second']);
    expect(lead.touches[1]?.at).toBeGreaterThan(Date.parse('2026-12-15'));
  });

  it('of a person who is away all the same ends that pause as the playbook says for a person', () => {
    const lead = mailed(of({ human: { for: 'P2D' }, outOfOffice: { returnDate: true, else: 'P7D' } }));
    reply(lead, 'out-of-office', '2026-12-15T00:00:00Z');
    lead.playTo('2026-11-27T00:00:00Z');
    reply(lead, 'human');
    lead.playTo('2027-01-10T00:00:00Z');
    expect(sent(lead)).toEqual(['hello', 'second']);
    expect(lead.touches[1]?.at).toBeLessThan(Date.parse('2026-12-02'));
  });

  it('that is automatic changes nothing', () => {
    const lead = mailed();
    reply(lead, 'auto');
    lead.playTo('2026-11-26T00:00:00Z');
    expect(sent(lead)).toEqual(['hello', 'second']);
  });

  it('that is positive hands the lead over at once', () => {
    const lead = mailed();
    reply(lead, 'positive');
    expect(lead.state.custody).toMatchObject({ who: 'sales', handoff: 'warm' });
    expect(lead.journal.find((x) => x.type === 'handoff.offered')).toMatchObject({ reason: 'replied', by: 'lead' });
  });

  it('that says not now is a return, with its pause', () => {
    const lead = mailed();
    reply(lead, 'not-now', '2027-02-01T00:00:00Z');
    expect(lead.journal.find((x) => x.type === 'lead.returned')).toMatchObject({
      by: 'lead',
      data: { returnReason: 'not-ready' },
    });
    expect(lead.state.enrollments).toMatchObject([
      { cadence: 'keep-warm', startedAt: Date.parse('2027-02-01T00:00:00Z') },
    ]);
  });

  it('that says not now, until a date that is over, has the pause of the playbook; it was the lead who said so', () => {
    const lead = mailed();
    reply(lead, 'not-now', '2026-01-01T00:00:00Z');
    const [run] = lead.state.enrollments;
    expect(run?.cadence).toBe('keep-warm');
    expect(run?.startedAt).toBeGreaterThan(lead.now + 20 * DAY);
    const told = lead.journal.find((x) => x.type === 'lead.returned');
    expect(told && storyOf(told, 'Europe/London')).toMatch(/^The lead says: not now\. It counts as not-ready/);
  });

  it('does nothing the playbook does not say', () => {
    const lead = mailed({ ...of(), replies: {} });
    reply(lead, 'human');
    reply(lead, 'out-of-office');
    lead.playTo('2026-11-26T00:00:00Z');
    expect(sent(lead)).toEqual(['hello', 'second']);
  });
});

describe('while a rep talks to the lead', () => {
  it('marketing is still from a reply until the rep has done something', () => {
    const p = { ...of(), replies: {} };
    const talk = cadence('talk', {
      purpose: 'sales',
      lane: 'sales',
      runs: { custody: ['sales'], else: 'exit' },
      entry: { on: 'handoff.accepted', again: { kind: 'always' } },
      ...inARow(
        {
          kind: 'task',
          id: 'call',
          task: { kind: 'call', title: 'Call', due: { plain: 'P30D' } },
          outcomes: {},
          next: null,
        },
        wait('then', 'P60D'),
      ),
    });
    const lead = new PlayedLead({ ...p, cadences: { ...p.cadences, talk } }, START);
    lead.playTo('2026-11-23T08:00:00Z');
    lead.signal('demo.requested');
    lead.look();
    lead.put({ kind: 'task.answered', task: lead.state.custody.task ?? '', answer: 'accept', by: rep });
    lead.look();
    reply(lead, 'human');
    lead.put({ kind: 'enroll', enrollment: 'e1', cadence: 'side', by: 'key' });
    lead.playTo('2026-11-30T12:00:00Z');
    expect(sent(lead)).toEqual([]);
    expect(lead.journal.filter((x) => x.type === 'touch.held')).toMatchObject([
      { cadence: 'side', reason: 'rep-conversation' },
    ]);
    const task = lead.state.enrollments.find((e) => e.cadence === 'talk')?.task ?? '';
    lead.put({ kind: 'task.answered', task, answer: 'complete', disposition: 'connected', by: rep });
    lead.playTo('2026-12-02T12:00:00Z');
    expect(sent(lead)).toEqual(['side-1']);
  });
});

describe('what becomes of a meeting', () => {
  it('is a goal or a route like any other signal', () => {
    for (const type of ['meeting.booked', 'meeting.held', 'meeting.no-show', 'meeting.cancelled']) {
      const base = of();
      const guide = base.cadences['guide'];
      if (!guide) throw new Error('no cadence');
      const goal = mailed({ ...base, cadences: { ...base.cadences, guide: { ...guide, goal: seen(type) } } });
      goal.signal(type);
      goal.look();
      expect(goal.journal.find((x) => x.type === 'enrollment.ended')).toMatchObject({ reason: 'goal-met' });
      const route = mailed({ ...base, routes: [{ id: 'met', when: seen(type), handoff: 'warm' }] });
      route.signal(type);
      route.look();
      expect(route.state.custody.who).toBe('sales');
    }
  });
});
