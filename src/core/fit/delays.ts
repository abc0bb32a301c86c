/** Delays that were seen, as the few numbers a behaviour file has of them. */
import { MINUTE } from '../time.ts';

/** Between each two neighbours lies the same share of all. */
const PARTS = 8;

/** Ascending, to the minute; as many as the data bear, at least two. */
export function quantilesOf(delays: readonly number[], parts = PARTS): string[] {
  const sorted = delays.map((ms) => Math.max(0, ms)).sort((a, b) => a - b);
  const count = Math.max(1, Math.min(parts, sorted.length));
  return Array.from({ length: count + 1 }, (_, i) => minutes(at(sorted, i / count)));
}

/** Between those at both sides, by their distance. */
function at(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const n = Math.floor(place);
  const low = sorted[n] ?? 0;
  return low + ((sorted[n + 1] ?? low) - low) * (place - n);
}

const minutes = (ms: number): string => `PT${Math.round(ms / MINUTE)}M`;

export interface Span {
  readonly from: string;
  readonly to: string;
}

/** The spans between neighbours, each of which as many fall into. */
export function spansOf(delays: readonly number[], parts: number): Span[] {
  const quantiles = quantilesOf(delays, parts);
  return quantiles.slice(1).map((to, i) => ({ from: quantiles[i] ?? to, to }));
}
