/** The workers' options, once: every entry point, test and benchmark makes its workers from these. */
import { hostname } from 'node:os';
import type { NativeConnection, WorkerDeploymentOptions, WorkerOptions } from '@temporalio/worker';
import { DEPLOYMENT, EMAIL_QUEUE, LEAD_QUEUE } from '../temporal/names.ts';
import type { WorkflowBundle } from './bundle.ts';

export interface WorkerSetup {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly bundle: WorkflowBundle;
  readonly activities: object;
  /** Leads whose workflow stays in memory; the rest replay when they wake. */
  readonly cachedLeads?: number;
  readonly leadActivities?: number;
  readonly emailActivities?: number;
}

/** A cached lead costs about 0.2 MB (measured by the benchmark); a replay costs one read of its history. */
const CACHED_LEADS = 1_000;

/**
 * Versioning is not an option: on an unversioned worker a versioned workflow fails its tasks for
 * ever, with warnings only (tried). AUTO_UPGRADE, since leads run for months and a pinned version
 * would have to be kept that long.
 */
function versioned(setup: WorkerSetup): WorkerDeploymentOptions {
  return {
    useWorkerVersioning: true,
    version: { deploymentName: DEPLOYMENT, buildId: setup.bundle.buildId },
    defaultVersioningBehavior: 'AUTO_UPGRADE',
  };
}

/** Every event of a history names its worker, so a cloud host's long name is cut. */
const identity = `${process.pid}@${hostname().slice(0, 12)}`;

const common = (setup: WorkerSetup): Partial<WorkerOptions> => ({
  connection: setup.connection,
  namespace: setup.namespace,
  identity,
  activities: setup.activities,
  workerDeploymentOptions: versioned(setup),
  // Activities end within their own 30 s; what is cut off is resolved by the touch ledger.
  shutdownGraceTime: '20s',
  shutdownForceTime: '25s',
});

/** Workflows, and the activities that send nothing. */
export function leadWorkerOptions(setup: WorkerSetup): WorkerOptions {
  return {
    ...common(setup),
    taskQueue: LEAD_QUEUE,
    workflowBundle: { code: setup.bundle.code },
    maxCachedWorkflows: setup.cachedLeads ?? CACHED_LEADS,
    maxConcurrentActivityTaskExecutions: setup.leadActivities ?? 50,
    maxConcurrentWorkflowTaskExecutions: 50,
    workflowTaskPollerBehavior: { type: 'autoscaling', initial: 5, maximum: 10 },
    activityTaskPollerBehavior: { type: 'autoscaling', initial: 5, maximum: 10 },
  };
}

/**
 * The activities that may send. No workflows, so that a limit of the queue is a limit on email alone; it is
 * set on the queue (`src/temporal/queue-rate.ts`), for all workers.
 */
export function emailWorkerOptions(setup: WorkerSetup): WorkerOptions {
  return {
    ...common(setup),
    taskQueue: EMAIL_QUEUE,
    maxConcurrentActivityTaskExecutions: setup.emailActivities ?? 50,
    activityTaskPollerBehavior: { type: 'autoscaling', initial: 5, maximum: 10 },
  };
}
