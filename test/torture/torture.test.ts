/** The torture run in short: the same installation, kills and oracle, in about a minute. `npm run torture` is the long one. */
import { expect, it } from 'vitest';
import { upperBound } from './bound.ts';
import { POINTS } from './points.ts';
import { torture } from './torture.ts';
import { wrongIn } from './verdict.ts';

it('sends nothing twice and loses nothing while workers die at every point and everything is killed', async () => {
  const seed = Number(process.env['VOLLEY_TEST_SEED']);
  const found = await torture({
    touches: 150,
    kills: 5,
    seed,
    emails: 3,
    meanMs: 1_500,
    everyPoint: true,
    giveUpMs: 5_000,
  });
  expect(wrongIn(found), `seed ${seed}`).toEqual([]);
  expect(Object.keys(found.points).toSorted()).toEqual(POINTS.toSorted());
  // What was committed and not sent is all that a placed point may leave unknown.
  expect(found.unconfirmed['placed crash point'].n).toBeLessThanOrEqual(found.points['sending-committed'] ?? 0);
}, 240_000);

it.each([
  [0, 30_000, 0.0000999],
  [3, 30_000, 0.000258],
  [1, 10, 0.394],
])('%i of %i is a rate of at most %f', (k, n, bound) => {
  expect(upperBound(k, n)).toBeCloseTo(bound, bound < 0.01 ? 6 : 3);
});
