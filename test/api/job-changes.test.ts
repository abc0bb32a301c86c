import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const moved = (id: string, body: Record<string, unknown>, key = api.keys.admin) =>
  api.call(`POST /v1/leads/${id}/moved`, { body, key });
const get = async (id: string) => (await api.call(`GET /v1/leads/${id}`)).body;
const journal = async (id: string, type: string) =>
  (await api.call(`GET /v1/leads/${id}/journal?type=${type}&limit=500`)).body.items;
const deal = (id: string, domain: string, stage: string) =>
  api.call('POST /v1/deals', { body: { id, account: { domain }, amount: 1000, currency: 'EUR', stage } });

describe('a new job', () => {
  test('keeps the lead and ends what ran at the old company; the old address is left for good', async () => {
    const { leadId, task } = await api.offered('ada@oldco.example');
    await api.call('POST /v1/leads', {
      body: { email: 'ada@oldco.example', title: 'COO', role: 'operations', phone: '+44 20 7946 0123' },
    });
    await api.call(`POST /v1/leads/${leadId}/stage`, { body: { stage: 'deciding', reason: 'said so' } });
    await api.advance(leadId);
    const key = await api.keyOf(task.assignee);
    expect((await moved(leadId, { email: 'Ada@NewCo.example', company: 'NewCo' }, key)).status).toBe(202);
    expect(api.nudged.at(-1)).toBe(leadId);
    await api.advance(leadId);
    const lead = await get(leadId);
    expect(lead).toMatchObject({
      email: 'ada@newco.example',
      company: 'NewCo',
      domain: 'newco.example',
      title: '',
      role: '',
      phone: '',
      firstName: 'Ada',
      stage: 'exploring',
      tasks: [],
      aliases: [{ email: 'ada@oldco.example', why: 'moved', by: task.assignee }],
    });
    expect(lead.custody.rep).toBeNull();
    const [told] = await journal(leadId, 'lead.moved');
    expect(told).toMatchObject({ data: { from: 'oldco.example', to: 'newco.example' } });
    expect(told.sentence).toMatch(/moved from oldco.example to newco.example/);
    const ended = await journal(leadId, 'enrollment.ended');
    expect(ended.map((x: { reason: string }) => x.reason)).toEqual(ended.map(() => 'moved'));
    expect(ended.length).toBeGreaterThan(0);
    const left = await api.call('GET /v1/suppressions?email=ada@oldco.example');
    expect(left.body.items).toMatchObject([{ purpose: null, until: null, reason: 'left-company' }]);
    expect(lead.suppressions).toEqual([]);
  });

  test('leaves the account with its deals, and comes to the new one’s', async () => {
    const leadId = await api.lead('ben@sold.example');
    await api.advance(leadId);
    await deal('d-old', 'sold.example', 'won');
    await deal('d-new', 'buying.example', 'proposal');
    await api.advance(leadId);
    expect(await get(leadId)).toMatchObject({ stage: 'customer' });
    await moved(leadId, { email: 'ben@buying.example' });
    await api.advance(leadId);
    expect(await get(leadId)).toMatchObject({ stage: 'deciding', domain: 'buying.example' });
    const accounts = (await api.call('GET /v1/accounts?q=sold')).body.items;
    expect((await api.call(`GET /v1/accounts/${accounts[0].id}`)).body.leads).toEqual([]);
    // In the deal's history the person stays; what becomes of it is nothing to them.
    const { db } = api.store.database;
    const rows = () => db.selectFrom('deal_leads').select(['deal_id', 'via']).where('lead_id', '=', leadId).execute();
    const both = [
      { deal_id: 'd-new', via: 'account' },
      { deal_id: 'd-old', via: 'past' },
    ];
    expect((await rows()).sort((a, b) => (a.deal_id < b.deal_id ? -1 : 1))).toEqual(both);
    await deal('d-old', 'sold.example', 'lost');
    await api.advance(leadId);
    expect((await rows()).sort((a, b) => (a.deal_id < b.deal_id ? -1 : 1))).toEqual(both);
    expect(await get(leadId)).toMatchObject({ stage: 'deciding' });
  });

  test('consent does not travel, an opt-out and an objection do, and a bounce of the old address does not', async () => {
    const consent = [{ purpose: 'marketing', basis: 'opt-in', source: 'form', at: '2026-01-01' }];
    const leadId = await api.lead('cleo@oldco.example', { consent });
    const suppress = (body: Record<string, unknown>) =>
      api.call('POST /v1/suppressions', { body: { email: 'cleo@oldco.example', ...body } });
    await suppress({ purpose: 'sales', reason: 'unsubscribed' });
    await suppress({ purpose: 'service', reason: 'bounced' });
    await moved(leadId, { email: 'cleo@newco.example' });
    const lead = await get(leadId);
    expect(lead.consents).toMatchObject([{ purpose: 'marketing', expires: '2026-11-24T10:00:00.000Z' }]);
    expect(lead.suppressions).toEqual([{ purpose: 'sales', until: null, reason: 'unsubscribed' }]);
    const other = await api.lead('objector@oldco.example');
    await api.call(`POST /v1/leads/${other}/object`);
    await moved(other, { email: 'objector@newco.example' });
    await api.advance(other);
    expect(await get(other)).toMatchObject({ next: { code: 'objected' }, dueAt: null });
  });

  test('who still writes by the old address tells of the old job: it changes nothing, a signal counts', async () => {
    const leadId = await api.lead('dan@oldco.example', { externalId: 'crm-dan', company: 'OldCo' });
    await moved(leadId, { email: 'dan@newco.example', company: 'NewCo' });
    const notes = ['email: the person goes by another address now'];
    for (const externalId of [undefined, 'crm-dan']) {
      const answer = await api.call('POST /v1/leads', {
        body: { email: 'dan@oldco.example', company: 'OldCo', title: 'CFO', ...(externalId && { externalId }) },
      });
      expect(answer).toMatchObject({
        status: 200,
        body: { id: leadId, outcome: 'unchanged', company: 'NewCo', title: '', notes },
      });
    }
    const signals = [{ id: 'dan-1', lead: { email: 'dan@oldco.example' }, type: 'page.pricing' }];
    expect((await api.call('POST /v1/signals', { body: { signals } })).body).toMatchObject({ accepted: 1 });
    await api.advance(leadId);
    expect(await journal(leadId, 'signal.received')).toHaveLength(1);
  });

  test('back to the old company: the address is theirs again', async () => {
    const leadId = await api.lead('eve@oldco.example');
    await moved(leadId, { email: 'eve@newco.example' });
    await moved(leadId, { email: 'eve@oldco.example' });
    await api.advance(leadId);
    expect(await get(leadId)).toMatchObject({
      email: 'eve@oldco.example',
      suppressions: [],
      aliases: [{ email: 'eve@newco.example' }],
    });
    expect(await journal(leadId, 'lead.moved')).toHaveLength(2);
  });

  test('is refused for the same address, another lead’s, and none at all', async () => {
    const leadId = await api.lead('fay@oldco.example');
    const other = await api.lead('gus@newco.example');
    expect(await moved(leadId, { email: ' FAY@oldco.example' })).toMatchObject({
      status: 409,
      body: { type: '/problems/same-address' },
    });
    const clash = await moved(leadId, { email: 'gus@newco.example' });
    expect(clash).toMatchObject({ status: 409, body: { type: '/problems/identity-clash' } });
    expect(clash.body.detail).toContain(other);
    expect(await moved(leadId, { email: 'noreply@newco.example' })).toMatchObject({
      status: 422,
      body: { type: '/problems/lead-refused', reason: 'email-role' },
    });
    expect((await moved(leadId, {})).status).toBe(400);
    expect((await get(leadId)).email).toBe('fay@oldco.example');
  });

  test('20 at once: one new address at a time, each a job of its own, no lead twice', async () => {
    const leadId = await api.lead('hal@oldco.example');
    await api.advance(leadId);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => moved(leadId, { email: `hal@job-${i % 4}.example` })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status !== 202 && status !== 409)).toEqual([]);
    await api.advance(leadId);
    const lead = await get(leadId);
    const leads = (await api.call('GET /v1/leads?q=hal@')).body.items;
    expect(leads).toHaveLength(1);
    expect(lead.aliases.map((x: { email: string }) => x.email)).not.toContain(lead.email);
    expect(await journal(leadId, 'lead.moved')).toHaveLength(statuses.filter((status) => status === 202).length);
  });
});
