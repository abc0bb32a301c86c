import { describe, expect, it } from 'vitest';
import { compile } from '../../src/playbook/index.ts';
import { compiled, fixture, mistakes } from './support.ts';

describe("the contract's example playbook", () => {
  it('compiles, less what is not in this version', async () => {
    const playbook = compiled(await fixture('contract'));
    expect(Object.keys(playbook.cadences)).toEqual([
      'evaluation-guide',
      'first-conversation',
      'keep-warm',
      'last-call',
      'win-back',
    ]);
    expect(playbook.stages.map(({ id }) => id)).toEqual([
      'exploring',
      'evaluating',
      'deciding',
      'customer',
      'advocate',
    ]);
    expect(playbook.stages[2]).toMatchObject({ deal: ['proposal'] });
    expect(playbook.stages[3]).toEqual({ id: 'customer', deal: ['won'] });
    expect(playbook.onDealLost).toEqual({ stage: 'evaluating', return: 'lost' });
    expect(playbook.routes).toMatchObject([
      { id: 'demo', handoff: 'hot', againAfter: 'P7D' },
      { id: 'ready', handoff: 'warm' },
    ]);
    expect(playbook.returns['not-ready']).toEqual({
      id: 'not-ready',
      recycle: 'keep-warm',
      after: { ask: true, else: 'P30D' },
      facts: ['timing', 'objection'],
      engagement: 'halve',
      disqualify: false,
    });
    expect(playbook.slas).toMatchObject({
      hot: { firstTouch: { working: 'PT4H' }, remind: [0.5, 0.8], onBreach: [{ at: 1 }, { at: 1.5 }, { at: 2 }] },
      warm: {
        accept: { working: 'P1D' },
        onBreach: [
          { at: 1, do: 'manager' },
          { at: 2, do: 'recycle' },
        ],
      },
    });
    expect(playbook.resume).toEqual({ plain: 'PT24H' });
    expect(playbook.pools).toMatchObject([{ maxOpen: 30 }, { manager: 'head-of-sales@northwind.example' }]);
  });

  it('gives no warning either', async () => {
    expect(compile(await fixture('contract')).warnings).toEqual([]);
  });

  it('in full, is refused for precisely what is not in this version, each at its place', async () => {
    const found = mistakes(await fixture('contract-full'));
    expect(found.map((line) => line.replace(/ \(expected .*/, ''))).toEqual([
      "cadences/evaluation-guide.yaml:11:11 'move' is not in this version",
    ]);
  });
});
