/** What a run does and when, from its seed. */

import { POINTS, type Point } from './points.ts';
import { createChance } from './random.ts';

export type Blow =
  | { readonly kind: 'worker' | 'api' | 'postgres' | 'temporal' | 'stop' }
  | { readonly kind: 'placed'; readonly point: Point };

/** How often each is hit; `stop` is a clean one (SIGTERM) of a worker. */
const WEIGHTS = { worker: 55, api: 20, placed: 10, postgres: 5, temporal: 5, stop: 5 };

export interface Plan {
  /** In order, with the real ms to wait before each. */
  readonly blows: readonly { readonly blow: Blow; readonly waitMs: number }[];
}

/** `random` blows by chance, with waits around the mean (0.5 to 1.5 of it); then every placed point once if asked for. */
export function planOf(options: { seed: number; kills: number; meanMs: number; everyPoint?: boolean }): Plan {
  const { seed, kills, meanMs, everyPoint = false } = options;
  const chance = createChance(seed);
  const waitMs = (): number => Math.round(meanMs * (0.5 + chance.next()));
  const placed = (): Blow => ({
    kind: 'placed',
    point: POINTS[Math.floor(chance.next() * POINTS.length)] ?? 'claimed',
  });
  const random = Array.from({ length: kills }, () => {
    const kind = chance.pick(WEIGHTS);
    return { blow: kind === 'placed' ? placed() : { kind }, waitMs: waitMs() };
  });
  const points = everyPoint
    ? POINTS.map((point) => ({ blow: { kind: 'placed', point } as const, waitMs: waitMs() }))
    : [];
  return { blows: [...points, ...random] };
}
