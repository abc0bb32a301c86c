/** From a signal posted to the task it opens, beside a bare signal to the activity it starts; ten a second. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { realClock } from '../src/clock.ts';
import { LEAD_QUEUE } from '../src/temporal/names.ts';
import { type Benchmark, compared, type OnProgress } from './measure.ts';
import { allDone, inParallel, openRig, quantile, type Rig } from './rig.ts';

const PER_SECOND = 10;
/** Ours and bare take turns, so that what else the machine does meets both. */
const TURN_SECONDS = 5;
const WIDTH = 32;
/** Signals of each kind before the measured ones, two turns: up to there the compiler works beside them. */
const WARM_UP = 100;

interface Signal {
  readonly id: string;
  readonly send: (id: string) => Promise<unknown>;
}

/** Sends each at an even pace, whether or not the ones before have been answered; ms until `onDone`, by id. */
async function timed(rig: Rig, signals: readonly Signal[], onEach: OnProgress): Promise<Map<string, number>> {
  const sent = new Map<string, number>();
  const took = new Map<string, number>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  rig.onDone = (id) => {
    const at = sent.get(id);
    if (at === undefined || took.has(id)) return;
    took.set(id, performance.now() - at);
    onEach(took.size, signals.length);
    if (took.size === signals.length) resolve();
  };
  const began = performance.now();
  for (const [nth, { id, send }] of signals.entries()) {
    await delay(Math.max(0, began + (1_000 * nth) / PER_SECOND - performance.now()));
    sent.set(id, performance.now());
    send(id).catch(reject);
  }
  await promise;
  return took;
}

/** `a` and `b` in turns of some seconds each. */
function inTurns<T>(a: readonly T[], b: readonly T[]): T[] {
  const turn = TURN_SECONDS * PER_SECOND;
  const all: T[] = [];
  for (let from = 0; from < a.length; from += turn)
    all.push(...a.slice(from, from + turn), ...b.slice(from, from + turn));
  return all;
}

async function openTasks({ database }: Rig): Promise<number> {
  const row = await database.db
    .selectFrom('tasks')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow();
  return row.n;
}

export const latency: Benchmark = async ({ short }, onProgress) => {
  const seconds = short ? 10 : 60;
  const count = WARM_UP + seconds * PER_SECOND;
  const rig = await openRig({ clock: realClock, emails: 2 });
  try {
    const leads = await rig.createLeads(count);
    const enrolled = allDone(rig, leads);
    await rig.enrol(leads);
    await enrolled;
    const ids = Array.from({ length: count }, () => `bare-${randomUUID()}`);
    await inParallel(ids, WIDTH, (id) =>
      rig.client.workflow.start('bareSignals', { workflowId: id, taskQueue: LEAD_QUEUE, args: [id, 1] }),
    );
    const ask = (lead: string): Promise<unknown> =>
      rig.post('/v1/signals', { signals: [{ id: randomUUID(), lead: { id: lead }, type: 'demo.requested' }] });
    const poke = (id: string): Promise<unknown> => rig.client.workflow.getHandle(id).signal('poke');
    const took = await timed(
      rig,
      inTurns(
        leads.map((id) => ({ id, send: ask })),
        ids.map((id) => ({ id, send: poke })),
      ),
      onProgress,
    );
    if ((await openTasks(rig)) !== count) throw new Error('not every signal opened a task');

    const of = (some: readonly string[], q: number): number =>
      quantile(
        some.slice(WARM_UP).map((id) => took.get(id) ?? Number.NaN),
        q,
      );
    const p50 = { ours: of(leads, 0.5), bare: of(ids, 0.5) };
    const p99 = { ours: of(leads, 0.99), bare: of(ids, 0.99) };
    const note = `${PER_SECOND}/s for ${seconds} s each, in turns of ${TURN_SECONDS} s`;
    return [
      { name: 'signal to open task, p50', unit: 'ms', ...p50, ratio: p50.ours / p50.bare, note },
      compared({ name: 'signal to open task, p99', unit: 'ms', ...p99, note }, { atMost: 2 }),
    ];
  } finally {
    await rig.close();
  }
};
