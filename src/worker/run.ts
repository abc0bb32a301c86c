/** The long-lived worker: both queues in one process, current before it answers, stopped in order. */

import type { Client } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Logger } from '../log.ts';
import { ensureSearchAttributes } from '../temporal/attributes.ts';
import { dialOptions, namespaceOf, type TemporalEndpoint } from '../temporal/client.ts';
import { currentBuild, makeCurrent } from '../temporal/deployment.ts';
import { bundleWorkflows, type WorkflowBundle } from './bundle.ts';
import { gate } from './gate.ts';
import { emailWorkerOptions, leadWorkerOptions, type WorkerSetup } from './options.ts';
import { forwardLogs } from './runtime.ts';

export interface StartWorkersOptions extends Pick<WorkerSetup, 'cachedLeads' | 'leadActivities' | 'emailActivities'> {
  readonly endpoint: TemporalEndpoint;
  /** For making the version current and registering search attributes; stays the caller's. */
  readonly client: Client;
  readonly activities: object;
  readonly log: Logger;
  /** Absent: bundled now. */
  readonly bundle?: WorkflowBundle;
}

export interface RunningWorkers {
  readonly buildId: string;
  /** Settles when the workers have ended; rejects when one failed. */
  readonly ended: Promise<void>;
  /** Takes no new tasks, lets running ones end (20 s), then returns. */
  stop(): Promise<void>;
}

/**
 * Starts both workers and makes their version current; one that is not the current version has to replay the leads
 * there are first. Throws VolleyError `release-refused`, `deployment-version` or `search-attributes`, with the workers
 * stopped again.
 */
export async function startWorkers(options: StartWorkersOptions): Promise<RunningWorkers> {
  const { endpoint, client, activities, log, bundle: given, ...sizes } = options;
  forwardLogs(log);
  await ensureSearchAttributes(client);
  const bundle = given ?? (await bundleWorkflows());
  const current = await currentBuild(client);
  if (current !== undefined && current !== bundle.buildId) {
    const { replayed } = await gate(client, bundle);
    log.info({ buildId: bundle.buildId, before: current, replayed }, 'this version goes on with the leads there are');
  }
  const connection = await NativeConnection.connect(await dialOptions(endpoint));
  const setup: WorkerSetup = { ...sizes, connection, namespace: namespaceOf(endpoint), bundle, activities };
  const workers = [await Worker.create(leadWorkerOptions(setup)), await Worker.create(emailWorkerOptions(setup))];
  const runs = workers.map((worker) => worker.run());
  const stopAll = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  // One that fails takes the other with it: half a worker looks alive and sends nothing.
  for (const run of runs) run.catch(stopAll);
  const ended = Promise.allSettled(runs).then(async (results) => {
    await connection.close();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  });
  ended.catch((err: unknown) => log.error({ err }, 'a worker failed'));
  const stop = async (): Promise<void> => {
    stopAll();
    await ended.catch(() => {});
  };
  try {
    await Promise.race([makeCurrent(client, { buildId: bundle.buildId }), ended]);
  } catch (error) {
    await stop();
    throw error;
  }
  log.info({ buildId: bundle.buildId }, 'workers run');
  return { buildId: bundle.buildId, ended, stop };
}

/** Ends Temporal's native runtime, which would keep the process alive; call it last. */
export const shutdownRuntime = (): Promise<void> => Runtime.instance().shutdown();
