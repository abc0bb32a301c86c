import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalTemporal, startTemporal } from '../../src/dev/temporal.ts';
import { EventType } from '../../src/temporal/history.ts';
import { leadWorkflowId } from '../../src/temporal/names.ts';
import { createNudger } from '../../src/temporal/nudge.ts';
import { createRecorder } from '../support/recorder.ts';
import { type Engine, openEngine, quietLog } from '../support/temporal.ts';

let server: LocalTemporal;
let engine: Engine;

beforeAll(async () => {
  server = await startTemporal({ settings: { 'limit.historyCount.suggestContinueAsNew': 30 } });
  engine = await openEngine(server.address);
});
afterAll(async () => {
  await engine.close();
  await server.close();
});

it('continues as new, keeps its due time, and loses no nudge to it', async () => {
  const inbox: number[] = [];
  const answered = new Set<number>();
  const due = Date.now() + 4_000;
  const recorder = createRecorder((_, nth) => {
    for (const row of inbox.splice(0)) answered.add(row);
    const ms = due - Date.now();
    return ms > 0 ? { n: nth, w: { t: 1, ms, q: 'l', s: 'the end' } } : { n: nth };
  });
  await engine.startWorkers({ activities: recorder.activities });
  const nudger = createNudger({ client: engine.client, log: quietLog });
  const leadId = randomUUID();

  const NUDGES = 120;
  for (let row = 0; row < NUDGES; row += 1) {
    inbox.push(row);
    await nudger.nudge([leadId]);
  }
  await engine.client.workflow.getHandle(leadWorkflowId(leadId)).result();

  expect(answered.size).toBe(NUDGES);
  expect(Date.now()).toBeGreaterThanOrEqual(due);
  const events = await engine.history(leadId);
  expect(events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId).toBeTruthy();
  // A run that continued sets its timer without asking again, when nobody has nudged it.
  expect(events.map((event) => event.eventType)).toContain(EventType.EVENT_TYPE_TIMER_STARTED);
});
