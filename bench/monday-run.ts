/**
 * `npm run bench:monday`: 5,000 leads due at the same Monday 9:00 at 20 messages a second; takes seven
 * minutes. `-- --leads 200` is a short one, `-- --json` prints one JSON document.
 */
import { parseArgs } from 'node:util';
import progress from 'cli-progress';
import { shutdownRuntime } from '../src/worker/run.ts';
import { drainMonday, judge } from './monday.ts';

const { values } = parseArgs({
  options: {
    leads: { type: 'string', default: '5000' },
    rate: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const monday = { leads: Number(values.leads), perSecond: Number(values.rate), repliesPerSecond: 2 };
if (!(monday.leads >= 1 && monday.perSecond >= 1)) {
  process.stderr.write('--leads and --rate are numbers from 1\n');
  process.exit(2);
}

const bar = new progress.SingleBar({
  format: 'sent {bar} {value}/{total}',
  stream: process.stderr,
  noTTYOutput: false,
});
bar.start(monday.leads, 0);
const drained = await drainMonday(monday, (done) => bar.update(done));
bar.stop();
await shutdownRuntime();
const results = judge(monday, drained);
if (values.json) process.stdout.write(`${JSON.stringify({ monday, results }, null, 2)}\n`);
else {
  for (const { name, unit, ours, goal, held, note } of results) {
    const what = `${held ? 'held  ' : 'MISSED'} ${name}: ${Number(ours.toFixed(3))} ${unit}`.trimEnd();
    process.stdout.write(`${what} (${[goal, note].filter((part) => part !== undefined).join('; ')})\n`);
  }
}
process.exitCode = results.every(({ held }) => held) ? 0 : 1;
