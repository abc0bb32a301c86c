/** Enrolments a second by the batch call, beside bare starts; and what a thousand cached leads cost in memory. */
import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { realClock } from '../src/clock.ts';
import { LEAD_QUEUE } from '../src/temporal/names.ts';
import { type Benchmark, compared } from './measure.ts';
import { allDone, inParallel, openRig, type Rig } from './rig.ts';

/** As many as the nudger has under way. */
const WIDTH = 32;
/** Ours and bare take turns, so that what else the machine does meets both. */
const ROUNDS = 4;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Resident memory of the process, MB, after a collection. */
function memory(): number {
  collect();
  return process.memoryUsage.rss() / 1e6;
}

async function bareStarts(rig: Rig, count: number, onEach: (done: number) => void): Promise<number> {
  const began = performance.now();
  const done = allDone(rig, count, onEach);
  await inParallel(Array.from({ length: count }), WIDTH, () =>
    rig.client.workflow.start('bareStart', { workflowId: `bare-${randomUUID()}`, taskQueue: LEAD_QUEUE }),
  );
  return (await done) - began;
}

export const enrolments: Benchmark = async ({ short }, onProgress) => {
  const each = short ? 125 : 500;
  const total = 2 * ROUNDS * each;
  const rig = await openRig({ clock: realClock, emails: 3 });
  try {
    const leads = await rig.createLeads(each * ROUNDS);
    let bareMs = 0;
    let oursMs = 0;
    let grown = 0;
    let before = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const at = 2 * round * each;
      bareMs += await bareStarts(rig, each, (done) => onProgress(at + done, total));
      const mine = leads.slice(round * each, (round + 1) * each);
      before = memory();
      const began = performance.now();
      const done = allDone(rig, mine, (count) => onProgress(at + each + count, total));
      await rig.enrol(mine);
      oursMs += (await done) - began;
      grown += memory() - before;
    }
    const rate = (ms: number): number => (1_000 * each * ROUNDS) / ms;
    return [
      compared({ name: 'enrolments', unit: '/s', ours: rate(oursMs), bare: rate(bareMs) }, { atLeast: 0.9 }),
      {
        name: 'worker memory per 1,000 cached leads',
        unit: 'MB',
        ours: (1_000 * grown) / (each * ROUNDS),
        note: 'growth of the whole process over the enrolments',
      },
    ];
  } finally {
    await rig.close();
  }
};
