/**
 * Records histories of the lead workflow as it is now, for the replay test to keep:
 * `node test/workflows/record.ts`. Run it for every release that changes `workflows/lead.ts`, and
 * keep the older files: leads that run for months were recorded by them.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import type { AdvanceAnswer } from '../../activities/advance.ts';
import { startTemporal } from '../../src/dev/temporal.ts';
import { connectClient } from '../../src/temporal/client.ts';
import { historyToText } from '../../src/temporal/history-file.ts';
import { EMAIL_QUEUE, leadWorkflowId } from '../../src/temporal/names.ts';
import { createNudger } from '../../src/temporal/nudge.ts';
import { shutdownRuntime, startWorkers } from '../../src/worker/run.ts';
import { createRecorder, type Script } from '../support/recorder.ts';

const HOUR = 3_600_000;
const folder = new URL('histories/', import.meta.url);
const { version }: { version: string } = JSON.parse(
  await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
);
const log = pino({ level: 'warn' });

const wake = (n: number, t: number, ms: number, q: 'l' | 'e'): AdvanceAnswer => ({
  n,
  w: { t, ms, q, s: `evaluation-guide / step-${t}: ${q === 'e' ? 'email' : 'wait'}, Tue 09:12 +01:00` },
});

interface Scenario {
  readonly script: Script;
  /** `advance` calls before which to nudge, from 2. */
  readonly nudgeAfter?: readonly number[];
}

const gate = Promise.withResolvers<void>();
const scenarios: Readonly<Record<string, Scenario>> = {
  cadence: { script: (_, nth) => (nth > 6 ? { n: nth } : wake(nth, nth, 100, nth % 2 === 0 ? 'l' : 'e')) },
  'late-wake': { script: (_, nth) => (nth > 4 ? { n: nth } : wake(nth, nth, 0, nth % 2 === 0 ? 'l' : 'e')) },
  'timer-kept-then-moved': {
    script: (_, nth) => (nth < 3 ? wake(nth, 1, HOUR, 'l') : nth === 3 ? wake(3, 2, 200, 'e') : { n: nth }),
    nudgeAfter: [1, 2],
  },
  'nudged-while-email-waits': {
    script: async (call, nth) => {
      if (call.queue === EMAIL_QUEUE) await gate.promise;
      if (nth > 2) gate.resolve();
      return call.queue === EMAIL_QUEUE ? { n: 9 } : wake(nth, 1, 0, 'e');
    },
    nudgeAfter: [2],
  },
  'timer-left-behind': {
    script: (_, nth) => (nth === 1 ? wake(1, 2, HOUR, 'l') : nth === 2 ? wake(2, 1, 0, 'e') : { n: nth }),
    nudgeAfter: [1],
  },
  // The server is told to suggest it after 40 events.
  'continued-as-new': { script: (_, nth) => (nth > 8 ? { n: nth } : wake(nth, nth, 50, 'e')) },
};

const server = await startTemporal({ settings: { 'limit.historyCount.suggestContinueAsNew': 40 } });
const endpoint = { address: server.address };
const client = await connectClient(endpoint);
const nudger = createNudger({ client, log });
await mkdir(folder, { recursive: true });
for (const [name, { script, nudgeAfter = [] }] of Object.entries(scenarios)) {
  const recorder = createRecorder(script);
  const workers = await startWorkers({ endpoint, client, log, activities: recorder.activities });
  const leadId = randomUUID();
  await nudger.nudge([leadId]);
  for (const times of nudgeAfter) {
    await recorder.called(times);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await nudger.nudge([leadId]);
  }
  const handle = client.workflow.getHandle(leadWorkflowId(leadId));
  await handle.result();
  await workers.stop();
  const runs = client.workflow.list({ query: `WorkflowId = '${leadWorkflowId(leadId)}'` });
  let nth = 0;
  for await (const run of runs) {
    const history = await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
    nth += 1;
    const file = new URL(`${version}-${name}${nth === 1 ? '' : `-${nth}`}.json`, folder);
    await writeFile(file, historyToText(history));
    process.stdout.write(`${file.pathname}: ${history.events?.length} events\n`);
  }
}
await client.connection.close();
await shutdownRuntime();
await server.close();
