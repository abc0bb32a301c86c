import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApi, REP, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const put = (id: string, body: unknown) => api.call(`PUT /v1/reps/${id}`, { key: api.keys.manager, body });
const hours = { days: ['mon', 'tue'], from: '09:00', to: '17:00', holidays: ['2026-12-25'] };

test('a rep is described, replaced and read; the id is the email', async () => {
  expect(
    await put('New.Rep@northwind.example', { name: 'New', timeZone: 'europe/london', workingHours: hours }),
  ).toMatchObject({
    status: 201,
    body: {
      id: 'new.rep@northwind.example',
      timeZone: 'Europe/London',
      workingHours: hours,
      active: true,
      outcome: 'created',
    },
  });
  expect(await put('new.rep@northwind.example', { name: 'Newer', timeZone: 'UTC' })).toMatchObject({
    status: 200,
    body: { name: 'Newer', workingHours: null, outcome: 'updated' },
  });
  expect((await api.call('GET /v1/reps/new.rep@northwind.example')).body).toMatchObject({ name: 'Newer' });
  expect((await api.call('GET /v1/reps')).body.items).toHaveLength(1);
});

test('mistakes are named: zone, hours, dates that do not exist, what is not in this version', async () => {
  const bad = async (body: object, path: string) =>
    expect(await put('x@northwind.example', { name: 'X', timeZone: 'UTC', ...body })).toMatchObject({
      status: 400,
      body: { errors: [{ path }] },
    });
  await bad({ timeZone: 'Mars/Olympus' }, 'timeZone');
  await bad({ workingHours: { ...hours, days: ['funday'] } }, 'workingHours.days.0');
  await bad({ workingHours: { ...hours, to: '25:00' } }, 'workingHours.to');
  await bad({ workingHours: { ...hours, to: '08:00' } }, 'workingHours.to');
  await bad({ workingHours: { ...hours, holidays: ['2026-02-29'] } }, 'workingHours.holidays.0');
  await bad({ away: [{ from: '2026-12-24', to: '2027-01-02', cover: 'y@northwind.example' }] }, 'away');
  expect(await put('nobody', { name: 'X', timeZone: 'UTC' })).toMatchObject({ status: 404 });
});

test('a rep’s key shows that rep alone', async () => {
  await put(REP, { name: 'Me', timeZone: 'UTC' });
  expect((await api.call(`GET /v1/reps/${REP}`, { key: api.keys.rep })).status).toBe(200);
  expect(await api.call('GET /v1/reps/new.rep@northwind.example', { key: api.keys.rep })).toMatchObject({
    status: 403,
    body: { type: '/problems/not-yours' },
  });
});
