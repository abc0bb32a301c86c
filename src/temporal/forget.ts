/**
 * Ends the workflows of erased leads and deletes what Temporal keeps of them. A history holds no more than
 * the lead's id and times, and goes all the same: an id that leads nowhere should not stay in lists.
 */
import type { Client } from '@temporalio/client';
import { isNotFound } from './grpc.ts';
import { leadWorkflowId } from './names.ts';

/**
 * Deletes every run; one that still runs is terminated by that, at once (tried: the server takes 20 ms, and
 * 25 s for one that has ended, or was terminated first). Safe to repeat. Lists lag by about a second, so a run
 * that has just ended may be found by a later call only.
 * @returns how many runs there were.
 */
export const runForgetter =
  (client: Client) =>
  async (leadIds: readonly string[]): Promise<{ readonly found: number }> => {
    let found = 0;
    for (const id of leadIds) found += await forget(client, leadWorkflowId(id));
    return { found };
  };

async function forget(client: Client, workflowId: string): Promise<number> {
  const runs = new Set<string>();
  const newest = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  if (newest !== undefined) runs.add(newest.runId);
  for await (const run of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) runs.add(run.runId);
  for (const runId of runs) {
    const request = { namespace: client.options.namespace, workflowExecution: { workflowId, runId } };
    await ended(client.workflowService.deleteWorkflowExecution(request));
  }
  return runs.size;
}

/** Gone already is as good. */
async function ended(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}
