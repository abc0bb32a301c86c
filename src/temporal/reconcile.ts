/**
 * Brings the engine in line with the rows, after either was restored or lost: every lead that the
 * rows say has something due gets a running workflow. Postgres is right; a workflow that runs for
 * nothing finds that out by itself when it is nudged, and ends.
 */
import type { Client } from '@temporalio/client';
import { LEAD_WORKFLOW, leadOfWorkflowId } from './names.ts';
import type { Nudger } from './nudge.ts';

export interface DueLead {
  readonly id: string;
  /** Epoch ms; null: only inputs wait. */
  readonly dueAt: number | null;
}

export interface ReconcileOptions {
  readonly client: Client;
  readonly nudger: Nudger;
  /** Leads with pending inputs or a due time: what should run. */
  readonly due: readonly DueLead[];
  /** The clock's now, epoch ms. */
  readonly now: number;
  /** Told after every page of leads nudged. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ReconcileReport {
  /** Leads that the rows say should have a workflow. */
  readonly expected: number;
  /** Lead workflows that ran before. */
  readonly running: number;
  /** Expected and not running: started. */
  readonly started: number;
  /** Running although something was due by now or waited: nudged. */
  readonly nudged: number;
  /** Running with nothing due by the rows: nudged too, to end by themselves. */
  readonly idle: number;
}

const PAGE = 200;

/** Lead ids of all running workflows. Visibility lags by about a second and lists at 30 pages a second. */
export async function runningLeads(client: Client): Promise<Set<string>> {
  const query = `WorkflowType = '${LEAD_WORKFLOW}' AND ExecutionStatus = 'Running'`;
  const leads = new Set<string>();
  for await (const execution of client.workflow.list({ query, pageSize: 1_000 })) {
    const lead = leadOfWorkflowId(execution.workflowId);
    if (lead !== undefined) leads.add(lead);
  }
  return leads;
}

/** Starts and nudges; returns when every lead concerned has been told. */
export async function reconcile(options: ReconcileOptions): Promise<ReconcileReport> {
  const { client, nudger, due, now } = options;
  const running = await runningLeads(client);
  const expected = new Set(due.map((lead) => lead.id));
  const missing = due.filter((lead) => !running.has(lead.id)).map((lead) => lead.id);
  const late = due
    .filter((lead) => running.has(lead.id) && (lead.dueAt === null || lead.dueAt <= now))
    .map((lead) => lead.id);
  const idle = [...running].filter((id) => !expected.has(id));
  const all = [...missing, ...late, ...idle];
  for (let from = 0; from < all.length; from += PAGE) {
    await nudger.nudge(all.slice(from, from + PAGE));
    options.onProgress?.(Math.min(from + PAGE, all.length), all.length);
  }
  return {
    expected: expected.size,
    running: running.size,
    started: missing.length,
    nudged: late.length,
    idle: idle.length,
  };
}
