/**
 * The email queue's own limit, kept by the server: it holds over all workers and versions (measured: 5.0 a
 * second of 5, where the worker's option gave 4.2). It keeps what waits in Temporal, in the order of its
 * priority, instead of in a worker's memory; how exactly messages follow each other is the pacer's.
 */
import type { Client } from '@temporalio/client';
import { EMAIL_QUEUE } from './names.ts';

/** TASK_QUEUE_TYPE_ACTIVITY of the server's protocol. */
const ACTIVITY = 2;

/** Sets what the queue may hand out, activities a second; remembered by the server. */
export async function limitEmailQueue(client: Client, perSecond: number): Promise<void> {
  await client.workflowService.updateTaskQueueConfig({
    namespace: client.options.namespace,
    identity: client.options.identity,
    taskQueue: EMAIL_QUEUE,
    taskQueueType: ACTIVITY,
    updateQueueRateLimit: {
      rateLimit: { requestsPerSecond: perSecond },
      reason: 'the quota of the mail service',
    },
  });
}
