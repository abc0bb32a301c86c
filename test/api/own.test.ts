/** What a rep may do with their own leads, tasks and chats, no key of another rep may: every call there is of that kind. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Operation, PERMISSIONS } from '../../src/api/permissions.ts';
import { openApi, REP, START, type TestApi } from './support/api.ts';

const REPS = ['lena.hartmann', 'tom.okafor', 'dana.reyes', 'kenji.mori'].map((name) => `${name}@northwind.example`);

/** What is one rep's, and `free`, which is nobody's. */
interface Theirs {
  readonly rep: string;
  readonly lead: string;
  readonly task: string;
  readonly chat: string;
  readonly free: string;
}

type Call = readonly [call: string, body?: unknown];

/** One call about somebody's own, good in itself. */
const ABOUT_ONE: Readonly<Partial<Record<Operation, (theirs: Theirs) => Call>>> = {
  'leads.get': ({ lead }) => [`GET /v1/leads/${lead}`],
  'leads.journal': ({ lead }) => [`GET /v1/leads/${lead}/journal`],
  'leads.explain': ({ lead }) => [`GET /v1/leads/${lead}/explain`],
  'leads.preview': ({ lead }) => [`GET /v1/leads/${lead}/preview?email=evaluation-welcome`],
  'leads.stage': ({ lead }) => [`POST /v1/leads/${lead}/stage`, { stage: 'deciding', reason: 'told us' }],
  'leads.activity': ({ lead }) => [`POST /v1/leads/${lead}/activities`, { kind: 'call', disposition: 'connected' }],
  'leads.claim': ({ free }) => [`POST /v1/leads/${free}/claim`, {}],
  'tasks.get': ({ task }) => [`GET /v1/tasks/${task}`],
  'tasks.draft': ({ task }) => [`GET /v1/tasks/${task}/draft`],
  'tasks.snooze': ({ task }) => [`POST /v1/tasks/${task}/snooze`, { until: '2026-12-24T10:00:00Z' }],
  'tasks.accept': ({ task }) => [`POST /v1/tasks/${task}/accept`, {}],
  'tasks.reject': ({ task }) => [`POST /v1/tasks/${task}/reject`, { reason: 'junk' }],
  'tasks.complete': ({ task }) => [`POST /v1/tasks/${task}/complete`, {}],
  'tasks.skip': ({ task }) => [`POST /v1/tasks/${task}/skip`, {}],
  'tasks.reopen': ({ task }) => [`POST /v1/tasks/${task}/reopen`, {}],
  'chats.get': ({ chat }) => [`GET /v1/chats/${chat}`],
  'chats.accept': ({ chat }) => [`POST /v1/chats/${chat}/accept`, {}],
  'chats.end': ({ chat }) => [`POST /v1/chats/${chat}/end`, {}],
  'chats.unanswered': ({ chat }) => [`POST /v1/chats/${chat}/unanswered`, {}],
  'reps.get': ({ rep }) => [`GET /v1/reps/${rep}`],
  'reps.calendar': ({ rep }) => [`POST /v1/reps/${rep}/calendar`, {}],
  'leads.recycle': ({ lead }) => [`POST /v1/leads/${lead}/recycle`, { reason: 'junk' }],
  'leads.moved': ({ lead }) => [`POST /v1/leads/${lead}/moved`, { email: 'ada@newco.example' }],
  'leads.disqualify': ({ lead }) => [`POST /v1/leads/${lead}/disqualify`, { reason: 'a competitor' }],
  'leads.object': ({ lead }) => [`POST /v1/leads/${lead}/object`, {}],
};

/** Lists, however they are asked. */
const LISTS = {
  'leads.list': ['/v1/leads', '/v1/leads?custody=sales', '/v1/leads?q=own-data'],
  'tasks.list': ['/v1/tasks', '/v1/tasks?assignee=REP', '/v1/tasks?waiting=true', '/v1/tasks?sort=rank'],
  'chats.list': ['/v1/chats', '/v1/chats?rep=REP', '/v1/chats?lead=LEAD'],
} as const;

let api: TestApi;
let theirs: Theirs;
beforeAll(async () => {
  api = await openApi();
  api.now = START;
  for (const id of [...REPS, REP])
    await api.call(`PUT /v1/reps/${id}`, { body: { name: id, timeZone: 'Europe/London' } });
  const lead = await api.lead('ada@own-data.example', { role: 'operations', title: 'Head of Operations' });
  await api.advance(lead);
  const { rep } = (await api.call('POST /v1/chats', { body: { id: 'own', lead: { id: lead }, page: '/pricing' } }))
    .body;
  await api.advance(lead);
  const [task] = (await api.call(`GET /v1/leads/${lead}`)).body.tasks;
  const free = await api.lead('grace@own-data.example', { role: 'operations' });
  await api.advance(free);
  theirs = { rep, lead, task: task.id, chat: 'own', free };
});
afterAll(() => api.close());

const pathOf = (path: string): string => path.replace('REP', theirs.rep).replace('LEAD', theirs.lead);
const rows = async () => {
  const { db } = api.store.database;
  const tables = [
    'inbox',
    'tasks',
    'chats',
    'leads',
    'lead_states',
    'suppressions',
    'journal',
    'rep_calendars',
  ] as const;
  return Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
};

test('there is something that is one rep’s: a lead, its task and its chat', () => {
  expect(REPS).toContain(theirs.rep);
  expect(theirs.rep).not.toBe(REP);
});

test('every call that is about a rep’s own is tried', () => {
  const own = Object.entries(PERMISSIONS).flatMap(([name, grants]) => ('rep' in grants ? [name] : []));
  expect([...Object.keys(ABOUT_ONE), ...Object.keys(LISTS), 'tasks.bulk'].sort()).toEqual(own.sort());
});

describe('another rep', () => {
  test('is refused, and nothing has changed', async () => {
    const before = await rows();
    const answers: Record<string, unknown> = {};
    for (const [name, callOf] of Object.entries(ABOUT_ONE)) {
      const [call, body] = callOf(theirs);
      const answer = await api.call(call, { key: api.keys.rep, body });
      answers[name] = [answer.status, answer.body.type];
    }
    const refused = [403, '/problems/not-yours'];
    expect(answers).toEqual(Object.fromEntries(Object.keys(ABOUT_ONE).map((name) => [name, refused])));
    expect(await rows()).toEqual(before);
  });

  test('is refused each task of many', async () => {
    const body = { action: 'accept', tasks: [theirs.task] };
    expect(await api.call('POST /v1/tasks/bulk', { key: api.keys.rep, body })).toMatchObject({
      status: 200,
      body: { accepted: 0, rejected: [{ id: theirs.task, type: '/problems/not-yours' }] },
    });
  });

  test('finds nothing of it in any list', async () => {
    for (const path of Object.values(LISTS).flat()) {
      const { status, body } = await api.call(`GET ${pathOf(path)}`, { key: api.keys.rep });
      expect([path, status, body.items]).toEqual([path, 200, []]);
    }
  });
});

test('the rep it belongs to is refused none of them for whose it is, nor for how it was asked', async () => {
  const key = await api.keyOf(theirs.rep);
  for (const path of Object.values(LISTS).flat()) {
    const { body } = await api.call(`GET ${pathOf(path)}`, { key });
    // Nobody waits in a pool.
    expect([path, body.items.length]).toEqual([path, path.includes('waiting') ? 0 : 1]);
  }
  for (const [name, callOf] of Object.entries(ABOUT_ONE)) {
    const [call, body] = callOf(theirs);
    const answer = await api.call(call, { key, body });
    expect([200, 202, 404, 409], `${name}: ${JSON.stringify(answer.body)}`).toContain(answer.status);
  }
});
