/** What the journal says of experiments, read by whoever counts: reports, the guard, the simulator. */
import { z } from 'zod';

export const joinedData = z.object({
  experiment: z.string(),
  group: z.string(),
  shares: z.record(z.string(), z.number()),
  until: z.number(),
});
export type Joined = z.infer<typeof joinedData>;

export const reachedData = z.object({
  experiment: z.string(),
  group: z.string(),
  what: z.enum(['goal', 'guard']),
  /** Of a guard: how many leads it lets do so, and how many groups there are. */
  atMost: z.number().optional(),
  groups: z.number().optional(),
});
export type Reached = z.infer<typeof reachedData>;

interface Entry {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A lead that comes into a group; undefined for all else, also for a split that asks nothing. */
export function joinedIn({ type, data }: Entry): Joined | undefined {
  if (type !== 'step.split' && type !== 'experiment.joined') return undefined;
  const read = joinedData.safeParse(data);
  return read.success ? read.data : undefined;
}

export function reachedIn({ type, data }: Entry): Reached | undefined {
  if (type !== 'experiment.reached') return undefined;
  const read = reachedData.safeParse(data);
  return read.success ? read.data : undefined;
}

/** `EXPERIMENT GROUP SHARES UNTIL`, as a milestone's name: what a statement counts by. */
export const nameOfJoined = ({ experiment, group, shares, until }: Joined): string => {
  const words = Object.keys(shares)
    .sort()
    .map((id) => `${id}=${shares[id]}`);
  return `${experiment} ${group} ${words.join(',')} ${until}`;
};

/** The shares in such a name: `numbers=0.45,story=0.45`. */
export const sharesIn = (words: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    words.split(',').map((part) => {
      const at = part.lastIndexOf('=');
      return [part.slice(0, at), Number(part.slice(at + 1))];
    }),
  );
