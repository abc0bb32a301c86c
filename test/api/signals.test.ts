import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApi, START, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const send = (...signals: unknown[]) => api.call('POST /v1/signals', { key: api.keys.integration, body: { signals } });

test('a signal is taken once by its id, scored, and in the journal', async () => {
  const lead = await api.lead('signal@acme.example');
  const one = { id: 's-1', lead: { id: lead }, type: 'page.pricing' };
  expect(await send(one, one)).toMatchObject({ status: 202, body: { accepted: 1, duplicates: 1, rejected: [] } });
  expect(await send(one)).toMatchObject({ status: 202, body: { accepted: 0, duplicates: 1 } });
  expect(api.nudged.at(-1)).toBe(lead);
  await api.advance(lead);
  const { body } = await api.call(`GET /v1/leads/${lead}`);
  expect(body.score.engagement).toBeGreaterThan(0);
  expect(body.score.reasons.join()).toContain('page.pricing once');
});

test('those rejected are named by index, and keep no other out', async () => {
  const lead = await api.lead('mixed@acme.example');
  const { status, body } = await send(
    { id: 'm-0', lead: { email: 'nobody@acme.example' }, type: 'page.pricing' },
    { id: 'm-1', lead: { id: lead }, type: 'page.unheard-of' },
    { id: 'm-2', lead: { id: lead }, type: 'meeting.booked' },
    { id: 'm-3', lead: { email: 'MIXED@acme.example' }, type: 'meeting.booked', data: { at: '2026-12-01T10:00:00Z' } },
    { id: 'm-4', lead: { id: lead }, type: 'page.pricing', at: '2027-06-01T00:00:00Z' },
  );
  expect(status).toBe(202);
  expect(body).toMatchObject({ accepted: 1, duplicates: 0 });
  expect(body.rejected.map((one: { index: number }) => one.index)).toEqual([0, 1, 2, 4]);
  expect(body.rejected[1].message).toContain('page.unheard-of');
  await api.advance(lead);
  expect((await api.call(`GET /v1/leads/${lead}`)).body.meetingAt).toBe('2026-12-01T10:00:00.000Z');
});

test('what its data tell of device, place and channel is the lead’s context; machines tell nothing', async () => {
  const lead = await api.lead('context@acme.example');
  const of = async () => (await api.call(`GET /v1/leads/${lead}`)).body.context;
  expect(await of()).toEqual({ device: '', place: '', channel: '', bestHour: -1 });
  const visit = { lead: { id: lead }, type: 'page.pricing' };
  const data = {
    userAgent: 'Mozilla/5.0 (Windows NT 10.0)',
    city: 'Leeds',
    country: 'GB',
    utm_medium: 'Email',
    more: [1],
  };
  await send(
    { ...visit, id: 'x-1', data },
    { ...visit, id: 'x-2', data: { userAgent: 7, device: 'x'.repeat(5_000) }, at: '2026-11-20T09:10:00Z' },
    { ...visit, id: 'x-3', at: '2026-11-19T09:40:00Z' },
    { ...visit, id: 'x-4', type: 'email.opened', data: { device: 'tablet' } },
  );
  await api.advance(lead);
  expect(await of()).toEqual({ device: 'desktop', place: 'Leeds, GB', channel: 'email', bestHour: 9 });
});

test('an open is kept and wakes nobody', async () => {
  const lead = await api.lead('open@acme.example');
  const before = api.nudged.length;
  expect(await send({ id: 'o-1', lead: { id: lead }, type: 'email.opened' })).toMatchObject({
    status: 202,
    body: { accepted: 1 },
  });
  expect(api.nudged.length).toBe(before);
});

test('a click can name the email it was in', async () => {
  const lead = await api.lead('click@acme.example');
  await send({
    id: 'c-1',
    lead: { id: lead },
    type: 'email.clicked',
    data: { cadence: 'evaluation-guide', step: 'welcome' },
  });
  await api.advance(lead);
  const { body } = await api.call(`GET /v1/leads/${lead}/journal?type=signal.received`);
  expect(body.items).toMatchObject([{ cadence: 'evaluation-guide', step: 'welcome', data: { human: true } }]);
});

test('dates that do not exist are 400 with their place, and nothing is taken', async () => {
  const lead = await api.lead('dates@acme.example');
  for (const at of [
    '2026-02-30T10:00:00Z',
    '2026-13-01T10:00:00Z',
    '1066-10-14T10:00:00Z',
    'yesterday',
    1_700_000_000,
  ]) {
    const answer = await send(
      { id: 'd-0', lead: { id: lead }, type: 'page.pricing' },
      { id: `d-${at}`, lead: { id: lead }, type: 'page.pricing', at },
    );
    expect(answer).toMatchObject({
      status: 400,
      body: { type: '/problems/bad-input', errors: [{ path: 'signals.1.at' }] },
    });
  }
  expect(await send({ id: 'd-0', lead: { id: lead }, type: 'page.pricing' })).toMatchObject({ body: { accepted: 1 } });
});

test('500 at once and no more', async () => {
  const lead = await api.lead('many@acme.example');
  const many = (n: number) =>
    Array.from({ length: n }, (_, at) => ({
      id: `n-${at}`,
      lead: { id: lead },
      type: 'page.pricing',
      at: new Date(START - at).toISOString(),
    }));
  expect(await send(...many(501))).toMatchObject({ status: 400, body: { errors: [{ path: 'signals' }] } });
  expect(await send(...many(500))).toMatchObject({ status: 202, body: { accepted: 500 } });
});

test('a reply says what it is; what a machine answered is no reply, and still wakes the lead', async () => {
  const lead = await api.lead('reply@acme.example');
  const reply = (id: string, data?: object) => ({
    id,
    lead: { id: lead },
    type: 'reply.received',
    ...(data && { data }),
  });
  const before = api.nudged.length;
  const { body } = await send(
    reply('r-0', { class: 'out-of-office', until: '2026-12-15T00:00:00Z' }),
    reply('r-1', { class: 'perhaps' }),
    reply('r-2', { class: 'out-of-office', until: 'soon' }),
    // Seventy years away is a mistake in a date.
    reply('r-3', { class: 'out-of-office', until: '2099-01-01T00:00:00Z' }),
    reply('r-4', { class: 'not-now', until: '2099-01-01T00:00:00Z' }),
  );
  expect(body.rejected.map((one: { index: number }) => one.index)).toEqual([1, 2, 3, 4]);
  expect(body.rejected[2].message).toContain('too far ahead');
  expect(body.rejected[0].message).toContain('out-of-office');
  expect(api.nudged.slice(before)).toEqual([lead]);
  await api.advance(lead);
  const journal = await api.call(`GET /v1/leads/${lead}/journal`);
  const told = journal.body.items.find((entry: { type: string }) => entry.type === 'signal.received');
  expect(told).toMatchObject({ data: { class: 'out-of-office', human: false } });
});

test('an unsubscribe that another system tells of holds as one by the link does, and is taken once', async () => {
  const lead = await api.lead('elsewhere@acme.example');
  const left = { id: 'u-1', lead: { id: lead }, type: 'unsubscribed' };
  const before = api.nudged.length;
  expect((await send(left, { ...left, id: 'u-2', data: { purpose: 'gossip' } })).body).toMatchObject({
    accepted: 1,
    rejected: [{ index: 1, message: expect.stringContaining('data.purpose') }],
  });
  expect(api.nudged.slice(before)).toContain(lead);
  expect((await send(left)).body).toMatchObject({ accepted: 0, duplicates: 1 });
  expect((await send({ ...left, id: 'u-3', data: { purpose: 'sales' } })).body).toMatchObject({ accepted: 1 });
  const { suppressions } = (await api.call(`GET /v1/leads/${lead}`)).body;
  const told = suppressions.map((one: { purpose: string; reason: string }) => `${one.purpose} ${one.reason}`);
  expect([...new Set<string>(told)].sort()).toEqual(['marketing unsubscribed', 'sales unsubscribed']);
  await api.advance(lead);
  const { items } = (await api.call(`GET /v1/leads/${lead}/journal?type=lead.suppressed`)).body;
  expect(items).toHaveLength(2);
});
