/** Where `volley replay` takes Temporal's histories from. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, readConfig } from '../../config.ts';
import { createLog } from '../../log.ts';
import { connectClient } from '../../temporal/client.ts';
import { historyFromText } from '../../temporal/history-file.ts';
import { leadOfWorkflowId } from '../../temporal/names.ts';
import { countOpen, openHistories } from '../../temporal/open-histories.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { type HistoryToReplay, type ReplayedHistory, replayHistories } from '../../worker/replay.ts';
import { shutdownRuntime } from '../../worker/run.ts';
import { forwardLogs } from '../../worker/runtime.ts';
import { readLocal } from '../local.ts';
import { progress } from '../terminal.ts';
import { wrongUse } from '../use.ts';

export interface FailedHistory {
  /** The lead's id, else the workflow's, or the file it was read from. */
  readonly of: string;
  readonly type: string;
  readonly events: number;
  readonly builds: readonly string[];
  readonly problem: string;
}

export interface HistoriesReport {
  readonly buildId: string;
  readonly replayed: number;
  readonly events: number;
  readonly failed: readonly FailedHistory[];
}

interface Source {
  readonly total: number;
  readonly histories: AsyncIterable<HistoryToReplay>;
}

/** @throws VolleyError `wrong-use` for a folder without histories, `not-a-history` */
export async function replayFolder(folder: string): Promise<HistoriesReport> {
  const files = await jsonFilesIn(folder, 'histories');
  const histories = (async function* () {
    for (const file of files) {
      const path = join(folder, file);
      yield { workflowId: file, history: historyFromText(await readFile(path, 'utf8'), path) };
    }
  })();
  return replay({ total: files.length, histories });
}

/** Names of a folder's JSON files, in order. @throws VolleyError `wrong-use` when there is none */
export async function jsonFilesIn(folder: string, what: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => {
    throw wrongUse(`there is no folder ${folder} to read`);
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  if (files.length > 0) return files;
  throw wrongUse(`${folder} holds no ${what}: there is no .json file in it`);
}

/**
 * What runs on the server that the environment names, else on the one of the local stack.
 * @throws VolleyError `wrong-use` when neither is there, `temporal-unreachable`
 */
export async function replayServer(most: number | undefined): Promise<HistoriesReport> {
  const config = readConfig();
  const client = await connectClient({ ...config.temporal, address: await addressOf(config) });
  try {
    const running = await countOpen(client);
    return await replay({ total: Math.min(running, most ?? running), histories: openHistories(client, most) });
  } finally {
    await client.connection.close();
  }
}

async function addressOf({ temporal, home }: Config): Promise<string> {
  const address = temporal.address ?? (await readLocal(home))?.temporal;
  if (address !== undefined) return address;
  throw wrongUse(
    'there is no Temporal server to ask',
    'Set TEMPORAL_ADDRESS, or start a local stack with `npm start`.',
  );
}

async function replay({ total, histories }: Source): Promise<HistoriesReport> {
  const { log } = readConfig();
  // What does not replay is told as the answer; the engine's own lines about it are for who asks for them.
  forwardLogs(createLog({ ...log, level: log.level ?? 'silent' }));
  const bar = progress('histories', total);
  try {
    const bundle = await bundleWorkflows();
    const failed: FailedHistory[] = [];
    let replayed = 0;
    let events = 0;
    for await (const answer of replayHistories(bundle, histories)) {
      replayed += 1;
      events += answer.events;
      bar.to(replayed);
      const failure = failureOf(answer);
      if (failure !== undefined) failed.push(failure);
    }
    return { buildId: bundle.buildId, replayed, events, failed };
  } finally {
    bar.end();
    await shutdownRuntime();
  }
}

function failureOf({ workflowId, type, events, builds, problem }: ReplayedHistory): FailedHistory | undefined {
  if (problem === undefined) return undefined;
  return { of: leadOfWorkflowId(workflowId) ?? workflowId, type, events, builds, problem };
}
