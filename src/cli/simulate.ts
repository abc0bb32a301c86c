/** `volley simulate`: what a playbook would do with these leads, in seconds and without a system. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { instantOf } from '../core/calendar.ts';
import { type SimulationResult, simulate } from '../core/simulate.ts';
import type { Paced, Quota } from '../core/simulated-pace.ts';
import { DAY, MINUTE } from '../core/time.ts';
import { counted } from '../core/words.ts';
import { compileFolder } from './check.ts';
import { readBehaviour, readReps } from './people.ts';
import { colour, note, print, printJson, progress, table } from './terminal.ts';
import { calendarDate, integer, notInThisVersion, wrongUse } from './use.ts';

interface Options {
  readonly leads?: string;
  readonly days: number;
  readonly seed: number;
  readonly from?: string;
  readonly behaviour?: string;
  readonly reps?: string;
  readonly perSecond?: number;
  readonly perDay?: number;
  readonly signals?: string;
  readonly against?: string;
  readonly perLead?: true;
  readonly json?: true;
}

export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .description('play a playbook over leads with example people, in virtual time; the same seed gives the same answer')
    .argument('<dir>', 'folder that holds playbook.yaml')
    .option('--leads <file>', 'leads as `import` takes them (default: leads.csv in the folder)')
    .option('--days <n>', 'how long', integer(1, 3_650), 90)
    .option('--seed <n>', 'whose dice', integer(0, 2 ** 31), 1)
    .requiredOption('--from <date>', 'first day, YYYY-MM-DD in the company’s zone', calendarDate)
    .option(
      '--behaviour <file>',
      'YAML: how leads react and reps answer (default: behaviour.yaml in the folder; without one nobody reacts)',
    )
    .option('--reps <file>', 'YAML: reps and their hours (default: reps.yaml in the folder, if there)')
    .option(
      '--per-second <n>',
      'messages the mail service takes in a second (default: all at once)',
      integer(1, 100_000),
    )
    .option('--per-day <n>', 'with --per-second: and in 24 hours', integer(1, 1_000_000_000))
    .option('--signals <file>', 'not in this version')
    .option('--against <dir>', 'not in this version')
    .option('--per-lead', 'with --json: one entry for each lead too')
    .option('--json', 'print the whole result')
    .action(async (dir: string, options: Options) => {
      if (options.signals !== undefined) throw notInThisVersion('simulate --signals');
      if (options.against !== undefined) throw notInThisVersion('simulate --against');
      if (options.perLead && !options.json) throw wrongUse('--per-lead goes with --json');
      const { result, rejected } = await run(dir, options);
      const { perLead, ...totals } = result;
      if (options.json) printJson({ ...totals, rejected, ...(options.perLead ? { perLead } : {}) });
      else show(totals, rejected);
    });
}

async function run(dir: string, options: Options): Promise<{ result: SimulationResult; rejected: number }> {
  const playbook = await compileFolder(dir);
  const acting = options.behaviour ?? (await ifThere(join(dir, 'behaviour.yaml')));
  const behaviour = acting === undefined ? undefined : await readBehaviour(acting, playbook);
  if (behaviour === undefined) {
    note(`There is no ${join(dir, 'behaviour.yaml')}: nobody reacts, and no rep answers.`);
  }
  const reps = await readReps(options.reps ?? (await ifThere(join(dir, 'reps.yaml'))));
  // Loaded only here, since it takes a while.
  const { readLeadsFile } = await import('./leads-file.ts');
  const { leads, rejected } = await readLeadsFile(options.leads ?? join(dir, 'leads.csv'));
  if (leads.length === 0) throw wrongUse('there is no lead in the file');
  const from = instantOf(playbook.company.timeZone, Date.parse(`${options.from}T00:00:00Z`) / DAY, 0);
  const bar = progress('days', options.days);
  try {
    const result = simulate({
      playbook,
      leads,
      ...(behaviour === undefined ? {} : { behaviour }),
      reps: Object.fromEntries(reps.map((rep) => [rep.id, rep])),
      seed: options.seed,
      ...quotaOf(options),
      from,
      days: options.days,
      onDay: bar.to,
    });
    return { result, rejected };
  } finally {
    bar.end();
  }
}

function quotaOf({ perSecond, perDay }: Options): { quota?: Quota } {
  if (perSecond === undefined) {
    if (perDay !== undefined) throw wrongUse('--per-day goes with --per-second');
    return {};
  }
  return { quota: { perSecond, ...(perDay === undefined ? {} : { perDay }) } };
}

const ifThere = async (file: string): Promise<string | undefined> =>
  (await stat(file).catch(() => undefined)) === undefined ? undefined : file;

function show(r: Omit<SimulationResult, 'perLead'>, rejected: number): void {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .filter(([, n]) => n > 0)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ') || 'none';
  print(
    colour.bold(`${counted(r.leads, 'lead')} over ${counted(r.days, 'day')} (${counted(rejected, 'row')} refused)`),
  );
  print(
    table(
      ['touches', 'tasks', 'handoffs', 'accepted', 'recycles', 'SLA breaches', 'expired', 'quiet leads'],
      [[r.touches, r.tasks, r.handoffs, r.accepted, r.recycles, r.slaBreaches, r.expired, r.quiet]],
    ),
  );
  print(
    `\nreturned: ${list(r.returns)}\nskipped: ${list(r.skips)}\nat the end: ${list(r.endStates)}\nstages: ${list(r.perStage)}\n`,
  );
  const cadences = Object.entries(r.perCadence).map(([id, c]) => [id, c.entered, c.touches, list(c.ended)]);
  if (cadences.length > 0) print(`${table(['cadence', 'entered', 'touches', 'ended'], cadences)}\n`);
  const reps = Object.entries(r.repLoad).map(([id, c]) => [id, c.offered, c.accepted, c.rejected, c.breached, c.tasks]);
  if (reps.length > 0) print(table(['rep', 'offered', 'accepted', 'rejected', 'breached', 'tasks'], reps));
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
