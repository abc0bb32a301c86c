/** Why, why not, and when: over the API and the command line, for a lead with a life. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpServer, listen } from '../../src/cli/parts.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { volley } from '../cli/run.ts';
import { openApi, START, type TestApi } from './support/api.ts';

let api: TestApi;
let server: HttpServer;
beforeAll(async () => {
  api = await openApi();
  server = await listen(api.app.fetch, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await api.close();
});

const ask = (leadId: string, about?: string, at?: string, key?: string) => {
  const query = new URLSearchParams({ ...(about ? { about } : {}), ...(at ? { at } : {}) });
  return api.call(`GET /v1/leads/${leadId}/explain?${query}`, key === undefined ? {} : { key });
};
const cli = (...args: string[]) =>
  volley(['explain', ...args], { env: { VOLLEY_URL: server.url, VOLLEY_KEY: api.keys.admin, NO_COLOR: '1' } });

describe('GET /v1/leads/{id}/explain', () => {
  test('a step that is to come: when, and what is on the way', async () => {
    const id = await api.lead('soon@acme.example', { role: 'it' });
    await api.advance(id);
    const welcome = (await ask(id, 'step:evaluation-guide/welcome')).body;
    expect(welcome).toMatchObject({
      verdict: 'will',
      code: 'will-happen',
      unblockedBy: null,
      timeZone: 'Europe/London',
    });
    const { dueAt } = (await api.call(`GET /v1/leads/${id}`)).body;
    expect(welcome.at).toBe(dueAt);
    expect(welcome.sentence).toMatch(
      /^If nothing else happens, the email evaluation-guide \/ welcome comes on \w{3} \d+ /,
    );
    expect(welcome.because[0]).toMatchObject({ code: 'journal', expr: 'enrollment.started' });

    const compare = (await ask(id, 'step:evaluation-guide/compare')).body;
    expect(compare).toMatchObject({ verdict: 'waiting', code: 'other-way' });
    expect(compare.unblockedBy).toMatch(/^clicked\('welcome'\) holding before \w{3} \d+ /);
    expect(compare.because).toContainEqual({
      code: 'condition',
      expr: "clicked('welcome')",
      value: false,
      source: expect.stringMatching(/^cadences\/evaluation-guide\.yaml:\d+$/),
    });
  });

  test('a condition is opened up to the values it compares, definitions too', async () => {
    const id = await api.lead('values@acme.example', { role: 'it', title: 'Head of IT' });
    await api.call('POST /v1/signals', {
      body: { signals: [{ id: 'explain-1', lead: { id }, type: 'page.pricing' }] },
    });
    await api.advance(id);
    const { because } = (await ask(id, 'stage')).body;
    expect(because).toContainEqual({
      code: 'part',
      expr: 'count("page.pricing", "P14D")',
      value: 1,
      source: expect.stringMatching(/^playbook\.yaml:\d+$/),
    });
    const score = (await ask(id, 'score')).body;
    expect(score.sentence).toMatch(/^Fit is 55 and engagement 15 of 100: /);
    expect(score.because).toContainEqual({
      code: 'score',
      expr: 'page.pricing once: +15',
      value: 15,
      source: 'signals.page.pricing',
    });
    expect(score.because).toContainEqual({
      code: 'condition',
      expr: 'mql',
      value: false,
      source: expect.stringMatching(/^playbook\.yaml:\d+$/),
    });
  });

  test('who has it and why, why a cadence is paused, and who may ask', async () => {
    const { leadId, task } = await api.offered('handed@acme.example');
    expect((await ask(leadId, 'custody')).body).toMatchObject({
      verdict: 'waiting',
      code: 'offered',
      unblockedBy: `${task.assignee} accepting or rejecting it`,
    });
    expect((await ask(leadId, 'cadence:evaluation-guide')).body).toMatchObject({
      verdict: 'blocked',
      code: 'paused-custody',
    });
    const own = await api.keyOf(task.assignee);
    expect((await ask(leadId, 'silence', undefined, own)).status).toBe(200);
    expect((await api.call(`GET /v1/leads/${leadId}/journal`, { key: own })).status).toBe(200);
    expect((await ask(leadId, 'silence', undefined, api.keys.rep)).body.type).toBe('/problems/not-yours');
    expect((await ask(leadId, 'silence', undefined, api.keys.integration)).body.type).toBe('/problems/wrong-role');
  });

  test('as of then the journal answers', async () => {
    const before = api.now;
    const { leadId } = await api.offered('then@acme.example');
    api.now = START + 3 * HOUR;
    await api.call(`POST /v1/leads/${leadId}/disqualify`, { body: { reason: 'a competitor' } });
    await api.advance(leadId);
    api.now = START + DAY;
    const then = new Date(START + HOUR).toISOString();
    expect((await ask(leadId, 'custody', then)).body).toMatchObject({ verdict: 'waiting', code: 'offered' });
    expect((await ask(leadId, 'custody')).body).toMatchObject({ verdict: 'never', code: 'disqualified' });
    expect((await ask(leadId, 'step:evaluation-guide/welcome')).body).toMatchObject({ verdict: 'never' });
    expect(await ask(leadId, 'score', new Date(START + 500 * DAY).toISOString())).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'at' }] },
    });
    const early = new Date(START - DAY).toISOString();
    expect((await ask(leadId, 'custody', early)).body).toMatchObject({ verdict: 'never', code: 'not-known-then' });
    api.now = before;
  });

  test('as of an instant ahead, and by the number of an entry: the rule, what it saw, the version, what would be otherwise', async () => {
    const before = api.now;
    const id = await api.lead('ahead@acme.example');
    await api.advance(id);
    const soon = new Date(api.now + 2 * DAY).toISOString();
    const ahead = (await ask(id, 'step:evaluation-guide/welcome', soon)).body;
    expect(ahead).toMatchObject({ verdict: 'done', code: 'sent', playbook: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(ahead.sentence).toMatch(/^As of .+, if nothing else happens until then: /);
    // Nothing has happened: it was played on a copy.
    expect((await ask(id, 'step:evaluation-guide/welcome')).body).toMatchObject({ verdict: 'will' });
    const { items } = (await api.call(`GET /v1/leads/${id}/journal`)).body;
    const nth = items.findIndex((entry: { type: string }) => entry.type === 'enrollment.started') + 1;
    const entry = (await ask(id, `entry:${nth}`)).body;
    expect(entry).toMatchObject({ verdict: 'done', code: 'journalled', reason: 'entry-rule' });
    expect(entry.unblockedBy).toMatch(/ not holding$/);
    expect(entry.because).toContainEqual(
      expect.objectContaining({
        code: 'condition',
        value: true,
        source: expect.stringMatching(/evaluation-guide.yaml:\d+/),
      }),
    );
    expect((await ask(id, 'entry:999')).body).toMatchObject({ verdict: 'never', code: 'no-such-entry' });
    api.now = before;
  });

  test('what is held by a pause says so, and how it goes on', async () => {
    const id = await api.lead('held@acme.example');
    await api.advance(id);
    await api.call('POST /v1/pause', { body: {} });
    expect((await ask(id, 'step:evaluation-guide/welcome')).body).toMatchObject({
      verdict: 'blocked',
      code: 'sending-paused',
      unblockedBy: 'POST /v1/resume',
    });
    expect((await ask(id, 'silence')).body).toMatchObject({ verdict: 'blocked', code: 'sending-paused' });
    await api.call('POST /v1/resume', { body: {} });
  });

  test('a lead that nobody has decided about, names nobody knows, and questions that are none', async () => {
    const id = await api.lead('fresh@acme.example');
    expect((await ask(id)).body).toMatchObject({ verdict: 'will', code: 'next-touch' });
    expect((await ask(id, 'step:evaluation-guide/nowhere')).body).toMatchObject({ verdict: 'never', code: 'unknown' });
    expect((await ask(id, 'cadence:constructor')).body).toMatchObject({ verdict: 'never', code: 'unknown' });
    expect(await ask(id, 'the weather')).toMatchObject({ status: 400, body: { errors: [{ path: 'about' }] } });
    expect((await ask('0191f3a0-0000-7000-8000-000000000000')).status).toBe(404);
  });
});

describe('volley explain', () => {
  test('prints the position in one sentence and the story in the company’s zone', async () => {
    const id = await api.lead('story@acme.example');
    await api.advance(id);
    const { code, out } = await cli('story@acme.example');
    expect(code).toBe(0);
    const [position = ''] = out.split('\n');
    expect(position).toMatch(/^The lead is exploring, in evaluation-guide at welcome, and marketing has it\. /);
    expect(out).toContain('when (Europe/London)');
    expect(out).toContain('Tue 24 Nov 2026, 10:00');
    expect(out).toContain('The lead enters evaluation-guide: the entry condition of the cadence held');
    const json = JSON.parse((await cli(id, '--json')).out);
    expect(json.position.verdict).toBe('will');
    expect(json.journal.map((entry: { seq: number }) => entry.seq)).toEqual([1, 2]);
  });

  test('answers a question, in words or as data', async () => {
    const id = await api.lead('asked@acme.example');
    await api.advance(id);
    const { code, out } = await cli('Asked@acme.example', '--about', 'step:evaluation-guide/welcome');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^will \(will-happen\): If nothing else happens, the email evaluation-guide \/ welcome comes on /,
    );
    expect(JSON.parse((await cli(id, '--about', 'stage', '--json')).out)).toMatchObject({ code: 'first-stage' });
    const nobody = await cli('nobody@acme.example');
    expect({ code: nobody.code, out: nobody.out }).toEqual({ code: 1, out: '' });
    expect(nobody.err).toContain('there is no lead with the id or address nobody@acme.example');
    expect((await cli(id, '--about', 'the weather')).code).toBe(2);
  });
});
