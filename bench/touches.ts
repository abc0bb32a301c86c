/**
 * Touches a second when more are due than the engine can do, beside bare workflows with the same
 * due times; each on a fresh server.
 */
import { randomUUID } from 'node:crypto';
import { type Clock, createClock, realClock } from '../src/clock.ts';
import { DAY } from '../src/core/time.ts';
import { LEAD_QUEUE } from '../src/temporal/names.ts';
import { type Benchmark, compared, type OnProgress } from './measure.ts';
import { allDone, inParallel, openRig, type Rig } from './rig.ts';

/** Touches that fall due a second: twice and more what two cores do. */
const DEMAND = 200;
const WIDTH = 32;
/** Ours and bare take turns, so that what else the machine does meets both. */
const ROUNDS = 2;
const START = Date.parse('2026-11-23T00:00:00Z');

interface Timed {
  /** First due time to last touch done, real ms. */
  readonly ms: number;
  /** Real epoch ms of each touch, by workflow. */
  readonly due: readonly (readonly number[])[];
}

/** A day of the cadence in real ms, so that `leads` touches a day are `DEMAND` a second. */
const clockFor = (leads: number): Clock =>
  createClock({ real: Date.now() + 3_000, virtual: START, factor: DAY / ((1_000 * leads) / DEMAND) });

async function ours(leads: number, emails: number, onEach: OnProgress): Promise<Timed> {
  const clock = clockFor(leads);
  const rig = await openRig({ clock, emails });
  try {
    const ids = await rig.createLeads(leads);
    const total = leads * emails;
    const done = new Promise<number>((resolve) => {
      rig.onDone = () => {
        onEach(rig.mailbox.count, total);
        if (rig.mailbox.count >= total) resolve(Date.now());
      };
    });
    await rig.enrol(ids);
    const ended = await done;
    const due = await dueTimes(rig, clock);
    return { ms: ended - Math.min(...due.flat()), due };
  } finally {
    await rig.close();
  }
}

async function dueTimes({ database }: Rig, { anchor }: Clock): Promise<number[][]> {
  const rows = await database.db.selectFrom('touches').select(['lead_id', 'due_at']).orderBy('due_at').execute();
  const byLead = new Map<string, number[]>();
  for (const row of rows) {
    const at = anchor.real + (row.due_at - anchor.virtual) / anchor.factor;
    byLead.set(row.lead_id, [...(byLead.get(row.lead_id) ?? []), Math.round(at)]);
  }
  return [...byLead.values()];
}

async function bare(due: Timed['due'], onEach: OnProgress): Promise<number> {
  const rig = await openRig({ clock: realClock, emails: 1 });
  try {
    const first = Math.min(...due.flat());
    // All are started before the first is due, as ours were.
    const shift = Date.now() + 2_000 + due.length * 12 - first;
    const total = due.flat().length;
    const done = allDone(rig, total, (count) => onEach(count, total));
    await inParallel(due, WIDTH, (times) =>
      rig.client.workflow.start('bareTouches', {
        workflowId: `bare-${randomUUID()}`,
        taskQueue: LEAD_QUEUE,
        args: [times.map((at) => at + shift)],
      }),
    );
    await done;
    return Date.now() - (first + shift);
  } finally {
    await rig.close();
  }
}

export const touches: Benchmark = async ({ short }, onProgress) => {
  const [leads, emails] = short ? [100, 6] : [250, 12];
  const each = leads * emails;
  const total = 2 * ROUNDS * each;
  let oursMs = 0;
  let bareMs = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const mine = await ours(leads, emails, (done) => onProgress(2 * round * each + done, total));
    oursMs += mine.ms;
    bareMs += await bare(mine.due, (done) => onProgress((2 * round + 1) * each + done, total));
  }
  const rate = (ms: number): number => (1_000 * each * ROUNDS) / ms;
  return [compared({ name: 'touches', unit: '/s', ours: rate(oursMs), bare: rate(bareMs) }, { atLeast: 0.9 })];
};
