/**
 * `npm run bench:monday`: 5,000 leads due at the same Monday 9:00 at 20 messages a second; takes seven
 * minutes. `-- --leads 200` is a short one, `-- --simulated --leads 100000` asks the simulator for the plan of as
 * many, `-- --json` prints one JSON document.
 */
import { parseArgs } from 'node:util';
import progress from 'cli-progress';
import { shutdownRuntime } from '../src/worker/run.ts';
import { type Drained, drainMonday, judge } from './monday.ts';
import { simulateMonday } from './monday-simulated.ts';

const { values } = parseArgs({
  options: {
    leads: { type: 'string', default: '5000' },
    rate: { type: 'string', default: '20' },
    simulated: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const monday = { leads: Number(values.leads), perSecond: Number(values.rate), repliesPerSecond: 2 };
if (!(monday.leads >= 1 && monday.perSecond >= 1)) {
  process.stderr.write('--leads and --rate are numbers from 1\n');
  process.exit(2);
}

const results = values.simulated ? simulateMonday(monday) : judge(monday, await drained());
if (values.json) process.stdout.write(`${JSON.stringify({ monday, results }, null, 2)}\n`);
else {
  for (const { name, unit, ours, goal, held, note } of results) {
    const what = `${held ? 'held  ' : 'MISSED'} ${name}: ${Number(ours.toFixed(3))} ${unit}`.trimEnd();
    process.stdout.write(`${what} (${[goal, note].filter((part) => part !== undefined).join('; ')})\n`);
  }
}
process.exitCode = results.every(({ held }) => held) ? 0 : 1;

async function drained(): Promise<Drained> {
  const bar = new progress.SingleBar({
    format: 'sent {bar} {value}/{total}',
    stream: process.stderr,
    noTTYOutput: false,
  });
  bar.start(monday.leads, 0);
  const found = await drainMonday(monday, (done) => bar.update(done));
  bar.stop();
  await shutdownRuntime();
  return found;
}
