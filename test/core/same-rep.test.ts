/** A lead that sales had before goes back to the rep who had it, with its story. */
import { describe, expect, it } from 'vitest';
import type { Rep, Routing } from '../../src/core/facts.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { PlayedLead } from './support/lead.ts';
import { always, cadence, email, inARow, playbook, template, wait } from './support/playbook.ts';

const [ANN, BEN] = ['ann@northwind.example', 'ben@northwind.example'] as const;
const agreed = (more: Partial<Playbook> = {}): Playbook =>
  playbook({
    cadences: { 'keep-warm': cadence('keep-warm', inARow(wait('pause', 'P3D'), email('again'))) },
    emails: { again: template('again') },
    pools: [{ id: 'all', when: always, reps: [ANN, BEN], maxOpen: 5 }],
    ...more,
  });

/** The counters are handed over anew before each handoff, as the store would. */
function play(p = agreed()): { lead: PlayedLead; handOver: (routing?: Partial<Routing>) => void } {
  const lead = new PlayedLead(p, '2026-11-24T10:00:00Z');
  const handOver = (routing: Partial<Routing> = {}): void => {
    lead.facts = { ...lead.facts, routing: { reps: {}, given: {}, turns: {}, open: {}, ...routing } };
    lead.put({ kind: 'handoff', handoff: 'warm', by: 'key' });
    lead.look();
  };
  return { lead, handOver };
}
const accept = (lead: PlayedLead, by: string): void => {
  lead.put({ kind: 'task.answered', task: lead.state.custody.task ?? '', answer: 'accept', by });
  lead.look();
};
const giveBack = (lead: PlayedLead, by: string, reason = 'not-ready'): void => {
  lead.put({ kind: 'recycle', reason, facts: { timing: 'next quarter' }, note: 'liked the demo', by });
  lead.look();
};
const offers = (lead: PlayedLead) => lead.journal.filter((x) => x.type === 'handoff.offered');
/** Ben's turn by the counters: only knowing the lead brings it to Ann. */
const BENS_TURN: Partial<Routing> = { given: { all: { [ANN]: 9, [BEN]: 1 } } };
const rep = (id: string, more: Partial<Rep>): Record<string, Rep> => ({
  [id]: { id, name: id, timeZone: 'Europe/London', active: true, ...more },
});

describe('a lead that comes back to sales', () => {
  it('goes to the rep who had it, whoever’s turn it is, and the journal says so', () => {
    const { lead, handOver } = play();
    handOver();
    accept(lead, ANN);
    giveBack(lead, ANN);
    lead.playTo('2027-01-10T10:00:00Z');
    handOver(BENS_TURN);
    expect(lead.state.custody.rep).toBe(ANN);
    expect(offers(lead).at(-1)).toMatchObject({ reason: 'same-rep', data: { rep: ANN, pool: 'all' } });
  });

  it('is a turn of the pool: credit for giving it back, and a count for having it again', () => {
    const { lead, handOver } = play();
    handOver();
    accept(lead, ANN);
    giveBack(lead, ANN);
    handOver(BENS_TURN);
    const counts = lead.effects.flatMap((x) => (x.kind === 'pool.count' && x.rep === ANN ? [x.by] : []));
    expect(counts).toEqual([1, -1, 1]);
  });

  it('brings its story: who had it, what was said, what it did since', () => {
    const { lead, handOver } = play();
    handOver();
    accept(lead, ANN);
    giveBack(lead, ANN);
    lead.playTo('2027-01-10T10:00:00Z');
    lead.signal('page.pricing');
    lead.signal('page.pricing');
    lead.look();
    handOver(BENS_TURN);
    const task = lead.effects.flatMap((x) => (x.kind === 'task.open' ? [x.task] : [])).at(-1);
    expect(task?.context.earlier).toEqual([
      {
        from: '2026-11-24T10:00:00.000Z',
        to: '2026-11-24T10:00:00.000Z',
        acceptedAt: '2026-11-24T10:00:00.000Z',
        ended: 'returned',
        rep: ANN,
        handoff: 'warm',
        reason: 'not-ready',
        facts: { timing: 'next quarter' },
        note: 'liked the demo',
      },
    ]);
    expect(task?.context.story).toEqual([
      `${ANN} gave it back (offered Tue 24 Nov 2026, 10:00, over Tue 24 Nov 2026, 10:00): not-ready; timing: next quarter. Note: liked the demo`,
      'Since then the lead did: page.pricing 2 times. It got 1 email.',
    ]);
  });

  it('goes by turn when that rep has left, is away, or is full', () => {
    const cases: Partial<Routing>[] = [
      { reps: rep(ANN, { active: false }) },
      { reps: rep(ANN, { away: [{ from: '2026-11-24', to: '2026-11-24' }] }) },
      { open: { [ANN]: 5 } },
    ];
    for (const routing of cases) {
      const { lead, handOver } = play();
      handOver();
      accept(lead, ANN);
      giveBack(lead, ANN);
      handOver(routing);
      expect(lead.state.custody.rep).toBe(BEN);
      expect(offers(lead).at(-1)?.reason).toBe('by-request');
    }
  });

  it('does not go to a rep who let it lie, then or before', () => {
    const { lead, handOver } = play();
    handOver();
    expect(lead.state.custody.rep).toBe(ANN);
    lead.playTo('2026-12-05T10:00:00Z');
    expect(lead.types()).toContain('handoff.breached');
    handOver(BENS_TURN);
    expect(lead.state.custody.rep).toBe(BEN);
    accept(lead, BEN);
    giveBack(lead, BEN);
    lead.playTo('2027-02-01T10:00:00Z');
    handOver({ given: { all: { [ANN]: 1, [BEN]: 9 } }, reps: rep(BEN, { active: false }) });
    expect(offers(lead).at(-1)).toMatchObject({ reason: 'by-request', data: { rep: ANN } });
  });

  it('goes to the latest of several who had it, and to the one before when that one is gone', () => {
    const { lead, handOver } = play();
    for (const by of [ANN, BEN]) {
      handOver();
      accept(lead, by);
      giveBack(lead, by);
    }
    handOver();
    expect(lead.state.custody.rep).toBe(BEN);
    accept(lead, BEN);
    giveBack(lead, BEN);
    handOver({ ...BENS_TURN, reps: rep(BEN, { active: false }) });
    expect(offers(lead).at(-1)).toMatchObject({ reason: 'same-rep', data: { rep: ANN } });
  });

  it('keeps the last five times and no more', () => {
    const { lead, handOver } = play();
    for (let n = 0; n < 7; n++) {
      handOver();
      accept(lead, ANN);
      giveBack(lead, ANN);
    }
    expect(lead.state.earlier).toHaveLength(5);
  });
});
