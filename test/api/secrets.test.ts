/** `VOLLEY_SECRET=NEW,OLD`: the installation goes on with a new secret, and what the old one made holds. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { signToken } from '../../src/email/tokens.ts';
import { openApi, SECRET, type TestApi } from './support/api.ts';

const NEW = 'another secret of at least thirty-two characters';
const REP = 'lena.hartmann@northwind.example';
let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

/** The same installation, started again with this secret. */
const withSecret = (secret: string) => {
  const app = createApp({ ...api.deps, config: { ...api.deps.config, secret } });
  return async (what: string, init: { key?: boolean; body?: unknown; headers?: Record<string, string> } = {}) => {
    const [method = 'GET', path = '/'] = what.split(' ');
    const response = await app.request(path, {
      method,
      headers: {
        ...(init.key === false ? {} : { authorization: `Bearer ${api.keys.admin}` }),
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...init.headers,
      },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, body: isJson ? JSON.parse(text) : text };
  };
};

test('links, calendars, repeated calls and erased people of before are known beside the new secret, and not by it alone', async () => {
  const before = withSecret(SECRET);
  const both = withSecret(`${NEW},${SECRET}`);
  const after = withSecret(NEW);

  const lead = await api.lead('links@secrets.example');
  const link = `/u/${signToken(SECRET, { leadId: lead, purpose: 'marketing' })}`;
  const feed = (await before(`POST /v1/reps/${REP}/calendar`)).body.url.replace('https://volley.example', '');
  const making = { body: { role: 'marketer' }, headers: { 'idempotency-key': 'made-before' } };
  const { key } = (await before('POST /v1/keys', making)).body;
  await before(`DELETE /v1/leads/${await api.lead('erased@secrets.example')}`);

  for (const path of [link, feed]) {
    expect((await both(`GET ${path}`, { key: false })).status, path).toBe(200);
    expect((await after(`GET ${path}`, { key: false })).status, path).toBe(404);
  }
  expect((await both(`POST ${link}`, { key: false })).status).toBe(200);
  expect((await api.call(`GET /v1/leads/${lead}`)).body.suppressions).toHaveLength(1);
  expect((await both('POST /v1/keys', making)).body.key).toBe(key);

  const newFeed = (await both(`POST /v1/reps/${REP}/calendar`)).body.url.replace('https://volley.example', '');
  expect(newFeed).not.toBe(feed);
  expect((await after(`GET ${newFeed}`, { key: false })).status).toBe(200);

  const back = { body: { email: 'erased@secrets.example', country: 'GB' } };
  expect(await both('POST /v1/leads', back)).toMatchObject({ status: 422, body: { reason: 'erased' } });
  expect((await after('POST /v1/leads', back)).status).toBe(201);
});

test('whoever comes back by their own consent is free of the hash by either secret', async () => {
  const both = withSecret(`${NEW},${SECRET}`);
  const id = await api.lead('returns@secrets.example');
  await withSecret(SECRET)(`DELETE /v1/leads/${id}`);
  api.now += 60_000;
  const consent = [{ purpose: 'marketing', basis: 'opt-in', source: 'form', at: new Date(api.now).toISOString() }];
  const own = { email: 'returns@secrets.example', country: 'GB', consent };
  expect((await both('POST /v1/leads', { body: own })).status).toBe(201);
  expect(await api.store.database.db.selectFrom('erased_names').selectAll().execute()).toHaveLength(1);
});
