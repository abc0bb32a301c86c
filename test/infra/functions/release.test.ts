/**
 * What becomes of a release, on a real server. Its workers run here and make themselves known by polling; that the
 * server invokes functions is for the deployment test.
 */
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ReleaseDeps, release } from '../../../infra/functions/release/run.ts';
import { versionsOf } from '../../../infra/functions/release/versions.ts';
import { VolleyError } from '../../../src/core/errors.ts';
import { DEPLOYMENT, LEAD_QUEUE } from '../../../src/temporal/names.ts';
import { leadWorkerOptions } from '../../../src/worker/options.ts';
import { createRecorder } from '../../support/recorder.ts';
import { type Engine, openEngine, quietLog, testBundle } from '../../support/temporal.ts';

const { activities } = createRecorder(() => ({ n: 1 }));
let engine: Engine;
let stopNewer: () => Promise<void>;
let deps: ReleaseDeps;
let asked: string[];

/** A worker that polls as this version, and makes nothing current. */
async function poll(buildId: string): Promise<() => Promise<void>> {
  const connection = await NativeConnection.connect({ address: engine.endpoint.address });
  const bundle = { ...(await testBundle()), buildId };
  const namespace = engine.client.options.namespace;
  const worker = await Worker.create(leadWorkerOptions({ connection, namespace, bundle, activities }));
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
    await connection.close();
  };
}

const released = (buildId: string, more: Partial<ReleaseDeps> = {}): Promise<void> =>
  release(
    { ...deps, ...more },
    {
      version: { deploymentName: DEPLOYMENT, buildId },
      queue: LEAD_QUEUE,
      invoked: { arn: 'arn:aws:lambda:eu-west-1:111122223333:function:lead:1' },
      rampSeconds: 1,
    },
  );
const routed = () => versionsOf(engine.client).routed(DEPLOYMENT);

beforeAll(async () => {
  engine = await openEngine();
  const bundle = await testBundle();
  await engine.startWorkers({ activities, bundle: { ...bundle, buildId: 'older' } });
  stopNewer = await poll('newer');
});
beforeEach(() => {
  const { client } = engine;
  const versions = versionsOf(client);
  asked = [];
  deps = {
    client,
    log: quietLog,
    gate: async () => void asked.push('gate'),
    versions: {
      ...versions,
      register: async ({ buildId }) => void asked.push(`register ${buildId}`),
      ramp: async (version, percentage) => {
        asked.push(`ramp ${version.buildId} ${percentage}`);
        await versions.ramp(version, percentage);
      },
    },
  };
});
afterAll(async () => {
  await stopNewer?.();
  await engine?.close();
});

describe('a release leaves the version before as it was', () => {
  it('when no worker of it polls', async () => {
    await expect(released('nobody', { pollsWithinMs: 100 })).rejects.toMatchObject({
      code: 'release-refused',
      message: expect.stringContaining(LEAD_QUEUE),
    });
    expect(asked).toEqual(['register nobody']);
    expect(await routed()).toEqual({ current: 'older', ramping: undefined });
  });

  it('when leads cannot go on with it', async () => {
    const gate = () => Promise.reject(new VolleyError('release-refused', 'three leads cannot go on with it'));
    await expect(released('newer', { gate })).rejects.toMatchObject({ code: 'release-refused' });
    expect(asked).toEqual(['register newer']);
    expect(await routed()).toEqual({ current: 'older', ramping: undefined });
  });
});

describe('a release that nothing speaks against', () => {
  it('is tried, gets a tenth of the work, and then all of it', async () => {
    await released('newer');
    expect(asked).toEqual(['register newer', 'gate', 'ramp newer 10']);
    expect(await routed()).toEqual({ current: 'newer', ramping: undefined });
  });

  it('with the same workflows in another function is only made known', async () => {
    await released('newer');
    expect(asked).toEqual(['register newer']);
  });
});
