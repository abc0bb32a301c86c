/** What engine tests need of the real server: a namespace of their own, workers, histories. */
import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';
import { pino } from 'pino';
import { inject } from 'vitest';
import type { Logger } from '../../src/log.ts';
import { ensureSearchAttributes } from '../../src/temporal/attributes.ts';
import { connectClient, type TemporalEndpoint } from '../../src/temporal/client.ts';
import { leadWorkflowId } from '../../src/temporal/names.ts';
import { buildIdOf, bundleWorkflows, type WorkflowBundle } from '../../src/worker/bundle.ts';
import { type RunningWorkers, type StartWorkersOptions, startWorkers } from '../../src/worker/run.ts';
// What `inject` answers is declared there; a project that has only some of the tests needs it by name.
import type {} from './temporal-server.ts';

export const quietLog: Logger = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });

/** For `expect.poll`: how long a busy machine may take, real ms. */
export const PATIENCE = { timeout: 20_000 };

/** The workflow bundle, made once a run: the file is put in place whole, so readers see all or nothing. */
export async function testBundle(): Promise<WorkflowBundle> {
  const file = join(inject('temporalScratch'), 'bundle.js');
  const made = await readFile(file, 'utf8').catch(() => undefined);
  if (made !== undefined) return { code: made, buildId: buildIdOf(made) };
  const bundle = await bundleWorkflows();
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, bundle.code);
  await rename(draft, file);
  return bundle;
}

export interface Engine {
  readonly endpoint: TemporalEndpoint;
  readonly client: Client;
  startWorkers(
    options: Pick<StartWorkersOptions, 'activities'> & Partial<StartWorkersOptions>,
  ): Promise<RunningWorkers>;
  /** Events of the newest run of a lead's workflow. */
  history(leadId: string): Promise<temporal.api.history.v1.IHistoryEvent[]>;
  close(): Promise<void>;
}

/** A fresh namespace on the run's server, or on another one. Closing it stops its workers first. */
export async function openEngine(address: string = inject('temporalAddress')): Promise<Engine> {
  const namespace = `test-${randomUUID()}`;
  const endpoint: TemporalEndpoint = { address, namespace };
  const client = await connectClient(endpoint);
  await client.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
  await untilNamespaceServes(client);
  const running: RunningWorkers[] = [];
  return {
    endpoint,
    client,
    async startWorkers(options) {
      const workers = await startWorkers({ endpoint, client, log: quietLog, bundle: await testBundle(), ...options });
      running.push(workers);
      return workers;
    },
    history: async (leadId) => (await client.workflow.getHandle(leadWorkflowId(leadId)).fetchHistory()).events ?? [],
    async close() {
      for (const workers of running) await workers.stop();
      await client.connection.close();
    },
  };
}

/** A new namespace reaches every part of the server within a second or so. */
async function untilNamespaceServes(client: Client): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      await ensureSearchAttributes(client);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
