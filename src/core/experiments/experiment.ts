/** The experiments of a playbook: splits that ask something, and groups that marketing leaves alone. */
import type { Guard, Holdout, Measure, Playbook } from '../playbook.ts';

/** Leads of a split without an arm. */
export const HOLDOUT = 'holdout';
/** Groups of a holdout: who is left alone, and who is not. */
export const HELD_OUT = 'held-out';
export const REACHED = 'reached';

/** Of everything marketing sends. */
export const PROGRAMME = 'programme';
export const splitId = (cadence: string, step: string): string => `step:${cadence}/${step}`;
export const cadenceHoldoutId = (cadence: string): string => `cadence:${cadence}`;

/** `pauses` has a row of this scope while the arm is stopped. */
export const armScope = (experiment: string, arm: string): string => `arm:${experiment}/${arm}`;

export interface Group {
  readonly id: string;
  /** Of the sum of all groups' weights. */
  readonly weight: number;
}

export interface Experiment {
  /** `step:CADENCE/STEP`, `cadence:CADENCE` or `programme`. */
  readonly id: string;
  readonly groups: readonly Group[];
  readonly goal?: Measure;
  readonly guard?: Guard;
}

/** The two groups of a holdout. */
export const holdoutGroups = ({ percent }: Holdout): readonly Group[] => [
  { id: HELD_OUT, weight: percent },
  { id: REACHED, weight: 100 - percent },
];

const known = new WeakMap<Playbook, ReadonlyMap<string, Experiment>>();

/** Every experiment of the playbook, by id: that of everything first, then by cadence in the order of its files. */
export function experimentsOf(playbook: Playbook): ReadonlyMap<string, Experiment> {
  const before = known.get(playbook);
  if (before) return before;
  const found: Experiment[] = [];
  const held = (id: string, holdout: Holdout | undefined): void => {
    if (holdout) found.push({ id, groups: holdoutGroups(holdout), goal: holdout.goal });
  };
  held(PROGRAMME, playbook.holdout);
  for (const cadence of Object.values(playbook.cadences)) {
    held(cadenceHoldoutId(cadence.id), cadence.holdout);
    for (const step of Object.values(cadence.steps)) {
      if (step.kind !== 'split' || (step.goal === undefined && step.guard === undefined)) continue;
      found.push({
        id: splitId(cadence.id, step.id),
        groups: groupsOf(step),
        ...(step.goal && { goal: step.goal }),
        ...(step.guard && { guard: step.guard }),
      });
    }
  }
  const all = new Map(found.map((one) => [one.id, one]));
  known.set(playbook, all);
  return all;
}

/** The arms of a split, and its holdout as the last of them. */
export const groupsOf = ({
  arms,
  holdout,
}: {
  readonly arms: readonly Group[];
  readonly holdout: number;
}): readonly Group[] => [
  ...arms.map(({ id, weight }) => ({ id, weight })),
  ...(holdout > 0 ? [{ id: HOLDOUT, weight: holdout }] : []),
];
