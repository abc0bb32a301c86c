/** What each rep has, day by day, beside what the pools allow. */
import { EMPTY, type Html, html } from '../../../api/pages/html.ts';
import type { SimulationResult } from '../../../core/simulate.ts';
import { type Side, seriesOf, tableOf } from './parts.ts';
import { dayPlot, number, type Series } from './plot.ts';

export function repsPart(sides: readonly Side[], dayName: (day: number) => string): Html {
  const reps = [...new Set(sides.flatMap(({ runs }) => runs.flatMap((run) => Object.keys(run.repLoad))))].sort();
  if (reps.length === 0) return EMPTY;
  return html`<h2>Reps and what they can take</h2>
<div class="grid2">${reps.map((rep) => dayPlot({ title: rep, dayName, series: seriesFor(rep, sides) }))}</div>
${tableFor(reps, sides)}`;
}

function seriesFor(rep: string, sides: readonly Side[]): Series[] {
  const days = sides[0]?.runs[0]?.days ?? 0;
  const load = (run: SimulationResult): readonly number[] =>
    run.repLoad[rep]?.byDay ?? Array.from({ length: days }, () => 0);
  const lines = sides.map((side) => seriesOf({ ...side, name: sides.length === 1 ? 'leads' : side.name }, load));
  const limits = new Set(sides.flatMap(({ runs }) => runs[0]?.repLoad[rep]?.capacity ?? []));
  return [
    ...lines,
    ...[...limits].map(
      (limit): Series => ({
        name: `limit ${limit}`,
        colour: 'limit',
        values: Array.from({ length: days }, () => limit),
      }),
    ),
  ];
}

const COLUMNS = ['offered', 'accepted', 'rejected', 'breached', 'tasks', 'most', 'daysOver'] as const;
const HEAD = ['rep', 'offered', 'accepted', 'rejected', 'breached', 'tasks', 'most at once', 'days over', 'limit'];

function tableFor(reps: readonly string[], sides: readonly Side[]): Html {
  const rows = reps.flatMap((rep) =>
    sides.map(({ name, runs }) => {
      const mean = (key: (typeof COLUMNS)[number]): number =>
        runs.reduce((sum, run) => sum + (run.repLoad[rep]?.[key] ?? 0), 0) / Math.max(1, runs.length);
      const limit = runs[0]?.repLoad[rep]?.capacity;
      return [
        sides.length === 1 ? rep : `${rep} (${name})`,
        ...COLUMNS.map((key) => number(mean(key))),
        limit === undefined ? 'none' : number(limit),
      ];
    }),
  );
  return tableOf(HEAD, rows);
}
