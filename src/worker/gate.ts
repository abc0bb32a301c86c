/** Whether these workflows can go on with the leads there are: what a version must pass before it is the current one. */
import type { Client } from '@temporalio/client';
import { VolleyError } from '../core/errors.ts';
import { openHistories } from '../temporal/open-histories.ts';
import type { WorkflowBundle } from './bundle.ts';
import { replayHistories } from './replay.ts';

/** Leads that are tried, the newest first: the loop is the same for all, and a release on AWS ends within a quarter of an hour. */
export const GATE_LEADS = 1_000;

const LISTED = 3;

/** Replays open leads with these workflows. @throws VolleyError `release-refused` when one cannot go on */
export async function gate(client: Client, bundle: WorkflowBundle): Promise<{ replayed: number }> {
  let replayed = 0;
  const problems: string[] = [];
  for await (const { workflowId, problem } of replayHistories(bundle, openHistories(client, GATE_LEADS))) {
    replayed += 1;
    if (problem !== undefined) problems.push(`${workflowId}: ${problem}`);
  }
  if (problems.length === 0) return { replayed };
  const some = problems.slice(0, LISTED).join('; ');
  throw new VolleyError('release-refused', `${problems.length} of ${replayed} leads cannot go on with it: ${some}`, {
    fix: 'Patch the workflows (docs/operations.md, "Before an upgrade"); the version before stays current.',
  });
}
