/**
 * `npm run bench:growth`: the engine with 1,000 and 10,000 leads asleep in it, on a real Postgres (five minutes);
 * `-- --leads 1000,10000,100000` for other steps (100,000: 40 minutes), `-- --json`.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printJson, progress, table } from '../src/cli/terminal.ts';
import { shutdownRuntime } from '../src/worker/run.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { type Grown, grow } from './growth.ts';

const { values } = parseArgs({
  options: { leads: { type: 'string', default: '1000,10000' }, json: { type: 'boolean', default: false } },
});
const sizes = values.leads.split(',').map(Number);
if (!sizes.every((size, at) => Number.isInteger(size) && size >= 500 && size > (sizes[at - 1] ?? 0))) {
  process.stderr.write('--leads are whole numbers from 500, growing, with commas: 1000,10000\n');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), `volley-test-${process.pid}-`));
chmodSync(folder, 0o755);
const server = await startPostgres(folder);
const steps: Grown[] = [];
try {
  const bar = progress('leads asleep', sizes.at(-1) ?? 1);
  await grow(
    { sizes, signals: 300, touches: 500, databaseUrl: server.url },
    (grown) => steps.push(grown),
    (leads) => bar.to(leads),
  );
  bar.end();
} finally {
  await shutdownRuntime();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
if (values.json) printJson({ machine, steps });
else {
  const rows = steps.map(({ leads, enrolledPerSecond, taskMs, mailedPerSecond, bytesPerLead, listMs, sweepMs }) => [
    leads.toLocaleString('en'),
    enrolledPerSecond.toFixed(0),
    `${taskMs.p50.toFixed(0)} / ${taskMs.p99.toFixed(0)}`,
    mailedPerSecond.toFixed(0),
    (bytesPerLead / 1_024).toFixed(1),
    listMs.toFixed(0),
    sweepMs.toFixed(0),
  ]);
  const head = [
    'leads asleep',
    'enrolled /s',
    'signal to task p50 / p99 ms',
    'enrolled and mailed /s',
    'KB a lead',
    'page of 100 ms',
    'sweep ms',
  ];
  process.stdout.write(`${table(head, rows)}\n${machine}; everything on one machine\n`);
}
