import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { actionsOf, bytesOf } from '../../src/temporal/history.ts';
import { EMAIL_QUEUE, leadWorkflowId } from '../../src/temporal/names.ts';
import { createNudger } from '../../src/temporal/nudge.ts';
import { createRecorder } from '../support/recorder.ts';
import { type Engine, openEngine, quietLog } from '../support/temporal.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

/** As `decide` words them. */
const SUMMARY = 'evaluation-guide / comparison: email, Tue 09:12 +01:00';

it('costs at most 2 actions, 12 events and 1.3 KB of history a touch', async () => {
  const TOUCHES = 10;
  const recorder = createRecorder((_, nth) =>
    nth > TOUCHES ? { n: nth } : { n: nth, w: { t: 1_800_000_000_000 + nth, ms: 100, q: 'e', s: SUMMARY } },
  );
  await engine.startWorkers({ activities: recorder.activities });
  const nudger = createNudger({ client: engine.client, log: quietLog });
  const leadId = randomUUID();
  await nudger.nudge([leadId]);
  await engine.client.workflow.getHandle(leadWorkflowId(leadId)).result();
  const events = await engine.history(leadId);
  expect(recorder.calls.filter((call) => call.queue === EMAIL_QUEUE)).toHaveLength(TOUCHES);

  // A touch: from one email advance's answer to the next one's.
  const completed = events.flatMap((event, index) => (event.activityTaskCompletedEventAttributes ? [index] : []));
  const touches = events.slice((completed[0] ?? 0) + 1, (completed[TOUCHES] ?? 0) + 1);
  const perTouch = {
    events: touches.length / TOUCHES,
    bytes: bytesOf(touches) / TOUCHES,
    actions: actionsOf(touches) / TOUCHES,
  };
  if (process.env['SHOW_COST']) {
    for (const e of touches.slice(0, 12)) console.log(bytesOf([e]), JSON.stringify(e));
    console.log(perTouch, 'start', bytesOf(events.slice(0, (completed[0] ?? 0) + 1)));
  }
  expect(perTouch.actions).toBe(2);
  expect(perTouch.events).toBeLessThanOrEqual(12);
  expect(perTouch.bytes).toBeLessThanOrEqual(1_331);
});
