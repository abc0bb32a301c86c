/** What `volley replay` found, as people read it. */
import { counted } from '../../core/words.ts';
import { colour, table } from '../terminal.ts';
import type { HistoriesReport } from './histories.ts';

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
