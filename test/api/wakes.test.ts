import { afterAll, beforeAll, expect, test } from 'vitest';
import { playbooksOf, recordingSchema } from '../../src/core/replay/recording.ts';
import { replayWake } from '../../src/core/replay/replay.ts';
import { compileStored } from '../../src/playbook/compile.ts';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

test('what a lead was decided is recorded, and with the versions it names another build can decide it again', async () => {
  const leadId = await api.lead('ada@acme.example', { firstName: 'Ada', role: 'operations' });
  await api.advance(leadId);
  const { body } = await api.call('GET /v1/wakes?limit=10');
  expect(body).toMatchObject({ items: [{ lead: { id: leadId }, at: expect.any(String) }], next: null });
  const recording = recordingSchema.parse(body.items[0].recording);
  const [hash = ''] = playbooksOf(recording);
  const { files } = (await api.call(`GET /v1/playbook/versions/${hash}`)).body;
  const compiled = compileStored(files);
  if (!compiled.ok) throw new Error('the version does not compile');
  expect(replayWake(recording, new Map([[hash, compiled.playbook]]))).toEqual({ kind: 'same' });
});

test('a version that never was is not found', async () => {
  expect(await api.call(`GET /v1/playbook/versions/${'0'.repeat(64)}`)).toMatchObject({
    status: 404,
    body: { type: '/problems/not-found' },
  });
});
