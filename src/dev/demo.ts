/** `npm run demo`: 90 days of the example playbook on the real engine, in about three minutes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { compileFolder } from '../cli/check.ts';
import { createApiClient } from '../cli/client.ts';
import { report } from '../cli/main.ts';
import { readBehaviour, readReps } from '../cli/people.ts';
import { untilStopped } from '../cli/signals.ts';
import { colour, note, print, progress, table } from '../cli/terminal.ts';
import { calendarDate, integer } from '../cli/use.ts';
import { readConfig } from '../config.ts';
import { instantOf } from '../core/calendar.ts';
import { DAY } from '../core/time.ts';
import { createLog } from '../log.ts';
import { playbookFiles } from '../store/playbooks.ts';
import { agreementText, simulateAgain } from './demo-agreement.ts';
import { coveredText } from './demo-covered.ts';
import { drain } from './demo-drain.ts';
import { createPeople } from './demo-people.ts';
import { collectWakes, writeRecordings } from './demo-record.ts';
import { meetingReport } from './demo-report.ts';
import { type DemoOutcome, verifyDemo } from './demo-verify.ts';
import { createWaves, splitCsv } from './demo-waves.ts';
import { EXAMPLE, putPlaybook } from './first-start.ts';
import { holdClock } from './held-clock.ts';
import { startStack } from './stack.ts';

interface Options {
  readonly days: number;
  readonly seed: number;
  readonly speed: number;
  readonly from: string;
  readonly record?: string;
}

/** Days over which the leads come in. */
const WAVES = 21;
/** What was due by the last moment may take this long to happen, real ms. */
const DRAIN_MS = 60_000;

interface Played {
  readonly outcome: DemoOutcome;
  /** What both teams would meet about, as text. */
  readonly meeting: string;
  /** Whether a simulation of the same tells the same, as text. */
  readonly agreement: string;
}

/** Runs it to its end; undefined when it was asked to stop. */
async function run(options: Options, home: string, stopped: Promise<unknown>): Promise<Played | undefined> {
  // Of the environment only what says how to log and where the engine is: the demo is the same everywhere.
  const { LOG_LEVEL, LOG_FORMAT, VOLLEY_TEMPORAL_BIN } = process.env;
  const config = readConfig({
    LOG_LEVEL,
    LOG_FORMAT,
    VOLLEY_TEMPORAL_BIN,
    VOLLEY_HOME: home,
    PORT: '0',
    VOLLEY_SPEED: `${options.speed}`,
  });
  const log = createLog({ ...config.log, level: config.log.level ?? 'error' });
  const playbook = await compileFolder(EXAMPLE);
  const behaviour = await readBehaviour(join(EXAMPLE, 'behaviour.yaml'), playbook);
  const reps = await readReps(join(EXAMPLE, 'reps.yaml'));
  const from = instantOf(playbook.company.timeZone, Date.parse(`${options.from}T00:00:00Z`) / DAY, 0);
  const until = from + options.days * DAY;
  const clock = holdClock(from, options.speed, until);
  const say = (line: string): void => note(colour.dim(line));

  say('starting the engine');
  const wakes = options.record === undefined ? undefined : collectWakes();
  const recording = wakes === undefined ? {} : { record: wakes.record };
  const keyed = reps.map((rep) => rep.id);
  const stack = await startStack({ config, log, say, clock, passing: true, reps: keyed, ...recording });
  try {
    const { mailbox } = stack;
    if (mailbox === undefined) throw new Error('the demo runs with the mailbox only');
    const { db } = stack.database;
    const people = createPeople({ ...stack, db, mailbox, playbook, behaviour, reps, seed: options.seed });
    const api = createApiClient(stack.url, stack.keys['admin']);
    await putPlaybook(api);
    const parts = await splitCsv(join(EXAMPLE, 'leads.csv'), Math.min(WAVES, options.days));
    const waves = createWaves(api, parts, clock, from, people.meet);
    await waves.first();
    people.start();
    clock.release();
    const busy = (): boolean => people.busy() || waves.busy();
    const days = Promise.all([watch(clock, from, until), waves.rest()]).then(() => drain(db, until, busy, DRAIN_MS));
    const ended = await Promise.race([
      days.then((left) => (left === undefined ? [] : [`${left} after the last day`])),
      stack.broken.then((part) => [`${part} ended early`]),
      stopped.then(() => undefined),
    ]);
    await people.stop();
    if (ended === undefined) return undefined;
    await stack.stopWorkers();
    await mailbox.eventsDelivered();
    const imported = waves.imported();
    const meeting = await meetingReport(db, playbook, from, until);
    if (options.record !== undefined && wakes !== undefined) {
      await writeRecordings(options.record, wakes.recordings(), async (hash) => (await playbookFiles(db, hash)) ?? {});
    }
    const { followed } = people;
    const outcome = await verifyDemo({ db, mailbox, playbook, imported, from, days: options.days, until, followed });
    const agreement = await simulateAgain({ db, playbook, reps, from, days: options.days });
    const wrong = [...ended, ...people.problems(), ...outcome.wrong];
    return { outcome: { ...outcome, wrong }, agreement: agreementText(agreement), meeting };
  } finally {
    await stack.stop();
  }
}

/** Shows the days go by until the last is over. */
async function watch(clock: { now(): number }, from: number, until: number): Promise<void> {
  const days = Math.round((until - from) / DAY);
  const bar = progress('day', days);
  for (let now = clock.now(); now < until; now = clock.now()) {
    bar.to(Math.floor((now - from) / DAY));
    await delay(200);
  }
  bar.end();
}

function show({ outcome, meeting, agreement }: Played, options: Options): void {
  const { counts } = outcome;
  const list = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .filter(([, n]) => n > 0)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ') || 'none';
  const returned = Object.values(counts.returns).reduce((a, b) => a + b, 0);
  const rows: [string, string][] = [
    ['rows', `${outcome.rows} (${outcome.refused} refused with a reason)`],
    ['leads', `${outcome.leads}`],
    ['touches', `${counts.touches}`],
    ['skipped', list(counts.skips)],
    ['clicks', `${outcome.clicks.people} by people, ${outcome.clicks.programs} by programs, which count for nothing`],
    ['mails to reps', `${outcome.notices}`],
    ['handoffs', `${counts.handoffs}`],
    ['accepted', `${counts.accepted}`],
    ['returned', `${returned} (${list(counts.returns)})`],
    ['chats', `${outcome.chats.asked} (${outcome.chats.taken} taken by a rep, ${outcome.chats.form} to the form)`],
    ['recycled', `${counts.recycles}`],
    ['breached', `${counts.slaBreaches}`],
    ['expired', `${counts.expired}`],
    ['enrollments', list(outcome.enrollments)],
    ['at the end', list(outcome.endStates)],
  ];
  print(`\n${colour.bold(`${options.days} days`)}`);
  print(table(['', ''], rows));
  print(`\n${meeting}`);
  print(`\n${coveredText(outcome.covered)}`);
  print(`\n${agreement}`);
  if (outcome.wrong.length === 0) print(`\n${colour.green('every lead accounted for, no touch repeated')}`);
  else for (const line of outcome.wrong) print(`${colour.red('wrong:')} ${line}`);
}

const program = new Command('npm run demo --')
  .description('play the example playbook over the example leads on the real engine, sped up')
  .option('--days <n>', 'how long', integer(1, 365), 90)
  .option('--seed <n>', 'whose dice', integer(0, 2 ** 31), 1)
  .option('--speed <n>', 'virtual seconds a second', integer(1, 1_000_000), 43_200)
  .option('--from <date>', 'first day, YYYY-MM-DD', calendarDate, '2026-11-23')
  .option('--record <folder>', 'keep wakes of each kind there, for `volley replay --wakes`')
  .option('--debug', 'show stack traces of errors')
  .exitOverride();
const stopped = untilStopped();
let home: string | undefined;
try {
  const options = program.parse().opts<Options>();
  home = await mkdtemp(join(tmpdir(), 'volley-demo-'));
  const played = await run(options, home, stopped);
  if (played === undefined) process.exitCode = 130;
  else {
    show(played, options);
    if (played.outcome.wrong.length > 0) process.exitCode = 1;
  }
} catch (error) {
  process.exitCode = report(error, program.opts()['debug'] === true);
} finally {
  if (home !== undefined) await rm(home, { recursive: true, force: true });
}
// Whatever still holds the process (an engine's thread, say) has nothing left to do.
process.exit();
