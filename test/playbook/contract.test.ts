import { describe, expect, it } from 'vitest';
import { compile } from '../../src/playbook/index.ts';
import { compiled, fixture, mistakes } from './support.ts';

describe("the contract's example playbook", () => {
  it('compiles, less what is not in this version', async () => {
    const playbook = compiled(await fixture('contract'));
    expect(Object.keys(playbook.cadences)).toEqual(['evaluation-guide', 'first-conversation', 'keep-warm', 'win-back']);
    expect(playbook.stages.map(({ id }) => id)).toEqual([
      'exploring',
      'evaluating',
      'deciding',
      'customer',
      'advocate',
    ]);
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
    expect(playbook.slas['warm']).toEqual({ id: 'warm', accept: { working: 'P1D' }, recycleAt: 2 });
  });

  it('gives no warning either', async () => {
    expect(compile(await fixture('contract')).warnings).toEqual([]);
  });

  it('in full, is refused for precisely what is not in this version, each at its place', async () => {
    const found = mistakes(await fixture('contract-full'));
    expect(found.map((line) => line.replace(/ \(expected .*/, ''))).toEqual([
      "playbook.yaml:6:1 'agreed' is not in this version",
      "playbook.yaml:10:51 'deal' is not in this version",
      "playbook.yaml:11:21 'deal' is not in this version",
      "playbook.yaml:13:1 'onDealLost' is not in this version",
      "playbook.yaml:21:29 'same-account' is not in this version",
      "playbook.yaml:22:30 'same-account' is not in this version",
      "playbook.yaml:23:50 'firstTouch' is not in this version",
      "playbook.yaml:23:81 'remind' is not in this version",
      "playbook.yaml:23:113 'do: reassign' is not in this version",
      "playbook.yaml:23:138 'do: manager' is not in this version",
      "playbook.yaml:24:62 'do: manager' is not in this version",
      "playbook.yaml:24:114 'recycle' is not in this version",
      "playbook.yaml:25:120 'maxOpen' is not in this version",
      "playbook.yaml:25:194 'manager' is not in this version",
      "playbook.yaml:26:1 'chat' is not in this version",
      "playbook.yaml:33:1 'replies' is not in this version",
      "playbook.yaml:34:1 'expiry' is not in this version",
      "playbook.yaml:35:1 'caps' is not in this version",
      "playbook.yaml:36:1 'buyingGroup' is not in this version",
      "playbook.yaml:37:1 'goals' is not in this version",
      "cadences/evaluation-guide.yaml:11:11 'move' is not in this version",
    ]);
  });
});
