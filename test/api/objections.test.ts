import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DISPOSITIONS } from '../../src/core/activity.ts';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

describe('an objection', () => {
  test('ends the handoff and everything else, and says so', async () => {
    const { leadId, task } = await api.offered('object@acme.example');
    const key = await api.keyOf(task.assignee);
    const object = () => api.call(`POST /v1/leads/${leadId}/object`, { key, body: { note: 'asked me to stop' } });
    expect(await object()).toMatchObject({ status: 202, body: { lead: { id: leadId } } });
    await api.advance(leadId);
    const { body } = await api.call(`GET /v1/leads/${leadId}`);
    expect(body).toMatchObject({ custody: { who: 'nobody' }, tasks: [], dueAt: null, next: { code: 'objected' } });
    expect(body.suppressions.map((one: { purpose: string }) => one.purpose).sort()).toEqual(['marketing', 'sales']);
    expect(await api.call(`POST /v1/tasks/${task.id}/accept`, { key: api.keys.admin })).toMatchObject({
      status: 409,
      body: { type: '/problems/task-closed' },
    });
    const { items } = (await api.call(`GET /v1/leads/${leadId}/journal?type=lead.objected`)).body;
    expect(items).toMatchObject([{ by: task.assignee, data: { note: 'asked me to stop' } }]);
    expect(items[0].sentence).toMatch(/objected to marketing/);
  });

  test('may be told again, is lifted by nobody and survives every import', async () => {
    const leadId = await api.lead('again@acme.example');
    for (let i = 0; i < 2; i += 1) {
      expect((await api.call(`POST /v1/leads/${leadId}/object`)).status).toBe(202);
      await api.advance(leadId);
    }
    const journal = async (type: string) =>
      (await api.call(`GET /v1/leads/${leadId}/journal?type=${type}`)).body.items.length;
    expect(await journal('lead.objected')).toBe(1);
    expect(await journal('input.ignored')).toBe(0);
    const consent = [{ purpose: 'marketing', basis: 'opt-in', source: 'import', at: '2026-11-24' }];
    await api.lead('again@acme.example', { consent, lastName: 'Lovelace' });
    await api.advance(leadId);
    expect(await api.call('DELETE /v1/suppressions', { body: { email: 'again@acme.example' } })).toMatchObject({
      status: 409,
      body: { type: '/problems/objected' },
    });
    for (const [what, body] of [
      ['POST /v1/enrollments', { lead: { id: leadId }, cadence: 'evaluation-guide' }],
      [`POST /v1/leads/${leadId}/assign`, { rep: 'lena.hartmann@northwind.example' }],
      ['POST /v1/handoffs', { lead: { id: leadId }, handoff: 'hot' }],
    ] as const) {
      expect((await api.call(what, { body })).status).toBe(409);
    }
    expect((await api.call(`GET /v1/leads/${leadId}`)).body).toMatchObject({ dueAt: null, custody: { who: 'nobody' } });
  });

  test('a new address of the person changes nothing', async () => {
    const leadId = await api.lead('old@acme.example', { externalId: 'crm-object' });
    await api.call(`POST /v1/leads/${leadId}/object`);
    await api.advance(leadId);
    await api.lead('new@acme.example', { externalId: 'crm-object' });
    await api.advance(leadId);
    const { suppressions } = (await api.call(`GET /v1/leads/${leadId}`)).body;
    expect(suppressions.map((one: { reason: string }) => one.reason)).toEqual(['objected', 'objected']);
  });

  test('of another rep’s lead is not for a rep to tell', async () => {
    const leadId = await api.lead('not-mine@acme.example');
    expect(await api.call(`POST /v1/leads/${leadId}/object`, { key: api.keys.rep })).toMatchObject({ status: 403 });
  });
});

describe('an activity', () => {
  const log = (leadId: string, body: unknown, key = api.keys.admin) =>
    api.call(`POST /v1/leads/${leadId}/activities`, { body, key });

  test('counts as an attempt at once, also for a return that asks for so many', async () => {
    const { leadId, task } = await api.offered('active@acme.example');
    const key = await api.keyOf(task.assignee);
    await api.call(`POST /v1/tasks/${task.id}/accept`, { key });
    await api.advance(leadId);
    const call = { kind: 'call', disposition: 'no-answer', note: 'rang out' };
    const giveBack = () => api.call(`POST /v1/leads/${leadId}/recycle`, { key, body: { reason: 'no-response' } });
    expect(await giveBack()).toMatchObject({
      status: 422,
      body: { type: '/problems/attempts-missing', attempts: 0 },
    });
    expect(await log(leadId, call, key)).toMatchObject({ status: 202 });
    await api.advance(leadId);
    const { body } = await api.call(`GET /v1/leads/${leadId}`);
    expect(body.custody).toMatchObject({ attempts: 1, firstTouch: { at: '2026-11-24T10:00:00.000Z' } });
    expect(body.tasks.map((one: { attempts: number }) => one.attempts)).toContain(1);
    expect(await giveBack()).toMatchObject({ status: 202 });
    const { items } = (await api.call(`GET /v1/leads/${leadId}/journal?type=activity.logged`)).body;
    expect(items[0]).toMatchObject({ by: task.assignee, data: { kind: 'call', disposition: 'no-answer' } });
    expect(items[0].sentence).toMatch(/logs call/);
  });

  test('has a kind, and ends as that kind may', async () => {
    const leadId = await api.lead('wrong@acme.example');
    expect(await log(leadId, { kind: 'fax', disposition: 'sent' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'kind' }] },
    });
    const answer = await log(leadId, { kind: 'meeting', disposition: 'no-answer' });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'disposition' }] } });
    expect(answer.body.errors[0].message).toMatch(/held, no-show/);
  });

  test('is a contact in the reports', async () => {
    const leadId = await api.lead('contact@acme.example');
    await log(leadId, { kind: 'call', disposition: 'connected' });
    await api.advance(leadId);
    const { db } = api.store.database;
    const rows = await db.selectFrom('milestones').selectAll().where('lead_id', '=', leadId).execute();
    expect(rows).toMatchObject([{ kind: 'activity', name: 'call' }]);
  });
});

describe('docs/api.md', () => {
  test('names every way an activity may end', () => {
    const page = readFileSync('docs/api.md', 'utf8');
    for (const [kind, { reached, missed }] of Object.entries(DISPOSITIONS)) {
      const cell = (names: readonly string[]): string => names.map((one) => `\`${one}\``).join(', ');
      expect(page).toContain(`| \`${kind}\` | ${cell(reached)} | ${cell(missed)} |`);
    }
  });
});
