/** Every endpoint times every role, on the real API. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PERMISSIONS, rolesFor } from '../../src/api/permissions.ts';
import { CALLERS, type Door, doorsOf, type Tried, tryDoors, wrongOf } from '../doors/doors.ts';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
let doors: readonly Door[];
let tried: readonly Tried[];
const headers = new Map<string, Headers>();
beforeAll(async () => {
  api = await openApi();
  doors = doorsOf((await api.call('GET /openapi.json', { key: null })).body);
  tried = await tryDoors(doors, api.keys, async (path, init) => {
    const response = await api.app.request(path, init);
    headers.set(`${init.method} ${path} ${response.status}`, response.headers);
    return response;
  });
});
afterAll(() => api.close());

describe('every endpoint', () => {
  test('is tried by everybody', () => {
    expect(doors.length).toBeGreaterThan(90);
    expect(tried).toHaveLength(doors.length * CALLERS.length);
  });

  test('lets in whom the document names and nobody else, and fails for none', () => {
    expect(wrongOf(tried)).toEqual([]);
  });

  test('names the roles of the permission table, and the table names no other', () => {
    const guarded = doors.filter(({ roles }) => roles.length > 0);
    expect(guarded.map(({ operation }) => operation).sort()).toEqual(Object.keys(PERMISSIONS).sort());
    for (const [operation, granted] of Object.entries(PERMISSIONS)) {
      const door = guarded.find((one) => one.operation === operation);
      expect([...(door?.roles ?? [])].sort(), operation).toEqual(Object.keys(granted).sort());
    }
    expect(rolesFor('leads.claim')).toEqual(['admin', 'rep (own)']);
  });

  test('that is open to everybody is one of these', () => {
    expect(doors.flatMap(({ operation, roles }) => (roles.length === 0 ? [operation] : [])).sort()).toEqual([
      'answers.confirm',
      'answers.page',
      'clicks.follow',
      'health.alive',
      'health.ready',
      'preferences.choose',
      'preferences.page',
      'reps.feed',
    ]);
  });

  test('changed nothing: no body was taken, and no id was of anything', async () => {
    const { db } = api.store.database;
    for (const table of ['leads', 'tasks', 'pauses', 'suppressions', 'webhooks', 'reps', 'idempotency_keys'] as const)
      expect(await db.selectFrom(table).selectAll().execute(), table).toEqual([]);
  });
});

test('every answer, of whatever status, has the headers that let nothing be run, framed, kept or told', async () => {
  for (const path of ['/', '/docs', '/openapi.json', '/problems/not-found', '/nowhere'])
    headers.set(path, (await api.app.request(path)).headers);
  const statuses = [...headers.keys()].map((call) => call.split(' ')[2]);
  expect(statuses).toEqual(expect.arrayContaining(['200', '400', '401', '403', '404']));
  for (const [call, given] of headers) {
    expect(given.get('content-security-policy'), call).toMatch(/^default-src 'none';.*frame-ancestors 'none'/);
    expect(given.get('x-content-type-options'), call).toBe('nosniff');
    expect(given.get('x-frame-options'), call).toBe('DENY');
    expect(given.get('referrer-policy'), call).toBe('no-referrer');
    expect(given.get('cache-control'), call).toBe('no-store');
    expect(given.get('strict-transport-security'), call).toMatch(/^max-age=\d{8}/);
  }
});

test('browsers are sent to https only where there is one', async () => {
  const plain = await openApi({ publicUrl: 'http://127.0.0.1:8080' });
  expect((await plain.app.request('/healthz')).headers.get('strict-transport-security')).toBeNull();
  await plain.close();
});

test('a door that is not as the document says is found', async () => {
  const open = { ...doors.find(({ operation }) => operation === 'leads.list'), roles: [] } as Door;
  const shut = { ...doors.find(({ operation }) => operation === 'health.alive'), roles: ['admin'] } as Door;
  const found = await tryDoors([open, shut], api.keys, async (path, init) => api.app.request(path, init));
  expect(wrongOf(found).filter((line) => line.startsWith('GET /v1/leads '))).toHaveLength(2);
  expect(wrongOf(found).filter((line) => line.startsWith('GET /healthz '))).toHaveLength(6);
});
