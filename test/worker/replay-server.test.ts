/** `volley replay --from-server` over a real engine and a real API. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type HttpServer, listen } from '../../src/cli/parts.ts';
import { createNudger } from '../../src/temporal/nudge.ts';
import { countOpen, openHistories } from '../../src/temporal/open-histories.ts';
import { openApi, type TestApi } from '../api/support/api.ts';
import { volley } from '../cli/run.ts';
import { collect } from '../support/collect.ts';
import { createRecorder } from '../support/recorder.ts';
import { type Engine, openEngine, PATIENCE, quietLog } from '../support/temporal.ts';

const LEADS = 12;
const sleeping: string[] = [];
let engine: Engine;
let api: TestApi;
let server: HttpServer;
beforeAll(async () => {
  engine = await openEngine();
  const recorder = createRecorder((_, nth) => ({ n: nth, w: { t: nth, ms: 3_600_000, q: 'l', s: 'later' } }));
  await engine.startWorkers({ activities: recorder.activities });
  const nudger = createNudger({ client: engine.client, log: quietLog });
  for (let n = 0; n < LEADS; n += 1) sleeping.push(randomUUID());
  await nudger.nudge(sleeping);
  await recorder.called(LEADS);
  await nudger.close();
  await vi.waitUntil(async () => (await countOpen(engine.client)) === LEADS, PATIENCE);
  api = await openApi();
  await api.advance(await api.lead('ada@acme.example', { role: 'operations' }));
  server = await listen((request) => api.app.fetch(request), { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await api.close();
  await engine.close();
});

it('takes the history of every lead that runs, or of so many', async () => {
  const all = await collect(openHistories(engine.client));
  expect(all.map(({ workflowId }) => workflowId).sort()).toEqual(sleeping.map((id) => `lead-${id}`).sort());
  expect(await collect(openHistories(engine.client, 3))).toHaveLength(3);
});

it('asks the engine and the API that the environment names', async () => {
  const { code, out } = await volley(['replay', '--from-server', '--json'], {
    env: {
      TEMPORAL_ADDRESS: engine.endpoint.address,
      TEMPORAL_NAMESPACE: engine.endpoint.namespace ?? '',
      VOLLEY_URL: server.url,
      VOLLEY_KEY: api.keys.admin,
    },
  });
  expect(JSON.parse(out)).toMatchObject({
    ok: true,
    histories: [{ replayed: LEADS, failed: [] }],
    wakes: [{ replayed: 1, same: 1, wrong: [], broken: [] }],
  });
  expect(code).toBe(0);
});
