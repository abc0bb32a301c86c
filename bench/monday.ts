/**
 * Everybody due at the same moment, Monday 9:00, and the mail service takes 20 a second: what the mailbox's
 * own record says of the pace, who was lost or early, how long it took, and how soon the task of somebody who
 * replies meanwhile was open. Runs in real time; only the date is another one.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createClock } from '../src/clock.ts';
import { MINUTE } from '../src/core/time.ts';
import { atMost, type OnProgress, type Result } from './measure.ts';
import { mondayPlaybook } from './playbook.ts';
import { openRig, quantile, type Rig } from './rig.ts';

export interface Monday {
  readonly leads: number;
  readonly perSecond: number;
  /** Replies a second while it drains, of people who have been mailed. */
  readonly repliesPerSecond: number;
}

export interface Drained {
  /** Most messages in any two seconds of the mailbox's record. */
  readonly mostIn2s: number;
  readonly sent: number;
  readonly twice: number;
  /** Messages before 9:00. */
  readonly early: number;
  /** 9:00 to the last message, real ms. */
  readonly tookMs: number;
  /** From a reply posted to its task open, real ms. */
  readonly taskMs: readonly number[];
}

const NINE = Date.parse('2026-11-23T09:00:00Z');
/** Leads enrolled a second on a slow machine, and what it takes to begin. */
const ENROLLED_PER_SECOND = 50;
const HEADSTART_MS = 10_000;
/** Long past any drain that would still count. */
const PATIENCE = 4;

/** Most elements in any half-open span of this length. */
export function mostWithin(at: readonly number[], span: number): number {
  const sorted = at.toSorted((a, b) => a - b);
  let most = 0;
  for (let from = 0, to = 0; to < sorted.length; to += 1) {
    while ((sorted[to] ?? 0) - (sorted[from] ?? 0) >= span) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

/** @throws TooSlow when this machine does not get ready in four times the usual time */
export async function drainMonday(monday: Monday, onProgress: OnProgress = () => {}): Promise<Drained> {
  const usual = HEADSTART_MS + (1_000 * monday.leads) / ENROLLED_PER_SECOND;
  for (const times of [1, 2]) {
    const drained = await drainWithin(times * usual, monday, onProgress).catch((error: unknown) => {
      if (error instanceof TooSlow) return undefined;
      throw error;
    });
    if (drained !== undefined) return drained;
  }
  return drainWithin(4 * usual, monday, onProgress);
}

export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

/** @param before the leads are enrolled so long before 9:00, real ms */
async function drainWithin(before: number, monday: Monday, onProgress: OnProgress): Promise<Drained> {
  const { leads: count, perSecond } = monday;
  const clock = createClock({ real: Date.now(), virtual: NINE - before, factor: 1 });
  const nine = Date.now() + before;
  const rig = await openRig({
    clock,
    emails: 1,
    files: mondayPlaybook(),
    quota: { perSecond, per24Hours: 1_000_000 },
  });
  try {
    const leads = await rig.createLeads(count);
    await rig.enrol(leads, 'monday');
    await allPlanned(rig, count, nine);
    const replies = replying(rig, monday, nine);
    const end = nine + PATIENCE * ((1_000 * count) / perSecond) + MINUTE;
    while (rig.mailbox.count < count && Date.now() < end) {
      onProgress(rig.mailbox.count, count);
      await delay(250);
    }
    const taskMs = await replies.stop();
    const record = rig.mailbox.messages().map(({ at }) => at);
    return {
      mostIn2s: mostWithin(record, 2_000),
      sent: rig.mailbox.touchCounts().size,
      twice: rig.mailbox.count - rig.mailbox.touchCounts().size,
      early: record.filter((at) => at < nine).length,
      tookMs: Math.max(...record) - nine,
      taskMs,
    };
  } finally {
    await rig.close();
  }
}

/** Resolves when every lead has its due time; rejects at 9:00, since from then on they go. */
async function allPlanned({ database }: Rig, count: number, nine: number): Promise<void> {
  while (Date.now() < nine) {
    const { n } = await database.db
      .selectFrom('lead_states')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('queue', '=', 'email')
      .executeTakeFirstOrThrow();
    if (Number(n) >= count) return;
    await delay(200);
  }
  throw new TooSlow('the leads were not enrolled by 9:00: this machine is too slow or too busy');
}

/** Has people who were mailed say yes, at an even pace, and takes the time until their task is open. */
function replying(rig: Rig, { repliesPerSecond }: Monday, nine: number) {
  const posted = new Map<string, number>();
  const took: number[] = [];
  const mailed: string[] = [];
  let stopped = false;
  rig.onDone = (lead) => {
    const at = posted.get(lead);
    if (at === undefined) mailed.push(lead);
    else {
      took.push(performance.now() - at);
      posted.delete(lead);
    }
  };
  const running = (async () => {
    await delay(Math.max(0, nine + 1_000 - Date.now()));
    for (let next = 0; !stopped; next += 1) {
      const from = performance.now();
      const lead = mailed[Math.floor(mailed.length / 2) + next];
      if (lead !== undefined) {
        posted.set(lead, performance.now());
        const signal = { id: randomUUID(), lead: { id: lead }, type: 'reply.received', data: { class: 'positive' } };
        await rig.post('/v1/signals', { signals: [signal] });
      }
      await delay(Math.max(0, 1_000 / repliesPerSecond - (performance.now() - from)));
    }
  })();
  return {
    async stop(): Promise<readonly number[]> {
      stopped = true;
      await running;
      for (let waited = 0; posted.size > 0 && waited < 30_000; waited += 50) await delay(50);
      if (posted.size > 0) throw new Error(`${posted.size} replies opened no task`);
      const { open } = await rig.database.db
        .selectFrom('tasks')
        .select(({ fn }) => fn.countAll<number>().as('open'))
        .executeTakeFirstOrThrow();
      if (Number(open) !== took.length) throw new Error(`${took.length} replies, ${open} tasks`);
      return took;
    },
  };
}

/** What must hold, as rows of the table. */
export function judge({ leads, perSecond }: Monday, drained: Drained): Result[] {
  const { mostIn2s, sent, twice, early, tookMs, taskMs } = drained;
  const ideal = (1_000 * leads) / perSecond;
  const replies = `${taskMs.length} replies, p50 ${Math.round(quantile(taskMs, 0.5))} ms`;
  return [
    atMost({ name: 'most in any 2 s', unit: '', ours: mostIn2s }, 2 * perSecond),
    atMost({ name: 'lost', unit: '', ours: leads - sent }, 0),
    atMost({ name: 'sent twice', unit: '', ours: twice }, 0),
    atMost({ name: 'before 9:00', unit: '', ours: early }, 0),
    atMost({ name: 'drained in, of the ideal', unit: '', ours: tookMs / ideal, note: `${tookMs / 1_000} s` }, 1.1),
    atMost({ name: 'reply to open task, p99', unit: 'ms', ours: quantile(taskMs, 0.99), note: replies }, 2_000),
  ];
}
