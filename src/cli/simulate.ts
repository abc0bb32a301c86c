/** `volley simulate`: what a playbook would do with these leads, in seconds and without a system. */
import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { compareRuns } from '../core/compare.ts';
import type { Playbook } from '../core/playbook.ts';
import { type SimulationResult, simulate } from '../core/simulate.ts';
import type { Quota } from '../core/simulated-pace.ts';
import { systemErrorCode, systemErrorWords } from '../system-error.ts';
import { type Prepared, prepare } from './simulation/prepare.ts';
import { reportPage } from './simulation/report/report.ts';
import { showCompared, showResult } from './simulation/show.ts';
import { note, type Progress, printJson, progress } from './terminal.ts';
import { calendarDate, integer, wrongUse } from './use.ts';

interface Options {
  readonly leads?: string;
  readonly days: number;
  readonly seed: number;
  readonly seeds: number;
  readonly from: string;
  readonly behaviour?: string;
  readonly reps?: string;
  readonly signals?: string;
  readonly store?: true;
  readonly fit?: true | string;
  readonly against?: string;
  readonly perSecond?: number;
  readonly perDay?: number;
  readonly perLead?: true;
  readonly html?: string;
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
    .option(
      '--seeds <n>',
      'play it with that many seeds, from --seed on, and show how the figures vary',
      integer(1, 1_000),
      1,
    )
    .requiredOption('--from <date>', 'first day, YYYY-MM-DD in the company’s zone', calendarDate)
    .option(
      '--behaviour <file>',
      'YAML: how leads react and reps answer (default: behaviour.yaml in the folder; without one nobody reacts)',
    )
    .option('--reps <file>', 'YAML: reps and their hours (default: reps.yaml in the folder, if there)')
    .option(
      '--signals <file>',
      'NDJSON as posted to /v1/signals: leads do what they did; reps answer as the behaviour says',
    )
    .option(
      '--store',
      'leads of the running system (VOLLEY_URL), and all that happened to them from --from on happens again',
    )
    .option(
      '--fit [file]',
      'with --store: leads react and reps answer by rates fitted to the journals instead; written to the file as YAML',
    )
    .option('--against <dir>', 'another playbook for the same leads and people, side by side')
    .option(
      '--per-second <n>',
      'messages the mail service takes in a second (default: all at once)',
      integer(1, 100_000),
    )
    .option('--per-day <n>', 'with --per-second: and in 24 hours', integer(1, 1_000_000_000))
    .option('--per-lead', 'with --json: one entry for each lead too')
    .option('--html <file>', 'write a report with plots, as one page that needs nothing else')
    .option('--json', 'print the whole result')
    .action(async (dir: string, options: Options) => {
      if (options.perLead && !options.json) throw wrongUse('--per-lead goes with --json');
      if (options.fit !== undefined && !options.store) throw wrongUse('--fit goes with --store');
      if (options.store) {
        const other = (['leads', 'signals', 'perSecond'] as const).find((name) => options[name] !== undefined);
        if (other !== undefined)
          throw wrongUse(`--store does not go with --${other === 'perSecond' ? 'per-second' : other}`);
      }
      const quota = quotaOf(options);
      const prepared = await prepare(dir, options);
      const runs = play(prepared, { ...options, ...quota });
      if (options.html !== undefined) await writeReport(options.html, dir, prepared, runs, options);
      if (options.json) printJson(documentOf(prepared, runs, options));
      else show(prepared, runs, options);
    });
}

type Asked = Options & { readonly quota?: Quota };

function quotaOf({ perSecond, perDay }: Options): { quota?: Quota } {
  if (perSecond === undefined) {
    if (perDay !== undefined) throw wrongUse('--per-day goes with --per-second');
    return {};
  }
  return { quota: { perSecond, ...(perDay === undefined ? {} : { perDay }) } };
}

interface Runs {
  /** By seed. */
  readonly here: readonly SimulationResult[];
  readonly against?: readonly SimulationResult[];
}

function play(prepared: Prepared, options: Asked): Runs {
  const { playbook, against } = prepared;
  const bar = progress('days', options.days * options.seeds * (against === undefined ? 1 : 2));
  try {
    const here = seeds(options).map((seed, n) => playOne(prepared, playbook, { ...options, seed }, bar, n));
    if (against === undefined) return { here };
    const done = options.seeds;
    const there = seeds(options).map((seed, n) => playOne(prepared, against, { ...options, seed }, bar, done + n));
    return { here, against: there };
  } finally {
    bar.end();
  }
}

const seeds = ({ seed, seeds }: Options): number[] => Array.from({ length: seeds }, (_, n) => seed + n);

/** @param before runs that are over */
function playOne(
  { leads, behaviour, reps, from }: Prepared,
  playbook: Playbook,
  { seed, days, quota }: Asked,
  bar: Progress,
  before: number,
): SimulationResult {
  return simulate({
    ...{ playbook, leads, reps, seed, from, days },
    ...(behaviour === undefined ? {} : { behaviour }),
    ...(quota === undefined ? {} : { quota }),
    onDay: (day) => bar.to(before * days + day),
  });
}

const totalsOf = ({ perLead: _, ...totals }: SimulationResult): Omit<SimulationResult, 'perLead'> => totals;

/** The first seed's result whole, the other playbook's beside it, and the figures over all seeds. */
function documentOf({ rejected, signals }: Prepared, { here, against }: Runs, options: Options): object {
  const [first] = here;
  const [other] = against ?? [];
  if (first === undefined) throw new RangeError('there is at least one seed');
  const { perLead, ...totals } = first;
  return {
    ...totals,
    rejected,
    ...(signals === undefined ? {} : { signals }),
    ...(other === undefined ? {} : { against: totalsOf(other) }),
    ...(isCompared(options) ? { seeds: options.seeds, compared: compareRuns(here, against) } : {}),
    ...(options.perLead ? { perLead } : {}),
  };
}

/** @throws VolleyError `wrong-use` where it cannot be written */
async function writeReport(
  file: string,
  dir: string,
  { playbook, from }: Prepared,
  { here, against }: Runs,
  options: Options,
): Promise<void> {
  const [name, other] = [dir, options.against ?? ''].map((folder) => basename(resolve(folder)));
  const same = name === other;
  const page = reportPage({
    ...{ name: same ? dir : (name ?? dir), here, firstSeed: options.seed, from, zone: playbook.company.timeZone },
    ...(against === undefined ? {} : { against, otherName: same ? (options.against ?? '') : (other ?? '') }),
  });
  await writeFile(file, page).catch((error: unknown) => {
    if (systemErrorCode(error) === undefined) throw error;
    throw wrongUse(`${file} cannot be written: ${systemErrorWords(error)}`);
  });
  note(`The report is in ${file}.`);
}

const isCompared = ({ against, seeds }: Options): boolean => against !== undefined || seeds > 1;

function show({ rejected, signals }: Prepared, { here, against }: Runs, options: Options): void {
  const [first] = here;
  if (first === undefined) throw new RangeError('there is at least one seed');
  showResult(totalsOf(first), rejected);
  if (isCompared(options)) showCompared(compareRuns(here, against), options.seeds, options.against);
  if (signals === undefined) return;
  const { taken, before, after, strangers } = signals;
  note(
    `Signals: ${taken} played; left out ${before} before the first day, ${after} after the last, ${strangers} of people who are not among the leads.`,
  );
}
