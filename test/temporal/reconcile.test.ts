import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leadWorkflowId } from '../../src/temporal/names.ts';
import { createNudger, type Nudger } from '../../src/temporal/nudge.ts';
import { reconcile, runningLeads } from '../../src/temporal/reconcile.ts';
import { createRecorder, type Recorder } from '../support/recorder.ts';
import { type Engine, openEngine, PATIENCE, quietLog } from '../support/temporal.ts';

const HOUR = 3_600_000;
const NOW = 1_800_000_000_000;
let engine: Engine;
let nudger: Nudger;
let recorder: Recorder;
/** Leads with a due time; the others end at once. */
const open = new Set<string>();

beforeEach(async () => {
  engine = await openEngine();
  nudger = createNudger({ client: engine.client, log: quietLog });
  recorder = createRecorder(({ leadId }, nth) =>
    open.has(leadId) ? { n: nth, w: { t: 1, ms: HOUR, q: 'l', s: 'later' } } : { n: nth },
  );
  await engine.startWorkers({ activities: recorder.activities });
});
afterEach(async () => {
  await nudger.close();
  await engine.close();
});

it('starts what the rows say should run, nudges what is late or idle, and leaves the rest alone', async () => {
  const [missing, waiting, late, idle] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  for (const lead of [waiting, late, idle]) open.add(lead);
  await nudger.nudge([waiting, late, idle]);
  await recorder.called(3);
  await expect.poll(() => runningLeads(engine.client), PATIENCE).toEqual(new Set([waiting, late, idle]));
  open.delete(idle);

  const report = await reconcile({
    client: engine.client,
    nudger,
    due: [
      { id: missing, dueAt: NOW + HOUR },
      { id: waiting, dueAt: NOW + HOUR },
      { id: late, dueAt: NOW - HOUR },
    ],
    now: NOW,
  });
  expect(report).toEqual({ expected: 3, running: 3, started: 1, nudged: 1, idle: 1 });
  await recorder.called(6);
  expect(new Set(recorder.calls.slice(3).map((call) => call.leadId))).toEqual(new Set([missing, late, idle]));
  await engine.client.workflow.getHandle(leadWorkflowId(idle)).result();
});
