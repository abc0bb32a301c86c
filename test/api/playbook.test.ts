import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleFiles, openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi({ playbook: false });
});
afterAll(() => api.close());

test('is checked without changing anything, applied, and read back', async () => {
  const body = { files: exampleFiles };
  const checked = await api.call('POST /v1/playbook/check', { body });
  expect(checked).toMatchObject({ status: 200, body: { ok: true, errors: [] } });
  expect((await api.call('GET /v1/playbook')).status).toBe(404);
  expect(await api.call('POST /v1/playbook/apply', { body })).toMatchObject({
    status: 200,
    body: { hash: checked.body.hash, changed: true },
  });
  expect(await api.call('POST /v1/playbook/apply', { body })).toMatchObject({ status: 200, body: { changed: false } });
  expect((await api.call('GET /v1/playbook')).body).toMatchObject({ hash: checked.body.hash, files: exampleFiles });
});

test('every mistake is listed with file, line, column and what was expected; nothing is applied', async () => {
  const before = (await api.call('GET /v1/playbook')).body.hash;
  const files = {
    ...exampleFiles,
    'playbook.yaml': `${exampleFiles['playbook.yaml']}\nstagez: []\n`,
    'cadences/keep-warm.yaml': 'cadence: [broken',
  };
  for (const verb of ['check', 'apply']) {
    const answer = await api.call(`POST /v1/playbook/${verb}`, { body: { files } });
    expect(answer).toMatchObject({ status: 422, body: { type: '/problems/playbook-mistakes', ok: false } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const named = answer.body.errors.map((one: { file: string }) => one.file);
    expect(named).toContain('playbook.yaml');
    expect(named).toContain('cadences/keep-warm.yaml');
    for (const one of answer.body.errors) {
      expect(one).toEqual({
        file: expect.any(String),
        line: expect.any(Number),
        column: expect.any(Number),
        message: expect.any(String),
        expected: expect.any(String),
      });
    }
  }
  expect((await api.call('GET /v1/playbook')).body.hash).toBe(before);
});

test('no files, files that are no text, and NUL are told apart', async () => {
  expect(await api.call('POST /v1/playbook/check', { body: {} })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'files' }] },
  });
  expect(await api.call('POST /v1/playbook/check', { body: { files: {} } })).toMatchObject({ status: 422 });
  expect(await api.call('POST /v1/playbook/check', { body: { files: { 'playbook.yaml': 7 } } })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'files.playbook.yaml' }] },
  });
  const nul = await api.call('POST /v1/playbook/check', {
    body: { files: { ...exampleFiles, 'emails/case-study.md': 'a\0b' } },
  });
  expect(nul.status).toBe(422);
  expect(nul.body.errors).toContainEqual(expect.objectContaining({ file: 'emails/case-study.md' }));
});
