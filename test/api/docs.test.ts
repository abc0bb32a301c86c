import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROBLEMS } from '../../src/api/problem/codes.ts';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

describe('/openapi.json', () => {
  test('is 3.1, every reference leads somewhere, and every operation is documented', async () => {
    const { body } = await api.call('GET /openapi.json', { key: null });
    expect(body.openapi).toBe('3.1.0');
    const text = JSON.stringify(body);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(body.components.schemas, name).toHaveProperty(String(name));
    const ids = new Set<string>();
    for (const [path, methods] of Object.entries<Record<string, Record<string, unknown>>>(body.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const where = `${method} ${path}`;
        expect(operation['summary'], where).toBeTruthy();
        expect(operation['tags'], where).toHaveLength(1);
        expect(ids.has(String(operation['operationId'])), where).toBe(false);
        ids.add(String(operation['operationId']));
        const responses = Object.entries(
          operation['responses'] as Record<string, { description: string; content?: object }>,
        );
        expect(
          responses.some(([status]) => status.startsWith('2')),
          where,
        ).toBe(true);
        for (const [status, response] of responses) {
          expect(response.description, `${where} ${status}`).toBeTruthy();
          // Reports answer as CSV too.
          const types = Object.keys(response.content ?? {}).filter((type) => type !== 'text/csv');
          expect(types, `${where} ${status}`).toHaveLength(1);
        }
        const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
        const parameters = (operation['parameters'] ?? []) as { name: string; in: string; required?: boolean }[];
        expect(
          parameters.filter((one) => one.in === 'path').map((one) => one.name),
          where,
        ).toEqual(named);
        if (operation['x-roles'] !== undefined) {
          expect(Object.keys(operation['responses'] as object), where).toEqual(expect.arrayContaining(['401', '403']));
          expect(
            parameters.some((one) => one.name === 'Idempotency-Key'),
            where,
          ).toBe(method !== 'get' && operation['operationId'] !== 'hooks.ses');
        }
      }
    }
  });

  test('every answer that any call of its form may get is documented', async () => {
    const { body } = await api.call('GET /openapi.json');
    const statuses = (path: string, method: string) => Object.keys(body.paths[path][method].responses);
    expect(statuses('/v1/resume', 'post')).toEqual(expect.arrayContaining(['400', '422']));
    expect(statuses('/v1/reps/{id}', 'get')).toEqual(expect.arrayContaining(['400', '404']));
    expect(statuses('/v1/leads/{id}/object', 'post')).toEqual(expect.arrayContaining(['410', '413', '415']));
    expect(body.paths['/v1/playbook/check'].post.responses['422'].content).toEqual({
      'application/problem+json': { schema: { $ref: '#/components/schemas/PlaybookProblem' } },
    });
  });

  test('of two members that exclude each other, the document says so', async () => {
    const { schemas } = (await api.call('GET /openapi.json')).body.components;
    expect(schemas.SuppressionInput.anyOf).toHaveLength(5);
    expect(schemas.KeyInput.oneOf).toHaveLength(2);
  });

  test('of an instant that may be null, the document says so', async () => {
    const { paths } = (await api.call('GET /openapi.json')).body;
    const { until } = paths['/v1/tasks/{id}/snooze'].post.requestBody.content['application/json'].schema.properties;
    expect(until).toMatchObject({ type: ['string', 'null'], format: 'date-time' });
  });

  test('inputs are strict: what this version does not know is refused, and says so', async () => {
    const { body } = await api.call('GET /openapi.json');
    expect(body.components.schemas.LeadInput.additionalProperties).toBe(false);
  });
});

describe('/docs', () => {
  test('shows every operation and problem, without scripts and without asking anybody else', async () => {
    const page = await api.call('GET /docs', { key: null });
    const { body } = await api.call('GET /openapi.json');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.body).not.toMatch(/<script|src=|<link/);
    for (const methods of Object.values<Record<string, { operationId: string }>>(body.paths)) {
      for (const operation of Object.values(methods)) expect(page.body).toContain(`id="${operation.operationId}"`);
    }
    for (const code of Object.keys(PROBLEMS)) expect(page.body).toContain(`id="problem-${code}"`);
    expect(page.body).not.toContain('[object Object]');
  });

  test('the type of a problem leads to what it means', async () => {
    expect(await api.call('GET /problems/lane-taken', { key: null })).toMatchObject({
      status: 200,
      body: { status: 409, docs: '/docs#problem-lane-taken' },
    });
    expect(await api.call('GET /problems/nothing')).toMatchObject({ status: 404 });
  });
});

describe('health', () => {
  test('alive is alive; ready asks the database and whatever else it is given', async () => {
    expect(await api.call('GET /healthz', { key: null })).toMatchObject({ status: 200, body: { ok: true } });
    expect(await api.call('GET /readyz', { key: null })).toMatchObject({
      status: 200,
      body: { checks: { database: 'ok' } },
    });
  });

  test('not ready is 503 and names what is missing, not why', async () => {
    const bare = await openApi();
    await bare.store.database.db.deleteFrom('schema_migrations').execute();
    const answer = await bare.call('GET /readyz', { key: null });
    expect(answer).toMatchObject({
      status: 503,
      body: { type: '/problems/not-ready', errors: [{ path: 'database' }] },
    });
    await bare.close();
  });
});
