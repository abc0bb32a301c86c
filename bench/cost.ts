/** What touches and bursts of signals cost in billable actions and history, counted from fetched histories. */
import { randomUUID } from 'node:crypto';
import { createClock, realClock } from '../src/clock.ts';
import { DAY } from '../src/core/time.ts';
import { actionsOf, bytesOf, type HistoryEvent } from '../src/temporal/history.ts';
import { leadWorkflowId } from '../src/temporal/names.ts';
import { historyOf, settled } from './histories.ts';
import { atMost, type Benchmark, type OnProgress, type Result } from './measure.ts';
import { referenceLead } from './reference.ts';
import { allDone, openRig } from './rig.ts';

const START = Date.parse('2026-11-23T00:00:00Z');
/** 1.3 KB, with 1,024 bytes a KB. */
const MOST_BYTES = 1_331;
const BURST = 10;
const MOST_REFERENCE_BYTES = 16 * 1_024;

/** On time: half a second a day, a few leads, so that every touch has its timer. */
async function touchCost(leads: number, emails: number, onEach: OnProgress): Promise<Result[]> {
  const clock = createClock({ real: Date.now() + 1_000, virtual: START, factor: DAY / 1_000 });
  const rig = await openRig({ clock, emails });
  try {
    const ids = await rig.createLeads(leads);
    rig.onDone = () => onEach(rig.mailbox.count, leads * emails);
    await rig.enrol(ids);
    await Promise.all(ids.map((lead) => rig.client.workflow.getHandle(leadWorkflowId(lead)).result()));
    let events: HistoryEvent[] = [];
    for (const lead of ids) {
      const all = await historyOf(rig, lead);
      // From the end of the first advance, which is the enrolment's, to the end of the last.
      const ends = all.flatMap((event, at) => (event.activityTaskCompletedEventAttributes ? [at] : []));
      events = [...events, ...all.slice((ends[0] ?? 0) + 1, (ends.at(-1) ?? 0) + 1)];
    }
    const touches = leads * emails;
    return [
      atMost({ name: 'billable actions a touch', unit: '', ours: actionsOf(events) / touches }, 2),
      atMost({ name: 'history events a touch', unit: '', ours: events.length / touches }, 12),
      atMost({ name: 'history a touch', unit: 'bytes', ours: bytesOf(events) / touches }, MOST_BYTES),
    ];
  } finally {
    await rig.close();
  }
}

async function burstCost(): Promise<Result[]> {
  const rig = await openRig({ clock: realClock, emails: 2 });
  try {
    const [lead = ''] = await rig.createLeads(1);
    const enrolled = allDone(rig, [lead]);
    await rig.enrol([lead]);
    await enrolled;
    const burst = async (type: string): Promise<number> => {
      const before = await settled(rig, lead);
      const done = allDone(rig, [lead]);
      const signals = Array.from({ length: BURST }, () => ({ id: randomUUID(), lead: { id: lead }, type }));
      await rig.post('/v1/signals', { signals });
      await done;
      return actionsOf((await settled(rig, lead)).slice(before.length));
    };
    const unmoved = await burst('page.pricing');
    const moved = await burst('demo.requested');
    return [
      atMost({ name: 'billable actions a burst of signals', unit: '', ours: unmoved, note: `${BURST} at once` }, 2),
      atMost({ name: 'the same, when it moves the due time', unit: '', ours: moved }, 3),
    ];
  } finally {
    await rig.close();
  }
}

/** The reference lead: five emails, two tasks with their answers, two signals, 30 days. */
async function referenceCost(dayMs: number): Promise<Result[]> {
  const { actions, bytes, events } = await referenceLead(dayMs);
  return [
    atMost({ name: 'billable actions of the reference lead', unit: '', ours: actions, note: `${events} events` }, 25),
    atMost({ name: 'history of the reference lead', unit: 'bytes', ours: bytes }, MOST_REFERENCE_BYTES),
  ];
}

export const cost: Benchmark = async ({ short }, onProgress) => {
  const [leads, emails, dayMs] = short ? [3, 4, 300] : [5, 10, 1_000];
  return [...(await touchCost(leads, emails, onProgress)), ...(await burstCost()), ...(await referenceCost(dayMs))];
};
