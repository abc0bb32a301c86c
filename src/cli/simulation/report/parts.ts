/** Parts of the report: days, cadences, content, lists, and the table of all figures. */
import { EMPTY, type Html, html } from '../../../api/pages/html.ts';
import type { Compared, Spread } from '../../../core/compare.ts';
import type { SimulationResult } from '../../../core/simulate.ts';
import { dayPlot, number, type Series, whisker } from './plot.ts';

/** One playbook's runs, by seed. */
export interface Side {
  readonly name: string;
  readonly colour: 'here' | 'there';
  readonly runs: readonly SimulationResult[];
}

/** The mean of each day over the seeds, with the least and the most where there are several. */
export function seriesOf(
  { name, colour, runs }: Pick<Side, 'name' | 'colour' | 'runs'>,
  of: (run: SimulationResult) => readonly number[],
): Series {
  const all = runs.map(of);
  const at = (day: number): number[] => all.map((one) => one[day] ?? 0);
  const days = [...(all[0] ?? [])].map((_, day) => at(day));
  const values = days.map((numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length);
  if (runs.length === 1) return { name, colour, values };
  return { name, colour, values, band: days.map((numbers) => [Math.min(...numbers), Math.max(...numbers)] as const) };
}

const BY_DAY = [
  ['touches', 'Emails sent'],
  ['tasks', 'Tasks opened'],
  ['handoffs', 'Offers to sales'],
  ['open', 'Leads that reps have at the end of the day'],
  ['capped', 'Touches held back or left out by a cap'],
  ['slaBreaches', 'SLA breaches'],
  ['expired', 'Leads expired'],
] as const;

export const byDay = (sides: readonly Side[], dayName: (day: number) => string): Html =>
  html`<div class="grid2">${BY_DAY.map(([key, title]) =>
    dayPlot({ title, dayName, series: sides.map((side) => seriesOf(side, (run) => run.byDay.map((day) => day[key]))) }),
  )}</div>`;

/** A table whose first column names the row. */
export const tableOf = (head: readonly string[], rows: readonly (readonly (string | Html)[])[]): Html =>
  html`<div class="wide" role="region" tabindex="0" aria-label="${head[0] || 'lists'}"><table><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows.map(
    (row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;

const first = ({ runs }: Side): SimulationResult | undefined => runs[0];

const counts = (of: Readonly<Record<string, number>>): string =>
  Object.entries(of)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => `${name} ${number(n)}`)
    .join(', ') || 'none';

/** Under each name the sides one after another. */
const named = (sides: readonly Side[], name: string, side: Side): string =>
  sides.length === 1 ? name : `${name} (${side.name})`;

export function cadences(sides: readonly Side[]): Html {
  const names = [...new Set(sides.flatMap((side) => Object.keys(first(side)?.perCadence ?? {})))].sort();
  const rows = names.flatMap((name) =>
    sides.map((side) => {
      const { entered, touches, ended } = first(side)?.perCadence[name] ?? { entered: 0, touches: 0, ended: {} };
      return [named(sides, name, side), number(entered), number(touches), counts(ended)];
    }),
  );
  if (rows.length === 0) return html`<p>No cadence was entered.</p>`;
  return tableOf(['cadence', 'entered', 'touches', 'ended'], rows);
}

export function exhausted(sides: readonly Side[]): Html {
  const rows = sides.flatMap((side) =>
    (first(side)?.exhausted ?? []).map(({ cadence, step, times }) => [
      named(sides, `${cadence} / ${step}`, side),
      number(times),
    ]),
  );
  if (rows.length === 0) return html`<p>No step was left without an email to send.</p>`;
  return tableOf(['step without an email left', 'times'], rows);
}

const LISTS = [
  ['held', 'had to wait'],
  ['skips', 'did not go'],
  ['returns', 'given back by sales'],
  ['endStates', 'at the end'],
  ['perStage', 'stages at the end'],
] as const;

export const lists = (sides: readonly Side[]): Html =>
  tableOf(
    ['', ...sides.map(({ name }) => name)],
    LISTS.map(([key, words]) => [words, ...sides.map((side) => counts(first(side)?.[key] ?? {}))]),
  );

const spread = ({ mean, sd }: Spread, seeds: number): string =>
  seeds === 1 ? number(mean) : `${number(mean)} ± ${number(sd)}`;

/** Every figure; a difference that all seeds agree on in its direction stands out. */
export function compared(rows: readonly Compared[], [here, there]: readonly [string, string], seeds: number): Html {
  const beside = rows.some(({ against }) => against !== undefined);
  const head = ['figure', here, ...(beside ? [there, 'difference', 'least to most', 'spread'] : ['least to most'])];
  const cells = rows.map(({ figure, here: ours, against, difference }) => {
    const range = ({ least, most }: Spread): string => `${number(least)} to ${number(most)}`;
    const more =
      against === undefined || difference === undefined
        ? [range(ours)]
        : [spread(against, seeds), spread(difference, seeds), range(difference), plot(difference)];
    const sure = difference !== undefined && seeds > 1 && (difference.least > 0 || difference.most < 0);
    return { sure, cells: [figure, spread(ours, seeds), ...more] };
  });
  const note =
    beside && seeds > 1 ? html`<p class="soft">Bold: every seed says more, or every seed says less.</p>` : EMPTY;
  return html`${note}<div class="wide" role="region" tabindex="0" aria-label="figures"><table><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${cells.map(
    ({ sure, cells: row }) => html`<tr class="${sure ? 'sure' : ''}">${row.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

const plot = (difference: Spread): Html =>
  difference.least === 0 && difference.most === 0 ? EMPTY : whisker(difference);
