/** The tables of `volley simulate`. */
import type { Compared, Spread } from '../../core/compare.ts';
import type { SimulationResult } from '../../core/simulate.ts';
import type { Paced } from '../../core/simulated-pace.ts';
import { MINUTE } from '../../core/time.ts';
import { counted } from '../../core/words.ts';
import { colour, note, print, table } from '../terminal.ts';

const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ') || 'none';

export function showResult(r: Omit<SimulationResult, 'perLead'>, rejected: number): void {
  print(
    colour.bold(`${counted(r.leads, 'lead')} over ${counted(r.days, 'day')} (${counted(rejected, 'row')} refused)`),
  );
  print(
    table(
      ['touches', 'tasks', 'handoffs', 'accepted', 'recycles', 'SLA breaches', 'expired', 'quiet leads'],
      [[r.touches, r.tasks, r.handoffs, r.accepted, r.recycles, r.slaBreaches, r.expired, r.quiet]],
    ),
  );
  const lines = [
    ['funnel', list(r.funnel)],
    ['returned', list(r.returns)],
    ['skipped', list(r.skips)],
    ['had to wait', list(r.held)],
    ['nothing left to send', r.exhausted.map((x) => `${x.cadence} / ${x.step} ${x.times}`).join(', ') || 'none'],
    ['at the end', list(r.endStates)],
    ['stages', list(r.perStage)],
  ];
  print(`\n${lines.map(([name, words]) => `${name}: ${words}`).join('\n')}\n`);
  const cadences = Object.entries(r.perCadence).map(([id, c]) => [id, c.entered, c.touches, list(c.ended)]);
  if (cadences.length > 0) print(`${table(['cadence', 'entered', 'touches', 'ended'], cadences)}\n`);
  const reps = Object.entries(r.repLoad).map(([id, c]) => [
    ...[id, c.offered, c.accepted, c.rejected, c.breached, c.tasks],
    ...[c.most, c.capacity ?? 'none', c.daysOver],
  ]);
  const head = ['offered', 'accepted', 'rejected', 'breached', 'tasks', 'most at once', 'limit', 'days over'];
  if (reps.length > 0) print(table(['rep', ...head], reps, [false, ...head.map(() => true)]));
  if (r.pace) showPace(r.pace);
  note(`\nAssumed: ${r.assumptions.join(' ')}`);
}

/** Shown of the hours in which most goes; `--json` has all. */
const MOST_HOURS = 12;

function showPace({ perSecond, perDay, waited, longestWait, most, first, last, hours, left }: Paced): void {
  const limit = `${perSecond} a second${perDay === undefined ? '' : `, ${perDay} in 24 hours`}`;
  print(`\nBy the quota (${limit}): never more than ${most.second} in a second and ${most.day} in 24 hours.`);
  if (first === null || last === null) return;
  const minutes = Math.round(longestWait / MINUTE);
  print(
    `first ${first}, last ${last}; ${waited} waited, the longest ${counted(minutes, 'minute')}; ${left} still wait`,
  );
  const busiest = hours.toSorted((a, b) => b.sent - a.sent).slice(0, MOST_HOURS);
  print(
    table(
      ['busiest hours, from (UTC)', 'sent'],
      busiest.toSorted((a, b) => (a.from < b.from ? -1 : 1)).map(({ from, sent }) => [from, sent]),
    ),
  );
}

/** One line a figure: its mean over the seeds, and how far it goes from there. */
export function showCompared(rows: readonly Compared[], seeds: number, against?: string): void {
  print(colour.bold(`\n${counted(seeds, 'seed')}: ${seeds === 1 ? 'one run' : 'mean ± standard deviation'}`));
  const words = (spread: Spread | undefined): string =>
    spread === undefined ? '' : seeds === 1 ? `${spread.mean}` : `${spread.mean} ± ${spread.sd}`;
  const head = ['figure', 'here', ...(against === undefined ? [] : [against, 'difference'])];
  const signed = (spread: Spread | undefined): string => `${(spread?.mean ?? 0) > 0 ? '+' : ''}${words(spread)}`;
  const cells = rows.map(({ figure, here, against: there, difference }) => [
    ...[figure, words(here)],
    ...(against === undefined ? [] : [words(there), signed(difference)]),
  ]);
  print(
    table(
      head,
      cells,
      head.map((_, i) => i > 0),
    ),
  );
}
