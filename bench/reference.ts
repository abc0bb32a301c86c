/**
 * The reference lead on the real engine: five emails, two tasks with their answers, two signals of a person, 30 days;
 * what it cost, counted from its history.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createClock } from '../src/clock.ts';
import { DAY } from '../src/core/time.ts';
import { actionsOf, bytesOf } from '../src/temporal/history.ts';
import { leadWorkflowId } from '../src/temporal/names.ts';
import { historyOf, settled } from './histories.ts';
import { referencePlaybook } from './playbook.ts';
import { openRig, type Rig } from './rig.ts';

export interface ReferenceLead {
  readonly actions: number;
  readonly bytes: number;
  readonly events: number;
  readonly emails: number;
  /** How each task ended. */
  readonly tasks: readonly string[];
}

const START = Date.parse('2026-11-23T00:00:00Z');

/** @param dayMs a day of the lead in real ms */
export async function referenceLead(dayMs: number): Promise<ReferenceLead> {
  const clock = createClock({ real: Date.now() + 1_000, virtual: START, factor: DAY / dayMs });
  const rig = await openRig({ clock, emails: 5, files: referencePlaybook() });
  try {
    const [lead = ''] = await rig.createLeads(1);
    const signal = (type: string) =>
      rig.post('/v1/signals', { signals: [{ id: randomUUID(), lead: { id: lead }, type }] });
    await rig.enrol([lead]);
    await until(rig, async () => rig.mailbox.count >= 2);
    await delay(dayMs);
    await signal('page.pricing');
    // People take their time: an answer at once would meet the wake that asks.
    const call = await openTask(rig);
    await delay(dayMs);
    await rig.post(`/v1/tasks/${call}/complete`, { disposition: 'connected' });
    await until(rig, async () => rig.mailbox.count >= 5);
    // The cadence is over and nothing is due: the workflow ends, and the next signal starts it again.
    await rig.client.workflow.getHandle(leadWorkflowId(lead)).result();
    const first = await historyOf(rig, lead);
    await signal('demo.requested');
    const offer = await openTask(rig);
    await delay(dayMs / 10);
    await rig.post(`/v1/tasks/${offer}/accept`, {});
    await until(rig, () => allApplied(rig));
    const runs = [first, await settled(rig, lead)];
    const tasks = await rig.database.db.selectFrom('tasks').select('state').orderBy('opened_at').execute();
    return {
      actions: sum(runs.map(actionsOf)),
      bytes: sum(runs.map(bytesOf)),
      events: runs.flat().length,
      emails: rig.mailbox.count,
      tasks: tasks.map(({ state }) => state),
    };
  } finally {
    await rig.close();
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Looks again after every wake of the lead. */
async function until(rig: Rig, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    const woken = new Promise<void>((resolve) => {
      rig.onDone = () => resolve();
    });
    // The wake may have come between the two.
    await Promise.race([woken, delay(200)]);
  }
}

const openTask = async (rig: Rig): Promise<string> => {
  const open = () => rig.database.db.selectFrom('tasks').select('id').where('state', '=', 'open').executeTakeFirst();
  await until(rig, async () => (await open()) !== undefined);
  return (await open())?.id ?? '';
};

/** The answer to the last task is the last thing in the inbox. */
async function allApplied({ database }: Rig): Promise<boolean> {
  const waiting = database.db.selectFrom('inbox').select('id').where('applied_seq', '=', 0);
  return (await waiting.executeTakeFirst()) === undefined;
}
