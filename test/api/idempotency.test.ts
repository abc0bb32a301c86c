import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../support/database.ts';
import { openApi, type TestApi } from './support/api.ts';

describe.each(testDatabases)('Idempotency-Key on %s', (kind) => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openApi({ kind });
  });
  afterAll(() => api.close());

  const once = (key: string, body: unknown, more = {}) =>
    api.call('POST /v1/leads', { body, headers: { 'idempotency-key': key }, ...more });

  test('the same key and body answer the same again, and do nothing more', async () => {
    const first = await once('k-1', { email: 'once@acme.example' });
    const nudges = api.nudged.length;
    const again = await once('k-1', { email: 'once@acme.example' });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(api.nudged.length).toBe(nudges);
  });

  test('another body or another call with the same key is 422', async () => {
    await once('k-2', { email: 'two@acme.example' });
    expect(await once('k-2', { email: 'other@acme.example' })).toMatchObject({
      status: 422,
      body: { type: '/problems/idempotency-mismatch' },
    });
    expect(await api.call('POST /v1/pause', { body: {}, headers: { 'idempotency-key': 'k-2' } })).toMatchObject({
      status: 422,
    });
    expect((await api.call('GET /v1/leads?q=other@acme')).body.items).toEqual([]);
  });

  test('a refusal is an answer too', async () => {
    const lead = await api.lead('refused@acme.example');
    const body = { lead: { id: lead }, cadence: 'evaluation-guide' };
    await api.call('POST /v1/enrollments', { body });
    const ask = () => api.call('POST /v1/enrollments', { body, headers: { 'idempotency-key': 'k-3' } });
    const first = await ask();
    expect(first.status).toBe(409);
    const again = await ask();
    expect(again).toMatchObject({ status: 409, body: first.body });
    expect(again.headers.get('content-type')).toBe('application/problem+json');
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  test('what the schema refuses leaves the key free', async () => {
    expect(await once('k-4', { mail: 'x' })).toMatchObject({ status: 400 });
    expect(await once('k-4', { email: 'four@acme.example' })).toMatchObject({ status: 201 });
  });

  test('two callers may use the same key', async () => {
    const mine = await once('k-5', { email: 'five@acme.example' });
    const theirs = await once('k-5', { email: 'six@acme.example' }, { key: api.keys.integration });
    expect([mine.status, theirs.status]).toEqual([201, 201]);
  });

  test('of many at the same moment one does it and all answer the same', async () => {
    const lead = await api.lead('burst@acme.example');
    const body = { lead: { id: lead }, cadence: 'evaluation-guide' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        api.call('POST /v1/enrollments', { body, headers: { 'idempotency-key': 'k-6' } }),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(201));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect((await api.call(`GET /v1/enrollments?lead=${lead}`)).body.items).toHaveLength(1);
  });

  test('a day later the key is free again', async () => {
    const first = await once('k-7', { email: 'seven@acme.example' });
    expect(first.status).toBe(201);
    api.now += 25 * 3_600_000;
    await once('k-8', { email: 'eight@acme.example' });
    expect(await once('k-7', { email: 'seven@acme.example' })).toMatchObject({
      status: 200,
      body: { outcome: 'unchanged' },
    });
  });

  test('a key that is none is 400', async () => {
    expect(await once('with space', { email: 'x@acme.example' })).toMatchObject({
      status: 400,
      body: { type: '/problems/bad-idempotency-key' },
    });
    expect(await once('x'.repeat(256), { email: 'x@acme.example' })).toMatchObject({ status: 400 });
  });
});
