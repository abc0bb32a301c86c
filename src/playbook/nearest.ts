/** "Did you mean …": the nearest of the names that exist. */
import { closest, distance } from 'fastest-levenshtein';

/** The known name most like this one, when it is near enough to be what was meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const names = [...known];
  if (names.length === 0 || name.length > 80) return undefined;
  const best = closest(name.toLowerCase(), names);
  return distance(name.toLowerCase(), best.toLowerCase()) <= Math.max(2, Math.floor(name.length / 3))
    ? best
    : undefined;
}

/** `, did you mean 'x'?` or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const best = nearest(name, known);
  return best === undefined ? '' : `, did you mean '${best}'?`;
}

/** `one of a, b, c`, shortened when there are many. */
export function oneOfNames(known: Iterable<string>, none: string): string {
  const names = [...known];
  if (names.length === 0) return none;
  const shown = names.slice(0, 12).join(', ');
  return names.length > 12 ? `one of ${shown}, …` : `one of ${shown}`;
}
