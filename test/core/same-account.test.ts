import { describe, expect, it } from 'vitest';
import type { Rep, Routing } from '../../src/core/facts.ts';
import { type PickQuestion, pickKnown } from '../../src/core/pools.ts';
import { always, playbook } from './support/playbook.ts';

const AT = Date.parse('2026-11-24T10:00:00Z');
const [ANN, BEN, CAT] = ['ann', 'ben', 'cat'].map((name) => `${name}@northwind.example`) as [string, string, string];
const pools = [
  { id: 'emea', when: always, reps: [ANN], maxOpen: 2 },
  { id: 'rest', when: always, reps: [BEN] },
];
const agreed = playbook({ cadences: {}, pools });

function ask(sameAccount: string[], more: Partial<Routing> = {}, except?: ReadonlySet<string>) {
  const routing: Routing = { reps: {}, given: {}, turns: {}, open: {}, sameAccount, ...more };
  const question: PickQuestion = { pools, playbook: agreed, routing, at: AT, ...(except ? { except } : {}) };
  const choice = pickKnown(question, sameAccount, 'account');
  return choice && [choice.rep?.id, choice.pool.id];
}
const rep = (id: string, more: Partial<Rep>): Routing['reps'] => ({
  [id]: { id, name: id, timeZone: 'Europe/London', active: true, ...more },
});

describe('the rep of the account', () => {
  it('is the first of those who know it, whatever pool they are in', () => {
    expect(ask([BEN, ANN])).toEqual([BEN, 'rest']);
    expect(ask([])).toBeUndefined();
  });

  it('is nobody who has left, is away, is full, is in no pool or has let it lie', () => {
    expect(ask([CAT, ANN])).toEqual([ANN, 'emea']);
    expect(ask([ANN, BEN], { reps: rep(ANN, { active: false }) })).toEqual([BEN, 'rest']);
    expect(ask([ANN, BEN], { reps: rep(ANN, { away: [{ from: '2026-11-24', to: '2026-11-24' }] }) })).toEqual([
      BEN,
      'rest',
    ]);
    expect(ask([ANN, BEN], { open: { [ANN]: 2 } })).toEqual([BEN, 'rest']);
    expect(ask([ANN], {}, new Set([ANN]))).toBeUndefined();
  });

  it('has had a turn of the pool by it', () => {
    const routing: Routing = { reps: {}, given: { emea: { [ANN]: 3 } }, turns: {}, open: {}, sameAccount: [ANN] };
    const choice = pickKnown({ pools, playbook: agreed, routing, at: AT }, [ANN], 'account');
    expect(choice?.counts).toMatchObject([{ pool: 'emea', rep: ANN, by: 1 }]);
  });
});
