/** Temporal's own replayer over histories: whether this build's workflows can go on where others stopped. */
import { Worker } from '@temporalio/worker';
import type { History } from '../temporal/history-file.ts';
import type { WorkflowBundle } from './bundle.ts';

export interface HistoryToReplay {
  readonly workflowId: string;
  readonly history: History;
}

export interface ReplayedHistory {
  readonly workflowId: string;
  readonly events: number;
  /** The workflow's type, as the history names it. */
  readonly type: string;
  /** Versions of the workers that recorded it, oldest first. */
  readonly builds: readonly string[];
  /** Why this build cannot go on with it; absent: it can. */
  readonly problem?: string;
}

type Histories = AsyncIterable<HistoryToReplay> | Iterable<HistoryToReplay>;

/** One answer each, in their order. The runtime stays up: `shutdownRuntime` ends it. */
export async function* replayHistories(bundle: WorkflowBundle, given: Histories): AsyncGenerator<ReplayedHistory> {
  let at: History = {};
  const histories = (async function* () {
    for await (const one of given) {
      at = one.history;
      yield one;
    }
  })();
  // The replayer takes the next history only when asked for the next answer.
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle: { code: bundle.code } },
    histories,
  )) {
    yield { workflowId, ...aboutOf(at), ...(error === undefined ? {} : { problem: problemOf(error) }) };
  }
}

function aboutOf({ events }: History): Pick<ReplayedHistory, 'events' | 'type' | 'builds'> {
  const all = events ?? [];
  const type = all[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? 'unknown';
  const builds = all.flatMap((event) => event.workflowTaskCompletedEventAttributes?.deploymentVersion?.buildId ?? []);
  return { events: all.length, type, builds: [...new Set(builds)] };
}

/** The engine's words, on one line and without the type it names first. */
const problemOf = ({ message }: Error): string =>
  message
    .replaceAll(/\s+/g, ' ')
    .replace(/^Replay failed with a nondeterminism error\.? ?/, '')
    .trim();
