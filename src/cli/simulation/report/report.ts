/** `volley simulate --html FILE`: the whole answer as one page that needs nothing but itself. */
import { EMPTY, Html, html } from '../../../api/pages/html.ts';
import { dateOf, localDay } from '../../../core/calendar.ts';
import { compareRuns } from '../../../core/compare.ts';
import type { SimulationResult } from '../../../core/simulate.ts';
import { FUNNEL_STEPS } from '../../../core/simulated-funnel.ts';
import { DAY, type Instant } from '../../../core/time.ts';
import { counted } from '../../../core/words.ts';
import { byDay, cadences, compared, exhausted, lists, type Side } from './parts.ts';
import { bars, number } from './plot.ts';
import { repsPart } from './reps.ts';
import { STYLE } from './style.ts';

export interface ReportOf {
  /** Name of the playbook, and of the other one. */
  readonly name: string;
  readonly otherName?: string;
  /** By seed, at least one. */
  readonly here: readonly SimulationResult[];
  readonly against?: readonly SimulationResult[];
  readonly firstSeed: number;
  readonly from: Instant;
  /** Zone that the first day begins in. */
  readonly zone: string;
}

const TILES = [
  ['touches', 'touches'],
  ['tasks', 'tasks'],
  ['handoffs', 'handoffs'],
  ['accepted', 'accepted'],
  ['recycles', 'recycled'],
  ['slaBreaches', 'SLA breaches'],
  ['expired', 'expired'],
  ['quiet', 'quiet leads'],
] as const;

const FUNNEL_WORDS = {
  touched: 'touched',
  reacted: 'reacted',
  mql: 'called MQL',
  offered: 'offered to sales',
  accepted: 'accepted',
  met: 'met',
  bought: 'bought',
} as const;

/** The page. The same results give the same bytes. */
export function reportPage(of: ReportOf): string {
  const sides = sidesOf(of);
  const [first] = of.here;
  if (first === undefined) throw new RangeError('there is at least one seed');
  const title = of.otherName === undefined ? `What ${of.name} would do` : `${of.name} beside ${of.otherName}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body><main>
<h1>${title}</h1>
<p class="soft">${headOf(of, first)}</p>
${tiles(sides)}
<h2>Day by day</h2>
${byDay(sides, dayNames(of))}
${repsPart(sides, dayNames(of))}
<h2>How far leads get</h2>
${funnel(sides, first.leads)}
${comparison(of)}
<h2>Cadences</h2>
${cadences(sides)}
<h2>Content that ran out</h2>
${exhausted(sides)}
<h2>What held leads back, and where they end</h2>
${lists(sides)}
<h2>What the figures rest on</h2>
<ul>${first.assumptions.map((said) => html`<li>${said}</li>`)}</ul>
</main></body>
</html>
`.text;
}

function sidesOf({ name, otherName = '', here, against }: ReportOf): readonly Side[] {
  const ours: Side = { name, colour: 'here', runs: here };
  return against === undefined ? [ours] : [ours, { name: otherName, colour: 'there', runs: against }];
}

function headOf({ here, from, zone, firstSeed }: ReportOf, { leads, days }: SimulationResult): string {
  const seeds = here.length === 1 ? `seed ${firstSeed}` : `seeds ${firstSeed} to ${firstSeed + here.length - 1}`;
  const mean = here.length === 1 ? '' : '; lines and figures are means, bands go from the least to the most';
  return `${counted(leads, 'lead')} over ${counted(days, 'day')} from ${dayIn(zone, from)}, ${seeds}${mean}.`;
}

const dayNames =
  ({ from, zone }: ReportOf) =>
  (day: number): string =>
    dayIn(zone, from + day * DAY + DAY / 2);

/** `2026-11-23`, as it is called there. */
const dayIn = (zone: string, at: Instant): string => dateOf(localDay(zone, at));

const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / Math.max(1, numbers.length);

function tiles(sides: readonly Side[]): Html {
  const [ours, theirs] = sides;
  return html`<dl class="tiles">${TILES.map(([key, words]) => {
    const here = mean((ours?.runs ?? []).map((run) => run[key]));
    const there = theirs && mean(theirs.runs.map((run) => run[key]));
    const beside =
      there === undefined
        ? EMPTY
        : html`<small>${`${theirs?.name}: ${number(there)} (${signed(there - here)})`}</small>`;
    return html`<div><dt>${words}</dt><dd>${number(here)}${beside}</dd></div>`;
  })}</dl>`;
}

const signed = (n: number): string => (n > 0 ? `+${number(n)}` : number(n));

function funnel(sides: readonly Side[], leads: number): Html {
  const [ours, theirs] = sides;
  const rows = FUNNEL_STEPS.map((step) => ({
    name: FUNNEL_WORDS[step],
    here: mean((ours?.runs ?? []).map((run) => run.funnel[step])),
    ...(theirs && { there: mean(theirs.runs.map((run) => run.funnel[step])) }),
  }));
  return bars('Leads that ever got so far', rows, [ours?.name ?? '', theirs?.name], leads);
}

function comparison({ here, against, name, otherName = '' }: ReportOf): Html {
  if (against === undefined && here.length === 1) return EMPTY;
  const title = against === undefined ? 'How the figures vary with the seed' : 'Side by side';
  return html`<h2>${title}</h2>${compared(compareRuns(here, against), [name, otherName], here.length)}`;
}
