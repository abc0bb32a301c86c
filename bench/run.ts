/**
 * `npm run bench`: Volley beside a bare-engine workflow in one run, so that the machine cancels out.
 * `-- --short` takes about a minute and is for trying things; `-- --json` prints one JSON document;
 * `-- --only touches` runs one of them.
 */
import { execFile } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import progress from 'cli-progress';
import Table from 'cli-table3';
import pc from 'picocolors';
import { z } from 'zod';
import { shutdownRuntime } from '../src/worker/run.ts';
import { cost } from './cost.ts';
import { enrolments } from './enrolments.ts';
import { latency } from './latency.ts';
import { type Benchmark, type Result, resultSchema } from './measure.ts';
import { rendering } from './rendering.ts';
import { touches } from './touches.ts';

const benchmarks: Readonly<Record<string, Benchmark>> = { cost, enrolments, touches, latency, rendering };

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const only = values.only === undefined ? undefined : benchmarks[values.only];
if (values.only !== undefined && only === undefined) {
  process.stderr.write(`no benchmark ${values.only}; there are ${Object.keys(benchmarks).join(', ')}\n`);
  process.exit(2);
}

const documentSchema = z.object({ results: z.array(resultSchema) });

/** Runs one in this process. */
async function runHere(name: string, run: Benchmark): Promise<Result[]> {
  const bar = new progress.SingleBar({
    format: `${name.padEnd(11)} {bar} {percentage}%`,
    stream: process.stderr,
    hideCursor: true,
    noTTYOutput: false,
  });
  bar.start(1, 0);
  const found = await run({ short: values.short }, (done, total) => {
    bar.setTotal(total);
    bar.update(done);
  });
  bar.stop();
  await shutdownRuntime();
  return found;
}

/**
 * Runs one in a process of its own: what an earlier one leaves in memory made the collector pause
 * for longer and took the p99 of the latency from 100 to 180 ms.
 */
async function runApart(name: string): Promise<Result[]> {
  const args = [fileURLToPath(import.meta.url), '--only', name, '--json', ...(values.short ? ['--short'] : [])];
  const child = promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
  child.child.stderr?.pipe(process.stderr);
  // A missed bound ends it with 1, and its answer is on the standard output all the same.
  const { stdout } = await child.catch((error: { code?: number; stdout?: string }) => {
    if (error.code === 1 && error.stdout?.startsWith('{') === true) return { stdout: error.stdout };
    throw error;
  });
  return documentSchema.parse(JSON.parse(stdout)).results;
}

const results: Result[] = [];
if (only !== undefined && values.only !== undefined) results.push(...(await runHere(values.only, only)));
else for (const name of Object.keys(benchmarks)) results.push(...(await runApart(name)));

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
