import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPORT_NAMES } from '../../src/store/reports/index.ts';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
  const { leadId, task } = await api.offered('ada@acme.example');
  await api.call(`POST /v1/tasks/${task.id}/accept`, { key: await api.keyOf(task.assignee) });
  await api.advance(leadId);
  api.now += 60_000;
});
afterAll(() => api.close());

describe('GET /v1/reports/{name}', () => {
  test.each(REPORT_NAMES)('%s answers as JSON and as CSV', async (name) => {
    const { status, body } = await api.call(`GET /v1/reports/${name}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ report: name, to: '2026-11-24T10:01:00.000Z' });
    const csv = await api.call(`GET /v1/reports/${name}`, { headers: { accept: 'text/csv' } });
    expect(csv.headers.get('content-type')).toContain('text/csv');
    const rows = Object.values<unknown[]>(body.tables).flat();
    expect(csv.body.split('\n')[0]).toMatch(/^table,/);
    expect(csv.body.trim().split('\n').length).toBe(rows.length + 1);
  });

  test('goes by what the caller likes better', async () => {
    const as = async (accept: string) =>
      (await api.call('GET /v1/reports/sla', { headers: { accept } })).headers.get('content-type');
    expect(await as('text/csv;q=0.1, application/json')).toContain('application/json');
    expect(await as('application/json;q=0.1, text/csv')).toContain('text/csv');
    expect(await as('*/*')).toContain('application/json');
  });

  test('tells what the commits wrote', async () => {
    const { body } = await api.call('GET /v1/reports/sla');
    expect(body.tables.reps).toMatchObject([
      { offered: 1, accepted: 1, inTime: 1, waiting: 0, kept: 1, medianWorkingHours: 0 },
    ]);
    const funnel = await api.call('GET /v1/reports/funnel?from=2026-11-24');
    expect(funnel.body.tables.stages[0]).toMatchObject({ stage: 'exploring', entered: 1, movedOn: 0 });
    const later = await api.call('GET /v1/reports/funnel?from=2026-11-25&to=2026-11-26');
    expect(later.body.tables.stages[0]).toMatchObject({ entered: 0, conversion: null });
  });

  test('a win that was corrected is none', async () => {
    const email = 'won@corrected.example';
    await api.advance(await api.lead(email));
    const told = async (stage: string) => {
      await api.call('POST /v1/deals', {
        key: api.keys.integration,
        body: { id: 'crm-corrected', leads: [{ email }], amount: 500, currency: 'EUR', stage },
      });
      api.now += 100;
      await api.advance((await api.call(`GET /v1/leads?q=${email}`)).body.items[0].id);
    };
    const wins = async () => {
      const { totals } = (await api.call('GET /v1/reports/pipeline')).body.tables;
      const { goals } = (await api.call('GET /v1/reports/meeting')).body.tables;
      const goal = goals.find((one: { goal: string }) => one.goal === 'won');
      return { ...totals.find((one: { currency: string }) => one.currency === 'EUR'), goal: goal.actual };
    };
    await told('proposal');
    await told('won');
    expect(await wins()).toMatchObject({ won: 1, revenue: 500, goal: 1 });
    await told('lost');
    expect(await wins()).toMatchObject({ won: 0, revenue: 0, goal: 0 });
    await told('won');
    expect(await wins()).toMatchObject({ won: 1, revenue: 500 });
  });

  test('a customer who leaves soon after buying has been won', async () => {
    const email = 'quick@churn.example';
    const id = await api.lead(email);
    await api.advance(id);
    const goal = async () => {
      const { goals } = (await api.call('GET /v1/reports/meeting')).body.tables;
      return goals.find((one: { goal: string }) => one.goal === 'won').actual;
    };
    const before = await goal();
    const told = async (deal: string, stage: string) => {
      await api.call('POST /v1/deals', {
        key: api.keys.integration,
        body: { id: deal, leads: [{ email }], amount: 500, currency: 'EUR', stage },
      });
      api.now += 100;
      await api.advance(id);
    };
    await told('churn-first', 'won');
    expect(await goal()).toBe(before + 1);
    // By a person's word: the first deal stays won.
    await api.call(`POST /v1/leads/${id}/stage`, { body: { stage: 'evaluating', reason: 'left within the trial' } });
    await api.advance(id);
    expect((await api.call(`GET /v1/leads/${id}`)).body.stage).toBe('evaluating');
    expect(await goal()).toBe(before + 1);
    await told('churn-first', 'lost');
    expect(await goal()).toBe(before);
  });

  test('is for admins, marketers and managers', async () => {
    for (const role of ['admin', 'marketer', 'manager'] as const)
      expect((await api.call('GET /v1/reports/sla', { key: api.keys[role] })).status).toBe(200);
    for (const role of ['rep', 'integration'] as const)
      expect((await api.call('GET /v1/reports/sla', { key: api.keys[role] })).status).toBe(403);
  });

  test.each([
    'GET /v1/reports/sla?from=2026-02-30',
    'GET /v1/reports/sla?from=2026-11-24&to=2026-11-24',
    'GET /v1/reports/sla?since=2026-11-24',
    'GET /v1/reports/sla?model=u',
    'GET /v1/reports/pipeline?model=z',
  ])('%s is a mistake', async (call) => {
    expect((await api.call(call)).status).toBe(400);
  });

  test('an unknown one is not there', async () => {
    expect((await api.call('GET /v1/reports/nonsense')).status).toBe(404);
  });

  test('before a playbook there is nothing to report', async () => {
    const bare = await openApi({ playbook: false });
    expect(await bare.call('GET /v1/reports/funnel')).toMatchObject({ status: 409 });
    await bare.close();
  });
});
