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

test('an id is an address that mail can have', async () => {
  const answer = await put(`${'a'.repeat(300)}@northwind.example`, { name: 'A', timeZone: 'UTC' });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'id' }] } });
});

test('a name is one line, since mail goes out in it', async () => {
  const answer = await put('lines@northwind.example', { name: 'A\r\nBcc: x@y.example', timeZone: 'UTC' });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'name' }] } });
});

test('absences are dates or instants, with a cover', async () => {
  const away = [
    { from: '2026-12-24', to: '2026-12-24', cover: 'y@northwind.example' },
    { from: '2027-01-05T12:00:00Z', to: '2027-01-05T18:00:00Z' },
  ];
  const rep = { name: 'A', timeZone: 'UTC', away };
  const wrong = { status: 422, body: { type: '/problems/bad-cover', errors: [{ path: 'away.0.cover' }] } };
  expect(await put('away@northwind.example', rep)).toMatchObject(wrong);
  expect(await put('y@northwind.example', rep)).toMatchObject(wrong);
  expect(await put('y@northwind.example', { name: 'Y', timeZone: 'UTC' })).toMatchObject({ status: 201 });
  expect(await put('away@northwind.example', rep)).toMatchObject({ body: { away } });
  expect((await api.call('GET /v1/reps/away@northwind.example')).body.away).toEqual(away);
});

test('a rep who left: leads and tasks move at once, to others of the pools, and the journal says why', async () => {
  const first = await api.offered('left-open@acme.example');
  const leaver = first.task.assignee;
  const taken = await api.offered('left-taken@acme.example');
  await api.call(`POST /v1/tasks/${taken.task.id}/reassign`, { body: { to: leaver } });
  await api.call(`POST /v1/tasks/${taken.task.id}/accept`, { key: await api.keyOf(leaver) });
  await api.advance(taken.leadId);
  const { body } = await put(leaver, { name: 'Gone', timeZone: 'UTC', active: false });
  // The open offer; the accepted one with the call its cadence opened, and two questions for roles nobody has.
  expect(body).toMatchObject({ tasks: { moved: 5, left: 0 }, leads: { moved: 2, left: 0 } });
  for (const { leadId } of [first, taken]) {
    expect(api.nudged).toContain(leadId);
    await api.advance(leadId);
    const lead = (await api.call(`GET /v1/leads/${leadId}`)).body;
    expect(lead.custody).toMatchObject({ who: 'sales', rep: expect.not.stringContaining(leaver) });
    for (const task of lead.tasks) expect(task.assignee).toBe(lead.custody.rep);
    const journal = await api.call(`GET /v1/leads/${leadId}/journal?type=lead.assigned`);
    expect(journal.body.items).toMatchObject([{ reason: 'rep-left', data: { from: leaver, to: lead.custody.rep } }]);
  }
  expect((await api.call(`GET /v1/tasks?assignee=${leaver}&state=open,accepted`)).body.items).toEqual([]);
  expect((await put(leaver, { name: 'Gone', timeZone: 'UTC', active: false })).body.leads).toEqual({
    moved: 0,
    left: 0,
  });
});

test('mistakes are named: zone, hours, dates that do not exist', async () => {
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
  await bad({ away: [{ from: '2026-12-24', to: '2026-12-23' }] }, 'away.0.to');
  await bad({ away: [{ from: '2026-02-30', to: '2026-12-23' }] }, 'away.0.from');
  expect(await put('nobody', { name: 'X', timeZone: 'UTC' })).toMatchObject({ status: 400 });
});

test('a rep’s key shows that rep alone', async () => {
  await put(REP, { name: 'Me', timeZone: 'UTC' });
  expect((await api.call(`GET /v1/reps/${REP}`, { key: api.keys.rep })).status).toBe(200);
  expect(await api.call('GET /v1/reps/new.rep@northwind.example', { key: api.keys.rep })).toMatchObject({
    status: 403,
    body: { type: '/problems/not-yours' },
  });
});

test('what a rep is mailed: each thing as it comes and a digest at the start of work, unless they say otherwise', async () => {
  const id = 'mailed@northwind.example';
  const rep = { name: 'Mailed', timeZone: 'UTC' };
  expect((await put(id, rep)).body.notify).toEqual({ tasks: 'each', digest: null });
  expect((await put(id, { ...rep, notify: { tasks: 'digest', digest: '07:30' } })).body.notify).toEqual({
    tasks: 'digest',
    digest: '07:30',
  });
  expect((await api.call(`GET /v1/reps/${id}`)).body.notify).toEqual({ tasks: 'digest', digest: '07:30' });
  expect((await put(id, { ...rep, notify: { digest: 'none' } })).body.notify).toEqual({
    tasks: 'each',
    digest: 'none',
  });
  for (const [notify, path] of [
    [{ tasks: 'sometimes' }, 'notify.tasks'],
    [{ digest: '25:00' }, 'notify.digest'],
    [{ mail: 'each' }, 'notify'],
  ]) {
    const answer = await put(id, { ...rep, notify });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].path).toContain(path);
  }
});
