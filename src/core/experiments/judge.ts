/** What the counts of an experiment show: the report and the guard go by it, and it changes nothing itself. */
import type { Guard } from '../playbook.ts';
import { ALPHA, type Interval, rateInterval, ratioInterval, type Tried } from './sequential.ts';

/** Leads of one group that came in while the groups had these shares. */
export interface GroupCount {
  readonly group: string;
  /** Each group's share of the leads, by id. */
  readonly shares: Readonly<Record<string, number>>;
  readonly leads: number;
  /** Leads whose time is over: only they are compared, so that being quick is no being better. */
  readonly known: number;
  /** Of `known`, who reached the goal in time. */
  readonly goals: number;
  /** Of `leads`, who did what the guard watches for. */
  readonly guards: number;
}

export interface GroupResult extends Omit<GroupCount, 'shares'> {
  /** As of the newest weights. */
  readonly share: number;
  readonly rate: Interval;
  readonly guard: Interval;
}

export interface PairResult {
  readonly first: string;
  readonly second: string;
  /** How many times the rate of the second that of the first is. */
  readonly ratio: Interval;
}

export interface Judged {
  readonly groups: readonly GroupResult[];
  readonly pairs: readonly PairResult[];
  /** The group that is better than every other one. */
  readonly winner?: string;
}

/**
 * Judges one experiment. A claim about any of its groups is wrong in at most ALPHA of experiments: what is claimed
 * beside each other shares that among them.
 * @param counts in the order of time of their shares
 */
export function judge(counts: readonly GroupCount[]): Judged {
  const newest = counts.at(-1)?.shares ?? {};
  const ids = [...new Set(counts.flatMap(({ shares }) => Object.keys(shares)))].sort();
  const sum = (group: string, of: 'leads' | 'known' | 'goals' | 'guards'): number =>
    counts.reduce((all, one) => all + (one.group === group ? one[of] : 0), 0);
  const each = ALPHA / Math.max(1, ids.length);
  const groups = ids.map((group) => {
    const [leads, known] = [sum(group, 'leads'), sum(group, 'known')];
    const [goals, guards] = [sum(group, 'goals'), sum(group, 'guards')];
    const rate = rateInterval(goals, known, each);
    return {
      group,
      share: newest[group] ?? 0,
      leads,
      known,
      goals,
      guards,
      rate,
      guard: guardInterval(guards, leads, ids.length),
    };
  });
  const couples = ids.flatMap((first, i) => ids.slice(i + 1).map((second) => ({ first, second })));
  const pairs = couples.map((pair) => ({
    ...pair,
    ratio: ratioInterval(triedBy(counts, pair), ALPHA / couples.length),
  }));
  const better = (a: string, b: string): boolean =>
    pairs.some(
      ({ first, second, ratio }) =>
        (first === a && second === b && ratio.from > 1) || (first === b && second === a && ratio.to < 1),
    );
  const winner = ids.find((one) => ids.length > 1 && ids.every((other) => other === one || better(one, other)));
  return { groups, pairs, ...(winner === undefined ? {} : { winner }) };
}

/** The goals of two groups, by the shares they had. */
function triedBy(counts: readonly GroupCount[], { first, second }: Pick<PairResult, 'first' | 'second'>): Tried[] {
  const times = Map.groupBy(counts, ({ shares }) => JSON.stringify(shares));
  return [...times.values()].flatMap((rows): Tried[] => {
    const { [first]: a = 0, [second]: b = 0 } = rows[0]?.shares ?? {};
    // One without leads to be had in that time says nothing about the other.
    if (a === 0 || b === 0) return [];
    const goals = (group: string): number => rows.reduce((n, row) => n + (row.group === group ? row.goals : 0), 0);
    return [{ share: a / (a + b), first: goals(first), second: goals(second) }];
  });
}

/**
 * The rate of what the guard watches for, in a group of so many. Leads whose time is not over count as if they would
 * not do it any more: so it may stop an arm a little later than it could, never too early.
 */
export const guardInterval = (guards: number, leads: number, groups: number): Interval =>
  rateInterval(guards, leads, ALPHA / Math.max(1, groups));

/** Whether an arm has shown that too many of its leads do what the guard watches for. */
export const mustStop = (
  { guards, leads, groups }: { readonly guards: number; readonly leads: number; readonly groups: number },
  { atMost }: Pick<Guard, 'atMost'>,
): boolean => guardInterval(guards, leads, groups).from > atMost;
