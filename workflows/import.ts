/**
 * Takes an uploaded list of leads in, page by page. It knows only the import's id: the pages lie in
 * the store, and the activity that takes them does so exactly once each.
 */
import {
  ActivityFailure,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import type { ImportActivities } from '../activities/import.ts';
import { LEAD_QUEUE } from '../src/temporal/names.ts';

export interface ImportInput {
  readonly importId: string;
}

const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m' } as const;

const { importPages } = proxyActivities<ImportActivities>({
  taskQueue: LEAD_QUEUE,
  startToCloseTimeout: '5m',
  // A page and its nudges take seconds; a worker that was killed is noticed after this.
  heartbeatTimeout: '1m',
  retry: { ...retry, nonRetryableErrorTypes: ['corrupt-row'] },
});
const { failImport } = proxyActivities<ImportActivities>({ taskQueue: LEAD_QUEUE, startToCloseTimeout: '1m', retry });

export async function importLeads({ importId }: ImportInput): Promise<void> {
  for (;;) {
    try {
      const { left } = await importPages(importId);
      if (!left) return;
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
      await failImport(importId);
      return;
    }
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof importLeads>({ importId });
  }
}

setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, importLeads);
