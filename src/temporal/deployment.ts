/**
 * Makes the version of the workers that just started the current one. Until a deployment has a
 * current version, versioned workers get no new workflows and everything waits with only a warning
 * in the server's log; so this is done at start, retried, and fails loudly.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { VolleyError } from '../core/errors.ts';
import { isNotFound } from './grpc.ts';
import { DEPLOYMENT, EMAIL_QUEUE, LEAD_QUEUE } from './names.ts';

const QUEUES = [LEAD_QUEUE, EMAIL_QUEUE];

export interface CurrentVersionOptions {
  readonly buildId: string;
  /** Queues whose workers must have polled. */
  readonly queues?: readonly string[];
  /** Real ms; the server learns of a version when its worker polls for the first time. */
  readonly timeoutMs?: number;
}

/** Queues that workers of this version have polled. Throws while the server does not know the version. */
async function polledQueues(client: Client, buildId: string): Promise<string[]> {
  const { workerDeploymentVersionInfo } = await client.workflowService.describeWorkerDeploymentVersion({
    namespace: client.options.namespace,
    deploymentVersion: { deploymentName: DEPLOYMENT, buildId },
  });
  return (workerDeploymentVersionInfo?.taskQueueInfos ?? []).map((queue) => queue.name ?? '');
}

/** Build that workflows go to now; absent: there is none yet. */
export async function currentBuild(client: Client): Promise<string | undefined> {
  try {
    const { workerDeploymentInfo } = await client.workflowService.describeWorkerDeployment({
      namespace: client.options.namespace,
      deploymentName: DEPLOYMENT,
    });
    return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * Returns once new and running workflows are routed to `buildId`. Throws VolleyError
 * `deployment-version` when the server would not have it within the timeout.
 */
export async function makeCurrent(client: Client, options: CurrentVersionOptions): Promise<void> {
  const { buildId, queues = QUEUES, timeoutMs = 60_000 } = options;
  const deadline = Date.now() + timeoutMs;
  let missing: readonly string[] = queues;
  for (let wait = 25; ; wait = Math.min(wait * 2, 1_000)) {
    try {
      const polled = await polledQueues(client, buildId);
      missing = queues.filter((queue) => !polled.includes(queue));
      if (missing.length === 0) {
        await client.workflowService.setWorkerDeploymentCurrentVersion({
          namespace: client.options.namespace,
          deploymentName: DEPLOYMENT,
          buildId,
          identity: client.options.identity,
        });
        return;
      }
    } catch (cause) {
      if (Date.now() > deadline) throw refused(buildId, missing, cause);
    }
    if (Date.now() > deadline) throw refused(buildId, missing);
    await delay(wait);
  }
}

function refused(buildId: string, missing: readonly string[], cause?: unknown): VolleyError {
  const why = missing.length > 0 ? `no worker polls ${missing.join(', ')}` : 'the server refused';
  return new VolleyError('deployment-version', `Version ${buildId} of ${DEPLOYMENT} did not become current: ${why}`, {
    fix: 'Check that both workers run and that the server supports worker deployments (1.31 or newer).',
    cause,
  });
}
