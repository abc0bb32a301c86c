import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grantOf, PERMISSIONS } from '../../src/api/permissions.ts';
import { roleSchema } from '../../src/store/keys.ts';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

interface Guarded {
  readonly id: keyof typeof PERMISSIONS;
  readonly call: string;
  readonly type: string | undefined;
}

/** Every operation of the document that has roles, at an address where nothing is. */
async function guarded(): Promise<Guarded[]> {
  const { body } = await api.call('GET /openapi.json');
  return Object.entries<
    Record<string, { operationId: keyof typeof PERMISSIONS; requestBody?: { content: object }; 'x-roles'?: string[] }>
  >(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation['x-roles'] !== undefined)
      .map(([method, operation]) => ({
        id: operation.operationId,
        call: `${method.toUpperCase()} ${path.replace('{id}', path.includes('reps') ? 'x@y.example' : '0191f3a0-0000-7000-8000-000000000000')}`,
        type: Object.keys(operation.requestBody?.content ?? {})[0],
      })),
  );
}

describe('every guarded operation', () => {
  test('is in the permission table, and the table names no other', async () => {
    const ids = (await guarded()).map((one) => one.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids, 'hooks.ses'].sort()).toEqual(Object.keys(PERMISSIONS).sort());
  });

  test('answers 401 without a key and with a wrong one, before it reads anything', async () => {
    for (const { call } of await guarded()) {
      expect(await api.call(call, { key: null }), call).toMatchObject({
        status: 401,
        body: { type: '/problems/no-key' },
      });
      expect(await api.call(call, { key: 'volley_wrong' }), call).toMatchObject({
        status: 401,
        body: { type: '/problems/wrong-key' },
      });
    }
  });

  test('answers 403 to the roles that may not, and to no other', async () => {
    for (const { call, id, type } of await guarded()) {
      for (const role of roleSchema.options) {
        // A body no schema takes: whoever may call gets past the roles and no further.
        const answer = await api.call(call, { key: api.keys[role], ...(type === undefined ? {} : { raw: '[', type }) });
        const refused = answer.status === 403 && answer.body.type === '/problems/wrong-role';
        expect(refused, `${role} ${call}: ${answer.status}`).toBe(grantOf(role, id) === null);
      }
    }
  });
});

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

  test('the scheme’s case does not matter, another scheme does', async () => {
    const headers = (authorization: string) => ({ key: null, headers: { authorization } });
    expect((await api.call('GET /v1/leads', headers(`bearer ${api.keys.admin}`))).status).toBe(200);
    const basic = await api.call('GET /v1/leads', headers(`Basic ${api.keys.admin}`));
    expect(basic.status).toBe(401);
    expect(basic.headers.get('www-authenticate')).toBe('Bearer');
  });
});
