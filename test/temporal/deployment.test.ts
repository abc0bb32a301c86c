import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { currentBuild, makeCurrent } from '../../src/temporal/deployment.ts';
import { leadWorkflowId } from '../../src/temporal/names.ts';
import { createNudger } from '../../src/temporal/nudge.ts';
import { countOpen } from '../../src/temporal/open-histories.ts';
import { createRecorder } from '../support/recorder.ts';
import { type Engine, openEngine, PATIENCE, quietLog, testBundle } from '../support/temporal.ts';

let engine: Engine;
beforeEach(async () => {
  engine = await openEngine();
});
afterEach(() => engine.close());

it('makes the version of the workers that started current', async () => {
  const workers = await engine.startWorkers({ activities: createRecorder(() => ({ n: 1 })).activities });
  expect(await currentBuild(engine.client)).toBe(workers.buildId);
});

it('fails loudly when no worker of that version polls', async () => {
  await expect(makeCurrent(engine.client, { buildId: 'nobody', timeoutMs: 300 })).rejects.toMatchObject({
    code: 'deployment-version',
    message: expect.stringContaining('volley-lead'),
  });
});

it('moves a running lead to the next version, which needs no nudge for it', async () => {
  const bundle = await testBundle();
  const recorder = createRecorder((_, nth) =>
    nth < 3 ? { n: nth, w: { t: nth, ms: 2_000, q: 'l', s: 'later' } } : { n: nth },
  );
  const older = await engine.startWorkers({ activities: recorder.activities, bundle: { ...bundle, buildId: 'older' } });
  const nudger = createNudger({ client: engine.client, log: quietLog });
  const lead = randomUUID();
  await nudger.nudge([lead]);
  await recorder.called(1);
  await engine.startWorkers({ activities: recorder.activities, bundle: { ...bundle, buildId: 'newer' } });
  await older.stop();
  await engine.client.workflow.getHandle(leadWorkflowId(lead)).result();
  const versions = (await engine.history(lead)).flatMap(
    (event) => event.workflowTaskCompletedEventAttributes?.deploymentVersion?.buildId ?? [],
  );
  expect([...new Set(versions)]).toEqual(['older', 'newer']);
});

it('does not make a version current that cannot go on with the leads there are', async () => {
  const bundle = await testBundle();
  const asleep = createRecorder((_, nth) => ({ n: nth, w: { t: nth, ms: 3_600_000, q: 'l', s: 'later' } }));
  const before = await engine.startWorkers({ activities: asleep.activities });
  const nudger = createNudger({ client: engine.client, log: quietLog });
  const lead = randomUUID();
  await nudger.nudge([lead]);
  await asleep.called(1);
  await vi.waitUntil(async () => (await countOpen(engine.client)) === 1, PATIENCE);
  // The loop without its timer.
  const code = bundle.code.replace('new Alarm(ahead)', 'undefined');
  expect(code).not.toBe(bundle.code);
  await expect(
    engine.startWorkers({ activities: asleep.activities, bundle: { code, buildId: 'broken' } }),
  ).rejects.toMatchObject({ code: 'release-refused', message: expect.stringContaining(lead) });
  expect(await currentBuild(engine.client)).toBe(before.buildId);
});
