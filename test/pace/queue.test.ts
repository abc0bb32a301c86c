/** What the engine itself does for the pace: the email queue's own limit, and who is first in it. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { URGENCY } from '../../src/pace/pacer.ts';
import { EMAIL_QUEUE } from '../../src/temporal/names.ts';
import { createNudger, type Nudger } from '../../src/temporal/nudge.ts';
import { limitEmailQueue } from '../../src/temporal/queue-rate.ts';
import { createRecorder } from '../support/recorder.ts';
import { type Engine, openEngine, PATIENCE, quietLog } from '../support/temporal.ts';

let engine: Engine;
let nudger: Nudger;

beforeEach(async () => {
  engine = await openEngine();
  nudger = createNudger({ client: engine.client, log: quietLog });
});
afterEach(async () => {
  await nudger.close();
  await engine.close();
});

it('mail of sales and service overtakes what waits in the queue, and nudges wait for none of it', async () => {
  // Several, since the queue has partitions: one alone may find an empty one by luck.
  const urgent = Array.from({ length: 4 }, (): string => randomUUID());
  const bulk = Array.from({ length: 24 }, (): string => randomUUID());
  const looked = new Set<string>();
  const recorder = createRecorder(({ leadId, queue }, n) => {
    // Sent: the lead has nothing more to do.
    if (queue === EMAIL_QUEUE) return { n };
    looked.add(leadId);
    const w = { t: 1, ms: 0, q: 'e', s: 'monday / mail' } as const;
    return { n, w: urgent.includes(leadId) ? { ...w, p: URGENCY.urgent } : w };
  });
  const sent = (): string[] => recorder.calls.filter(({ queue }) => queue === EMAIL_QUEUE).map(({ leadId }) => leadId);
  const bulkSent = (): number => sent().filter((lead) => bulk.includes(lead)).length;
  await engine.startWorkers({ activities: recorder.activities });
  await limitEmailQueue(engine.client, 2);
  await nudger.nudge(bulk);
  await expect.poll(() => looked.size, PATIENCE).toBe(bulk.length);
  await nudger.nudge(urgent);
  await expect.poll(() => looked.size, PATIENCE).toBe(bulk.length + urgent.length);
  // They were answered on the other queue while most of the bulk waited in this one.
  expect(bulkSent()).toBeLessThan(bulk.length / 2);
  await expect.poll(sent, PATIENCE).toEqual(expect.arrayContaining(urgent));
  expect(bulkSent()).toBeLessThan((bulk.length * 3) / 4);
});
