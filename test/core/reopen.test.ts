/** A task closed by mistake: what may be opened again, and that the lead then stands where it stood. */
import { describe, expect, it } from 'vitest';
import type { Cadence, Step } from '../../src/core/playbook.ts';
import { mayReopen } from '../../src/core/reopen.ts';
import type { LeadState } from '../../src/core/state.ts';
import { leadFields, PlayedLead } from './support/lead.ts';
import { cadence, email, inARow, playbook, wait } from './support/playbook.ts';

const OPENS = '2026-11-24T10:00:00Z';
const HOUR = 3_600_000;
const REP = 'rep-1@northwind.example';

const call = (id: string, outcomes: Record<string, string | null> = {}): Step => ({
  kind: 'task',
  id,
  next: null,
  task: { kind: 'call', title: 'Call', due: { working: 'P2D' } },
  outcomes,
});

/** A lead whose rep has accepted it and has a call to make; `after` is what follows the call. */
function calling(...after: Step[]): { lead: PlayedLead; task: string } {
  const talk: Cadence = cadence('talk', {
    purpose: 'sales',
    lane: 'sales',
    runs: { custody: ['sales'], else: 'exit' },
    ...inARow(call('call'), ...after),
  });
  const p = playbook({
    cadences: { talk },
    handoffs: { warm: { id: 'warm', sla: 'warm', pools: ['all'], brief: ['why'], cadence: 'talk' } },
  });
  const lead = new PlayedLead(p, OPENS, { lead: { ...leadFields, timeZone: 'Europe/London' } });
  lead.put({ kind: 'handoff', handoff: 'warm', by: 'key' });
  lead.look();
  lead.put({ kind: 'task.answered', task: lead.state.custody.task ?? '', answer: 'accept', by: REP });
  lead.look();
  const task = lead.state.enrollments[0]?.task ?? '';
  expect(task).not.toBe('');
  return { lead, task };
}

const complete = (lead: PlayedLead, task: string): void => {
  lead.put({ kind: 'task.answered', task, answer: 'complete', disposition: 'connected', by: REP });
  lead.look();
};
const reopen = (lead: PlayedLead, task: string): void => {
  lead.put({ kind: 'task.reopened', task, by: REP });
  lead.look();
};
/** Without what counts on: how often was decided, how much was written, up to when. */
const place = ({ seq: _seq, journal: _journal, at: _at, ...rest }: LeadState) => rest;

describe('a task closed by mistake', () => {
  it.each([
    ['a wait', wait('pause', 'P3D')],
    ['an email that has not gone', email('note')],
  ])('is open again before %s: the lead stands where it stood', (_, next) => {
    const { lead, task } = calling(next, call('again'));
    lead.now = Date.parse(OPENS) + 9 * HOUR;
    lead.look();
    const before = place(lead.state);
    complete(lead, task);
    expect(place(lead.state)).not.toEqual(before);
    expect(mayReopen(lead.state, task, lead.now).ok).toBe(true);
    reopen(lead, task);
    expect(place(lead.state)).toEqual(before);
    expect(lead.journal.at(-1)).toMatchObject({ type: 'task.reopened', by: REP, step: 'call', data: { task } });
    // It is answered again, otherwise, and expires by the old clock if it is not.
    complete(lead, task);
    expect(lead.state.custody.attempts).toBe(1);
  });

  it('expires by its own clock when nobody answers it again', () => {
    const { lead, task } = calling(wait('pause', 'P3D'));
    complete(lead, task);
    reopen(lead, task);
    lead.playTo('2026-12-01T00:00:00Z');
    expect(lead.journal.filter(({ type }) => type === 'task.expired')).toMatchObject([{ data: { task } }]);
  });

  it('gives the first touch back, and the reply that waited', () => {
    const { lead, task } = calling(wait('pause', 'P3D'));
    lead.put({ kind: 'signal', type: 'reply.received', human: true, reply: { class: 'human' } });
    lead.look();
    const { repliedAt } = lead.state.custody;
    expect(repliedAt).toBeDefined();
    complete(lead, task);
    expect(lead.state.custody).toMatchObject({ firstTouchAt: lead.now, attempts: 1 });
    expect(lead.state.custody.repliedAt).toBeUndefined();
    reopen(lead, task);
    expect(lead.state.custody).toMatchObject({ attempts: 0, repliedAt });
    expect(lead.state.custody.firstTouchAt).toBeUndefined();
  });
});

describe('stays closed, with a reason', () => {
  const whyNot = (lead: PlayedLead, task: string): string => {
    const answer = mayReopen(lead.state, task, lead.now);
    return answer.ok ? '' : answer.why;
  };

  it('when the cadence has ended', () => {
    const { lead, task } = calling();
    complete(lead, task);
    expect(whyNot(lead, task)).toContain('has ended');
  });

  it('when the next task is open', () => {
    const { lead, task } = calling(call('again'));
    complete(lead, task);
    expect(whyNot(lead, task)).toContain('the next task is open');
  });

  it('when the email after it has gone', () => {
    const { lead, task } = calling(email('note'), wait('pause', 'P3D'));
    complete(lead, task);
    lead.playTo('2026-11-25T18:00:00Z');
    expect(lead.types()).toContain('touch.sent');
    expect(whyNot(lead, task)).toContain('has gone on');
  });

  it('when its due time is over', () => {
    const { lead, task } = calling(wait('pause', 'P30D'));
    complete(lead, task);
    lead.playTo('2026-12-01T00:00:00Z');
    expect(whyNot(lead, task)).toBe('Its due time is over');
  });

  it('when the lead is disqualified', () => {
    const { lead, task } = calling(wait('pause', 'P30D'));
    complete(lead, task);
    lead.put({ kind: 'disqualify', reason: 'a competitor', by: REP });
    lead.look();
    expect(whyNot(lead, task)).toContain('disqualified');
  });

  it('a row that was opened meanwhile all the same is closed again', () => {
    const { lead, task } = calling();
    complete(lead, task);
    reopen(lead, task);
    expect(lead.types().slice(-2)).toEqual(['input.ignored', 'task.cancelled']);
    expect(lead.effects).toContainEqual(expect.objectContaining({ kind: 'task.close', id: task }));
  });
});
