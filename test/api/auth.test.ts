import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY } from '../../src/core/time.ts';
import { openApi, REP, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

describe('keys', () => {
  test('work when made, and no more when revoked; the list never shows them', async () => {
    const made = await api.call('POST /v1/keys', { body: { role: 'manager', label: 'team lead' } });
    expect(made).toMatchObject({ status: 201, body: { role: 'manager', rep: null, label: 'team lead' } });
    const { id, key } = made.body;
    expect((await api.call('GET /v1/tasks', { key })).status).toBe(200);
    const list = await api.call('GET /v1/keys');
    expect(list.body.items).toContainEqual(expect.objectContaining({ id, role: 'manager', revokedAt: null }));
    expect(JSON.stringify(list.body)).not.toContain(key);
    expect(await api.call(`DELETE /v1/keys/${id}`)).toMatchObject({ status: 200, body: { revoked: id } });
    expect(await api.call('GET /v1/tasks', { key })).toMatchObject({
      status: 401,
      body: { type: '/problems/wrong-key' },
    });
    expect(await api.call(`DELETE /v1/keys/${id}`)).toMatchObject({ status: 404 });
  });

  test('are listed in pages', async () => {
    const all = (await api.call('GET /v1/keys')).body.items.map((one: { id: string }) => one.id);
    const first = await api.call('GET /v1/keys?limit=2');
    const second = await api.call(`GET /v1/keys?limit=500&cursor=${first.body.next}`);
    expect([...first.body.items, ...second.body.items].map((one: { id: string }) => one.id)).toEqual(all);
    expect(second.body.next).toBeNull();
  });

  test('a rep’s key names its rep, and only a rep’s does', async () => {
    expect(await api.call('POST /v1/keys', { body: { role: 'rep' } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'rep' }] },
    });
    expect(await api.call('POST /v1/keys', { body: { role: 'admin', rep: 'a@b.example' } })).toMatchObject({
      status: 400,
    });
    expect(await api.call('POST /v1/keys', { body: { role: 'rep', rep: 'A@B.example' } })).toMatchObject({
      status: 201,
      body: { rep: 'a@b.example' },
    });
    expect(await api.call('POST /v1/keys', { body: { role: 'owner' } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'role' }] },
    });
  });

  test('a repeated call shows the same key again, though nothing keeps it', async () => {
    const make = () =>
      api.call('POST /v1/keys', { body: { role: 'marketer' }, headers: { 'idempotency-key': 'key-1' } });
    const [first, second] = [await make(), await make()];
    expect(second.body).toEqual(first.body);
    expect([first, second].map((answer) => answer.headers.get('idempotent-replayed'))).toEqual([null, 'true']);
    expect((await api.call('GET /v1/playbook', { key: second.body.key })).status).toBe(200);
    const kept = await api.store.database.db.selectFrom('idempotency_keys').select('response').execute();
    expect(JSON.stringify(kept)).not.toContain(first.body.key);
  });

  test('one with an end opens nothing from then on, and an end that has passed is refused', async () => {
    const expires = new Date(api.now + 60_000).toISOString();
    const { status, body } = await api.call('POST /v1/keys', { body: { role: 'manager', expires } });
    expect([status, body.expiresAt]).toEqual([201, expires]);
    const open = () => api.call('GET /v1/tasks', { key: body.key });
    expect((await open()).status).toBe(200);
    api.now += 60_000;
    expect(await open()).toMatchObject({ status: 401, body: { type: '/problems/wrong-key' } });
    expect(await api.call('POST /v1/keys', { body: { role: 'manager', expires } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'expires', message: 'must lie ahead' }] },
    });
  });

  test('another takes over from one, and for a day both work', async () => {
    const before = (await api.call('POST /v1/keys', { body: { role: 'rep', rep: REP, label: 'laptop' } })).body;
    const rotate = (body?: object, headers = {}) => api.call(`POST /v1/keys/${before.id}/rotate`, { body, headers });
    const works = async (key: string) => (await api.call('GET /v1/tasks', { key })).status === 200;
    const once = { 'idempotency-key': 'rotate-1' };
    const after = await rotate(undefined, once);
    const until = new Date(api.now + DAY).toISOString();
    expect(after).toMatchObject({
      status: 201,
      body: { role: 'rep', rep: REP, label: 'laptop', expiresAt: null, replaces: { id: before.id, until } },
    });
    expect(after.body.id).not.toBe(before.id);
    expect((await rotate(undefined, once)).body).toEqual(after.body);
    expect([await works(before.key), await works(after.body.key)]).toEqual([true, true]);
    api.now += DAY;
    expect([await works(before.key), await works(after.body.key)]).toEqual([false, true]);
    expect(await rotate()).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
    const kept = await api.store.database.db.selectFrom('idempotency_keys').select('response').execute();
    expect(JSON.stringify(kept)).not.toContain(after.body.key);

    const path = `POST /v1/keys/${after.body.id}/rotate`;
    const atOnce = await api.call(path, { body: { until: '2026-11-01T00:00:00Z' } });
    expect(atOnce.body.replaces.until).toBe(new Date(api.now).toISOString());
    expect([await works(after.body.key), await works(atOnce.body.key)]).toEqual([false, true]);
  });

  test('the list says which are in use', async () => {
    const { id, key } = (await api.call('POST /v1/keys', { body: { role: 'manager' } })).body;
    const usedAt = async () =>
      (await api.call('GET /v1/keys?limit=500')).body.items.find((one: { id: string }) => one.id === id).lastUsedAt;
    expect(await usedAt()).toBeNull();
    // Refused for its role: it was used all the same.
    expect((await api.call('GET /v1/keys', { key })).status).toBe(403);
    expect(await usedAt()).toBe(new Date(api.now).toISOString());
  });

  test('the scheme’s case does not matter, another scheme does', async () => {
    const headers = (authorization: string) => ({ key: null, headers: { authorization } });
    expect((await api.call('GET /v1/leads', headers(`bearer ${api.keys.admin}`))).status).toBe(200);
    const basic = await api.call('GET /v1/leads', headers(`Basic ${api.keys.admin}`));
    expect(basic.status).toBe(401);
    expect(basic.headers.get('www-authenticate')).toBe('Bearer');
  });
});
