/** Counts the experiments of a simulation as the report counts those of the store, and stops arms as it does. */
import type { Instant } from '../time.ts';
import { joinedIn, nameOfJoined, reachedIn } from './entries.ts';
import { armScope } from './experiment.ts';
import { type GroupCount, mustStop } from './judge.ts';

interface Member {
  readonly group: string;
  readonly shares: Readonly<Record<string, number>>;
  readonly until: Instant;
  goal: boolean;
  guard: boolean;
}

export interface ExperimentTally {
  /** @returns the scope of an arm that this entry stops */
  add(
    key: string,
    entry: { readonly type: string; readonly data: Readonly<Record<string, unknown>> },
  ): string | undefined;
  /** By experiment; as of that instant. */
  counts(now: Instant): Readonly<Record<string, readonly GroupCount[]>>;
}

export function createExperimentTally(): ExperimentTally {
  const all = new Map<string, Map<string, Member>>();
  const membersOf = (experiment: string): Map<string, Member> => {
    const members = all.get(experiment) ?? new Map<string, Member>();
    all.set(experiment, members);
    return members;
  };
  return {
    add(key, entry) {
      const joined = joinedIn(entry);
      if (joined) {
        const members = membersOf(joined.experiment);
        const { group, shares, until } = joined;
        if (!members.has(key)) members.set(key, { group, shares, until, goal: false, guard: false });
      }
      const reached = reachedIn(entry);
      const members = reached && membersOf(reached.experiment);
      const member = members?.get(key);
      if (reached === undefined || members === undefined || member === undefined) return undefined;
      member[reached.what] = true;
      if (reached.what === 'goal' || reached.atMost === undefined) return undefined;
      const mine = [...members.values()].filter(({ group }) => group === reached.group);
      const guards = mine.filter(({ guard }) => guard).length;
      const { atMost, groups = 1 } = reached;
      return mustStop({ guards, leads: mine.length, groups }, { atMost })
        ? armScope(reached.experiment, reached.group)
        : undefined;
    },
    counts: (now) =>
      Object.fromEntries(
        [...all]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([experiment, members]) => [experiment, countsOf(members, now)]),
      ),
  };
}

function countsOf(members: ReadonlyMap<string, Member>, now: Instant): readonly GroupCount[] {
  const rows = Map.groupBy(members.values(), ({ group, shares }) =>
    nameOfJoined({ experiment: '-', group, shares, until: 0 }),
  );
  return [...rows.values()].flatMap((mine): GroupCount[] => {
    const [first] = mine;
    if (first === undefined) return [];
    const known = mine.filter(({ until }) => until <= now);
    return [
      {
        group: first.group,
        shares: first.shares,
        leads: mine.length,
        known: known.length,
        goals: known.filter(({ goal }) => goal).length,
        guards: mine.filter(({ guard }) => guard).length,
      },
    ];
  });
}
