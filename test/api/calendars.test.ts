/** A rep's calendar program shows what is due, and stops when the address is changed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY } from '../../src/core/time.ts';
import { parseIcs, textOf } from '../notices/ics.ts';
import { openApi, REP, START, type TestApi } from './support/api.ts';

/** Named in a pool of the example playbook. */
const COLLEAGUE = 'lena.hartmann@northwind.example';
let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const urlOf = async (rep: string, body?: object): Promise<string> => {
  const answer = await api.call(`POST /v1/reps/${rep}/calendar`, { body });
  expect(answer.status).toBe(200);
  return answer.body.url.replace('https://volley.example', '');
};
/** As a calendar program asks: without a key. */
const feed = (url: string, headers: Record<string, string> = {}) => api.call(`GET ${url}`, { key: null, headers });
const eventsOf = (text: string) =>
  parseIcs(Buffer.from(text)).inside.map(({ name, properties }) => ({
    name,
    of: (key: string) => properties.get(key),
  }));

test('open tasks of the rep are events at their due time, with a link that answers them', async () => {
  const { task } = await api.offered('ada@acme.example');
  const url = await urlOf(task.assignee);
  const answer = await feed(url);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
  const { body: full } = await api.call(`GET /v1/tasks/${task.id}`);
  const [event, ...more] = eventsOf(answer.body);
  expect(more).toEqual([]);
  expect(event?.name).toBe('VEVENT');
  expect(event?.of('UID')).toContain(task.id);
  expect(event?.of('DTSTART')).toBe(full.dueAt.replace(/[-:]|\.\d{3}/g, ''));
  expect(textOf(event?.of('SUMMARY'))).toBe(full.title);
  const link = event?.of('URL') ?? '';
  expect(textOf(event?.of('DESCRIPTION'))).toContain(link);
  const page = await api.call(`GET ${link.replace('https://volley.example', '')}`, { key: null });
  expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<form') });
  // The same text until something changes, and nothing at all for who has it already.
  const etag = answer.headers.get('etag') ?? '';
  expect((await feed(url, { 'if-none-match': etag })).status).toBe(304);
  await api.call(`POST /v1/tasks/${task.id}/accept`);
  const after = await feed(url, { 'if-none-match': etag });
  expect([after.status, eventsOf(after.body)]).toEqual([200, []]);
});

test('a task that goes to another rep leaves one calendar for the other, under the same id', async () => {
  const { task } = await api.offered('grace@acme.example');
  const other =
    (await api.call('GET /v1/tasks')).body.items
      .map((one: { assignee: string }) => one.assignee)
      .find((rep: string) => rep !== task.assignee) ?? REP;
  await api.call(`PUT /v1/reps/${other}`, { body: { name: 'Other', timeZone: 'Europe/London' } });
  const uids = async (rep: string) => eventsOf((await feed(await urlOf(rep))).body).map((event) => event.of('UID'));
  const before = await uids(task.assignee);
  const uid = before.find((one) => one?.includes(task.id));
  expect(uid).toBeDefined();
  api.now += DAY;
  await api.call(`POST /v1/tasks/${task.id}/reassign`, { body: { to: other } });
  expect(await uids(task.assignee)).not.toContain(uid);
  expect(await uids(other)).toContain(uid);
  const moved = eventsOf((await feed(await urlOf(other))).body).find((event) => event.of('UID') === uid);
  expect(Number(moved?.of('SEQUENCE'))).toBe(DAY / 1_000);
  expect(moved?.of('LAST-MODIFIED')).toBe(new Date(START + DAY).toISOString().replace(/[-:]|\.\d{3}/g, ''));
  api.now = START;
});

test('the address is the same until it is rotated; then the former shows nothing', async () => {
  await api.call(`PUT /v1/reps/${REP}`, { body: { name: 'Robin', timeZone: 'Europe/London' } });
  const first = await urlOf(REP);
  expect(await urlOf(REP)).toBe(first);
  const headers = { 'idempotency-key': 'rotate-1' };
  const rotated = await api.call(`POST /v1/reps/${REP}/calendar`, { body: { rotate: true }, headers });
  const again = await api.call(`POST /v1/reps/${REP}/calendar`, { body: { rotate: true }, headers });
  expect(again.body).toEqual(rotated.body);
  const second = await urlOf(REP);
  expect(second).not.toBe(first);
  expect((await feed(first)).status).toBe(404);
  expect((await feed(second)).status).toBe(200);
});

test('without the right token, of another rep, or of one who left, there is nothing', async () => {
  const url = await urlOf(REP);
  const [path = '', token = ''] = url.split('?token=');
  expect((await feed(path)).status).toBe(404);
  expect((await feed(`${path}?token=${token.slice(0, -2)}AA`)).status).toBe(404);
  const { body: reps } = await api.call('GET /v1/reps');
  const other = reps.items.find((rep: { id: string }) => rep.id !== REP)?.id ?? COLLEAGUE;
  expect((await feed(`/v1/reps/${encodeURIComponent(other)}/calendar.ics?token=${token}`)).status).toBe(404);
  await api.call(`PUT /v1/reps/${REP}`, { body: { name: 'Robin', timeZone: 'Europe/London', active: false } });
  expect((await feed(url)).status).toBe(404);
  expect(await api.call(`POST /v1/reps/${REP}/calendar`)).toMatchObject({ status: 404 });
  await api.call(`PUT /v1/reps/${REP}`, { body: { name: 'Robin', timeZone: 'Europe/London' } });
});

test('a rep asks for their own, a manager for any, marketing for none', async () => {
  const ask = (rep: string, key: string) => api.call(`POST /v1/reps/${rep}/calendar`, { key });
  expect((await ask(REP, api.keys.rep)).status).toBe(200);
  expect(await ask(COLLEAGUE, api.keys.rep)).toMatchObject({ status: 403 });
  expect((await ask(COLLEAGUE, api.keys.manager)).status).toBe(200);
  expect((await ask(REP, api.keys.marketer)).status).toBe(403);
});
