/** How long an experiment will take, thought of beforehand. */
import type { Group } from './experiment.ts';
import { ALPHA, ratioInterval } from './sequential.ts';

/** Rates that `check` shows it for: the better group does twice as well. */
const USUAL = 0.05;
const BETTER = 0.1;

/**
 * About how many leads it takes, over all groups, until the two smallest are told apart when one goes from 5% to 10%:
 * the number at which goals in just these shares would show it. Half of such experiments take longer.
 */
export function leadsToTell(groups: readonly Group[]): number {
  const all = groups.reduce((sum, { weight }) => sum + weight, 0);
  const [a, b] = groups.map(({ weight }) => weight / all).toSorted((x, y) => x - y);
  if (a === undefined || b === undefined) return 0;
  const alpha = ALPHA / Math.max(1, (groups.length * (groups.length - 1)) / 2);
  const shown = (leads: number): boolean =>
    ratioInterval([{ share: a / (a + b), first: leads * a * BETTER, second: leads * b * USUAL }], alpha).from > 1;
  let [low, high] = [1, 1];
  while (!shown(high) && high < 1e9) [low, high] = [high, high * 2];
  while (high - low > high / 100) {
    const middle = (low + high) / 2;
    if (shown(middle)) high = middle;
    else low = middle;
  }
  const digits = 10 ** Math.max(0, Math.floor(Math.log10(high)) - 1);
  return Math.ceil(high / digits) * digits;
}
