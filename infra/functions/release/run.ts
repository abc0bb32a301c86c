/**
 * A release of one queue's worker: known, tried on the leads there are, ramped, current. Whatever fails leaves the
 * version before as it was; CloudFormation then asks for that one, which is current already.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { VolleyError } from '../../../src/core/errors.ts';
import type { Logger } from '../../../src/log.ts';
import type { Invoked, Version, Versions } from './versions.ts';

export interface Release {
  readonly version: Version;
  readonly queue: string;
  readonly invoked: Invoked;
  /** Seconds in which a tenth of the work goes to it and nothing may go wrong. */
  readonly rampSeconds: number;
}

export interface ReleaseDeps {
  readonly client: Client;
  readonly versions: Versions;
  readonly log: Logger;
  /** Throws when leads cannot go on with it. */
  readonly gate: () => Promise<unknown>;
  /** Real ms until its worker must have polled: a cold start, and one that has to be tried again. */
  readonly pollsWithinMs?: number;
}

const RAMP_PERCENT = 10;
const LOOK_EVERY_MS = 1_000;
/** Versions kept beside those in use: Temporal knows at most 100 of a deployment. */
const KEPT = 10;

/** @throws VolleyError `release-refused` */
export async function release(deps: ReleaseDeps, { version, queue, invoked, rampSeconds }: Release): Promise<void> {
  const { versions, log } = deps;
  const { deploymentName, buildId } = version;
  const { current, ramping } = await versions.routed(deploymentName);
  if (current === buildId) {
    // The same workflows in another function, or what was current before a release that failed.
    if (ramping !== undefined) await versions.endRamp(deploymentName);
    await versions.register(version, invoked);
    return;
  }
  await versions.register(version, invoked);
  try {
    await untilPolled(deps, version, queue);
    await deps.gate();
    if (current !== undefined) await ramp(deps, version, rampSeconds);
    await versions.makeCurrent(version);
  } catch (error) {
    log.error({ ...version, current, err: error }, 'the version is not released');
    await versions.forget(version);
    throw error;
  }
  log.info({ ...version, before: current }, 'the version is current');
  await forgetOld(deps, version);
}

/** A worker that does not start polls nothing. */
async function untilPolled({ versions, pollsWithinMs = 120_000 }: ReleaseDeps, version: Version, queue: string) {
  const until = Date.now() + pollsWithinMs;
  while (!(await versions.polled(version)).includes(queue)) {
    if (Date.now() > until) {
      throw new VolleyError('release-refused', `no worker of version ${version.buildId} has polled ${queue}`, {
        fix: 'Its log says why it does not start; the version before stays current.',
      });
    }
    await delay(LOOK_EVERY_MS);
  }
}

async function ramp(deps: ReleaseDeps, version: Version, seconds: number): Promise<void> {
  const { versions, client } = deps;
  const before = await stuck(client, version.deploymentName);
  await versions.ramp(version, RAMP_PERCENT);
  try {
    for (const until = Date.now() + seconds * 1_000; Date.now() < until; ) {
      await delay(LOOK_EVERY_MS);
      const fresh = [...(await stuck(client, version.deploymentName))].filter((id) => !before.has(id));
      if (fresh.length === 0) continue;
      throw new VolleyError('release-refused', `${fresh.length} leads got stuck while it was ramped: ${fresh[0]}`, {
        fix: 'The log of the worker says why; the version before has all the work again.',
      });
    }
  } catch (error) {
    await versions.endRamp(version.deploymentName);
    throw error;
  }
}

/** Workflows whose tasks fail again and again; Temporal itself marks them. */
async function stuck(client: Client, deploymentName: string): Promise<ReadonlySet<string>> {
  const problems = "'category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut'";
  const query = `ExecutionStatus = 'Running' AND TemporalWorkerDeployment = '${deploymentName}' AND TemporalReportedProblems IN (${problems})`;
  const ids = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query })) ids.add(workflowId);
  return ids;
}

/** The server refuses to forget what still has leads or pollers; that one goes with a later release. */
async function forgetOld({ versions, log }: ReleaseDeps, { deploymentName }: Version): Promise<void> {
  const all = await versions.all(deploymentName);
  for (const buildId of all.slice(0, Math.max(all.length - KEPT, 0))) {
    if (await versions.forget({ deploymentName, buildId })) log.info({ deploymentName, buildId }, 'forgotten');
  }
}
