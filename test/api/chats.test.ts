import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FORGOTTEN_MS, sweepChats } from '../../src/api/chat-sweep.ts';
import { openApi, START, type TestApi } from './support/api.ts';

/** Both are in the example's pool `emea`; the other two in `rest`. */
const [LENA, TOM, DANA, KENJI] = ['lena.hartmann', 'tom.okafor', 'dana.reyes', 'kenji.mori'].map(
  (name) => `${name}@northwind.example`,
) as [string, string, string, string];
const REPS = [LENA, TOM, DANA, KENJI];
const MINUTE = 60_000;

let api: TestApi;
let n = 0;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  api.now += 3 * 60 * MINUTE;
  // What the test before left open.
  await sweepChats(api.deps);
  n += 1;
  api.now = START + n * 7 * 24 * 60 * MINUTE;
  for (const id of REPS) await describeRep(id);
});

const describeRep = (id: string, more: object = {}) =>
  api.call(`PUT /v1/reps/${id}`, { body: { name: id, timeZone: 'Europe/London', ...more } });
const chat = (id: string, body: object, key = api.keys.integration) =>
  api.call('POST /v1/chats', { key, body: { id, page: '/pricing', ...body } });
const act = async (id: string, verb: string, rep?: string, body: object = {}) =>
  api.call(`POST /v1/chats/${id}/${verb}`, {
    key: rep === undefined ? api.keys.integration : await api.keyOf(rep),
    body,
  });
/** A lead good enough for the example's second rule. */
const good = async (name: string, more: object = {}): Promise<string> => {
  const id = await api.lead(`${name}@${name}.example`, { role: 'operations', title: 'Head of Operations', ...more });
  await api.advance(id);
  return id;
};
const leadOf = async (id: string) => (await api.call(`GET /v1/leads/${id}`)).body;
const story = async (id: string, type: string) =>
  (await api.call(`GET /v1/leads/${id}/journal?type=${type}&limit=500`)).body.items;

describe('a chat of a lead', () => {
  test('goes at once to a rep of the pools, is offered, taken and ended; the journal tells it', async () => {
    const lead = await good('chat-one');
    const asked = await chat('one', {
      lead: { id: lead },
      page: 'https://www.northwind.example/pricing?token=secret#x',
    });
    expect(asked).toMatchObject({
      status: 200,
      body: {
        ...{ id: 'one', to: 'rep', state: 'ringing', rule: 2, lead: { id: lead }, page: '/pricing', handoff: 'hot' },
        sla: { name: 'chat', acceptBy: new Date(api.now + 45_000).toISOString() },
        because: [
          { rule: 1, code: 'not-met' },
          { rule: 2, code: 'rep', reps: [] },
        ],
      },
    });
    const { rep } = asked.body;
    expect([LENA, TOM]).toContain(rep);
    expect(api.nudged.at(-1)).toBe(lead);
    expect((await chat('one', { lead: { id: lead } })).body).toEqual(asked.body);
    await api.advance(lead);
    expect(await leadOf(lead)).toMatchObject({
      custody: { who: 'sales', rep },
      tasks: [{ kind: 'handoff', assignee: rep, state: 'open', context: { note: 'Chat one' } }],
    });

    const other = rep === LENA ? TOM : LENA;
    expect(await act('one', 'accept', other)).toMatchObject({ status: 403, body: { type: '/problems/not-yours' } });
    api.now += 10_000;
    expect(await act('one', 'accept', rep)).toMatchObject({ status: 200, body: { state: 'open', rep } });
    expect(await act('one', 'accept', rep)).toMatchObject({ status: 200 });
    await api.advance(lead);
    expect((await leadOf(lead)).tasks).toContainEqual(
      expect.objectContaining({ kind: 'handoff', state: 'accepted', answeredBy: rep }),
    );
    expect(await story(lead, 'handoff.touched')).toHaveLength(1);

    const end = { outcome: 'meeting-agreed', note: 'Tuesday at ten' };
    expect(await act('one', 'end', rep, end)).toMatchObject({ status: 200, body: { state: 'ended', ...end } });
    expect(await act('one', 'end', rep)).toMatchObject({ status: 200, body: end });
    expect(await act('one', 'accept', rep)).toMatchObject({ status: 409, body: { type: '/problems/chat-over' } });
    await api.advance(lead);
    const told = await Promise.all(['chat.started', 'chat.accepted', 'chat.ended'].map((type) => story(lead, type)));
    expect(told.map((entries) => entries.map((entry: { sentence: string }) => entry.sentence))).toEqual([
      [expect.stringContaining(`The lead asks for a chat on /pricing: it rings at ${rep} until`)],
      [`${rep} takes the chat.`],
      [expect.stringContaining('The chat ends as meeting-agreed')],
    ]);
    expect((await story(lead, 'signal.received')).map((entry: { data: { type: string } }) => entry.data.type)).toEqual([
      'chat.started',
    ]);
  });

  test('goes to the rep who has it, as a task; that one’s absence and hours are respected', async () => {
    const lead = await good('chat-custodian');
    await api.call(`POST /v1/leads/${lead}/assign`, { body: { rep: DANA } });
    await api.advance(lead);
    expect(await chat('mine', { lead: { id: lead } })).toMatchObject({
      body: { to: 'rep', rep: DANA, rule: 1, handoff: null },
    });
    await api.advance(lead);
    const chatTasks = async () => (await leadOf(lead)).tasks.filter((one: { kind: string }) => one.kind === 'chat');
    const [task] = await chatTasks();
    expect(task).toMatchObject({ kind: 'chat', assignee: DANA, sla: { name: 'chat', breached: false } });
    expect(await api.call(`POST /v1/tasks/${task.id}/complete`, { body: {} })).toMatchObject({
      status: 409,
      body: { type: '/problems/wrong-answer', detail: expect.stringContaining('/v1/chats') },
    });
    await act('mine', 'accept', DANA);
    await act('mine', 'end', DANA);
    await api.advance(lead);
    expect(await chatTasks()).toEqual([]);

    for (const [id, more] of [
      ['away', { away: [{ from: '2026-11-01', to: '2027-12-31' }] }],
      ['night', { timeZone: 'Asia/Tokyo' }],
      ['full', { maxChats: 0 }],
    ] as const) {
      await describeRep(DANA, more);
      const asked = await chat(`custodian-${id}`, { lead: { id: lead } });
      expect([LENA, TOM]).toContain(asked.body.rep);
      expect(asked.body.because[0].reps).toEqual([
        { rep: DANA, code: { away: 'away', night: 'off-hours', full: 'busy' }[id] },
      ]);
      await act(`custodian-${id}`, 'end');
      await api.advance(lead);
      // Whoever sat in does not have the lead.
      expect((await leadOf(lead)).custody.rep).toBe(DANA);
    }
    await describeRep(DANA, { away: [{ from: '2026-11-01', to: '2027-12-31', cover: KENJI }] });
    expect((await chat('custodian-cover', { lead: { id: lead } })).body.rep).toBe(KENJI);
  });

  test('goes by language, and to the form when nobody may take it', async () => {
    await describeRep(LENA, { languages: ['de'] });
    await describeRep(TOM, { languages: ['en', 'fr'] });
    for (const id of [DANA, KENJI]) await describeRep(id, { languages: ['en'] });
    const lead = await good('chat-language', { locale: 'de-AT' });
    expect((await chat('german', { lead: { id: lead } })).body).toMatchObject({ rep: LENA, language: 'de' });
    await act('german', 'unanswered');
    const french = await good('chat-french', { locale: 'en' });
    expect((await chat('french', { lead: { id: french }, language: 'fr-BE' })).body.rep).toBe(TOM);
    const italian = await good('chat-italian');
    const asked = await chat('italian', { lead: { id: italian }, language: 'it' });
    expect(asked.body).toMatchObject({ to: 'form', state: 'form', rule: 4 });
    expect(asked.body).not.toHaveProperty('rep');
    expect(asked.body).not.toHaveProperty('sla');
    await api.advance(italian);
    expect((await story(italian, 'chat.started'))[0].sentence).toContain(`${LENA} (another language)`);
    await api.call(`POST /v1/leads/${italian}/disqualify`, { body: { reason: 'a competitor' } });
    await api.advance(italian);
    expect((await chat('never', { lead: { id: italian }, language: 'en' })).body.to).toBe('form');
  });

  test('somebody who has a chat open gets that one, and no second rep', async () => {
    const lead = await good('chat-twice');
    const first = await chat('twice-1', { lead: { id: lead }, visitor: 'v-twice' });
    expect((await chat('twice-2', { lead: { id: lead } })).body).toEqual(first.body);
    expect((await chat('twice-3', { visitor: 'v-twice' })).body).toEqual(first.body);
    // Somebody else in the same browser is somebody else.
    const other = await good('chat-colleague');
    expect((await chat('twice-4', { lead: { id: other }, visitor: 'v-twice' })).body).toMatchObject({
      id: 'twice-4',
      lead: { id: other },
    });
    await act('twice-4', 'end');
    await act('twice-1', 'end');
    expect((await chat('twice-2', { lead: { id: lead } })).body).toMatchObject({ id: 'twice-2', state: 'ringing' });
  });
});

describe('nobody takes it', () => {
  test('it goes on to the next, then to the form; the offer goes along and keeps its clock', async () => {
    for (const id of [DANA, KENJI]) await describeRep(id, { maxChats: 0 });
    const lead = await good('chat-passed');
    const first = (await chat('passed', { lead: { id: lead } })).body.rep;
    await api.advance(lead);
    const { until } = (await leadOf(lead)).custody;
    const next = first === LENA ? TOM : LENA;
    api.now += 44_000;
    expect(await sweepChats(api.deps)).toBe(0);
    api.now += 1_000;
    expect(await sweepChats(api.deps)).toBe(1);
    await api.advance(lead);
    expect((await api.call('GET /v1/chats/passed')).body).toMatchObject({ rep: next, state: 'ringing' });
    expect((await leadOf(lead)).custody).toMatchObject({ rep: next, until });
    const late = await act('passed', 'accept', first);
    expect(late).toMatchObject({ status: 409, body: { type: '/problems/chat-taken', rep: next } });
    expect(await act('passed', 'end', first)).toMatchObject({ status: 403 });
    // A rep says so at once.
    expect(await act('passed', 'unanswered', next)).toMatchObject({ status: 200, body: { to: 'form', state: 'form' } });
    expect(await act('passed', 'accept')).toMatchObject({ status: 409, body: { type: '/problems/chat-over' } });
    await api.advance(lead);
    expect(await leadOf(lead)).toMatchObject({
      custody: { who: 'sales', rep: next, until },
      tasks: [{ assignee: next }],
    });
    expect(await story(lead, 'chat.passed')).toMatchObject([
      { by: 'clock', data: { from: first, to: next } },
      { by: next, data: { from: next, to: 'form' } },
    ]);
  });

  test('of many at once one passes it on, and a chat taken meanwhile stays with its rep', async () => {
    const lead = await good('chat-passed-race');
    const { rep } = (await chat('passed-race', { lead: { id: lead } })).body;
    api.now += MINUTE;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        if (i % 4 === 0) return act('passed-race', 'accept', rep);
        if (i % 4 === 1) return sweepChats(api.deps);
        if (i % 4 === 2) return act('passed-race', 'end', rep);
        return act('passed-race', 'unanswered', rep);
      }),
    );
    for (const answer of answers) if (typeof answer === 'object') expect([200, 403, 409]).toContain(answer.status);
    await api.advance(lead);
    const { body } = await api.call('GET /v1/chats/passed-race');
    const passed = await story(lead, 'chat.passed');
    const taken = await story(lead, 'chat.accepted');
    if (taken.length > 0) expect(taken).toMatchObject([{ by: body.rep }]);
    expect(new Set(passed.map((entry: { data: { from: string } }) => entry.data.from)).size).toBe(passed.length);
    expect(await story(lead, 'chat.ended')).toHaveLength(body.state === 'ended' ? 1 : 0);
    expect(await story(lead, 'input.ignored')).toEqual([]);
  });

  test('one that nobody ends is ended by the clock, and its place is free', async () => {
    for (const id of REPS) await describeRep(id, { maxChats: id === TOM ? 1 : 0 });
    const [one, two] = [await good('chat-forgotten'), await good('chat-after')];
    await chat('forgotten', { lead: { id: one } });
    await act('forgotten', 'accept', TOM);
    expect((await chat('after-1', { lead: { id: two } })).body.to).toBe('form');
    api.now += FORGOTTEN_MS;
    expect(await sweepChats(api.deps)).toBe(1);
    expect((await chat('after-2', { lead: { id: two } })).body.rep).toBe(TOM);
    await api.advance(one);
    expect(await story(one, 'chat.ended')).toMatchObject([{ by: 'clock', reason: 'chat-forgotten' }]);
  });
});

describe('a visitor nobody knows', () => {
  test('is judged by what asks nothing of the lead, and is the lead from when somebody says who it is', async () => {
    const asked = await chat('anon', { visitor: 'cookie-1', language: 'en' });
    expect(asked.body).toMatchObject({ to: 'rep', rule: 3, lead: null, visitor: 'cookie-1' });
    expect([DANA, KENJI]).toContain(asked.body.rep);
    expect(asked.body.because.slice(0, 2)).toMatchObject([{ code: 'unknown-visitor' }, { code: 'unknown-visitor' }]);
    expect((await chat('anon-jobs', { visitor: 'cookie-2', page: '/jobs' })).body.to).toBe('form');
    expect((await chat('anon-nobody', { lead: { email: 'nobody@chat-unknown.example' } })).body).toMatchObject({
      lead: null,
    });
    expect(await chat('x', { lead: { id: '0191f3a0-0000-7000-8000-000000000000' } })).toMatchObject({
      status: 404,
      body: { type: '/problems/unknown-lead' },
    });

    await act('anon', 'accept', asked.body.rep);
    api.now += MINUTE;
    const lead = await good('chat-identified');
    const known = await chat('anon', { lead: { id: lead } });
    expect(known.body).toMatchObject({ id: 'anon', rep: asked.body.rep, state: 'open', lead: { id: lead } });
    expect(await chat('anon', { lead: { id: await good('chat-other') } })).toMatchObject({
      status: 409,
      body: { type: '/problems/chat-clash', lead: { id: lead } },
    });
    await api.advance(lead);
    expect(await leadOf(lead)).toMatchObject({
      custody: { who: 'sales', rep: asked.body.rep, until: null },
      tasks: expect.arrayContaining([expect.objectContaining({ kind: 'handoff', state: 'accepted' })]),
    });
    expect(await story(lead, 'chat.started')).toHaveLength(1);
    await act('anon', 'end');
    // From now on the visitor is that lead without anybody saying so.
    expect((await chat('anon-later', { visitor: 'cookie-1' })).body).toMatchObject({ lead: { id: lead }, rule: 1 });
  });

  test('brings what it did before along', async () => {
    await chat('before-1', { visitor: 'cookie-3', page: '/jobs' });
    await chat('before-2', { visitor: 'cookie-3' });
    await act('before-2', 'end', undefined, { outcome: 'asked a price' });
    const lead = await good('chat-before');
    await chat('before-3', { visitor: 'cookie-3', lead: { id: lead } });
    await api.advance(lead);
    expect((await story(lead, 'chat.started')).map((entry: { data: { chat: string } }) => entry.data.chat)).toEqual([
      'before-1',
      'before-2',
      'before-3',
    ]);
    expect(await story(lead, 'chat.ended')).toMatchObject([{ data: { chat: 'before-2', outcome: 'asked a price' } }]);
    expect((await api.call(`GET /v1/chats?lead=${lead}`)).body.items).toHaveLength(3);
  });
});

describe('places', () => {
  test('of 20 chats at once nobody gets more than their places, and all others get the form', async () => {
    const places = new Map([
      [LENA, 2],
      [TOM, 3],
      [DANA, 1],
      [KENJI, 0],
    ]);
    for (const [id, maxChats] of places) await describeRep(id, { maxChats });
    const leads: string[] = [];
    for (let i = 0; i < 20; i += 1) leads.push(await good(`chat-places-${i}`));
    const answers = await Promise.all(leads.map((lead, i) => chat(`places-${i}`, { lead: { id: lead } })));
    const count = new Map<string, number>();
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      if (body.to === 'rep') count.set(body.rep, (count.get(body.rep) ?? 0) + 1);
    }
    expect([...count].sort()).toEqual([...places].filter(([, most]) => most > 0).sort());
    expect(answers.filter(({ body }) => body.to === 'form')).toHaveLength(14);
  });

  test('the same chat 20 times at once is one chat and one place', async () => {
    const lead = await good('chat-same');
    const answers = await Promise.all(Array.from({ length: 20 }, () => chat('same', { lead: { id: lead } })));
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    expect((await api.call(`GET /v1/chats?lead=${lead}`)).body.items).toHaveLength(1);
    await api.advance(lead);
    expect(await story(lead, 'chat.started')).toHaveLength(1);
  });

  test('is answered within 100 ms', async () => {
    const leads: string[] = [];
    for (let i = 0; i < 9; i += 1) leads.push(await good(`chat-fast-${i}`));
    const took: number[] = [];
    for (const [i, lead] of leads.entries()) {
      const from = performance.now();
      await chat(`fast-${i}`, { lead: { id: lead } });
      took.push(performance.now() - from);
    }
    expect(took.sort((a, b) => a - b)[4]).toBeLessThan(100);
  });
});

test('junk is refused with words, too many are stopped, and each role does what it may', async () => {
  const bad = async (body: object, path: string) =>
    expect(await chat('junk', body)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  for (const page of [
    'pricing',
    'javascript:alert(1)',
    '//evil.example',
    '/a b',
    '/<script>',
    '',
    'ftp://x.example/',
  ]) {
    await bad({ page }, 'page');
  }
  await bad({ visitor: 'a b c d' }, 'visitor');
  await bad({ visitor: 'x' }, 'visitor');
  await bad({ language: 'german!' }, 'language');
  expect(await chat('no good id', {})).toMatchObject({ status: 400, body: { errors: [{ path: 'id' }] } });

  for (let i = 0; i < 20; i += 1) {
    expect((await chat(`many-${i}`, { visitor: 'cookie-many', page: '/jobs' })).status).toBe(200);
  }
  expect(await chat('many-20', { visitor: 'cookie-many' })).toMatchObject({
    status: 429,
    body: { type: '/problems/too-many-chats' },
  });
  api.now += 61 * MINUTE;
  expect((await chat('many-20', { visitor: 'cookie-many' })).status).toBe(200);

  await api.store.database.db
    .insertInto('chats')
    .values(
      Array.from({ length: 200 }, (_, i) => ({
        ...{ id: `nameless-${i}`, page: '/', language: 'en', state: 'form', passed: '[]', because: '[]' },
        started_at: new Date(api.now),
      })),
    )
    .execute();
  expect(await chat('nameless', {})).toMatchObject({ status: 429, body: { type: '/problems/too-many-chats' } });
  api.now += 61 * MINUTE;

  expect((await chat('role', {}, api.keys.rep)).status).toBe(403);
  expect((await chat('role', {}, api.keys.manager)).status).toBe(403);
  const { rep } = (await chat('role', {})).body;
  const list = async (key: string) => (await api.call('GET /v1/chats?state=ringing', { key })).body.items;
  expect(await list(await api.keyOf(rep))).toMatchObject([{ id: 'role' }]);
  expect(await list(api.keys.rep)).toEqual([]);
  expect(await act('nothing', 'end')).toMatchObject({ status: 404 });
  expect(await act('role', 'accept', undefined, { rep: LENA })).toMatchObject({
    status: 409,
    body: { type: '/problems/chat-taken', rep },
  });
});
