/** Who gets into which group of an experiment. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupFor } from '../../../src/core/experiments/assign.ts';
import type { Group } from '../../../src/core/experiments/experiment.ts';

const groupIds = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 2, maxLength: 5 });
const weighed = groupIds.chain((ids) =>
  fc
    .array(fc.integer({ min: 1, max: 100 }), { minLength: ids.length, maxLength: ids.length })
    .map((weights) => ids.map((id, i): Group => ({ id, weight: weights[i] ?? 1 }))),
);
const leads = (salt: string, n: number): string[] => Array.from({ length: n }, (_, i) => `${salt}-${i}`);
const of = (key: string, groups: readonly Group[]): string => groupFor(key, 'step:guide/try', groups).id;

describe('a lead’s group', () => {
  it('is its own whatever order the groups stand in, and another experiment draws anew', () => {
    fc.assert(
      fc.property(weighed, fc.string(), (groups, salt) => {
        for (const key of leads(salt, 50)) expect(of(key, groups.toReversed())).toBe(of(key, groups));
      }),
    );
    const pair = [
      { id: 'a', weight: 1 },
      { id: 'b', weight: 1 },
    ];
    const same = leads('x', 4_000).filter((key) => groupFor(key, 'one', pair).id === groupFor(key, 'two', pair).id);
    // Within 5 standard deviations of one half.
    expect(Math.abs(same.length - 2_000)).toBeLessThan(160);
  });

  it('is as often each as its weight says', () => {
    fc.assert(
      fc.property(weighed, fc.string(), (groups, salt) => {
        const n = 2_000;
        const keys = leads(salt, n);
        const all = groups.reduce((sum, { weight }) => sum + weight, 0);
        for (const { id, weight } of groups) {
          const p = weight / all;
          const got = keys.filter((key) => of(key, groups) === id).length;
          // 6 standard deviations: of a hundred runs of five groups none fails by chance.
          expect(Math.abs(got - n * p)).toBeLessThanOrEqual(6 * Math.sqrt(n * p * (1 - p)) + 1);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('changes with a weight only into the group that weighs more, or out of the one that weighs less', () => {
    fc.assert(
      fc.property(weighed, fc.nat(), fc.integer({ min: 1, max: 200 }), fc.string(), (groups, n, weight, salt) => {
        const changed = groups[n % groups.length];
        if (changed === undefined) return;
        const after = groups.map((one) => (one === changed ? { ...one, weight } : one));
        for (const key of leads(salt, 200)) {
          const [before, now] = [of(key, groups), of(key, after)];
          if (before === now) continue;
          expect(weight > changed.weight ? now : before).toBe(changed.id);
        }
      }),
    );
  });

  it('is left by nobody but its own leads when a group goes', () => {
    fc.assert(
      fc.property(weighed, fc.nat(), fc.string(), (groups, n, salt) => {
        const gone = groups[n % groups.length];
        const rest = groups.filter((one) => one !== gone);
        for (const key of leads(salt, 200)) {
          const before = of(key, groups);
          if (before !== gone?.id) expect(of(key, rest)).toBe(before);
        }
      }),
    );
  });
});
