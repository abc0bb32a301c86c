import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { peekLead } from '../../src/store/states.ts';
import { getTask } from '../../src/store/tasks.ts';
import { openApi, REP, START, type TestApi } from './support/api.ts';

/** Both are in the example's pool `emea`, which takes leads of GB; dana is in `rest`, which takes every lead. */
const LENA = 'lena.hartmann@northwind.example';
const TOM = 'tom.okafor@northwind.example';
const DANA = 'dana.reyes@northwind.example';
const KENJI = 'kenji.mori@northwind.example';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const claim = async (leadId: string, rep: string, headers: Record<string, string> = {}) =>
  api.call(`POST /v1/leads/${leadId}/claim`, { key: await api.keyOf(rep), body: {}, headers });
const assign = (leadId: string, rep: string, key = api.keys.manager) =>
  api.call(`POST /v1/leads/${leadId}/assign`, { key, body: { rep } });
const custodyOf = async (leadId: string) => (await api.call(`GET /v1/leads/${leadId}`)).body.custody;
const entries = async (leadId: string, type: string) =>
  (await api.call(`GET /v1/leads/${leadId}/journal?type=${type}&limit=500`)).body.items;

/** An offer that waits in the pool since nobody of the pools is there. */
async function waiting(email: string): Promise<{ leadId: string; taskId: string }> {
  const away = [{ from: '2026-11-01', to: '2026-12-31' }];
  const reps = [LENA, TOM, DANA, KENJI];
  for (const id of reps) await api.call(`PUT /v1/reps/${id}`, { body: { name: id, timeZone: 'UTC', away } });
  const { leadId, task } = await api.offered(email);
  for (const id of reps) await api.call(`PUT /v1/reps/${id}`, { body: { name: id, timeZone: 'UTC' } });
  expect(task.assignee).toBeNull();
  return { leadId, taskId: task.id };
}

describe('claim', () => {
  test('gives a rep a lead nobody has, once, whatever the order of the two transactions', async () => {
    const leadId = await api.lead('claim@claim-one.example');
    await api.advance(leadId);
    expect(await claim(leadId, LENA)).toMatchObject({ status: 202, body: { lead: { id: leadId }, rep: LENA } });
    expect(api.nudged.at(-1)).toBe(leadId);
    // Before the engine has looked, and after.
    expect(await claim(leadId, TOM)).toMatchObject({
      status: 409,
      body: { type: '/problems/already-with-sales', rep: LENA, detail: expect.stringContaining(LENA) },
    });
    await api.advance(leadId);
    expect(await custodyOf(leadId)).toMatchObject({ who: 'sales', rep: LENA, until: null });
    expect(await claim(leadId, TOM)).toMatchObject({ status: 409, body: { rep: LENA, offered: false } });
    expect(await claim(leadId, LENA)).toMatchObject({ status: 202, body: { rep: LENA } });
    await api.advance(leadId);
    const [entry, ...more] = await entries(leadId, 'lead.assigned');
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ by: LENA, data: { to: LENA, from: null }, sentence: `${LENA} takes the lead.` });
  });

  test('takes what waits in a pool: the offer is accepted, and its cadence starts', async () => {
    const { leadId, taskId } = await waiting('claim@claim-waiting.example');
    expect(await claim(leadId, TOM)).toMatchObject({ status: 202 });
    expect(await getTask(api.store.database.db, taskId)).toMatchObject({
      state: 'accepted',
      assignee: TOM,
      answeredBy: TOM,
    });
    expect(await claim(leadId, LENA)).toMatchObject({ status: 409, body: { rep: TOM } });
    await api.advance(leadId);
    expect(await custodyOf(leadId)).toMatchObject({ who: 'sales', rep: TOM, until: null });
    expect(await entries(leadId, 'handoff.accepted')).toMatchObject([{ by: TOM }]);
    const { enrollments } = (await api.call(`GET /v1/leads/${leadId}`)).body;
    expect(enrollments.map((one: { cadence: string }) => one.cadence)).toContain('first-conversation');
  });

  test('is answered with a problem where it makes no sense', async () => {
    const { leadId, task } = await api.offered('claim@claim-refused.example');
    const other = [LENA, TOM].find((rep) => rep !== task.assignee) ?? '';
    expect(await claim(leadId, other)).toMatchObject({ status: 409, body: { rep: task.assignee, offered: true } });
    // An offer to oneself is accepted by taking it.
    expect(await claim(leadId, task.assignee)).toMatchObject({ status: 202 });
    expect((await getTask(api.store.database.db, task.id))?.state).toBe('accepted');

    const free = await api.lead('claim@claim-free.example');
    await api.advance(free);
    expect(await claim(free, REP)).toMatchObject({ status: 422, body: { type: '/problems/unknown-rep' } });
    await api.call(`PUT /v1/reps/${REP}`, { body: { name: 'No pool', timeZone: 'UTC' } });
    expect(await claim(free, REP)).toMatchObject({ status: 403, body: { type: '/problems/not-yours' } });
    await api.call(`PUT /v1/reps/${TOM}`, { body: { name: 'Gone', timeZone: 'UTC', active: false } });
    expect(await claim(free, TOM)).toMatchObject({ status: 422, body: { type: '/problems/unknown-rep' } });
    await api.call(`PUT /v1/reps/${TOM}`, { body: { name: 'Back', timeZone: 'UTC' } });
    const american = await api.lead('claim@claim-us.example', { country: 'US' });
    expect(await claim(american, LENA)).toMatchObject({ status: 403, body: { type: '/problems/not-yours' } });
    expect(await claim(american, DANA)).toMatchObject({ status: 202 });
    await api.call(`POST /v1/leads/${free}/disqualify`, { body: { reason: 'a competitor' } });
    expect(await claim(free, LENA)).toMatchObject({ status: 409, body: { type: '/problems/already-disqualified' } });
    expect(await claim('0191f3a0-0000-7000-8000-000000000000', LENA)).toMatchObject({ status: 404 });
    for (const role of ['manager', 'marketer', 'integration'] as const) {
      expect(await api.call(`POST /v1/leads/${free}/claim`, { key: api.keys[role], body: {} })).toMatchObject({
        status: 403,
        body: { type: '/problems/wrong-role' },
      });
    }
  });

  test('of 20 at once one rep has it, and each loser is told who', async () => {
    for (const [round, make] of [
      async () => ({ leadId: await api.lead('claim@race-free.example') }),
      () => waiting('claim@race-waiting.example'),
    ].entries()) {
      const { leadId } = await make();
      await api.advance(leadId);
      const reps = [LENA, TOM, DANA, KENJI];
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, n) => {
          const rep = reps[n % 4] ?? '';
          const answer = await claim(leadId, rep, n % 3 === 0 ? { 'idempotency-key': `race-${round}-${n}` } : {});
          if (n % 5 === 0) await api.advance(leadId).catch(() => undefined);
          return { rep, answer };
        }),
      );
      await api.advance(leadId);
      const { rep: owner } = await custodyOf(leadId);
      for (const { rep, answer } of answers) {
        expect([rep, answer.status]).toEqual([rep, rep === owner ? 202 : 409]);
        if (rep !== owner) expect(answer.body.rep).toBe(owner);
      }
      expect(await entries(leadId, 'custody.changed')).toHaveLength(2);
      const tasks = (await api.call(`GET /v1/leads/${leadId}`)).body.tasks;
      for (const task of tasks) expect(task.assignee).toBe(owner);
    }
  });
});

describe('assign', () => {
  test('gives a lead to a rep, and on to another with its open tasks', async () => {
    const leadId = await api.lead('assign@assign-one.example');
    await api.advance(leadId);
    expect(await assign(leadId, LENA, api.keys.marketer)).toMatchObject({ status: 202, body: { rep: LENA } });
    await api.advance(leadId);
    expect(await custodyOf(leadId)).toMatchObject({ who: 'sales', rep: LENA, until: null });

    const { leadId: offered, task } = await api.offered('assign@assign-two.example');
    await api.call(`POST /v1/tasks/${task.id}/accept`, { key: await api.keyOf(task.assignee) });
    await api.advance(offered);
    const to = [LENA, TOM].find((rep) => rep !== task.assignee) ?? '';
    expect(await assign(offered, to.toUpperCase())).toMatchObject({ status: 202, body: { rep: to } });
    await api.advance(offered);
    const lead = (await api.call(`GET /v1/leads/${offered}`)).body;
    expect(lead.custody.rep).toBe(to);
    expect(lead.tasks.length).toBeGreaterThan(1);
    for (const one of lead.tasks) expect(one.assignee).toBe(to);
    expect(await assign(offered, to)).toMatchObject({ status: 202 });
    await api.advance(offered);
    expect(await entries(offered, 'lead.assigned')).toMatchObject([
      { reason: 'by-request', data: { from: task.assignee, to, tasks: lead.tasks.length } },
    ]);
  });

  test('an offer nobody has answered stays an offer, with its clock', async () => {
    const { leadId, task } = await api.offered('assign@assign-offer.example');
    const before = await custodyOf(leadId);
    expect(await assign(leadId, KENJI)).toMatchObject({ status: 202 });
    await api.advance(leadId);
    expect(await custodyOf(leadId)).toMatchObject({ who: 'sales', rep: KENJI, until: before.until });
    expect(before.until).not.toBeNull();
    expect(await getTask(api.store.database.db, task.id)).toMatchObject({ state: 'open', assignee: KENJI });
  });

  test('only to somebody who is there, and not by reps', async () => {
    const leadId = await api.lead('assign@assign-refused.example');
    expect(await assign(leadId, 'stranger@northwind.example')).toMatchObject({
      status: 422,
      body: { type: '/problems/unknown-rep', errors: [{ path: 'rep' }] },
    });
    expect(await assign(leadId, 'nobody')).toMatchObject({ status: 400, body: { errors: [{ path: 'rep' }] } });
    expect(await assign(leadId, LENA, await api.keyOf(LENA))).toMatchObject({
      status: 403,
      body: { type: '/problems/wrong-role' },
    });
  });

  test('claims, assignments and answers of 20 at once end with one owner, whom rows and state both name', async () => {
    for (let round = 0; round < 3; round += 1) {
      api.now = START;
      const { leadId, task } = await api.offered(`assign@race-${round}.example`);
      const reps = [LENA, TOM, DANA, KENJI];
      const acts = Array.from({ length: 20 }, (_, n) => async () => {
        const rep = reps[(n + round) % 4] ?? '';
        if (n % 4 === 0) return assign(leadId, rep);
        if (n % 4 === 1) return claim(leadId, rep);
        if (n % 4 === 2) return api.call(`POST /v1/tasks/${task.id}/accept`, { key: await api.keyOf(task.assignee) });
        return api.advance(leadId).catch(() => undefined);
      });
      const answers = await Promise.all(acts.map((act) => act()));
      for (const answer of answers) if (answer) expect(answer.status).toBeLessThan(500);
      await api.advance(leadId);
      const state = (await peekLead(api.store.database.db, leadId))?.state;
      const row = await getTask(api.store.database.db, task.id);
      expect(state?.custody.who).toBe('sales');
      expect(row?.assignee).toBe(state?.custody.rep);
      expect(row?.state).toBe(state?.custody.task === undefined ? 'accepted' : 'open');
    }
  });
});
