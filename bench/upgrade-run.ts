/**
 * `npm run bench:upgrade`: 1,000 sleeping leads carried over an upgrade of the workers; takes about six minutes.
 * `-- --leads 50` is a short one, `-- --json` prints one JSON document.
 */
import { parseArgs } from 'node:util';
import { progress } from '../src/cli/terminal.ts';
import { shutdownRuntime } from '../src/worker/run.ts';
import { carryOver, judge } from './upgrade.ts';

const { values } = parseArgs({
  options: { leads: { type: 'string', default: '1000' }, json: { type: 'boolean', default: false } },
});
const leads = Number(values.leads);
if (!Number.isInteger(leads) || leads < 1) {
  process.stderr.write('--leads is a whole number from 1\n');
  process.exit(2);
}
// All have had a letter before the first one wakes, on a slow machine too.
const upgrade = { leads, sleepMs: 20_000 + leads * 100 };

const bar = progress('letters', leads * 3);
const results = judge(upgrade, await carryOver(upgrade, bar.to));
bar.end();
await shutdownRuntime();
const held = results.every((one) => one.held);
if (values.json) process.stdout.write(`${JSON.stringify({ upgrade, held, results }, null, 2)}\n`);
else
  for (const one of results)
    process.stdout.write(`${one.held ? 'held  ' : 'MISSED'} ${one.what}: ${one.is} of ${one.wanted}\n`);
process.exitCode = held ? 0 : 1;
