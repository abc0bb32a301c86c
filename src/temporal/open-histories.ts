/** The histories of what runs: what a new build of the workflows must be able to go on with. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { History } from './history-file.ts';

export interface OpenHistory {
  readonly workflowId: string;
  readonly history: History;
}

const OPEN = "ExecutionStatus = 'Running'";
/** Fetched at once: a server on the same machine answers in a few ms, one in the cloud in 50. */
const AT_ONCE = 10;

/** Workflows that run, as visibility counts them: a second or so behind. */
export const countOpen = async (client: Client): Promise<number> => (await client.workflow.count(OPEN)).count;

/** One history each, the newest workflow first; one that ends meanwhile is left out. */
export async function* openHistories(client: Client, most = Number.POSITIVE_INFINITY): AsyncGenerator<OpenHistory> {
  let taken = 0;
  let page: Promise<OpenHistory | undefined>[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: OPEN })) {
    if (taken >= most) break;
    taken += 1;
    page.push(fetchOne(client, workflowId, runId));
    if (page.length < AT_ONCE) continue;
    yield* present(await Promise.all(page));
    page = [];
  }
  yield* present(await Promise.all(page));
}

const present = (page: readonly (OpenHistory | undefined)[]): OpenHistory[] =>
  page.filter((one): one is OpenHistory => one !== undefined);

async function fetchOne(client: Client, workflowId: string, runId: string): Promise<OpenHistory | undefined> {
  try {
    return { workflowId, history: await client.workflow.getHandle(workflowId, runId).fetchHistory() };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
