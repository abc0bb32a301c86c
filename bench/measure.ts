import { z } from 'zod';

/** What a benchmark found, in the words of the table. */
export const resultSchema = z.object({
  /** What was measured, e.g. `enrolments`. */
  name: z.string(),
  unit: z.string(),
  ours: z.number(),
  /** The same of the bare engine, in the same run. */
  bare: z.number().exactOptional(),
  /** `ours / bare` where there is a baseline. */
  ratio: z.number().exactOptional(),
  /** What must hold, in words, and whether it did. */
  goal: z.string().exactOptional(),
  held: z.boolean().exactOptional(),
  note: z.string().exactOptional(),
});
export type Result = Readonly<z.infer<typeof resultSchema>>;

export interface Sizes {
  readonly short: boolean;
}

/** Progress of one benchmark: 0 to `total`. */
export type OnProgress = (done: number, total: number) => void;

export type Benchmark = (sizes: Sizes, onProgress: OnProgress) => Promise<Result[]>;

/** Compared with a baseline: the ratio must be at least (rates) or at most (times) `bound`. */
export function compared(
  result: Pick<Result, 'name' | 'unit' | 'note'> & { readonly ours: number; readonly bare: number },
  bound: { readonly atLeast: number } | { readonly atMost: number },
): Result {
  const ratio = result.ours / result.bare;
  return 'atLeast' in bound
    ? { ...result, ratio, goal: `ratio >= ${bound.atLeast}`, held: ratio >= bound.atLeast }
    : { ...result, ratio, goal: `ratio <= ${bound.atMost}`, held: ratio <= bound.atMost };
}

export const atMost = (result: Pick<Result, 'name' | 'unit' | 'ours' | 'note'>, bound: number): Result => ({
  ...result,
  goal: `<= ${bound}`,
  held: result.ours <= bound,
});

export const atLeast = (result: Pick<Result, 'name' | 'unit' | 'ours' | 'note'>, bound: number): Result => ({
  ...result,
  goal: `>= ${bound}`,
  held: result.ours >= bound,
});
