/** Endpoints are told of what happens: signed, at least once, and what cannot arrive is kept to be sent again. */
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import type { Dispatcher } from '../../src/outbox/dispatcher.ts';
import { webhookHandler } from '../../src/outbox/webhook/handler.ts';
import { takeDue } from '../../src/store/outbox.ts';
import { commitDecision, loadLead } from '../../src/store/states.ts';
import { transact } from '../../src/store/tx.ts';
import { listDeliveries } from '../../src/store/webhooks.ts';
import { type Receiver, startReceiver } from '../outbox/receiver.ts';
import { dispatcherFor } from '../outbox/support.ts';
import { decided } from '../store/fixtures.ts';
import { openApi, SECRET, START, type TestApi } from './support/api.ts';

const LOCAL = 'http://127.0.0.1:1';
let api: TestApi;
let receiver: Receiver;
let dispatcher: Dispatcher;

const handler = () =>
  webhookHandler({
    db: api.store.database.db,
    clock: api.deps.clock,
    secret: SECRET,
    allowed: { loopback: true },
  });

beforeAll(async () => {
  api = await openApi({ publicUrl: LOCAL });
  receiver = await startReceiver();
  dispatcher = dispatcherFor(api.store.database.db, api.deps.clock, [handler()]);
});
afterAll(async () => {
  await dispatcher.stop();
  await receiver.close();
  await api.close();
});
afterEach(async () => {
  for (const { id } of (await api.call('GET /v1/webhooks')).body.items) await api.call(`DELETE /v1/webhooks/${id}`);
  receiver.got.length = 0;
  receiver.reply = () => ({ status: 204 });
  api.now = START;
});

/** An endpoint for these events. */
async function listening(events: readonly string[], url = receiver.url): Promise<{ id: string; secret: string }> {
  const { status, body } = await api.call('POST /v1/webhooks', { body: { url, events } });
  expect(status).toBe(201);
  return body;
}
const deliveries = async (id: string, query = '') =>
  (await api.call(`GET /v1/webhooks/${id}/deliveries${query}`)).body.items;

describe('an event', () => {
  it('arrives signed, with the ids to ask for more, and only where it was asked for', async () => {
    const { id, secret } = await listening(['task.opened', 'lead.handed-off']);
    await listening(['lead.expired'], `${receiver.url}/other`);
    const { leadId, task } = await api.offered('arrives@acme.example');
    await dispatcher.drain();
    expect(receiver.got.map((one) => one.type).sort()).toEqual(['lead.handed-off', 'task.opened']);
    const opened = receiver.got.find((one) => one.type === 'task.opened');
    expect(opened).toMatchObject({
      path: '/hook',
      timestamp: new Date(START).toISOString(),
      data: { lead: leadId, task: task.id, kind: 'handoff', assignee: task.assignee, seq: expect.any(Number) },
    });
    expect(JSON.stringify(opened)).not.toContain('arrives@acme.example');
    for (const one of receiver.got) {
      expect(one.signedBy(secret)).toBe(true);
      expect(one.signedBy(`whsec_${Buffer.from('another').toString('base64')}`)).toBe(false);
      // Receivers refuse what is older than minutes: this is real time, whatever our clock says.
      expect(Math.abs(Number(one.headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(60);
    }
    expect(await deliveries(id)).toMatchObject([
      { state: 'sent', attempts: 1, answer: '204' },
      { state: 'sent', attempts: 1 },
    ]);
    expect((await deliveries(id)).map((one: { id: string }) => one.id).sort()).toEqual(
      receiver.got.map((one) => one.id).sort(),
    );
  });

  it('is not written when nobody listens, nor by a commit that fails', async () => {
    await api.offered('unheard@acme.example');
    const { db } = api.store.database;
    const count = async () =>
      (await db.selectFrom('outbox').select('id').where('kind', '=', 'webhook').execute()).length;
    expect(await count()).toBe(0);
    const { id } = await listening(['lead.disqualified']);
    const leadId = await api.lead('fails@acme.example');
    await api.advance(leadId);
    await api.call(`POST /v1/leads/${leadId}/disqualify`, { body: { reason: 'a competitor' } });
    const undone = transact(db, async (tx) => {
      const loaded = await loadLead(tx, leadId);
      const entry = { seq: 99, at: START, type: 'lead.disqualified', by: 'x', playbookVersion: 'h', data: {} } as const;
      const { listeners = [] } = loaded ?? {};
      const effects = [{ kind: 'journal' as const, entry }];
      await commitDecision(tx, leadId, loaded?.seq ?? 0, decided({ effects }), { now: START, listeners });
      expect(await listDeliveries(tx, id, {})).toMatchObject({ items: [{ state: 'waiting' }] });
      throw new Error('too late');
    });
    await expect(undone).rejects.toThrow('too late');
    expect(await deliveries(id)).toEqual([]);
    await api.advance(leadId);
    expect(await deliveries(id)).toMatchObject([{ type: 'lead.disqualified', state: 'waiting' }]);
  });

  it('keeps its id when it is sent again: after an error, and after a crash between send and mark', async () => {
    const { id, secret } = await listening(['lead.handed-off']);
    await api.offered('again@acme.example');
    const { db } = api.store.database;
    // A process sends it, and dies before it can write so.
    const realNow = 1_000;
    const [taken] =
      (await transact(db, (tx) =>
        takeDue(tx, { kinds: ['webhook'], room: new Map(), perLane: 9, limit: 9, now: api.now, realNow, leaseMs: 10 }),
      )) ?? [];
    if (taken === undefined) throw new Error('nothing is due');
    await handler().deliver(taken);
    receiver.reply = (n) => ({ status: n === 1 ? 503 : 200, body: n === 1 ? 'busy' : 'ok' });
    await dispatcher.drain();
    expect(await deliveries(id)).toMatchObject([{ state: 'waiting', attempts: 2, lastError: '503: busy' }]);
    api.now += 6 * MINUTE;
    await dispatcher.drain();
    expect(receiver.got).toHaveLength(3);
    expect(new Set(receiver.got.map((one) => one.id))).toEqual(new Set([taken.id]));
    expect(new Set(receiver.got.map((one) => JSON.stringify([one.type, one.timestamp, one.data]))).size).toBe(1);
    expect(receiver.got.every((one) => one.signedBy(secret))).toBe(true);
    expect(await deliveries(id)).toMatchObject([{ state: 'sent', attempts: 3, answer: '200: ok' }]);
  });
});

it('a step of a cadence is told once, however often its decision runs', async () => {
  await listening(['cadence.webhook']);
  const leadId = await api.lead('won@acme.example');
  await api.advance(leadId);
  await api.call('POST /v1/deals', {
    body: { id: 'd-1', leads: [{ id: leadId }], amount: 100, currency: 'EUR', stage: 'won' },
  });
  await api.advance(leadId);
  await api.advance(leadId);
  await dispatcher.drain();
  expect(receiver.got).toMatchObject([
    {
      type: 'cadence.webhook',
      data: { lead: leadId, cadence: 'onboarding', name: 'onboarding-begins', with: { team: 'customer-success' } },
    },
  ]);
});

describe('a task that comes due', () => {
  it('is told when its time comes, unless it was answered before', async () => {
    await listening(['task.due', 'task.closed']);
    const late = await api.offered('late@acme.example');
    const quick = await api.offered('quick@acme.example');
    await api.call(`POST /v1/tasks/${quick.task.id}/accept`);
    await api.advance(quick.leadId);
    await dispatcher.drain();
    expect(receiver.got.map((one) => [one.type, one.data.task, one.data.how])).toEqual([
      ['task.closed', quick.task.id, 'accepted'],
    ]);
    api.now += 30 * DAY;
    await dispatcher.drain();
    const due = receiver.got.filter((one) => one.type === 'task.due').map((one) => one.data.task);
    expect(due).toContain(late.task.id);
    expect(due).not.toContain(quick.task.id);
  });

  it('is told when it was answered by mistake and opened again', async () => {
    await listening(['task.due', 'task.closed', 'task.reopened']);
    const { leadId, task } = await api.offered('mistake@acme.example');
    const rep = await api.keyOf(task.assignee);
    await api.call(`POST /v1/tasks/${task.id}/accept`, { key: rep });
    await api.advance(leadId);
    const [call] = (await api.call(`GET /v1/tasks?state=open&assignee=${task.assignee}`)).body.items.filter(
      (one: { lead: { id: string } }) => one.lead.id === leadId,
    );
    // In the evening: the email that follows waits for tomorrow, so nothing has come of the answer yet.
    api.now += 8 * HOUR;
    await api.call(`POST /v1/tasks/${call.id}/complete`, { key: rep });
    await api.advance(leadId);
    expect(await api.call(`POST /v1/tasks/${call.id}/reopen`, { key: rep })).toMatchObject({ status: 200 });
    await api.advance(leadId);
    api.now += 30 * DAY;
    await dispatcher.drain();
    const told = receiver.got.filter((one) => one.data.task === call.id).map((one) => one.type);
    expect(told.toSorted()).toEqual(['task.closed', 'task.due', 'task.reopened']);
  });
});

test('two leads that become one are told, so that who keeps the old id hears of it', async () => {
  await listening(['lead.merged']);
  const [from, into] = [await api.lead('old@merge.example'), await api.lead('new@merge.example')];
  const merged = await api.call(`POST /v1/leads/${from}/merge`, { body: { into } });
  expect(merged.status).toBeLessThan(300);
  await dispatcher.drain();
  expect(receiver.got).toMatchObject([{ type: 'lead.merged', data: { lead: into, from } }]);
});

describe('what cannot arrive', () => {
  it('is dead after three days, is listed and found by health, and is sent again on request', async () => {
    const { id } = await listening(['lead.handed-off']);
    receiver.reply = () => ({ status: 500, body: 'x'.repeat(5_000) });
    await api.offered('dead@acme.example');
    for (;;) {
      await dispatcher.drain();
      const [{ state, dueAt }] = await deliveries(id);
      if (state === 'dead') break;
      api.now = Date.parse(dueAt);
    }
    expect(api.now - START).toBeGreaterThan(3 * DAY);
    expect(receiver.got).toHaveLength(10);
    const [dead, ...more] = await deliveries(id, '?state=dead');
    expect(more).toEqual([]);
    expect(dead).toMatchObject({ state: 'dead', attempts: 10, message: { type: 'lead.handed-off' } });
    expect(dead.lastError).toMatch(/^500: x{400,600}$/);
    api.now += MINUTE;
    const health = await api.call('GET /v1/reports/health');
    const finding = (name: string) =>
      health.body.tables.findings.find((one: { finding: string }) => one.finding === name);
    expect(finding('deliveries-dead')).toMatchObject({ n: 1, example: dead.id });
    expect(finding('webhooks-failing')).toMatchObject({ n: 1, example: id });
    receiver.reply = () => ({ status: 200 });
    const replay = await api.call(`POST /v1/webhooks/${id}/deliveries/${dead.id}/replay`);
    expect(replay).toMatchObject({ status: 202, body: { id: dead.id, state: 'waiting', attempts: 0 } });
    await dispatcher.drain();
    expect(receiver.got.at(-1)).toMatchObject({ id: dead.id });
    expect(await deliveries(id)).toMatchObject([{ id: dead.id, state: 'sent' }]);
    expect((await api.call(`GET /v1/webhooks/${id}`)).body).toMatchObject({ failingSince: null, enabled: true });
  });

  it('is sent again all at once, from a time on', async () => {
    const { id } = await listening(['lead.handed-off']);
    receiver.reply = () => ({ status: 410 });
    await api.offered('one@acme.example');
    await dispatcher.drain();
    expect((await api.call(`GET /v1/webhooks/${id}`)).body).toMatchObject({ enabled: false, disabledWhy: 'gone' });
    await api.call(`PATCH /v1/webhooks/${id}`, { body: { enabled: true } });
    api.now += HOUR;
    await api.offered('two@acme.example');
    await dispatcher.drain();
    await api.call(`PATCH /v1/webhooks/${id}`, { body: { enabled: true } });
    receiver.reply = () => ({ status: 200 });
    const since = (at: number) =>
      api.call(`POST /v1/webhooks/${id}/replay`, { body: { since: new Date(at).toISOString() } });
    await api.call(`PATCH /v1/webhooks/${id}`, { body: { enabled: false } });
    const off = { status: 409, body: { type: '/problems/webhook-off', detail: expect.stringContaining('enabled') } };
    expect(await since(START)).toMatchObject(off);
    const [dead] = await deliveries(id, '?state=dead');
    expect(await api.call(`POST /v1/webhooks/${id}/deliveries/${dead.id}/replay`)).toMatchObject(off);
    await api.call(`PATCH /v1/webhooks/${id}`, { body: { enabled: true } });
    expect((await since(START + MINUTE)).body).toEqual({ replayed: 1 });
    expect((await since(START)).body).toEqual({ replayed: 1 });
    await dispatcher.drain();
    expect(await deliveries(id, '?state=dead')).toEqual([]);
    expect(await deliveries(id, '?state=sent')).toHaveLength(2);
  });

  it('turns an endpoint off that has failed for five days, and writes nothing for it from then on', async () => {
    const { id } = await listening(['lead.handed-off']);
    receiver.reply = () => ({ status: 302, headers: { location: `${receiver.url}/elsewhere` } });
    await api.offered('first@acme.example');
    await dispatcher.drain();
    expect(await deliveries(id)).toMatchObject([{ lastError: expect.stringContaining('redirect is not followed') }]);
    api.now += 4 * DAY;
    await dispatcher.drain();
    expect((await api.call(`GET /v1/webhooks/${id}`)).body.enabled).toBe(true);
    await api.offered('second@acme.example');
    api.now += 2 * DAY;
    await dispatcher.drain();
    expect((await api.call(`GET /v1/webhooks/${id}`)).body).toMatchObject({ enabled: false, disabledWhy: 'failing' });
    expect(receiver.got.every((one) => one.path === '/hook')).toBe(true);
    const before = (await deliveries(id)).length;
    await api.offered('third@acme.example');
    expect(await deliveries(id)).toHaveLength(before);
    const health = await api.call('GET /v1/reports/health');
    expect(health.body.tables.findings).toContainEqual(expect.objectContaining({ finding: 'webhooks-off', n: 1 }));
  });

  it('does not hang on an endpoint that answers for ever', async () => {
    const { id } = await listening(['lead.handed-off']);
    receiver.reply = () => ({ status: 200, body: 'x'.repeat(20_000_000) });
    await api.offered('endless@acme.example');
    await dispatcher.drain();
    const [sent] = await deliveries(id);
    expect(sent).toMatchObject({ state: 'sent' });
    expect(sent.answer.length).toBeLessThan(1_000);
  });
});

describe('the secret', () => {
  it('is shown once, to a repeated call again, and is nowhere in the store', async () => {
    const call = () =>
      api.call('POST /v1/webhooks', {
        body: { url: receiver.url, events: ['task.opened'], name: 'CRM' },
        headers: { 'idempotency-key': 'webhook-1' },
      });
    const first = await call();
    const second = await call();
    expect(first.status).toBe(201);
    expect(second.body).toEqual(first.body);
    const { secret, ...shown } = first.body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect((await api.call(`GET /v1/webhooks/${shown.id}`)).body).toEqual(shown);
    const { db } = api.store.database;
    const stored = JSON.stringify([
      await db.selectFrom('webhooks').selectAll().execute(),
      await db.selectFrom('idempotency_keys').selectAll().execute(),
    ]);
    expect(stored).toContain(shown.id);
    expect(stored).not.toContain(secret);
  });

  it('can be rotated: for a day both sign, then the new one', async () => {
    const { id, secret } = await listening(['lead.handed-off']);
    const { body } = await api.call(`POST /v1/webhooks/${id}/rotate`);
    expect(body.secret).not.toBe(secret);
    // A second click must not cut off who has the first secret only.
    expect(await api.call(`POST /v1/webhooks/${id}/rotate`)).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining('rotated-lately') },
    });
    await api.offered('both@acme.example');
    await dispatcher.drain();
    api.now += DAY;
    await api.offered('new@acme.example');
    await dispatcher.drain();
    expect(receiver.got.map((one) => [one.signedBy(secret), one.signedBy(body.secret)])).toEqual([
      [true, true],
      [false, true],
    ]);
  });
});

test('a test event goes to an endpoint that is off, too', async () => {
  const { id, secret } = await listening(['lead.expired']);
  await api.call(`PATCH /v1/webhooks/${id}`, { body: { enabled: false } });
  const { status, body } = await api.call(`POST /v1/webhooks/${id}/test`);
  expect(status).toBe(202);
  await dispatcher.drain();
  expect(receiver.got).toMatchObject([{ id: body.id, type: 'webhook.test', data: { webhook: id } }]);
  expect(receiver.got[0]?.signedBy(secret)).toBe(true);
  expect((await api.call(`GET /v1/webhooks/${id}/deliveries/${body.id}`)).body).toMatchObject({ state: 'sent' });
});

describe('what is refused', () => {
  test.each([
    ['http://crm.example/hook', 'https'],
    ['https://user:secret@crm.example/hook', 'user or password'],
    ['https://10.0.0.7/hook', 'private'],
    ['https://169.254.169.254/latest/meta-data', 'private'],
    ['https://[fd00::1]/hook', 'private'],
    ['https://[::ffff:10.0.0.7]/hook', 'private'],
    ['https://crm.example/hook#part', 'fragment'],
    ['crm.example', 'URL'],
  ])('the URL %s', async (url, why) => {
    const answer = await api.call('POST /v1/webhooks', { body: { url, events: ['task.opened'] } });
    expect(answer).toMatchObject({ status: 400, body: { type: '/problems/bad-input', errors: [{ path: 'url' }] } });
    expect(answer.body.errors[0].message).toContain(why);
  });

  test('this machine, when the stack is not local itself: by number and by name', async () => {
    const far = await openApi({ playbook: false });
    for (const url of ['https://127.0.0.1/hook', 'https://localhost/hook', 'https://0x7f.1/', 'https://localhost./']) {
      const { status, body } = await far.call('POST /v1/webhooks', { body: { url, events: ['task.opened'] } });
      expect([status, body.errors?.[0].path]).toEqual([400, 'url']);
    }
    await far.close();
  });

  test('an event nobody knows, none at all, and a change of nothing', async () => {
    const post = (events: unknown) => api.call('POST /v1/webhooks', { body: { url: receiver.url, events } });
    expect(await post(['task.opend'])).toMatchObject({ status: 400, body: { errors: [{ path: 'events.0' }] } });
    expect(await post([])).toMatchObject({ status: 400 });
    const { id } = await listening(['task.opened']);
    expect(await api.call(`PATCH /v1/webhooks/${id}`, { body: {} })).toMatchObject({ status: 400 });
  });

  test('every role but admin', async () => {
    for (const role of ['marketer', 'manager', 'rep', 'integration'] as const) {
      expect(await api.call('GET /v1/webhooks', { key: api.keys[role] })).toMatchObject({ status: 403 });
    }
  });

  test('what is not there', async () => {
    for (const call of [
      'GET /v1/webhooks/x',
      'DELETE /v1/webhooks/x',
      'POST /v1/webhooks/x/test',
      'POST /v1/webhooks/x/rotate',
    ]) {
      expect(await api.call(call), call).toMatchObject({ status: 404 });
    }
    const { id } = await listening(['task.opened']);
    expect(await api.call(`POST /v1/webhooks/${id}/deliveries/x/replay`)).toMatchObject({ status: 404 });
  });
});

test('OpenAPI 3.1 has every event as a webhook', async () => {
  const { body } = await api.call('GET /openapi.json');
  expect(body.webhooks['task.opened'].post.requestBody.content['application/json'].schema).toMatchObject({
    properties: { type: { const: 'task.opened' }, data: { properties: { dueAt: { format: 'date-time' } } } },
  });
  const { body: page } = await api.call('GET /docs');
  for (const type of Object.keys(body.webhooks)) expect(page).toContain(`id="event.${type}"`);
});
