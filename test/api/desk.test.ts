import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openApi, START, type TestApi } from './support/api.ts';

const HOUR = 3_600_000;
const EVENING = START + 8 * HOUR;

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.now = START;
});

interface Seen {
  readonly id: string;
  readonly assignee: string;
  readonly lead: { readonly id: string };
  readonly callWindow: { readonly now: boolean };
}

/** An accepted lead whose rep has a call to make. */
async function calling(email: string): Promise<{ leadId: string; task: string; rep: string; key: string }> {
  const { leadId, task } = await api.offered(email);
  const key = await api.keyOf(task.assignee);
  await api.call(`POST /v1/tasks/${task.id}/accept`, { key });
  await api.advance(leadId);
  const { tasks } = (await api.call(`GET /v1/leads/${leadId}`)).body;
  const call = tasks.find((one: { kind: string }) => one.kind === 'call');
  return { leadId, task: call.id, rep: task.assignee, key };
}
const complete = (task: string, key = api.keys.admin) =>
  api.call(`POST /v1/tasks/${task}/complete`, { key, body: { disposition: 'connected', note: 'oops' } });
const reopen = (task: string, key = api.keys.admin) => api.call(`POST /v1/tasks/${task}/reopen`, { key, body: {} });
const entries = async (leadId: string, type: string) =>
  (await api.call(`GET /v1/leads/${leadId}/journal?type=${type}&limit=500`)).body.items;

describe('a task closed by mistake', () => {
  test('is open again, without its answer, and is answered once more', async () => {
    const { leadId, task, rep, key } = await calling('reopen@reopen-one.example');
    // The email that follows waits for tomorrow's window.
    api.now = EVENING;
    await complete(task, key);
    await api.advance(leadId);
    expect((await api.call(`GET /v1/leads/${leadId}`)).body.custody.attempts).toBe(1);
    expect(await reopen(task, key)).toMatchObject({
      status: 200,
      body: { id: task, state: 'open', assignee: rep, disposition: null, note: null, answeredBy: null, closedAt: null },
    });
    expect(api.nudged.at(-1)).toBe(leadId);
    expect(await reopen(task, key)).toMatchObject({ status: 409, body: { type: '/problems/task-open' } });
    await api.advance(leadId);
    expect((await api.call(`GET /v1/leads/${leadId}`)).body.custody.attempts).toBe(0);
    expect(await entries(leadId, 'task.reopened')).toMatchObject([
      { by: rep, reason: 'closed-by-mistake', sentence: expect.stringContaining('opens the task') },
    ]);
    expect(await complete(task, key)).toMatchObject({ status: 200, body: { state: 'done' } });
    await api.advance(leadId);
    expect(await entries(leadId, 'task.answered')).toMatchObject([{ data: { answer: 'accept' } }, {}, {}]);
  });

  test('before the engine has looked, any answer is taken back, a handoff’s too', async () => {
    const { leadId, task } = await api.offered('reopen@reopen-unread.example');
    const reject = { reason: 'not-ready', facts: { timing: 'spring', objection: 'budget' } };
    expect((await api.call(`POST /v1/tasks/${task.id}/reject`, { body: reject })).status).toBe(200);
    expect(await reopen(task.id)).toMatchObject({ status: 200, body: { state: 'open', reason: null, facts: {} } });
    await api.advance(leadId);
    expect((await api.call(`GET /v1/leads/${leadId}`)).body.custody).toMatchObject({ who: 'sales' });
    expect(await entries(leadId, 'handoff.rejected')).toEqual([]);
    expect(await entries(leadId, 'task.reopened')).toHaveLength(1);
    expect((await api.call(`POST /v1/tasks/${task.id}/accept`)).status).toBe(200);
    await api.advance(leadId);
    expect(await entries(leadId, 'handoff.accepted')).toHaveLength(1);
  });

  test('a question for a role is open again, at once and later, and holds its lead back from nothing', async () => {
    const { leadId, key } = await calling('reopen@reopen-role.example');
    const { tasks } = (await api.call(`GET /v1/leads/${leadId}`)).body;
    const { id } = tasks.find((one: { kind: string }) => one.kind === 'find-role');
    for (const looked of [false, true]) {
      expect((await api.call(`POST /v1/tasks/${id}/complete`, { key, body: {} })).status).toBe(200);
      if (looked) await api.advance(leadId);
      expect(await reopen(id, key)).toMatchObject({ status: 200, body: { id, state: 'open' } });
      await api.advance(leadId);
      expect((await api.call(`GET /v1/tasks/${id}`)).body.state).toBe('open');
    }
    expect(await entries(leadId, 'input.ignored')).toEqual([]);
    await api.call(`POST /v1/leads/${leadId}/disqualify`, { body: { reason: 'a competitor' } });
    await api.advance(leadId);
    expect((await api.call(`GET /v1/tasks/${id}`)).body.state).toBe('expired');
    expect(await entries(leadId, 'lead.mended')).toEqual([]);
  });

  test('stays closed when something has come of it: 409 says what', async () => {
    const rejected = await api.offered('reopen@reopen-rejected.example');
    const reject = { reason: 'not-ready', facts: { timing: 'spring', objection: 'budget' } };
    await api.call(`POST /v1/tasks/${rejected.task.id}/reject`, { body: reject });
    await api.advance(rejected.leadId);
    expect(await reopen(rejected.task.id)).toMatchObject({
      status: 409,
      body: { type: '/problems/answer-stands', state: 'rejected', detail: expect.stringContaining('/claim') },
    });

    const accepted = await calling('reopen@reopen-accepted.example');
    const { tasks } = (await api.call(`GET /v1/leads/${accepted.leadId}`)).body;
    const handoff = tasks.find((one: { kind: string }) => one.kind === 'handoff');
    expect(await reopen(handoff.id)).toMatchObject({
      status: 409,
      body: { type: '/problems/task-accepted', detail: expect.stringContaining('/recycle') },
    });

    const gone = await calling('reopen@reopen-gone.example');
    await complete(gone.task);
    await api.advance(gone.leadId);
    await api.call(`POST /v1/leads/${gone.leadId}/disqualify`, { body: { reason: 'a competitor' } });
    await api.advance(gone.leadId);
    expect(await reopen(gone.task)).toMatchObject({
      status: 409,
      body: { type: '/problems/answer-stands', detail: expect.stringContaining('disqualified') },
    });

    const expired = await calling('reopen@reopen-expired.example');
    api.now = START + 30 * 24 * HOUR;
    await api.advance(expired.leadId);
    expect(await reopen(expired.task)).toMatchObject({
      status: 409,
      body: { type: '/problems/answer-stands', state: 'expired', detail: expect.stringContaining('clock') },
    });
  });

  test('by whose task it is, and of 20 at once one opens it', async () => {
    const { leadId, task, key } = await calling('reopen@reopen-race.example');
    api.now = EVENING;
    await complete(task, key);
    await api.advance(leadId);
    expect(await reopen(task, api.keys.rep)).toMatchObject({ status: 403 });
    expect(await reopen(task, api.keys.marketer)).toMatchObject({ status: 403 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 4 === 3 ? complete(task).then(({ status }) => -status) : reopen(task).then(({ status }) => status),
      ),
    );
    await api.advance(leadId);
    const opened = answers.filter((status) => status === 200).length;
    const closed = answers.filter((status) => status === -200).length;
    expect(opened - closed === 1 || opened === closed).toBe(true);
    expect(opened).toBeGreaterThan(0);
    expect(answers.every((status) => [200, 409, -200, -409].includes(status))).toBe(true);
    const { state } = (await api.call(`GET /v1/tasks/${task}`)).body;
    expect(state).toBe(opened > closed ? 'open' : 'done');
    const lead = (await api.call(`GET /v1/leads/${leadId}`)).body;
    expect(lead.custody.attempts).toBe(state === 'open' ? 0 : 1);
    expect(await entries(leadId, 'input.ignored')).toEqual([]);
  });
});

describe('in bulk', () => {
  const bulk = (body: unknown, key = api.keys.manager) => api.call('POST /v1/tasks/bulk', { key, body });

  test('an act nobody knows is told the others', async () => {
    expect((await bulk({ tasks: ['t-1'], action: 'delete' })).body).toMatchObject({
      errors: [{ path: 'action', message: expect.stringMatching(/^is none of accept, reject/) }],
    });
  });

  test('each task is done or refused by itself, in the order asked for', async () => {
    const one = await calling('bulk@bulk-one.example');
    const two = await calling('bulk@bulk-two.example');
    const offer = await api.offered('bulk@bulk-offer.example');
    const tasks = [two.task, 'no-such-task', one.task, offer.task.id, two.task];
    const done = await bulk({ tasks, action: 'complete', disposition: 'connected', note: 'at the fair' });
    expect(done).toMatchObject({
      status: 200,
      body: {
        accepted: 2,
        tasks: [
          { index: 0, task: { id: two.task, state: 'done', note: 'at the fair' } },
          { index: 2, task: { id: one.task, disposition: 'connected' } },
        ],
        rejected: [
          { index: 1, id: 'no-such-task', type: '/problems/not-found' },
          { index: 3, type: '/problems/wrong-answer', message: expect.any(String) },
          { index: 4, type: '/problems/task-closed' },
        ],
      },
    });
    expect(api.nudged.slice(-2).sort()).toEqual([one.leadId, two.leadId].sort());
    expect(await bulk({ tasks: [one.task, two.task], action: 'reopen' })).toMatchObject({ body: { accepted: 2 } });
    const until = new Date(START + 24 * HOUR).toISOString();
    expect(await bulk({ tasks: [one.task], action: 'snooze', until })).toMatchObject({
      body: { tasks: [{ task: { snoozedUntil: until } }] },
    });
    const other = ['lena.hartmann', 'tom.okafor'].map((name) => `${name}@northwind.example`);
    const to = other.find((rep) => rep !== offer.task.assignee);
    expect(await bulk({ tasks: [offer.task.id], action: 'reassign', to })).toMatchObject({
      body: { tasks: [{ task: { assignee: to } }] },
    });
    expect(await bulk({ tasks: [offer.task.id], action: 'accept' })).toMatchObject({ body: { accepted: 1 } });
  });

  test('takes what the call for one task takes, and needs the role it needs', async () => {
    const { task, key } = await calling('bulk@bulk-roles.example');
    const bad = async (body: object, path: string) =>
      expect(await bulk(body)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    await bad({ tasks: [], action: 'accept' }, 'tasks');
    await bad({ tasks: Array(501).fill('x'), action: 'accept' }, 'tasks');
    await bad({ tasks: ['x'], action: 'burn' }, 'action');
    await bad({ tasks: ['x'], action: 'reject' }, 'reason');
    await bad({ tasks: ['x'], action: 'snooze' }, 'until');
    await bad({ tasks: ['no id'], action: 'skip' }, 'tasks.0');
    expect(await bulk({ tasks: [task], action: 'reassign', to: 'x@y.example' }, key)).toMatchObject({
      status: 403,
      body: { type: '/problems/wrong-role' },
    });
    expect(await bulk({ tasks: [task], action: 'skip' }, api.keys.rep)).toMatchObject({
      body: { accepted: 0, rejected: [{ type: '/problems/not-yours' }] },
    });
    expect(await bulk({ tasks: [task], action: 'skip' }, key)).toMatchObject({ body: { accepted: 1 } });
  });

  test('two over the same tasks in opposite order both end, and each task is answered once', async () => {
    const made = [];
    for (let n = 0; n < 6; n += 1) made.push(await calling(`bulk@bulk-race-${n}.example`));
    const ids = made.map(({ task }) => task);
    const [a, b] = await Promise.all([
      bulk({ tasks: ids, action: 'complete' }),
      bulk({ tasks: ids.toReversed(), action: 'skip' }),
    ]);
    expect([a.status, b.status]).toEqual([200, 200]);
    expect(a.body.accepted + b.body.accepted).toBe(ids.length);
    expect(a.body.rejected.length + b.body.rejected.length).toBe(ids.length);
  });
});

describe('the desk', () => {
  const list = async (query: string, key = api.keys.manager): Promise<Seen[]> => {
    const items: Seen[] = [];
    let cursor = '';
    do {
      const { status, body } = await api.call(`GET /v1/tasks?${query}${cursor}`, { key });
      expect(status).toBe(200);
      items.push(...body.items);
      cursor = body.next === null ? '' : `&cursor=${body.next}`;
    } while (cursor !== '');
    return items;
  };
  let made: { berlin: string; chicago: string; call: string; rep: string; key: string };

  beforeAll(async () => {
    api.now = START;
    // 10:00 in London: 11:00 in Berlin, 04:00 in Chicago. Both offered by `hot`, Chicago an hour earlier.
    const offer = async (email: string, more: object): Promise<string> => {
      const leadId = await api.lead(email, { ...more, phone: '+44 20 7946 0000' });
      await api.advance(leadId);
      await api.call('POST /v1/handoffs', { body: { lead: { id: leadId }, handoff: 'hot' } });
      await api.advance(leadId);
      return (await api.call(`GET /v1/leads/${leadId}`)).body.tasks[0].id;
    };
    const chicago = await offer('desk@desk-us.example', { country: 'GB', timeZone: 'America/Chicago' });
    await offer('desk@desk-us-two.example', { country: 'GB', timeZone: 'America/Denver' });
    api.now = START + HOUR;
    const berlin = await offer('desk@desk-de.example', { country: 'DE' });
    api.now = START;
    const { task, rep, key } = await calling('desk@desk-call.example');
    made = { berlin, chicago, call: task, rep, key };
  });

  test('ranks the nearest breach first, and goes through all of it page by page', async () => {
    const all = await list('sort=rank&limit=500');
    const ids = all.map(({ id }) => id);
    expect(ids.indexOf(made.chicago)).toBeLessThan(ids.indexOf(made.berlin));
    expect(ids.indexOf(made.berlin)).toBeLessThan(ids.indexOf(made.call));
    expect((await list('sort=rank&limit=2')).map(({ id }) => id)).toEqual(ids);
    expect((await list('sort=rank&state=done,accepted,open&limit=3')).length).toBeGreaterThan(ids.length);
  });

  test('a page stays as it was when its first one was read, whatever comes due meanwhile', async () => {
    const before = (await list('sort=rank&callableNow=false&limit=500')).map(({ id }) => id);
    const first = (await api.call('GET /v1/tasks?sort=rank&callableNow=false&limit=1')).body;
    // By now Chicago may be called.
    api.now = START + 6 * HOUR;
    const rest = await list(`sort=rank&callableNow=false&limit=500&cursor=${first.next}`);
    expect([...first.items, ...rest].map(({ id }) => id)).toEqual(before);
    expect(rest.find(({ id }) => id === made.chicago)?.callWindow.now ?? true).toBe(true);
    expect(await api.call(`GET /v1/tasks?limit=1&cursor=${first.next}`)).toMatchObject({
      status: 400,
      body: { type: '/problems/bad-cursor' },
    });
  });

  test('shows only whom one may call now, by the clocks of the lead', async () => {
    const ids = async (query: string) => (await list(`${query}&limit=500`)).map(({ id }) => id);
    expect(await ids('callableNow=true')).toContain(made.berlin);
    expect(await ids('callableNow=true')).not.toContain(made.chicago);
    expect(await ids('callableNow=false')).toContain(made.chicago);
    for (const { callWindow } of await list('callableNow=true')) expect(callWindow.now).toBe(true);
    api.now = START + 8 * HOUR;
    expect(await ids('callableNow=true')).toContain(made.chicago);
    expect(await ids('callableNow=true')).not.toContain(made.berlin);
    expect((await api.call(`GET /v1/tasks/${made.chicago}`)).body).toMatchObject({
      callWindow: {
        timeZone: 'America/Chicago',
        days: ['mon', 'tue', 'wed', 'thu', 'fri'],
        from: '09:00',
        to: '17:30',
        now: true,
        opensAt: '2026-11-24T15:00:00.000Z',
        closesAt: '2026-11-24T23:30:00.000Z',
      },
      phone: '+442079460000',
      attempts: 0,
    });
  });

  test('a rep sees their own, and with `waiting` what nobody of their pools has', async () => {
    for (const { assignee } of await list('sort=rank', made.key)) expect(assignee).toBe(made.rep);
    const due = new Date(START + 2 * HOUR).toISOString();
    for (const one of await list(`sort=rank&due=${due}`)) expect(one.id).not.toBe(made.call);
    const reps = ['lena.hartmann', 'tom.okafor', 'dana.reyes', 'kenji.mori'].map((name) => `${name}@northwind.example`);
    const away = [{ from: '2026-11-01', to: '2026-12-31' }];
    for (const id of reps) await api.call(`PUT /v1/reps/${id}`, { body: { name: id, timeZone: 'UTC', away } });
    const { task } = await api.offered('desk@desk-waiting.example');
    for (const id of reps) await api.call(`PUT /v1/reps/${id}`, { body: { name: id, timeZone: 'UTC' } });
    const waiting = async (key: string) => (await list('waiting=true&sort=rank', key)).map(({ id }) => id);
    expect(await waiting(await api.keyOf('tom.okafor@northwind.example'))).toEqual([task.id]);
    expect(await waiting(await api.keyOf('kenji.mori@northwind.example'))).toEqual([]);
    expect(await waiting(api.keys.manager)).toEqual([task.id]);
  });
});
