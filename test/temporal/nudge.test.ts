import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectClient } from '../../src/temporal/client.ts';
import { countOf, EventType } from '../../src/temporal/history.ts';
import { createNudger } from '../../src/temporal/nudge.ts';
import { createRecorder, type Recorder } from '../support/recorder.ts';
import { type Engine, openEngine, PATIENCE, quietLog } from '../support/temporal.ts';

const HOUR = 3_600_000;
let engine: Engine;
let recorder: Recorder;

beforeAll(async () => {
  engine = await openEngine();
  recorder = createRecorder((_, nth) => ({ n: nth, w: { t: 1, ms: HOUR, q: 'l', s: 'later' } }));
  await engine.startWorkers({ activities: recorder.activities });
});
afterAll(() => engine.close());

const signals = async (lead: string): Promise<number> =>
  countOf(await engine.history(lead), EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);

it('sends one signal for a burst of nudges to the same lead', async () => {
  const nudger = createNudger({ client: engine.client, log: quietLog });
  const lead = randomUUID();
  await Promise.all(Array.from({ length: 20 }, () => nudger.nudge([lead, lead])));
  expect(await signals(lead)).toBe(1);
  await nudger.close();
});

it('sends one more for all nudges that come while one is on its way', async () => {
  const nudger = createNudger({ client: engine.client, log: quietLog });
  const lead = randomUUID();
  const first = nudger.nudge([lead]);
  // Two turns of the event loop: the first nudge has left by then.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  await Promise.all([first, nudger.nudge([lead]), nudger.nudge([lead]), nudger.nudge([lead])]);
  // One that comes during a workflow task is in the history once that has ended.
  await expect.poll(() => signals(lead), PATIENCE).toBe(2);
  await nudger.close();
});

it('reaches many leads at once', async () => {
  const nudger = createNudger({ client: engine.client, log: quietLog });
  const leads = Array.from({ length: 60 }, () => randomUUID());
  await nudger.nudge(leads);
  await expect
    .poll(() => leads.filter((lead) => !recorder.calls.some((call) => call.leadId === lead)), PATIENCE)
    .toEqual([]);
  await nudger.close();
});

it('leaves a nudge to the sweeper when Temporal is away, without failing its caller', async () => {
  const client = await connectClient(engine.endpoint);
  const nudger = createNudger({ client, log: quietLog });
  await client.connection.close();
  await expect(nudger.nudge([randomUUID()])).resolves.toBeUndefined();
});
