/** Suppressions of calls and chats: by number, person, address and company; in files; and what reps see of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importPage } from '../../activities/import.ts';
import { openApi, START, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const post = (body: object) => api.call('POST /v1/suppressions', { body: { reason: 'asked', ...body } });
const lead = async (id: string) => (await api.call(`GET /v1/leads/${id}`)).body;
const listed = async (query: string) => (await api.call(`GET /v1/suppressions?${query}`)).body.items;

describe('whom not to call', () => {
  test('a number: whoever has it, however it is written, and whoever gets it', async () => {
    const one = await api.lead('one@number.example', { phone: '+44 20 7946 0001' });
    const made = await post({ phone: '0044 (0)20 7946 0001' });
    expect(made).toMatchObject({
      status: 201,
      body: { phone: '+442079460001', channel: 'phone', email: null, purpose: null },
    });
    expect(api.nudged.at(-1)).toBe(one);
    expect((await lead(one)).doNot).toEqual([{ channel: 'phone', purpose: null, until: null, reason: 'asked' }]);
    expect((await lead(one)).permissions.marketing.may).toBe(true);
    const two = await api.lead('two@number.example', { phone: '020 7946 0001' });
    expect((await lead(two)).doNot).toHaveLength(1);
    expect(await listed('phone=%2B442079460001')).toHaveLength(1);
    await api.call(`DELETE /v1/suppressions/${made.body.id}`);
    expect((await lead(two)).doNot).toEqual([]);
  });

  test('a person, an address, a company; mail is untouched by it and stays apart', async () => {
    const id = await api.lead('ada@person.example', { phone: '+442079460002' });
    await post({ lead: id, channel: 'phone', purpose: 'marketing' });
    await post({ email: 'ada@person.example', channel: 'chat' });
    await post({ account: 'person.example', channel: 'phone', until: '2027-01-31' });
    await post({ email: 'ada@person.example', purpose: 'marketing' });
    expect(await lead(id)).toMatchObject({
      doNot: [
        { channel: 'phone', purpose: 'marketing', until: null },
        { channel: 'chat', purpose: null },
        { channel: 'phone', until: '2027-01-31T00:00:00.000Z' },
      ],
      suppressions: [{ purpose: 'marketing' }],
    });
    expect(await listed('email=ada@person.example')).toHaveLength(2);
    expect(await listed('email=ada@person.example&channel=chat')).toHaveLength(1);
    expect((await listed('channel=chat')).map((one: { email: string }) => one.email)).toEqual(['ada@person.example']);
    const gone = await api.call('DELETE /v1/suppressions', { body: { email: 'ada@person.example', channel: 'email' } });
    expect(gone.body).toEqual({ removed: 1 });
    expect(await lead(id)).toMatchObject({ suppressions: [], doNot: [{}, {}, {}] });
  });

  test.each([
    [{ phone: '020 7946 0000' }, 400],
    [{ phone: '+442079460000', channel: 'email' }, 400],
    [{ domain: 'whole.example', channel: 'phone' }, 400],
    [{ phone: '+442079460000', email: 'a@b.example' }, 400],
    [{ lead: '0b7c9b1e-0000-4000-8000-000000000009', channel: 'phone' }, 404],
  ])('%j is refused', async (body, status) => {
    expect((await post(body)).status).toBe(status);
  });

  test('a rep sees no number, is told so, and the task is not callable now', async () => {
    const { leadId, task } = await api.offered('callee@desk.example');
    await api.call('POST /v1/leads', { body: { email: 'callee@desk.example', phone: '+442079460003' } });
    const key = await api.keyOf(task.assignee);
    const seen = async () => (await api.call(`GET /v1/tasks/${task.id}`, { key })).body;
    const callable = async () =>
      (await api.call('GET /v1/tasks?callableNow=true&limit=500', { key })).body.items.some(
        (one: { id: string }) => one.id === task.id,
      );
    expect(await seen()).toMatchObject({ phone: '+442079460003', doNotCall: null });
    expect(await callable()).toBe(true);
    await post({ phone: '+442079460003' });
    expect(await seen()).toMatchObject({ phone: '', doNotCall: { until: null }, callWindow: { now: false } });
    expect(await callable()).toBe(false);
    await api.call('DELETE /v1/suppressions', { body: { phone: '+442079460003' } });
    await post({ lead: leadId, channel: 'phone', purpose: 'sales', until: new Date(START + 86_400_000).toISOString() });
    expect(await seen()).toMatchObject({ doNotCall: { until: '2026-11-25T10:00:00.000Z' } });
    api.now = START + 2 * 86_400_000;
    expect(await seen()).toMatchObject({ phone: '+442079460003', doNotCall: null });
    api.now = START;
  });

  test('a call that waits is withdrawn', async () => {
    const { leadId, task } = await api.offered('open@call.example');
    const key = await api.keyOf(task.assignee);
    await api.call(`POST /v1/tasks/${task.id}/accept`, { key });
    await api.advance(leadId);
    const open = async () => (await lead(leadId)).tasks.map((one: { kind: string }) => one.kind);
    expect(await open()).toContain('call');
    await post({ lead: leadId, channel: 'phone' });
    await api.advance(leadId);
    expect(await open()).not.toContain('call');
    const journal = await api.call(`GET /v1/leads/${leadId}/journal?type=task.cancelled`);
    expect(journal.body.items).toMatchObject([{ reason: 'do-not-call' }]);
  });

  test('a chat of somebody who wants none is the form', async () => {
    const { leadId } = await api.offered('no@chat.example');
    await post({ lead: leadId, channel: 'chat' });
    const chat = await api.call('POST /v1/chats', { body: { id: 'c-1', lead: { id: leadId }, page: '/pricing' } });
    expect(chat.body).toMatchObject({ to: 'form', because: [{ code: 'suppressed' }] });
  });
});

describe('files', () => {
  const bring = (raw: string, query = '') =>
    api.call(`POST /v1/suppressions/import${query}`, { raw, type: 'text/csv' });

  test('what is exported comes in again, channel and number with it', async () => {
    await post({ phone: '+442079460004', purpose: 'sales' });
    const csv = await api.call('GET /v1/suppressions/export', { headers: { accept: 'text/csv' } });
    expect(csv.body).toMatch(/^email,domain,account,lead,phone,channel,purpose,/);
    const before = await listed('limit=500');
    expect((await bring(csv.body)).body).toMatchObject({ rejected: 0 });
    expect(await listed('limit=500')).toEqual(before);
  });

  test('numbers, one a line; addresses for calls by the query; mistakes by row', async () => {
    expect((await bring('+44 20 7946 0005\n+44 20 7946 0006\n')).body).toMatchObject({ suppressed: 2 });
    expect(await listed('phone=%2B442079460006')).toMatchObject([{ channel: 'phone', reason: 'imported' }]);
    expect((await bring('who@called.example\n', '?channel=phone')).body).toMatchObject({ suppressed: 1 });
    expect(await listed('email=who@called.example')).toMatchObject([{ channel: 'phone' }]);
    const wrong = await bring('phone,channel\n+442079460007,email\n12,phone\n+442079460007,fax\n');
    expect(wrong.body).toMatchObject({
      rejected: 3,
      errors: [
        { row: 1, field: 'channel' },
        { row: 2, field: 'phone' },
        { row: 3, field: 'channel' },
      ],
    });
  });

  test('leads with Salesforce’s Do Not Call are not to be called, and still mailed', async () => {
    const posted = await api.call('POST /v1/imports', {
      raw: 'Email,Phone,Do Not Call\ncrm-1@crm.example,+442079460008,true\ncrm-2@crm.example,+442079460009,0\n',
      type: 'text/csv',
    });
    while (await importPage(api.deps, posted.body.id));
    const of = async (email: string) => lead((await api.call(`GET /v1/leads?q=${email}`)).body.items[0].id);
    expect(await of('crm-1@crm.example')).toMatchObject({ doNot: [{ channel: 'phone' }], suppressions: [] });
    expect(await of('crm-2@crm.example')).toMatchObject({ doNot: [], suppressions: [] });
  });
});

test('a number goes with the only person who has it, when that one is erased; a switchboard stays', async () => {
  const own = await api.lead('own@erase.example', { phone: '+442079460010' });
  const shared = await api.lead('a@erase.example', { phone: '+442079460011' });
  await api.lead('b@erase.example', { phone: '+442079460011' });
  for (const phone of ['+442079460010', '+442079460011']) await post({ phone });
  await post({ lead: own, channel: 'phone' });
  for (const id of [own, shared]) await api.call(`DELETE /v1/leads/${id}`);
  expect(await listed('phone=%2B442079460010')).toEqual([]);
  expect(await listed('phone=%2B442079460011')).toHaveLength(1);
  expect(await listed(`channel=phone&limit=500`)).not.toContainEqual(expect.objectContaining({ lead: { id: own } }));
});
