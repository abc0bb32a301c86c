/**
 * `npm run bench:reports`: every report over 100,000 leads and 2 million journal entries on a real
 * Postgres, over a year that holds all of them. `-- --short` takes 10,000 leads; `-- --json`.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { printJson, progress, table } from '../src/cli/terminal.ts';
import { openDatabase } from '../src/store/db.ts';
import { migrate } from '../src/store/migrate.ts';
import { REPORT_NAMES, REPORTS, runReport } from '../src/store/reports/index.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { atMost, type Result } from './measure.ts';
import { END, fill, START } from './reports-fill.ts';

const LIMIT_MS = 2_000;
const ROUNDS = 3;

const { values } = parseArgs({
  options: { short: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
const size = { leads: values.short ? 10_000 : 100_000, entries: 20 };

const folder = mkdtempSync(join(tmpdir(), `volley-test-${process.pid}-`));
chmodSync(folder, 0o755);
const server = await startPostgres(folder);
const results: Result[] = [];
try {
  const database = await openDatabase({ databaseUrl: server.url, home: '' });
  await migrate(database.db, 'postgres');
  const bar = progress('tables', 1);
  await fill(database.db, size, (done, total) => bar.to(done / total));
  bar.end();
  for (const name of REPORT_NAMES) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now();
      await runReport(database.db, REPORTS[name], {
        from: START,
        to: END,
        now: END,
        stages: ['exploring', 'evaluating', 'deciding', 'customer'],
        won: 'customer',
        warming: [],
        goals: { marketing: { mql: 200, pipeline: 400_000 }, sales: { accepted: 160, demos: 60, won: 12 } },
        model: 'w',
      });
      times.push(performance.now() - began);
    }
    results.push(
      atMost(
        { name, unit: 'ms', ours: Math.max(...times), note: times.map((ms) => ms.toFixed(0)).join(', ') },
        LIMIT_MS,
      ),
    );
  }
  await database.close();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (values.json) printJson({ ...size, results });
else {
  const rows = results.map(({ name, ours, note, held }) => [
    name,
    Math.round(ours),
    note ?? '',
    held ? 'held' : 'missed',
  ]);
  process.stdout.write(`${table(['report', 'slowest ms', 'each round', `<= ${LIMIT_MS} ms`], rows)}\n`);
  process.stdout.write(`${size.leads} leads, ${size.leads * size.entries} journal entries\n`);
}
process.exitCode = results.some(({ held }) => held === false) ? 1 : 0;
