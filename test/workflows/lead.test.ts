import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdvanceAnswer } from '../../activities/advance.ts';
import { EventType } from '../../src/temporal/history.ts';
import { EMAIL_QUEUE, LEAD_QUEUE, leadWorkflowId } from '../../src/temporal/names.ts';
import { createNudger, type Nudger } from '../../src/temporal/nudge.ts';
import { createRecorder, type Recorder, type Script } from '../support/recorder.ts';
import { type Engine, openEngine, PATIENCE, quietLog } from '../support/temporal.ts';

const HOUR = 3_600_000;

let engine: Engine;
let nudger: Nudger;
let leadId: string;

const run = async (script: Script): Promise<Recorder> => {
  const recorder = createRecorder(script);
  await engine.startWorkers({ activities: recorder.activities });
  return recorder;
};
const wake = (n: number, t: number, ms: number, q: 'l' | 'e' = 'l'): AdvanceAnswer => ({
  n,
  w: { t, ms, q, s: `warm-up / step-${n}` },
});
const count = async (type: number): Promise<number> =>
  (await engine.history(leadId)).filter((event) => event.eventType === type).length;
/** The first `advance` may still be answering when it is recorded; a test of timers waits for the timer. */
const armed = () => expect.poll(() => count(EventType.EVENT_TYPE_TIMER_STARTED), PATIENCE).toBe(1);
const ended = (): Promise<unknown> => engine.client.workflow.getHandle(leadWorkflowId(leadId)).result();

beforeEach(async () => {
  engine = await openEngine();
  nudger = createNudger({ client: engine.client, log: quietLog });
  leadId = randomUUID();
});
afterEach(async () => {
  await nudger.close();
  await engine.close();
});

describe('the loop of a lead', () => {
  it('advances when it starts, again when the due time comes, and ends when nothing is due', async () => {
    const recorder = await run((_, nth) => (nth === 1 ? wake(1, 1, 300) : { n: nth }));
    await nudger.nudge([leadId]);
    await ended();
    const [first, second] = recorder.calls;
    expect(recorder.calls).toHaveLength(2);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(300);
  });

  it('runs what is due for email on the email queue and all else on the lead queue', async () => {
    const recorder = await run((_, nth) => {
      if (nth === 1) return wake(1, 1, 50, 'e');
      if (nth === 2) return wake(2, 2, 50, 'l');
      return { n: nth };
    });
    await nudger.nudge([leadId]);
    await ended();
    expect(recorder.calls.map((call) => call.queue)).toEqual([LEAD_QUEUE, EMAIL_QUEUE, LEAD_QUEUE]);
  });

  it('goes on at once, with no timer, when the due time is past', async () => {
    const recorder = await run((_, nth) => (nth === 1 ? wake(1, 1, 0, 'e') : { n: nth }));
    await nudger.nudge([leadId]);
    await ended();
    expect(recorder.calls.map((call) => call.queue)).toEqual([LEAD_QUEUE, EMAIL_QUEUE]);
    expect(await count(EventType.EVENT_TYPE_TIMER_STARTED)).toBe(0);
  });

  it('keeps its timer when a nudge leaves the due time where it was', async () => {
    const recorder = await run((_, nth) => wake(nth, 1, HOUR));
    await nudger.nudge([leadId]);
    await armed();
    await nudger.nudge([leadId]);
    await recorder.called(2);
    await nudger.nudge([leadId]);
    await recorder.called(3);
    expect(await count(EventType.EVENT_TYPE_TIMER_STARTED)).toBe(1);
    expect(await count(EventType.EVENT_TYPE_TIMER_CANCELED)).toBe(0);
  });

  it('moves its timer when the due time moved', async () => {
    const recorder = await run((_, nth) => {
      if (nth === 1) return wake(1, 1, HOUR);
      if (nth === 2) return wake(2, 2, 100);
      return { n: nth };
    });
    await nudger.nudge([leadId]);
    await armed();
    await nudger.nudge([leadId]);
    await ended();
    expect(await count(EventType.EVENT_TYPE_TIMER_STARTED)).toBe(2);
    expect(await count(EventType.EVENT_TYPE_TIMER_CANCELED)).toBe(1);
    expect(recorder.calls).toHaveLength(3);
  });

  it('takes a burst of nudges during an advance as one more advance', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const recorder = await run(async (_, nth) => {
      if (nth === 1) await gate;
      return { n: nth };
    });
    await nudger.nudge([leadId]);
    await recorder.called(1);
    for (let i = 0; i < 10; i += 1) await nudger.nudge([leadId]);
    open();
    await ended();
    expect(await count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)).toBe(11);
    expect(recorder.calls).toHaveLength(2);
  });

  it('starts again by a nudge after it has ended', async () => {
    const recorder = await run((_, nth) => ({ n: nth }));
    await nudger.nudge([leadId]);
    await ended();
    await nudger.nudge([leadId]);
    await ended();
    expect(recorder.calls).toHaveLength(2);
  });

  it('answers nudges while its email waits for its turn', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const recorder = await run(async (call, nth) => {
      if (nth === 1) return wake(1, 1, 0, 'e');
      if (call.queue === EMAIL_QUEUE) {
        await gate;
        return { n: 9 };
      }
      return wake(nth, 1, 0, 'e');
    });
    await nudger.nudge([leadId]);
    await recorder.called(2);
    await nudger.nudge([leadId]);
    expect((await recorder.called(3)).queue).toBe(LEAD_QUEUE);
    open();
    await ended();
    expect(recorder.calls.map((call) => call.queue)).toEqual([LEAD_QUEUE, EMAIL_QUEUE, LEAD_QUEUE]);
  });

  it('goes on answering when the timer it left behind fires while email waits', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const recorder = await run(async (call, nth) => {
      if (nth === 1) return wake(1, 2, 700);
      if (call.queue === EMAIL_QUEUE) {
        await gate;
        return { n: 9 };
      }
      return wake(nth, 1, 0, 'e');
    });
    await nudger.nudge([leadId]);
    const { at } = await recorder.called(1);
    await armed();
    await nudger.nudge([leadId]);
    await recorder.called(3);
    await expect.poll(() => Date.now() - at, PATIENCE).toBeGreaterThan(1_000);
    await nudger.nudge([leadId]);
    await recorder.called(4);
    open();
    await ended();
    const { LEAD, EMAIL } = { LEAD: LEAD_QUEUE, EMAIL: EMAIL_QUEUE };
    expect(recorder.calls.map((call) => call.queue)).toEqual([LEAD, LEAD, EMAIL, LEAD]);
  });

  it('believes the answer with the higher sequence number, whichever comes last', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const recorder = await run(async (call, nth) => {
      if (nth === 1) return wake(1, 1, 0, 'e');
      if (call.queue === EMAIL_QUEUE) return { n: 7 };
      if (nth === 3) {
        await gate;
        return wake(5, 1, HOUR);
      }
      return { n: nth };
    });
    await nudger.nudge([leadId]);
    await recorder.called(2);
    await nudger.nudge([leadId]);
    open();
    await ended();
    expect(await count(EventType.EVENT_TYPE_TIMER_STARTED)).toBe(0);
  });

  it('retries a failed advance and names the attempt', async () => {
    const recorder = await run((call) => {
      if (call.attempt === 1) throw new Error('database away');
      return { n: 1 };
    });
    await nudger.nudge([leadId]);
    await ended();
    expect(recorder.calls.map((call) => call.attempt)).toEqual([1, 2]);
  });

  it('ends when it is cancelled', async () => {
    const recorder = await run((_, nth) => wake(nth, 1, HOUR));
    await nudger.nudge([leadId]);
    await recorder.called(1);
    const handle = engine.client.workflow.getHandle(leadWorkflowId(leadId));
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(/cancelled/i);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
  });

  it('is found by its lead in Temporal', async () => {
    await run((_, nth) => wake(nth, 1, HOUR));
    await nudger.nudge([leadId]);
    const described = await engine.client.workflow.getHandle(leadWorkflowId(leadId)).describe();
    expect(described.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])).toEqual(
      expect.arrayContaining([
        ['VolleyLead', leadId],
        ['VolleyKind', 'lead'],
      ]),
    );
  });
});
