/** The figures of a simulation side by side with those of another, and how both vary with the seed. */

/** Over the seeds; `sd` is the standard deviation of the sample, 0 with one seed. */
export interface Spread {
  readonly mean: number;
  readonly sd: number;
  readonly least: number;
  readonly most: number;
}

export interface Compared {
  readonly figure: string;
  readonly here: Spread;
  readonly against?: Spread;
  /** `against` less `here`, seed by seed: the same people with the same luck. */
  readonly difference?: Spread;
}

const PLAIN = ['touches', 'tasks', 'handoffs', 'accepted', 'recycles', 'slaBreaches', 'expired', 'quiet'] as const;
const GROUPS = ['funnel', 'returns', 'skips', 'held', 'endStates', 'perStage'] as const;

/** What is compared of a result. */
export type Totals = Readonly<Record<(typeof PLAIN)[number], number>> &
  Readonly<Record<(typeof GROUPS)[number], Readonly<Record<string, number>>>>;

/** Every number of a result by a name: `touches`, `skips.suppressed`, `endStates.customer`. */
export function figuresOf(result: Totals): Map<string, number> {
  const figures = new Map<string, number>();
  for (const name of PLAIN) figures.set(name, result[name]);
  for (const name of GROUPS)
    for (const [of, n] of Object.entries(result[name])) if (n !== 0) figures.set(`${name}.${of}`, n);
  return figures;
}

/**
 * One line a figure, in the order of the result; a figure that only some have is 0 in the others.
 * @param here the results by seed
 * @param against those of the other playbook with the same seeds; absent: nothing to compare with
 */
export function compareRuns(here: readonly Totals[], against?: readonly Totals[]): Compared[] {
  const ours = here.map(figuresOf);
  const theirs = against?.map(figuresOf);
  const names = new Set([...ours, ...(theirs ?? [])].flatMap((figures) => [...figures.keys()]));
  return inOrder([...names]).map((figure) => {
    const a = ours.map((figures) => figures.get(figure) ?? 0);
    if (theirs === undefined) return { figure, here: spreadOf(a) };
    const b = theirs.map((figures) => figures.get(figure) ?? 0);
    const difference = spreadOf(b.map((n, seed) => n - (a[seed] ?? 0)));
    return { figure, here: spreadOf(a), against: spreadOf(b), difference };
  });
}

/** Plain figures first, then group by group. */
function inOrder(names: readonly string[]): string[] {
  const groups: readonly string[] = [...PLAIN, ...GROUPS];
  const rank = (name: string): number => groups.indexOf(name.split('.')[0] ?? '');
  return names.toSorted((a, b) => rank(a) - rank(b));
}

/** @throws RangeError without a number */
export function spreadOf(numbers: readonly number[]): Spread {
  if (numbers.length === 0) throw new RangeError('there is no spread of nothing');
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const squares = numbers.reduce((sum, n) => sum + (n - mean) ** 2, 0);
  const sd = numbers.length === 1 ? 0 : Math.sqrt(squares / (numbers.length - 1));
  return { mean: round(mean), sd: round(sd), least: Math.min(...numbers), most: Math.max(...numbers) };
}

const round = (n: number): number => Math.round(n * 100) / 100;
