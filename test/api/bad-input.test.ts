import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const problem = (status: number, code: string) => ({ status, body: { type: `/problems/${code}`, status } });

test('an address nobody knows is 404, a method it does not take 405 with those it does', async () => {
  expect(await api.call('GET /v1/nothing/1', { key: null })).toMatchObject(problem(404, 'not-found'));
  const wrong = await api.call('PUT /v1/leads');
  expect(wrong).toMatchObject(problem(405, 'method-not-allowed'));
  expect(wrong.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'POST']);
  expect(await api.call('DELETE /v1/tasks/x')).toMatchObject(problem(405, 'method-not-allowed'));
});

test('of a path without an id, its own methods count: no word in it is anybody’s id', async () => {
  const wrong = await api.call('DELETE /v1/leads/duplicates');
  expect(wrong).toMatchObject(problem(405, 'method-not-allowed'));
  expect(wrong.headers.get('allow')).toBe('GET');
  expect((await api.call('PUT /v1/tasks/bulk')).headers.get('allow')).toBe('POST');
  expect((await api.call('PATCH /v1/leads/x/journal')).headers.get('allow')).toBe('GET');
  const headers = { authorization: `Bearer ${api.keys.admin}` };
  expect((await api.app.request('/v1/leads', { method: 'HEAD', headers })).status).toBe(200);
});

test('a key for repeats that is none is refused by every write, those that need none too', async () => {
  const headers = { 'idempotency-key': 'two words' };
  const message = { raw: 'Subject: x\r\n\r\nx', type: 'message/rfc822', headers };
  expect(await api.call('POST /hooks/inbound', message)).toMatchObject(problem(400, 'bad-idempotency-key'));
  expect(await api.call('POST /v1/resume', { headers })).toMatchObject(problem(400, 'bad-idempotency-key'));
});

test('what the contract has and this version has not is not there', async () => {
  const id = '0191f3a0-0000-7000-8000-000000000000';
  for (const call of [`DELETE /v1/leads/${id}`, `GET /v1/leads/${id}/export`, 'POST /v1/playbook/plan']) {
    expect([404, 405], call).toContain((await api.call(call)).status);
  }
});

test('a body of 2 MB is 413, announced or streamed', async () => {
  const big = JSON.stringify({ email: 'x'.repeat(2_000_000) });
  expect(await api.call('POST /v1/leads', { raw: big })).toMatchObject(problem(413, 'too-large'));
  expect(
    await api.call('POST /v1/leads', { raw: big, headers: { 'content-length': String(big.length) } }),
  ).toMatchObject(problem(413, 'too-large'));
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let n = 0; n < 20; n += 1) controller.enqueue(new Uint8Array(100_000).fill(32));
      controller.close();
    },
  });
  expect(await api.call('POST /v1/signals', { raw: stream })).toMatchObject(problem(413, 'too-large'));
});

test('another content type, or none, is 415; broken JSON 400', async () => {
  expect(await api.call('POST /v1/leads', { raw: 'email=a', type: 'application/x-www-form-urlencoded' })).toMatchObject(
    problem(415, 'wrong-content-type'),
  );
  expect(await api.call('POST /v1/leads', { raw: '{}', type: null })).toMatchObject(problem(415, 'wrong-content-type'));
  expect(await api.call('POST /v1/leads', { raw: '{"email":' })).toMatchObject(problem(400, 'broken-json'));
  expect(await api.call('POST /v1/leads', { raw: '' })).toMatchObject({ status: 400 });
  expect(await api.call('POST /v1/leads', { raw: '[]' })).toMatchObject(problem(400, 'bad-input'));
});

test('every mistake is named at its path', async () => {
  const answer = await api.call('POST /v1/leads', {
    body: { email: 7, nickname: 'x', consent: [{ purpose: 'fun', basis: 'b', source: 's', at: '2026-02-30' }] },
  });
  expect(answer).toMatchObject(problem(400, 'bad-input'));
  expect(answer.body.errors.map((one: { path: string }) => one.path).sort()).toEqual([
    'consent.0.at',
    'consent.0.purpose',
    'email',
    'nickname',
  ]);
});

test('a NUL character never reaches the database', async () => {
  const lead = await api.lead('nul@acme.example');
  for (const [call, body] of [
    [`POST /v1/leads/${lead}/disqualify`, { reason: 'a\0b' }],
    ['POST /v1/signals', { signals: [{ id: '\0', lead: { id: lead }, type: 'page.pricing' }] }],
    ['POST /v1/suppressions', { domain: 'a\0.example', reason: 'x' }],
    ['GET /v1/leads?q=%00', undefined],
    ['POST /v1/pause', { reason: '\0' }],
  ] as const) {
    expect(await api.call(call, { body }), call).toMatchObject({ status: 400 });
  }
  expect(
    (await api.call('POST /v1/leads', { body: { email: 'nul2@acme.example', title: 'a\0b' } })).status,
  ).toBeLessThan(500);
  expect(
    (
      await api.call('POST /v1/leads', {
        body: { email: 'nul3@acme.example', attributes: { 'a\0': 'b\0' }, externalId: 'x\0' },
      })
    ).status,
  ).toBeLessThan(500);
});

test('a cursor that somebody made up is refused, whatever it holds', async () => {
  const lead = await api.lead('cursor@acme.example');
  const made = (list: string, ...values: unknown[]): string =>
    Buffer.from(JSON.stringify([list, ...values])).toString('base64url');
  const lists = {
    leads: '/v1/leads',
    tasks: '/v1/tasks',
    'desk-rank': '/v1/tasks?sort=rank',
    chats: '/v1/chats',
    deals: '/v1/deals',
    journal: `/v1/leads/${lead}/journal`,
    enrollments: '/v1/enrollments',
    accounts: '/v1/accounts',
    duplicates: '/v1/leads/duplicates',
    keys: '/v1/keys',
    imports: '/v1/imports',
    suppressions: '/v1/suppressions',
  };
  for (const [list, path] of Object.entries(lists)) {
    for (const values of [
      ['x'],
      [1],
      ['a\0'],
      ['x', 'y'],
      [1e20, 'y'],
      [1, 'a\0'],
      [1, 1.5, 'x'],
      [1, 1e12, 'x'],
      [{}],
      [],
    ]) {
      const cursor = made(list, ...values);
      const { status } = await api.call(`GET ${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`);
      expect([200, 400], `${list} ${JSON.stringify(values)}`).toContain(status);
    }
    expect(
      await api.call(`GET ${path}${path.includes('?') ? '&' : '?'}cursor=${made('nothing', 'x')}`),
      list,
    ).toMatchObject(problem(400, 'bad-cursor'));
  }
});

test('limits of lists', async () => {
  for (const limit of ['0', '501', 'x', '1.5'])
    expect(await api.call(`GET /v1/leads?limit=${limit}`)).toMatchObject(problem(400, 'bad-input'));
});

test('without a playbook, what needs one says so and the rest works', async () => {
  const bare = await openApi({ playbook: false });
  try {
    const lead = await bare.lead('early@acme.example');
    expect(await bare.call('POST /v1/enrollments', { body: { lead: { id: lead }, cadence: 'x' } })).toMatchObject(
      problem(409, 'no-playbook'),
    );
    expect(await bare.call(`GET /v1/leads/${lead}`)).toMatchObject({ status: 200, body: { score: null, stage: null } });
    expect(await bare.call('GET /v1/playbook')).toMatchObject(problem(404, 'not-found'));
  } finally {
    await bare.close();
  }
});

test('a failure on our side tells nothing of itself', async () => {
  const broken = await openApi();
  await broken.store.database.db.schema.dropTable('journal').execute();
  const lead = await broken.lead('broken@acme.example');
  const answer = await broken.call(`GET /v1/leads/${lead}/journal`);
  expect(answer).toMatchObject(problem(500, 'internal'));
  expect(JSON.stringify(answer.body)).not.toMatch(/journal|select|at /);
  await broken.close();
});

test('JSON in another encoding is refused, and no character is lost', async () => {
  const latin1 = new Blob([Buffer.from('{"email":"m@acme.example","lastName":"M\xfcller"}', 'latin1')]).stream();
  expect(await api.call('POST /v1/leads', { raw: latin1 })).toMatchObject(problem(400, 'broken-json'));
  const type = 'application/json; charset=utf-16';
  expect(await api.call('POST /v1/leads', { raw: '{}', type })).toMatchObject(problem(415, 'wrong-content-type'));
});

test('mistakes are said in words', async () => {
  const { body } = await api.call('POST /v1/leads', { body: { firstName: 3 } });
  expect(body.errors).toEqual([
    { path: 'email', message: 'is missing' },
    { path: 'firstName', message: 'must be a text' },
  ]);
});

test('a refused lead is refused again under its Idempotency-Key, and another body there is 422', async () => {
  const headers = { 'idempotency-key': 'refused-once' };
  const ask = (email: string) => api.call('POST /v1/leads', { body: { email }, headers });
  expect(await ask('no-address')).toMatchObject(problem(422, 'lead-refused'));
  const again = await ask('no-address');
  expect(again).toMatchObject(problem(422, 'lead-refused'));
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(await ask('ada@acme.example')).toMatchObject(problem(422, 'idempotency-mismatch'));
});
