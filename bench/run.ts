/**
 * `npm run bench`: Volley beside a bare-engine workflow in one run, so that the machine cancels out.
 * `-- --short` takes about a minute and is for trying things; `-- --json` prints one JSON document;
 * `-- --only touches` runs one of them.
 */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import progress from 'cli-progress';
import Table from 'cli-table3';
import pc from 'picocolors';
import { shutdownRuntime } from '../src/worker/run.ts';
import { cost } from './cost.ts';
import { enrolments } from './enrolments.ts';
import { latency } from './latency.ts';
import type { Benchmark, Result } from './measure.ts';
import { touches } from './touches.ts';

const benchmarks: Readonly<Record<string, Benchmark>> = { cost, enrolments, touches, latency };

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const chosen = Object.entries(benchmarks).filter(([name]) => values.only === undefined || name === values.only);
if (chosen.length === 0) {
  process.stderr.write(`no benchmark ${values.only}; there are ${Object.keys(benchmarks).join(', ')}\n`);
  process.exit(2);
}

const results: Result[] = [];
for (const [name, run] of chosen) {
  const bar = new progress.SingleBar({
    format: `${name.padEnd(11)} {bar} {percentage}%`,
    stream: process.stderr,
    hideCursor: true,
    noTTYOutput: false,
  });
  bar.start(1, 0);
  results.push(
    ...(await run({ short: values.short }, (done, total) => {
      bar.setTotal(total);
      bar.update(done);
    })),
  );
  bar.stop();
}
await shutdownRuntime();

const machine = {
  cores: availableParallelism(),
  processor: cpus()[0]?.model ?? 'unknown',
  memoryGb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
if (values.json) {
  process.stdout.write(`${JSON.stringify({ machine, short: values.short, results }, null, 2)}\n`);
} else {
  const number = (value: number | undefined): string =>
    value === undefined ? '' : value >= 100 ? value.toFixed(0) : value.toFixed(2);
  const table = new Table({
    head: ['', 'Volley', 'bare engine', 'ratio', 'must hold', ''],
    colAligns: ['left', 'right', 'right', 'right', 'left', 'left'],
    style: { head: [], border: [] },
  });
  for (const { name, unit, ours, bare, ratio, goal, held, note } of results) {
    const what = [name, unit === '' ? undefined : `(${unit})`].filter((part) => part !== undefined).join(' ');
    const verdict = held === undefined ? '' : held ? pc.green('held') : pc.red('missed');
    table.push([
      note === undefined ? what : `${what}\n${pc.dim(note)}`,
      number(ours),
      number(bare),
      number(ratio),
      goal ?? '',
      verdict,
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
  process.stdout.write(
    `${machine.cores} cores (${machine.processor}), ${machine.memoryGb} GB, Node ${machine.node}; server, store, mailbox, API and workers on one machine\n`,
  );
}
process.exitCode = results.some((result) => result.held === false) ? 1 : 0;
