/** Differences that are meant: a change of decisions is said with why, or it fails the gate. */
import { z } from 'zod';
import type { Difference } from './compare.ts';

export const meantSchema = z
  .array(
    z.strictObject({
      /** Kinds of parts as the gate names them; `journal:*` is all that begin so. */
      differs: z.array(z.string().min(1)).min(1),
      /** Ids of recordings; absent: whichever. */
      in: z.array(z.string()).min(1).exactOptional(),
      why: z.string().min(1),
    }),
  )
  .meta({ title: 'meant.yaml' });
export type Meant = z.infer<typeof meantSchema>[number];

const covers = (name: string, what: string): boolean =>
  name.endsWith('*') ? what.startsWith(name.slice(0, -1)) : name === what;

export interface Judge {
  /** The differences that nobody meant. */
  unmeant(id: string, differences: readonly Difference[]): readonly Difference[];
  /** Entries that have covered nothing so far: what they say is no longer so. */
  unused(): readonly Meant[];
}

export function createJudge(meant: readonly Meant[]): Judge {
  const used = new Set<Meant>();
  return {
    unmeant: (id, found) =>
      found.filter(({ what }) => {
        const by = meant.filter(
          (one) => (one.in?.includes(id) ?? true) && one.differs.some((name) => covers(name, what)),
        );
        for (const one of by) used.add(one);
        return by.length === 0;
      }),
    unused: () => meant.filter((one) => !used.has(one)),
  };
}
