import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApi, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const enroll = (body: unknown, headers = {}) => api.call('POST /v1/enrollments', { body, headers });
/** A lead no cadence has taken up yet: nobody advanced it. */
const fresh = (email: string) => api.lead(email);

describe('POST /v1/enrollments', () => {
  test('enrolls by id or address, and the engine takes it up', async () => {
    const lead = await fresh('enroll@acme.example');
    const answer = await enroll({ lead: { email: 'Enroll@Acme.example' }, cadence: 'evaluation-guide' });
    expect(answer).toMatchObject({
      status: 201,
      body: { lead: { id: lead }, cadence: 'evaluation-guide', state: 'running' },
    });
    expect(api.nudged.at(-1)).toBe(lead);
    await api.advance(lead);
    const found = await api.call(`GET /v1/enrollments/${answer.body.id}`);
    expect(found).toMatchObject({ status: 200, body: { state: 'running', step: 'welcome' } });
    expect((await api.call(`GET /v1/enrollments?lead=${lead}&open=true`)).body.items).toHaveLength(1);
  });

  test('a taken lane is 409, before and after the engine has looked', async () => {
    const lead = await fresh('lane@acme.example');
    const ask = () => enroll({ lead: { id: lead }, cadence: 'evaluation-guide' });
    expect((await ask()).status).toBe(201);
    expect(await ask()).toMatchObject({ status: 409, body: { type: '/problems/lane-taken', lane: 'nurture' } });
    await api.advance(lead);
    expect(await ask()).toMatchObject({ status: 409, body: { type: '/problems/lane-taken' } });
    expect(await enroll({ lead: { id: lead }, cadence: 'keep-warm' })).toMatchObject({
      status: 409,
      body: { type: '/problems/lane-taken' },
    });
  });

  test('says which entry rule said no', async () => {
    const lead = await fresh('rule@acme.example');
    await api.call('POST /v1/suppressions', { body: { email: 'rule@acme.example', reason: 'asked by phone' } });
    const answer = await enroll({ lead: { id: lead }, cadence: 'evaluation-guide' });
    expect(answer).toMatchObject({ status: 409, body: { type: '/problems/entry-refused', reason: 'suppressed' } });
    expect(answer.body.detail).toContain('suppressed');
  });

  test('an unknown lead is 404, an unknown cadence 422', async () => {
    expect(await enroll({ lead: { email: 'nobody@acme.example' }, cadence: 'evaluation-guide' })).toMatchObject({
      status: 404,
      body: { type: '/problems/unknown-lead' },
    });
    const lead = await fresh('cadence@acme.example');
    expect(await enroll({ lead: { id: lead }, cadence: 'no-such' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'cadence' }] },
    });
    expect(await enroll({ lead: { id: 'x' }, cadence: 'evaluation-guide' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'lead.id' }] },
    });
    expect(await enroll({ lead: {}, cadence: 'evaluation-guide' })).toMatchObject({ status: 400 });
  });

  test('of two at the same moment one gets the lane', async () => {
    const lead = await fresh('race@acme.example');
    const answers = await Promise.all(
      ['evaluation-guide', 'keep-warm', 'evaluation-guide'].map((cadence) => enroll({ lead: { id: lead }, cadence })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
  });
});

describe('POST /v1/enrollments/batch', () => {
  test('answers for each item, and those refused keep no other out', async () => {
    const [a, b] = [await fresh('batch-a@acme.example'), await fresh('batch-b@acme.example')];
    const before = api.nudged.length;
    const { status, body } = await api.call('POST /v1/enrollments/batch', {
      body: {
        enrollments: [
          { lead: { id: a }, cadence: 'evaluation-guide' },
          { lead: { email: 'unknown@acme.example' }, cadence: 'evaluation-guide' },
          { lead: { id: b }, cadence: 'no-such' },
          { lead: { id: a }, cadence: 'keep-warm' },
          { lead: { email: 'batch-b@acme.example' }, cadence: 'evaluation-guide' },
        ],
      },
    });
    expect(status).toBe(200);
    expect(body.accepted).toBe(2);
    expect(body.enrollments.map((one: { index: number }) => one.index)).toEqual([0, 4]);
    expect(body.rejected).toMatchObject([
      { index: 1, type: '/problems/unknown-lead' },
      { index: 2, type: '/problems/unknown-in-playbook' },
      { index: 3, type: '/problems/lane-taken' },
    ]);
    expect(api.nudged.slice(before).sort()).toEqual([a, b].sort());
  });

  test('takes 500 and no more', async () => {
    const item = { lead: { email: 'x@acme.example' }, cadence: 'evaluation-guide' };
    const send = (n: number) => api.call('POST /v1/enrollments/batch', { body: { enrollments: Array(n).fill(item) } });
    expect((await send(500)).body.rejected).toHaveLength(500);
    expect(await send(501)).toMatchObject({ status: 400, body: { errors: [{ path: 'enrollments' }] } });
    expect(await send(0)).toMatchObject({ status: 400 });
  });
});

describe('an enrollment is controlled', () => {
  test('paused, resumed, stopped; and 409 once it has ended', async () => {
    const lead = await fresh('control@acme.example');
    const { body } = await enroll({ lead: { id: lead }, cadence: 'evaluation-guide' });
    await api.advance(lead);
    for (const [action, state] of [
      ['pause', 'paused'],
      ['resume', 'running'],
      ['stop', 'stopped'],
    ]) {
      expect(await api.call(`POST /v1/enrollments/${body.id}/${action}`)).toMatchObject({ status: 202 });
      await api.advance(lead);
      expect((await api.call(`GET /v1/enrollments/${body.id}`)).body.state).toBe(state);
    }
    expect(await api.call(`POST /v1/enrollments/${body.id}/pause`)).toMatchObject({
      status: 409,
      body: { type: '/problems/enrollment-closed', state: 'stopped' },
    });
    expect(await api.call('POST /v1/enrollments/none/pause')).toMatchObject({ status: 404 });
  });
});

describe('pauses', () => {
  test('of everything and of one cadence: again changes nothing, and the lead sees it', async () => {
    const pause = () => api.call('POST /v1/pause', { body: { reason: 'an audit' } });
    expect(await pause()).toMatchObject({ status: 200, body: { scope: '*', paused: true, changed: true } });
    expect(await pause()).toMatchObject({ body: { changed: false } });
    expect(await api.call('POST /v1/resume')).toMatchObject({ body: { paused: false, changed: true } });
    expect(await api.call('POST /v1/resume')).toMatchObject({ body: { changed: false } });
    expect(await api.call('POST /v1/cadences/evaluation-guide/pause')).toMatchObject({
      status: 200,
      body: { scope: 'evaluation-guide', changed: true },
    });
    expect(await api.call('POST /v1/cadences/evaluation-guide/resume')).toMatchObject({
      status: 200,
      body: { changed: true },
    });
    expect(await api.call('POST /v1/cadences/no-such/pause')).toMatchObject({ status: 404 });
  });
});
