/** What `volley replay` found, as people read it. */
import { counted } from '../../core/words.ts';
import { colour, table } from '../terminal.ts';
import type { HistoriesReport } from './histories.ts';
import { isRight, type WakesReport, type WrongWake } from './wakes.ts';

/** Rows shown; `--json` has all. */
const ROWS_SHOWN = 50;

export function showHistories({ buildId, replayed, events, failed }: HistoriesReport): string {
  const count = `${counted(replayed, 'history', 'histories')} of ${counted(events, 'event')}`;
  if (replayed === 0) return `No workflow runs: there is nothing that build ${buildId} would have to go on with.`;
  if (failed.length === 0) return `${colour.green('ok')}  ${count}: build ${buildId} goes on with all of them.`;
  const rows = failed
    .slice(0, ROWS_SHOWN)
    .map(({ of, type, events: n, builds, problem }) => [of, type, n, builds.join(' '), problem]);
  const left = failed.length - rows.length;
  return [
    `${colour.red('wrong')}  ${count}: build ${buildId} cannot go on with ${failed.length}.`,
    '',
    table(['lead or workflow', 'type', 'events', 'recorded by', 'why'], rows),
    ...(left === 0 ? [] : [colour.dim(`and ${left} more (--json has them)`)]),
  ].join('\n');
}

/** Wakes shown in full. */
const WAKES_SHOWN = 20;

export function showWakes(report: WakesReport): string {
  const { replayed, same, meant, wrong, unused, broken } = report;
  if (replayed === 0) return 'No wake has been recorded: there is nothing to compare decisions with.';
  const otherwise = meant === 0 ? '' : `, ${meant} otherwise as meant`;
  const count = `${counted(replayed, 'recorded wake')}: ${same} decided the same${otherwise}`;
  if (isRight(report)) return `${colour.green('ok')}  ${count}.`;
  const left = wrong.length - WAKES_SHOWN;
  return [
    `${colour.red('wrong')}  ${count}, ${wrong.length} otherwise and nobody said that it is meant.`,
    ...broken.map(({ hash, why }) => `Playbook version ${hash.slice(0, 12)} cannot be read: ${why}`),
    ...unused.map(({ differs, why }) => `Meant, but no difference any more: ${differs.join(', ')} (${why})`),
    ...wrong.slice(0, WAKES_SHOWN).flatMap((one) => ['', showWake(one)]),
    ...(left <= 0 ? [] : ['', colour.dim(`and ${left} more (--json has them)`)]),
  ].join('\n');
}

function showWake({ id, lead, at, wake, volley, differences, problem }: WrongWake): string {
  const head = colour.bold(`lead ${lead}, ${at}, woken by ${wake} (${id}, decided by ${volley})`);
  if (problem !== undefined) return `${head}\n${problem}`;
  return `${head}\n${table(
    ['', 'was decided', 'would be decided now'],
    differences.map(({ what, was, now }) => [what, was, now]),
  )}`;
}
