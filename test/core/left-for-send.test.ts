import { describe, expect, it } from 'vitest';
import { decideWith, type Request } from '../../src/core/decide.ts';
import type { Facts } from '../../src/core/facts.ts';
import type { Input } from '../../src/core/input.ts';
import { initialState } from '../../src/core/state.ts';
import { HOUR } from '../../src/core/time.ts';
import { leadFields } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, template } from './support/playbook.ts';

/** A Monday, midnight in London. */
const START = Date.UTC(2026, 10, 23);
const guide = cadence('guide', { entry: { when: always, again: { kind: 'once' } }, ...inARow(email('hello')) });
const book = playbook({ cadences: { guide }, emails: { hello: template('hello') } });
const facts: Facts = {
  ...{ leadId: 'ada', key: 'ada', createdAt: START, lead: leadFields },
  ...{ consents: [], suppressions: [], pauses: [] },
};
const supply = {
  routing: () => ({ reps: {}, given: {}, turns: {}, open: {} }),
  account: () => null,
  turn: () => ({ touches: { email: [], task: [] }, asked: [] }),
  places: () => ({}),
};
const decideAt = (now: number, more: Partial<Request> = {}) =>
  decideWith(
    {
      state: initialState('exploring', START),
      facts,
      playbooks: { current: book, get: () => book },
      inputs: [],
      ...{ now, maySend: true, sendAs: 'due' },
      ...more,
    },
    supply,
  );

describe('a decision that may not send, on a clock that runs faster', () => {
  const comesIn: Input = { id: '0', at: START, body: { kind: 'lead.changed', by: 'import' } };
  const { state, wake } = decideAt(START, { maySend: false, inputs: [comesIn] });
  const due = wake?.at ?? 0;
  const asked: Input = { id: '1', at: due + HOUR, body: { kind: 'signal', type: 'demo.requested', human: true } };
  const late = { state, now: due + 2 * HOUR, inputs: [asked], maySend: false } as const;

  it('leaves all from the due time of a touch on for one that may', () => {
    const left = decideAt(late.now, late);
    expect(left).toMatchObject({ applied: [], wake: { at: due, queue: 'email' } });
    expect(left.touch).toBeUndefined();
    const sends = decideAt(late.now, { ...late, state: left.state, maySend: true });
    expect(sends).toMatchObject({ applied: [], touch: { dueAt: due, at: due } });
  });

  it('takes what came before', () => {
    const before = { ...asked, at: due - HOUR };
    expect(decideAt(late.now, { ...late, inputs: [before] }).applied).toEqual(['1']);
  });

  it('waits for no touch that a pause holds', () => {
    const held = decideAt(late.now, { ...late, facts: { ...facts, pauses: ['*'] } });
    expect(held.applied).toEqual(['1']);
  });

  it('at real speed goes on: a send that is late keeps nobody waiting', () => {
    expect(decideAt(late.now, { ...late, sendAs: 'now' }).applied).toEqual(['1']);
  });
});
