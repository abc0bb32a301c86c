/**
 * `npm run torture`: real processes, killed at random and at placed points, against an SES that misbehaves; then the
 * mailbox's own record against the ledger and the plan. `-- --touches 30000 --kills 500 [--seed N] [--json] [--keep
 * FOLDER]`. Exits with 1 when something that must hold does not. docs/reliability.md explains the figures.
 */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import progress from 'cli-progress';
import Table from 'cli-table3';
import pc from 'picocolors';
import { shutdownRuntime } from '../../src/worker/run.ts';
import { upperBound } from './bound.ts';
import { CAUSES } from './oracle.ts';
import { type Outcome, torture } from './torture.ts';
import { MOST_UNCONFIRMED, wrongIn } from './verdict.ts';

const { values } = parseArgs({
  options: {
    touches: { type: 'string', default: '1500' },
    kills: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    /** Seconds between kills, on average. */
    every: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
});

function whole(name: 'touches' | 'kills' | 'seed'): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 0) return value;
  process.stderr.write(`--${name} must be a whole number, not ${values[name]}\n`);
  process.exit(2);
}

const seed = whole('seed');
const bar = new progress.SingleBar({
  format: 'torture {bar} {value}/{total} touches, {kills} kills, {duration_formatted}',
  stream: process.stderr,
  hideCursor: true,
  noTTYOutput: false,
});
process.stderr.write(`seed ${seed}\n`);
bar.start(whole('touches'), 0, { kills: 0 });
const keep = values.keep === undefined ? undefined : resolve(values.keep);
if (keep !== undefined) await mkdir(keep, { recursive: true });
const outcome = await torture({
  touches: whole('touches'),
  kills: whole('kills'),
  seed,
  emails: 12,
  meanMs: 1_000 * Number(values.every),
  everyPoint: true,
  giveUpMs: 60_000,
  onProgress(done, total, kills) {
    bar.setTotal(total);
    bar.update(done, { kills });
  },
  ...(keep === undefined ? {} : { keep }),
});
bar.stop();
await shutdownRuntime();

const wrong = wrongIn(outcome);
if (values.json) process.stdout.write(`${JSON.stringify({ ...outcome, wrong }, null, 2)}\n`);
else print(outcome);
process.exitCode = wrong.length === 0 ? 0 : 1;

function print(found: Outcome): void {
  const percent = (rate: number): string => `${(100 * rate).toFixed(4)}%`;
  const table = new Table({
    head: ['', 'found', 'in the mailbox', 'of the touches', 'at most (95%)', 'must hold'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  const row = (name: string, n: number, inMailbox: number | '', must: string): void => {
    const bound = must === '' ? '' : percent(upperBound(n, found.touches));
    table.push([name, n, inMailbox, percent(n / found.touches), bound, must]);
  };
  row('sent twice', found.duplicates.length, '', '0');
  row('lost', found.lost.length, '', '0');
  row('in the mailbox, told of, not called sent', found.unresolved.length, '', '0');
  row('left in sending by a clean stop', found.leftByStops, '', '0');
  for (const cause of CAUSES) {
    const { n, inMailbox } = found.unconfirmed[cause];
    row(`unconfirmed: ${cause}`, n, inMailbox, cause === 'random kill' ? `<= ${percent(MOST_UNCONFIRMED)}` : '');
  }
  const counted = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, n]) => `${n} ${name}`)
      .join(', ');
  process.stdout.write(`${table.toString()}\n`);
  process.stdout.write(
    `${found.touches} touches in ${found.seconds} s, ${found.sent} sent, ${found.provenLate} of them proven late\n`,
  );
  process.stdout.write(
    `kills: ${counted(found.kills)}; ${found.whileSending} of them before the last touch had ended\npoints: ${counted(found.points)}\nSES: ${counted(found.answers)}\n`,
  );
  process.stdout.write(`seed ${found.seed}\n`);
  for (const line of wrong) process.stdout.write(`${pc.red('wrong')}: ${line}\n`);
}
