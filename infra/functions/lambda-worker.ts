/**
 * A worker for as long as an invocation lasts: Temporal invokes it when tasks wait and nobody polls. It serves one queue,
 * since a function has one version and one rate; it polls until its end, so its timeout is what it costs.
 */
import { type LambdaHandler, runWorker } from '@temporalio/lambda-worker';
import { DefaultLogger } from '@temporalio/worker';
import type { Context } from 'aws-lambda';
import { dialOptions, namespaceOf } from '../../src/temporal/client.ts';
import { DEPLOYMENTS, EMAIL_QUEUE, LEAD_QUEUE } from '../../src/temporal/names.ts';
import { once } from './parts.ts';
import { openWorker } from './worker.ts';

/** Activities at once: each waits for the database and for SES most of its time. */
const AT_ONCE = 10;

/** Left of an invocation for what is under way to end, ms: an activity ends within its own 30 s, mostly at once. */
const SHUTDOWN_MS = 7_000;

/** The handler of one queue's function. */
export function workerOf(
  queue: typeof LEAD_QUEUE | typeof EMAIL_QUEUE,
): (event: unknown, context: Context) => Promise<void> {
  const ready = once(async (): Promise<LambdaHandler> => {
    const { parts, bundle, activities } = await openWorker({ connections: 4, sends: queue === EMAIL_QUEUE });
    const { config, log } = parts;
    const address = config.temporal.address ?? '';
    const dial = await dialOptions({ ...config.temporal, address });
    return runWorker({ deploymentName: DEPLOYMENTS[queue], buildId: bundle.buildId }, (worker) => {
      worker.connectionOptions = dial;
      worker.namespace = namespaceOf({ ...config.temporal, address });
      worker.shutdownDeadlineBufferMs = SHUTDOWN_MS;
      worker.runtimeOptions.logger = new DefaultLogger('INFO', ({ level, message }) => {
        log[level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : 'debug']({ component: 'temporal' }, message);
      });
      worker.workerOptions = {
        ...worker.workerOptions,
        taskQueue: queue,
        activities,
        maxConcurrentActivityTaskExecutions: AT_ONCE,
        activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
        // Leads run for months: a version they were pinned to would have to be kept that long.
        workerDeploymentOptions: { defaultVersioningBehavior: 'AUTO_UPGRADE' },
        ...(queue === LEAD_QUEUE ? { workflowBundle: { code: bundle.code } } : {}),
      };
    });
  });
  return async (event, context) => (await ready())(event, context);
}
