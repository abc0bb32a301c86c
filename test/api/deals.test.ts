import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApi, START, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const deal = (body: Record<string, unknown>) =>
  api.call('POST /v1/deals', {
    key: api.keys.integration,
    body: { amount: 24_000, currency: 'eur', stage: 'Proposal', ...body },
  });
const accountOf = async (lead: string) => (await api.call(`GET /v1/leads/${lead}`)).body.account;

describe('accounts', () => {
  test('are one a company domain; free mail forms none', async () => {
    const ada = await api.lead('ada@one.example', { company: 'One' });
    const grace = await api.lead('grace@one.example');
    const free = await api.lead('ada.one@gmail.com');
    expect(await accountOf(ada)).toEqual(await accountOf(grace));
    expect(await accountOf(free)).toBeNull();
    const { id } = await accountOf(ada);
    expect((await api.call(`GET /v1/accounts/${id}`)).body).toMatchObject({
      id,
      domain: 'one.example',
      name: 'One',
      size: 2,
      leads: [{ id: ada }, { id: grace }],
      custodian: null,
      deals: [],
    });
    expect((await api.call('GET /v1/accounts?q=ONE.ex')).body.items).toMatchObject([{ id }]);
    expect((await api.call('GET /v1/accounts?q=gmail')).body.items).toEqual([]);
  });

  test('say who in sales has a lead of theirs', async () => {
    const { leadId, task } = await api.offered('ada@held.example');
    const { id } = await accountOf(leadId);
    expect((await api.call(`GET /v1/accounts/${id}`)).body.custodian).toBe(task.assignee);
  });

  test('are 404 when there are none', async () => {
    expect((await api.call('GET /v1/accounts/0191f3a0-0000-7000-8000-000000000000')).status).toBe(404);
  });
});

describe('deals', () => {
  test('are kept by their id, with their history and the stage as playbooks name it', async () => {
    const lead = await api.lead('ada@two.example');
    const created = await deal({ id: 'crm-1', leads: [{ email: 'ada@two.example' }], owner: 'Lena@Northwind.example' });
    expect(created).toMatchObject({
      status: 201,
      body: { id: 'crm-1', stage: 'proposal', amount: 24_000, currency: 'EUR', open: true, closedAt: null },
    });
    expect(created.body).toMatchObject({ owner: 'lena@northwind.example', leads: [{ id: lead }], outcome: 'created' });
    expect((await deal({ id: 'crm-1' })).body.outcome).toBe('unchanged');
    const won = await deal({ id: 'crm-1', stage: 'Closed Won', amount: 22_000.5, renewsAt: '2027-11-24' });
    expect(won).toMatchObject({ status: 200, body: { outcome: 'updated', stage: 'won', open: false } });
    expect(won.body.closedAt).toBe(new Date(START).toISOString());
    expect((await api.call('GET /v1/deals/crm-1')).body.history).toMatchObject([
      { stage: 'proposal', amount: 24_000 },
      { stage: 'won', amount: 22_000.5 },
    ]);
  });

  test('an older change told late goes into the history, once, and changes nothing', async () => {
    await api.lead('ada@late.example');
    const leads = [{ email: 'ada@late.example' }];
    await deal({ id: 'crm-2', leads, at: '2026-11-20T10:00:00Z', stage: 'won' });
    for (let i = 0; i < 2; i++) {
      const late = await deal({ id: 'crm-2', at: '2026-11-10T10:00:00Z', stage: 'proposal' });
      expect(late.body).toMatchObject({ outcome: 'older', stage: 'won' });
    }
    const { history } = (await api.call('GET /v1/deals/crm-2')).body;
    expect(history.map((event: { stage: string }) => event.stage)).toEqual(['proposal', 'won']);
  });

  test('of an account are of everybody there, whoever comes first', async () => {
    const ada = await api.lead('ada@three.example');
    expect((await deal({ id: 'crm-3', account: { domain: 'three.example' } })).body.leads).toEqual([{ id: ada }]);
    const grace = await api.lead('grace@three.example');
    const three = (await api.call('GET /v1/deals/crm-3')).body;
    expect(three.leads).toEqual([{ id: ada }, { id: grace }]);
    expect((await api.call(`GET /v1/deals?lead=${grace}`)).body.items).toMatchObject([{ id: 'crm-3' }]);
    expect((await api.call(`GET /v1/accounts/${three.account.id}`)).body.deals).toMatchObject([{ id: 'crm-3' }]);
    // Who goes to another company takes part in that one's deals instead.
    await api.call('POST /v1/leads', { body: { email: 'grace@three.example', domain: 'four.example' } });
    expect((await api.call('GET /v1/deals/crm-3')).body.leads).toEqual([{ id: ada }]);
  });

  test('a deal may be told before anybody of the company is known', async () => {
    expect((await deal({ id: 'crm-4', account: { domain: 'https://www.five.example/' } })).body.leads).toEqual([]);
    const ada = await api.lead('ada@five.example');
    expect((await api.call('GET /v1/deals/crm-4')).body.leads).toEqual([{ id: ada }]);
  });

  test('an account of a thousand shares a deal with its first fifty', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 52; i++) ids.push(await api.lead(`person-${i}@fifty.example`));
    const { body } = await deal({ id: 'crm-50', account: { domain: 'fifty.example' } });
    expect(body.leads.map((lead: { id: string }) => lead.id)).toEqual(ids.slice(0, 50));
    expect((await api.call(`GET /v1/accounts/${body.account.id}`)).body).toMatchObject({ size: 52 });
  });

  test('keep what a change leaves out, the money too', async () => {
    const key = api.keys.integration;
    await deal({ id: 'crm-kept', account: { domain: 'kept.example' } });
    const change = (body: object) => api.call('POST /v1/deals', { key, body: { id: 'crm-kept', ...body } });
    expect(await change({ stage: 'won' })).toMatchObject({
      status: 200,
      body: { amount: 24_000, currency: 'EUR', stage: 'won', outcome: 'updated' },
    });
    expect((await change({ stage: 'won', amount: 25_000 })).body).toMatchObject({ amount: 25_000, currency: 'EUR' });
    expect(await change({ stage: 'won', currency: 'USD' })).toMatchObject({ status: 400 });
  });

  test.each([
    [{ id: 'x-1' }, 400, 'bad-input'],
    [{ id: 'x-2', account: { domain: 'gmail.com' } }, 400, 'bad-input'],
    [{ id: 'x-3', account: { domain: 'no domain' } }, 400, 'bad-input'],
    [{ id: 'x-4', account: { id: '0191f3a0-0000-7000-8000-000000000000' } }, 404, 'unknown-account'],
    [{ id: 'x-5', leads: [{ email: 'nobody@nowhere.example' }] }, 404, 'unknown-lead'],
    [{ id: 'x-6', leads: [] }, 400, 'bad-input'],
    [{ id: 'x-7', account: { domain: 'two.example' }, amount: -1 }, 400, 'bad-input'],
    [{ id: 'x-8', account: { domain: 'two.example' }, currency: 'euro' }, 400, 'bad-input'],
    [{ id: 'x-10', account: { domain: 'two.example' }, currency: 'XXQ' }, 400, 'bad-input'],
    [{ id: 'x-11', account: { domain: 'two.example' }, amount: undefined }, 400, 'bad-input'],
    [{ id: 'x-9', account: { domain: 'two.example' }, stage: '???' }, 400, 'bad-input'],
    [{ id: 'x-0', account: { domain: 'two.example' }, at: '2026-12-24T10:00:00Z' }, 400, 'bad-input'],
    [{ id: 'x y', account: { domain: 'two.example' } }, 400, 'bad-input'],
  ])('refuse %j', async (body, status, code) => {
    const answer = await deal(body);
    expect(answer).toMatchObject({ status, body: { type: `/problems/${code}` } });
    expect(answer.body.errors).toHaveLength(1);
    expect((await api.call(`GET /v1/deals/${String(body.id).replace(' ', '-')}`)).status).toBe(404);
  });

  test('are written by the CRM, not by marketing or reps', async () => {
    const body = { id: 'y', account: { domain: 'two.example' }, amount: 1, currency: 'EUR', stage: 'open' };
    for (const role of ['marketer', 'manager', 'rep'] as const)
      expect((await api.call('POST /v1/deals', { key: api.keys[role], body })).status, role).toBe(403);
  });
});
