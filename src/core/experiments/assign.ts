/** Who gets into which group: a hash of lead and experiment, whatever order leads come in. */
import { fraction } from '../hash.ts';
import type { Group } from './experiment.ts';

/**
 * The group of a lead, by weighted rendezvous hashing (the least of −ln u ÷ weight, with a u for each lead,
 * experiment and group). So each group has its share of the leads; the order of the groups says nothing; and when
 * weights change, leads move only into the group that weighs more now, or out of the one that weighs less: a new
 * group takes only what it is to have, and when one goes only its own leads find another.
 * @throws RangeError without groups
 */
export function groupFor<G extends Group>(key: string, experiment: string, groups: readonly G[]): G {
  let best: { group: G; mark: number } | undefined;
  for (const group of groups) {
    // 1 - u lies in (0, 1], so that its logarithm is finite.
    const mark = -Math.log(1 - fraction('group', key, experiment, group.id)) / group.weight;
    if (best === undefined || mark < best.mark || (mark === best.mark && group.id < best.group.id)) {
      best = { group, mark };
    }
  }
  if (best === undefined) throw new RangeError(`the experiment ${experiment} has no groups`);
  return best.group;
}
