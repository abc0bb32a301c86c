import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const facts = { timing: 'spring', objection: 'budget' };

describe('a handoff', () => {
  test('is accepted once; the second answer is told so, and the lead is the rep’s', async () => {
    const { leadId, task } = await api.offered('accept@acme.example');
    const key = await api.keyOf(task.assignee);
    const accept = () => api.call(`POST /v1/tasks/${task.id}/accept`, { key });
    expect(await accept()).toMatchObject({ status: 200, body: { state: 'accepted', answeredBy: task.assignee } });
    expect(api.nudged.at(-1)).toBe(leadId);
    expect(await accept()).toMatchObject({ status: 409, body: { type: '/problems/task-accepted' } });
    expect(
      await api.call(`POST /v1/tasks/${task.id}/reject`, { key, body: { reason: 'not-ready', facts } }),
    ).toMatchObject({
      status: 409,
      body: { type: '/problems/task-accepted', answeredBy: task.assignee },
    });
    await api.advance(leadId);
    expect((await api.call(`GET /v1/leads/${leadId}`)).body.custody).toMatchObject({
      who: 'sales',
      rep: task.assignee,
      until: null,
    });
  });

  test('is rejected with an agreed reason and its facts, and closed then', async () => {
    const { leadId, task } = await api.offered('reject@acme.example');
    const reject = (body: unknown) => api.call(`POST /v1/tasks/${task.id}/reject`, { body });
    expect(await reject({})).toMatchObject({ status: 400, body: { errors: [{ path: 'reason' }] } });
    expect(await reject({ reason: 'not-ready', facts: { timing: ' ' } })).toMatchObject({
      status: 422,
      body: { type: '/problems/facts-missing', errors: [{ path: 'facts.timing' }, { path: 'facts.objection' }] },
    });
    expect(await reject({ reason: 'wrong-person', facts: { referral: 'Bob' }, until: '2027-01-01' })).toMatchObject({
      status: 422,
      body: { type: '/problems/until-not-asked' },
    });
    expect(await reject({ reason: 'not-ready', facts, until: '2027-01-15', note: 'audit first' })).toMatchObject({
      status: 200,
      body: { state: 'rejected', reason: 'not-ready', facts, until: '2027-01-15T00:00:00.000Z', note: 'audit first' },
    });
    expect(await reject({ reason: 'not-ready', facts })).toMatchObject({
      status: 409,
      body: { type: '/problems/task-closed', state: 'rejected' },
    });
    await api.advance(leadId);
    const journal = await api.call(`GET /v1/leads/${leadId}/journal?type=handoff.rejected`);
    expect(journal.body.items).toMatchObject([{ data: { returnReason: 'not-ready', facts } }]);
  });

  test('is neither completed nor skipped', async () => {
    const { task } = await api.offered('verb@acme.example');
    for (const verb of ['complete', 'skip']) {
      expect(await api.call(`POST /v1/tasks/${task.id}/${verb}`, { body: {} })).toMatchObject({
        status: 409,
        body: { type: '/problems/wrong-answer' },
      });
    }
  });

  test('of two answers at the same moment one wins', async () => {
    const { task } = await api.offered('race@acme.example');
    const answers = await Promise.all([
      api.call(`POST /v1/tasks/${task.id}/accept`, { body: {} }),
      api.call(`POST /v1/tasks/${task.id}/reject`, { body: { reason: 'not-ready', facts } }),
      api.call(`POST /v1/tasks/${task.id}/accept`, { body: {} }),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409]);
  });

  test('belongs to its rep: another one gets 403, and does not see it', async () => {
    const { task } = await api.offered('mine@acme.example');
    const key = api.keys.rep;
    expect(await api.call(`GET /v1/tasks/${task.id}`, { key })).toMatchObject({
      status: 403,
      body: { type: '/problems/not-yours' },
    });
    expect(await api.call(`POST /v1/tasks/${task.id}/accept`, { key })).toMatchObject({ status: 403 });
    expect((await api.call('GET /v1/tasks?limit=500', { key })).body.items).toEqual([]);
    expect((await api.call(`GET /v1/tasks?assignee=${task.assignee}`, { key })).body.items).toEqual([]);
    const own = await api.call('GET /v1/tasks?state=open&limit=500', { key: await api.keyOf(task.assignee) });
    expect(own.body.items.map((one: { id: string }) => one.id)).toContain(task.id);
  });
});

describe('a task that is no handoff', () => {
  const open = async (email: string): Promise<{ leadId: string; task: { id: string; kind: string } }> => {
    const { leadId, task } = await api.offered(email);
    await api.call(`POST /v1/tasks/${task.id}/accept`);
    await api.advance(leadId);
    for (let n = 0; n < 5; n += 1) {
      const { body } = await api.call(`GET /v1/leads/${leadId}`);
      const other = body.tasks.find((one: { kind: string }) => one.kind !== 'handoff');
      if (other !== undefined) return { leadId, task: other };
      if (body.dueAt !== null) api.now = Math.max(api.now, Date.parse(body.dueAt));
      await api.advance(leadId);
    }
    throw new Error('the cadence of the handoff opened no task');
  };

  test('is completed with how it ended, once, and never accepted', async () => {
    const { leadId, task } = await open('call@acme.example');
    expect(await api.call(`POST /v1/tasks/${task.id}/accept`)).toMatchObject({
      status: 409,
      body: { type: '/problems/wrong-answer' },
    });
    const complete = () =>
      api.call(`POST /v1/tasks/${task.id}/complete`, { body: { disposition: 'connected', note: 'will call back' } });
    expect(await complete()).toMatchObject({
      status: 200,
      body: { state: 'done', disposition: 'connected', note: 'will call back' },
    });
    expect(await complete()).toMatchObject({ status: 409, body: { type: '/problems/task-closed' } });
    await api.advance(leadId);
    expect((await api.call(`GET /v1/leads/${leadId}`)).body.custody.attempts).toBe(1);
  });

  test('is skipped', async () => {
    const { task } = await open('skip@acme.example');
    expect(await api.call(`POST /v1/tasks/${task.id}/skip`, { body: { reason: 'on holiday' } })).toMatchObject({
      status: 200,
      body: { state: 'done', disposition: 'skipped', reason: 'on holiday' },
    });
  });
});

describe('reassigning', () => {
  test('gives a task to an active rep, and to nobody else', async () => {
    const { leadId, task } = await api.offered('reassign@acme.example');
    const to = (rep: string) =>
      api.call(`POST /v1/tasks/${task.id}/reassign`, { key: api.keys.manager, body: { to: rep } });
    expect(await to('stranger@northwind.example')).toMatchObject({
      status: 422,
      body: { type: '/problems/unknown-rep' },
    });
    const rep = { name: 'New', timeZone: 'Europe/London' };
    await api.call('PUT /v1/reps/new@northwind.example', { body: rep });
    expect(await to('new@northwind.example')).toMatchObject({
      status: 200,
      body: { assignee: 'new@northwind.example' },
    });
    // To the one who has it: nothing changes.
    expect(await to('new@northwind.example')).toMatchObject({ status: 200 });
    await api.advance(leadId);
    const moved = (await api.call(`GET /v1/leads/${leadId}/journal?type=task.reassigned`)).body.items;
    expect(moved).toHaveLength(1);
    expect((await api.call(`GET /v1/leads/${leadId}`)).body.custody.rep).toBe('new@northwind.example');
    await api.call('PUT /v1/reps/new@northwind.example', { body: { ...rep, active: false } });
    expect(await to('new@northwind.example')).toMatchObject({ status: 422 });
  });

  test('does not take an accepted lead away', async () => {
    const { task } = await api.offered('kept@acme.example');
    await api.call(`POST /v1/tasks/${task.id}/accept`);
    expect(await api.call(`POST /v1/tasks/${task.id}/reassign`, { body: { to: task.assignee } })).toMatchObject({
      status: 409,
      body: { type: '/problems/task-accepted' },
    });
  });

  test('an inactive rep’s open tasks move to others of the pool at once', async () => {
    const { leadId, task } = await api.offered('leaves@acme.example');
    const answer = await api.call(`PUT /v1/reps/${task.assignee}`, {
      body: { name: 'Gone', timeZone: 'Europe/London', active: false },
    });
    expect(answer.body.tasks.moved + answer.body.tasks.left).toBeGreaterThan(0);
    const { body } = await api.call(`GET /v1/tasks/${task.id}`);
    if (answer.body.tasks.left === 0) expect(body.assignee).not.toBe(task.assignee);
    expect(api.nudged).toContain(leadId);
    expect(
      await api.call(`PUT /v1/reps/${task.assignee}`, { body: { name: 'Back', timeZone: 'Europe/London' } }),
    ).toMatchObject({ status: 200, body: { outcome: 'updated' } });
  });
});

test('a snoozed task is out of the way, and its SLA goes on', async () => {
  const { task } = await api.offered('snooze@acme.example');
  const { sla } = (await api.call(`GET /v1/tasks/${task.id}`)).body;
  const snooze = (until: string | null) => api.call(`POST /v1/tasks/${task.id}/snooze`, { body: { until } });
  const listed = async (query: string) =>
    (await api.call(`GET /v1/tasks?state=open&limit=500&${query}`)).body.items.map((one: { id: string }) => one.id);
  const until = new Date(api.deps.clock.now() + 3_600_000).toISOString();
  expect(await snooze(until)).toMatchObject({ status: 200, body: { snoozedUntil: until, sla } });
  expect(await listed('snoozed=true')).toContain(task.id);
  expect(await listed('snoozed=false')).not.toContain(task.id);
  expect(await snooze(new Date(api.deps.clock.now() - 1).toISOString())).toMatchObject({ status: 400 });
  expect(await snooze(null)).toMatchObject({ status: 200, body: { snoozedUntil: null } });
  expect(await listed('snoozed=false')).toContain(task.id);
  await api.call(`POST /v1/tasks/${task.id}/accept`, { key: await api.keyOf(task.assignee) });
  expect(await snooze(until)).toMatchObject({ status: 409, body: { type: '/problems/task-closed' } });
});

test('tasks are listed by due time, in pages, by state and due time', async () => {
  const all = await api.call('GET /v1/tasks?limit=500');
  const due = all.body.items.map((one: { dueAt: string }) => one.dueAt);
  expect(due).toEqual([...due].sort());
  const first = await api.call('GET /v1/tasks?limit=1');
  const second = await api.call(`GET /v1/tasks?limit=1&cursor=${first.body.next}`);
  expect([first.body.items[0].id, second.body.items[0].id]).toEqual(
    all.body.items.slice(0, 2).map((one: { id: string }) => one.id),
  );
  expect((await api.call('GET /v1/tasks?due=2020-01-01T00:00:00Z')).body.items).toEqual([]);
  expect(
    (await api.call('GET /v1/tasks?state=rejected,done&limit=500')).body.items.every((one: { state: string }) =>
      ['rejected', 'done'].includes(one.state),
    ),
  ).toBe(true);
  expect(await api.call('GET /v1/tasks?state=lost')).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'state.0' }] },
  });
  expect(await api.call('GET /v1/tasks?due=tomorrow')).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'due' }] },
  });
  expect(await api.call('GET /v1/tasks/nothing')).toMatchObject({ status: 404 });
});
