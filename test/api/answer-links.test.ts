import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY } from '../../src/core/time.ts';
import { type AnswerVerb, signAnswerToken } from '../../src/email/answer-tokens.ts';
import { type Answer, openApi, REP, SECRET, START, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
beforeEach(() => {
  api.now = START;
});
afterAll(() => api.close());

let people = 0;
const offered = () => api.offered(`lead-${++people}@acme-${people}.example`);
const linkOf = (task: { id: string; assignee: string }, answer: AnswerVerb, rep = task.assignee): string =>
  `/a/${signAnswerToken(SECRET, { task: task.id, answer, rep }, api.now)}`;
const get = (path: string): Promise<Answer> => api.call(`GET ${path}`, { key: null });
const post = (path: string, form: Record<string, string> = {}): Promise<Answer> =>
  api.call(`POST ${path}`, {
    key: null,
    raw: new URLSearchParams(form).toString(),
    type: 'application/x-www-form-urlencoded',
  });
const taskOf = async (id: string) => (await api.call(`GET /v1/tasks/${id}`)).body;

describe('the page of an answer link', () => {
  test('shows the task and asks; GET and HEAD change nothing, however often a scanner comes', async () => {
    const { task } = await offered();
    const before = await taskOf(task.id);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const page = await api.call(`${method} ${linkOf(task, 'accept')}`, { key: null });
      expect(page.status).toBe(200);
    }
    const page = await get(linkOf(task, 'accept'));
    expect(page.body).toContain('Accept this lead?');
    expect(page.body).toContain('A person handed this lead over.');
    expect(page.body).toContain('first-conversation starts');
    // 14:00 in London is four working hours later, as Lena's clock in Berlin or Tom's in London says it.
    expect(page.body).toMatch(/answer by Tue 24 Nov 2026, 1[45]:00/);
    expect(await taskOf(task.id)).toEqual(before);
  });

  test('runs nothing, loads nothing, is framed by nobody, and tells no other site where it was', async () => {
    const { task } = await offered();
    const page = await get(linkOf(task, 'reject'));
    expect(page.body).not.toMatch(/<script|src=|https?:\/\/|<link/);
    expect(page.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*form-action 'self'.*frame-ancestors 'none'/,
    );
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('set-cookie')).toBeNull();
    expect(page.body).toContain('<meta name="robots" content="noindex">');
    expect(page.body).toContain('width=device-width');
    expect(page.body).toContain('lang="en"');
  });

  test('what a lead or rep typed is text on it', async () => {
    const leadId = await api.lead('mark@up.example', { company: '<img src=x>"&' });
    await api.advance(leadId);
    const body = { lead: { id: leadId }, handoff: 'hot', note: '<b>now</b>' };
    expect((await api.call('POST /v1/handoffs', { body })).status).toBe(202);
    await api.advance(leadId);
    const [task] = (await api.call(`GET /v1/leads/${leadId}`)).body.tasks;
    const page = await get(linkOf(task, 'accept'));
    expect(page.body).toContain('&lt;b&gt;now&lt;/b&gt;');
    expect(page.body).not.toMatch(/<img|<b>/);
  });
});

describe('the answer', () => {
  test('POST accepts as the rep of the link, as the call of the API does', async () => {
    const { leadId, task } = await offered();
    const page = await post(linkOf(task, 'accept'), { note: 'on it' });
    expect(page.status).toBe(200);
    expect(page.body).toContain('is yours');
    expect(await taskOf(task.id)).toMatchObject({ state: 'accepted', answeredBy: task.assignee, note: 'on it' });
    expect(api.nudged.at(-1)).toBe(leadId);
    await api.advance(leadId);
    expect((await api.call(`GET /v1/leads/${leadId}`)).body).toMatchObject({
      custody: { who: 'sales', rep: task.assignee },
    });
  });

  test('a second POST says that it is done already, and so do the other links of the task', async () => {
    const { task } = await offered();
    const accept = linkOf(task, 'accept');
    const reject = linkOf(task, 'reject');
    await post(accept);
    const again = await post(accept);
    expect(again).toMatchObject({ status: 200 });
    expect(again.body).toContain('You have answered this');
    const late = await post(reject, { reason: 'junk' });
    expect(late.body).toContain('You have answered this');
    expect(await taskOf(task.id)).toMatchObject({ state: 'accepted', reason: null });
  });

  test('of 20 answers at once one wins, and the others are told', async () => {
    const { task } = await offered();
    const pages = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 2 === 0 ? post(linkOf(task, 'accept')) : post(linkOf(task, 'reject'), { reason: 'junk' }),
      ),
    );
    const done = pages.filter((page) => /is yours|is given back/.test(page.body));
    expect(done).toHaveLength(1);
    expect(pages.filter((page) => page.body.includes('You have answered this'))).toHaveLength(19);
  });

  test('reject asks for the reason and the facts it needs, and follows the playbook', async () => {
    const { leadId, task } = await offered();
    const reject = linkOf(task, 'reject');
    const page = await get(reject);
    for (const reason of ['not-ready', 'no-response', 'wrong-person', 'junk', 'lost']) {
      expect(page.body).toContain(`name="reason" value="${reason}"`);
    }
    expect(page.body).toContain('name="fact.timing" required');
    expect(page.body).toContain('name="until" type="date"');

    const lacking = await post(reject, { reason: 'not-ready', 'fact.timing': 'in <spring>' });
    expect(lacking.status).toBe(422);
    expect(lacking.body).toContain('objection');
    expect(lacking.body).toContain('value="in &lt;spring&gt;"');
    expect(await taskOf(task.id)).toMatchObject({ state: 'open' });

    const past = await post(reject, {
      reason: 'not-ready',
      'fact.timing': 'x',
      'fact.objection': 'y',
      until: '2020-01-01',
    });
    expect(past.status).toBe(422);
    expect((await post(reject, { reason: 'no-such' })).status).toBe(422);
    expect((await post(reject, { reason: 'junk', surprise: 'x' })).status).toBe(422);
    expect((await post(reject)).status).toBe(422);

    const given = {
      reason: 'not-ready',
      'fact.timing': 'in spring',
      'fact.objection': 'budget',
      until: '2027-03-01',
      note: '',
    };
    const back = await post(reject, given);
    expect(back.status).toBe(200);
    expect(back.body).toContain('given back');
    expect(await taskOf(task.id)).toMatchObject({
      state: 'rejected',
      reason: 'not-ready',
      facts: { timing: 'in spring', objection: 'budget' },
      until: '2027-03-01T00:00:00.000Z',
    });
    await api.advance(leadId);
    expect((await api.call(`GET /v1/leads/${leadId}`)).body.custody).toMatchObject({ who: 'marketing' });
  });

  test('complete asks how it ended, as the step says it may', async () => {
    const { leadId, task } = await offered();
    await post(linkOf(task, 'accept'));
    await api.advance(leadId);
    const calls = (await api.call(`GET /v1/leads/${leadId}`)).body.tasks;
    const call = calls.find((one: { kind: string }) => one.kind === 'call');
    const page = await get(linkOf(call, 'complete'));
    expect(page.body).toContain('Complete this task?');
    expect((await post(linkOf(call, 'complete'), { disposition: 'connected' })).status).toBe(200);
    expect(await taskOf(call.id)).toMatchObject({ state: 'done', disposition: 'connected', answeredBy: call.assignee });
  });
});

describe('a link that is not good any more changes nothing', () => {
  test('after a reassignment the old rep is told who has it, and the new one answers', async () => {
    const { task } = await offered();
    const old = linkOf(task, 'accept');
    const to = task.assignee.startsWith('lena') ? 'tom.okafor@northwind.example' : 'lena.hartmann@northwind.example';
    await api.call(`POST /v1/tasks/${task.id}/reassign`, { body: { to } });
    const viewer = { name: 'Old', timeZone: 'America/New_York' };
    await api.call(`PUT /v1/reps/${task.assignee}`, { body: viewer });
    for (const page of [await get(old), await post(old)]) {
      expect(page.status).toBe(409);
      // On the clocks of whoever looks.
      expect(page.body).toContain('05:00 (America/New_York)');
      expect(page.body).toContain('Somebody else has this now');
      expect(page.body).toContain(to);
    }
    expect(await taskOf(task.id)).toMatchObject({ state: 'open', assignee: to });
    expect((await post(linkOf({ ...task, assignee: to }, 'accept'))).status).toBe(200);
    expect(await taskOf(task.id)).toMatchObject({ state: 'accepted', answeredBy: to });
  });

  test('answered by somebody else meanwhile: who, and when', async () => {
    const { task } = await offered();
    const mine = linkOf(task, 'accept');
    await api.call(`POST /v1/tasks/${task.id}/reject`, { key: api.keys.manager, body: { reason: 'junk' } });
    const page = await post(mine);
    expect(page.status).toBe(409);
    expect(page.body).toMatch(/It was given back by .* on Tue 24 Nov 2026/);
  });

  test('another rep’s, tampered, foreign and expired links', async () => {
    const { task } = await offered();
    const path = linkOf(task, 'accept');
    const other = await post(linkOf(task, 'accept', REP));
    expect(other.status).toBe(409);
    for (const broken of [path.slice(0, -1), `${path}x`, '/a/x', '/a/%00', '/a/<script>alert(1)<%2Fscript>']) {
      for (const page of [await get(broken), await post(broken)]) {
        expect(page.status).toBe(404);
        expect(page.body).not.toContain('alert');
      }
    }
    const gone = linkOf({ id: '0191f3a0-0000-8000-8000-000000000000', assignee: REP }, 'accept');
    expect((await post(gone)).status).toBe(404);
    api.now = START + 31 * DAY;
    for (const page of [await get(path), await post(path)]) expect(page.status).toBe(410);
    expect(await taskOf(task.id)).toMatchObject({ state: 'open' });
  });

  test('a rep who has left answers nothing', async () => {
    const { task } = await offered();
    const path = linkOf(task, 'accept');
    // Nobody takes over: the task stays with who has left.
    await api.store.database.db
      .insertInto('reps')
      .values({
        id: task.assignee,
        name: 'Gone',
        time_zone: 'Europe/London',
        working_hours: null,
        away: '[]',
        active: false,
        updated_at: new Date(START),
      })
      .execute();
    expect((await post(path)).status).toBe(403);
    expect(await taskOf(task.id)).toMatchObject({ state: 'open' });
  });
});
