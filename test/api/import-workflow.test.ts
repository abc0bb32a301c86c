import { afterAll, beforeAll, expect, test } from 'vitest';
import { createImportActivities } from '../../activities/import.ts';
import { createApp } from '../../src/api/app.ts';
import { importStarter } from '../../src/cli/parts.ts';
import { type Engine, openEngine } from '../support/temporal.ts';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
let engine: Engine;
beforeAll(async () => {
  [api, engine] = await Promise.all([openApi(), openEngine()]);
  await engine.startWorkers({ activities: createImportActivities(api.deps) });
});
afterAll(async () => {
  await engine.close();
  await api.close();
});

async function post(csv: string): Promise<string> {
  const app = createApp({ ...api.deps, startImport: importStarter(engine.client) });
  const response = await app.request('/v1/imports', {
    method: 'POST',
    headers: { authorization: `Bearer ${api.keys.admin}`, 'content-type': 'text/csv' },
    body: csv,
  });
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { id: string };
  return id;
}

const status = async (id: string) => (await api.call(`GET /v1/imports/${id}`)).body;

test('an import runs by itself, in a history of one activity', async () => {
  const id = await post(`Email\n${Array.from({ length: 1_200 }, (_, n) => `wf-${n}@acme.example`).join('\n')}\n`);
  const handle = engine.client.workflow.getHandle(`import-${id}`);
  await handle.result();
  expect(await status(id)).toMatchObject({ state: 'done', rows: 1_200, created: 1_200, pages: { done: 3, all: 3 } });
  const { events } = await handle.fetchHistory();
  expect(events?.length).toBeLessThanOrEqual(11);
  expect(JSON.stringify(events)).not.toContain('acme.example');
});

test('starting it twice is starting it once', async () => {
  const id = await post('Email\ntwice@acme.example\n');
  const start = importStarter(engine.client);
  await Promise.all([start(id), start(id)]);
  await engine.client.workflow.getHandle(`import-${id}`).result();
  expect(await status(id)).toMatchObject({ created: 1 });
});

test('pages that cannot be read end it as failed, and none is left', async () => {
  const { body } = await api.call('POST /v1/imports', { raw: 'Email\nbroken@acme.example\n', type: 'text/csv' });
  const { db } = api.store.database;
  await db.updateTable('import_pages').set({ body: '[{"row":"two"}]' }).where('import_id', '=', body.id).execute();
  await importStarter(engine.client)(body.id);
  await engine.client.workflow.getHandle(`import-${body.id}`).result();
  expect(await status(body.id)).toMatchObject({
    state: 'failed',
    created: 0,
    failure: expect.stringContaining('again'),
  });
  expect(await db.selectFrom('import_pages').select('page').execute()).toEqual([]);
});
