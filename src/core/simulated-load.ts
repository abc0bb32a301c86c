/** What reps of a simulation have at the end of each day, beside what they may have. */
import type { Playbook } from './playbook.ts';

export interface RepLoad {
  /** Most leads at the end of a day, and the day of it; from 1. */
  readonly most: number;
  readonly mostOn: number;
  /** The most leads the rep may have by the pools (`maxOpen`); absent: no limit. */
  readonly capacity?: number;
  /** Days that ended with more than that. */
  readonly daysOver: number;
  /** Leads at the end of each day. */
  readonly byDay: readonly number[];
}

export interface LoadWatch {
  /** Takes down what each rep has at the end of a day. */
  note(day: number, open: Readonly<Record<string, number>>): void;
  /** Leads with all reps together, by day. */
  byDay(): readonly number[];
  of(rep: string): RepLoad;
}

/** @param days how many are noted, from 1 on */
export function watchLoad(pools: Playbook['pools'], days: number): LoadWatch {
  const totals = Array.from({ length: days }, () => 0);
  const reps = new Map<string, { most: number; mostOn: number; daysOver: number; byDay: number[] }>();
  const none = () => ({ most: 0, mostOn: 0, daysOver: 0, byDay: Array.from({ length: days }, () => 0) });
  const capacity = capacities(pools);
  return {
    note(day, open) {
      let total = 0;
      for (const [rep, n] of Object.entries(open)) {
        total += n;
        const load = reps.get(rep) ?? none();
        reps.set(rep, load);
        if (day >= 1 && day <= days) load.byDay[day - 1] = n;
        if (n > load.most) Object.assign(load, { most: n, mostOn: day });
        if (n > (capacity.get(rep) ?? Number.POSITIVE_INFINITY)) load.daysOver += 1;
      }
      if (day >= 1 && day <= days) totals[day - 1] = total;
    },
    byDay: () => totals,
    of(rep) {
      const most = capacity.get(rep);
      return {
        ...(reps.get(rep) ?? none()),
        ...(most === undefined ? {} : { capacity: most }),
      };
    },
  };
}

/** Whoever is in a pool without a limit has none. */
function capacities(pools: Playbook['pools']): Map<string, number> {
  const most = new Map<string, number>();
  for (const { reps, maxOpen } of pools)
    for (const rep of reps) most.set(rep, Math.max(most.get(rep) ?? 0, maxOpen ?? Number.POSITIVE_INFINITY));
  return new Map([...most].filter(([, n]) => Number.isFinite(n)));
}
