/** Reps are told where they are, by mail: once, in time, from how things are when it goes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { START } from '../api/support/api.ts';
import { addressIn, INES, LENA, type NoticeWorld, openNotices, TOM } from './support.ts';

let world: NoticeWorld;
beforeEach(async () => {
  world = await openNotices();
});
afterEach(() => world.close());

let people = 0;
const offered = () => world.api.offered(`person-${++people}@firm-${people}.example`);
const pass = (ms: number): void => {
  world.api.now += ms;
};
const call: NoticeWorld['api']['call'] = (what, options) => world.api.call(what, options);
const rep = (id: string, more: object = {}) =>
  call(`PUT /v1/reps/${id}`, { body: { name: 'Lena Hartmann', timeZone: 'Europe/Berlin', ...more } });

describe('an offer', () => {
  test('is mailed to its rep with the context, on their clock, with links that ask first', async () => {
    await rep(LENA);
    await rep(TOM, { name: 'Tom', active: false });
    await world.api.advance(
      await world.api.lead('bo@acme.example', { firstName: 'Bo', lastName: 'Stern', title: 'CFO' }),
    );
    const leadId = await world.api.lead('ada@acme.example', {
      lastName: 'Byron',
      company: 'Acme',
      phone: '+442071234567',
    });
    await world.api.advance(leadId);
    const note = 'Saw us at the fair <b>twice</b>';
    await call('POST /v1/handoffs', { body: { lead: { id: leadId }, handoff: 'hot', note } });
    await world.api.advance(leadId);
    expect(await world.mails()).toEqual([]);
    pass(30 * SECOND);
    const [mail, ...more] = await world.mails();
    if (mail === undefined) throw new Error('no mail');
    expect(more).toEqual([]);
    expect(mail.recipient).toBe(LENA);
    expect(mail.subject).toBe('New lead: Ada Byron, at Acme');
    expect(addressIn(mail.from ?? undefined)).toBe('news@northwind.example');
    expect(addressIn(mail.replyTo)).toBe(INES);
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.references).toMatch(/^<task-/);
    // 10:00 in London; four working hours of Berlin later, whose day began at 10:00 there.
    expect(mail.text).toContain('Answer by Tue 24 Nov 2026, 15:00 (Europe/Berlin).');
    expect(mail.text).toContain(`- ${note}`);
    expect(mail.text).toContain('+442071234567');
    expect(mail.text).toContain('May be called now until Tue 24 Nov 2026, 18:30 (Europe/Berlin)');
    expect(mail.text).toMatch(/At the account:\n- .*2 people known.*\n- Bo Stern, CFO/);
    expect(String(mail.html)).toContain('&lt;b&gt;twice&lt;/b&gt;');
    expect(String(mail.html)).not.toContain('<b>twice');

    const [task] = (await call(`GET /v1/leads/${leadId}`)).body.tasks;
    for (const _ of [1, 2]) expect((await call(`GET ${mail.link('Accept')}`, { key: null })).status).toBe(200);
    expect((await call(`GET /v1/tasks/${task.id}`)).body.state).toBe('open');
    expect(
      (await call(`POST ${mail.link('Accept')}`, { key: null, raw: '', type: 'application/x-www-form-urlencoded' }))
        .status,
    ).toBe(200);
    expect((await call(`GET /v1/tasks/${task.id}`)).body).toMatchObject({ state: 'accepted', answeredBy: LENA });
  });

  test('answered before the mail goes is no news', async () => {
    const { task } = await offered();
    await call(`POST /v1/tasks/${task.id}/accept`, { body: {} });
    pass(MINUTE);
    expect(await world.mails()).toEqual([]);
    const rows = await world.deps.db.selectFrom('outbox').select(['state', 'answer']).execute();
    expect(rows).toEqual([{ state: 'sent', answer: 'skipped: dealt with meanwhile' }]);
  });

  test('is no touch', async () => {
    await offered();
    pass(MINUTE);
    expect(await world.mails()).toHaveLength(1);
    expect(await world.deps.db.selectFrom('touches').selectAll().execute()).toEqual([]);
    expect(world.mailbox.messages()).toMatchObject([{ touch: undefined, notice: expect.any(String) }]);
  });

  test('holds ids in the outbox and nothing of the lead', async () => {
    await offered();
    const [row] = await world.deps.db.selectFrom('outbox').selectAll().execute();
    expect(row?.payload).toMatch(/^\{"mail":"notices","recipient":"rep:[^"]+"\}$/);
  });
});

describe('many at once', () => {
  test('in a few minutes are one mail, and what comes later is the next', async () => {
    await rep(TOM, { name: 'Tom', active: false });
    for (let n = 0; n < 7; n += 1) await offered();
    pass(MINUTE);
    const [mail, ...more] = await world.mails();
    expect(more).toEqual([]);
    expect(mail?.subject).toMatch(/^7 things for you: New lead: /);
    expect(mail?.text?.match(/^Accept: /gm)).toHaveLength(7);
    await offered();
    pass(MINUTE);
    expect(await world.mails()).toEqual([]);
    pass(5 * MINUTE);
    const [next] = await world.mails();
    expect(next?.subject).toMatch(/^New lead: /);
  });

  test('two dispatchers send each mail once', async () => {
    for (let n = 0; n < 4; n += 1) await offered();
    pass(MINUTE);
    const others = [world.dispatcher(), world.dispatcher()];
    await Promise.all(others.map((one) => one.drain()));
    await world.mails();
    const told = world.mailbox.messages();
    expect(told.map(({ to }) => to[0]).sort()).toEqual([LENA, TOM]);
  });
});

describe('reminders and the ladder', () => {
  test('go at the fractions the SLA names, then to whoever has it next; the old link says so', async () => {
    await rep(LENA, { workingHours: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' } });
    const { leadId, task } = await offered();
    pass(MINUTE);
    const [first] = await world.mails();
    const subjects: [string, string][] = [];
    for (let quarter = 0; quarter < 40; quarter += 1) {
      pass(15 * MINUTE);
      await world.api.advance(leadId);
      pass(30 * SECOND);
      for (const mail of await world.mails()) {
        const share = (world.api.now - START) / (4 * HOUR);
        subjects.push([
          `${mail.subject?.split(':')[0]}`,
          `${mail.recipient === task.assignee ? 'first' : mail.recipient === INES ? 'manager' : 'other'} ${share.toFixed(1)}`,
        ]);
      }
    }
    expect(subjects.slice(0, 4).map(([what]) => what)).toEqual([
      'Reminder',
      'Reminder',
      'Yours now',
      'Escalated to you',
    ]);
    expect(subjects[0]?.[1]).toBe('first 0.5');
    expect(subjects[1]?.[1]).toBe('first 0.8');
    expect(subjects[2]?.[1]).toMatch(/^other/);
    expect(subjects[3]?.[1]).toMatch(/^manager/);
    const late = await call(`GET ${first?.link('Accept')}`, { key: null });
    expect(late.status).toBe(409);
  });
});

describe('what a lead does', () => {
  const signal = (leadId: string, type: string, data: object = {}) =>
    call('POST /v1/signals', {
      body: {
        signals: [{ id: `s-${++people}`, lead: { id: leadId }, type, at: new Date(world.api.now).toISOString(), data }],
      },
    });

  test('a reply, a meeting and a no-show reach the rep who has it', async () => {
    const { leadId, task } = await offered();
    await call(`POST /v1/tasks/${task.id}/accept`, { key: await world.api.keyOf(task.assignee), body: {} });
    await world.api.advance(leadId);
    pass(10 * MINUTE);
    await world.mails();
    const at = new Date(world.api.now + HOUR).toISOString();
    for (const [type, data] of [
      ['reply.received', { class: 'human' }],
      ['meeting.booked', { at }],
      ['meeting.no-show', { at }],
    ] as const) {
      await signal(leadId, type, data);
      await world.api.advance(leadId);
      pass(10 * MINUTE);
      const [mail] = await world.mails();
      expect(mail?.recipient).toBe(task.assignee);
      expect(mail?.text).toContain(type);
    }
    await signal(leadId, 'reply.received', { class: 'out-of-office' });
    await signal(leadId, 'page.pricing');
    await world.api.advance(leadId);
    pass(10 * MINUTE);
    expect(await world.mails()).toEqual([]);
  });

  test('a reply while no rep has the lead reaches marketing, who agreed on the playbook', async () => {
    const leadId = await world.api.lead('alone@acme.example');
    await world.api.advance(leadId);
    await signal(leadId, 'reply.received', { class: 'human' });
    await world.api.advance(leadId);
    pass(MINUTE);
    const [mail, ...more] = await world.mails();
    expect(more).toEqual([]);
    expect(mail?.recipient).toBe('head-of-marketing@northwind.example');
    expect(mail?.text).toContain('No rep has this lead');
  });

  test('of a lead merged meanwhile the mail tells as the lead it is now', async () => {
    const leadId = await world.api.lead('twice@acme.example', { lastName: 'Old' });
    await world.api.advance(leadId);
    await signal(leadId, 'reply.received', { class: 'human' });
    await world.api.advance(leadId);
    const into = await world.api.lead('once@acme.example', { lastName: 'Survivor' });
    await world.api.advance(into);
    expect((await call(`POST /v1/leads/${leadId}/merge`, { body: { into } })).status).toBe(200);
    pass(MINUTE);
    const [mail] = await world.mails();
    expect(mail?.subject).toMatch(/Survivor.* replied$/);
  });

  test('a yes is handed over, and its rep alone is told', async () => {
    const leadId = await world.api.lead('yes@acme.example');
    await world.api.advance(leadId);
    await signal(leadId, 'reply.received', { class: 'positive' });
    await world.api.advance(leadId);
    pass(MINUTE);
    const mails = await world.mails();
    expect(mails).toHaveLength(1);
    expect([LENA, TOM]).toContain(mails[0]?.recipient);
    expect(mails[0]?.text).toContain('wants to talk');
  });
});

describe('who is told', () => {
  test('nobody who is not active, none who do not want it; the cover while somebody is away', async () => {
    await rep(LENA, { notify: { tasks: 'none' } });
    await rep(TOM, { name: 'Tom', notify: { tasks: 'digest' } });
    await offered();
    await offered();
    pass(MINUTE);
    expect(await world.mails()).toEqual([]);

    const { leadId, task } = await offered();
    const other = task.assignee === LENA ? TOM : LENA;
    await call(`POST /v1/tasks/${task.id}/accept`, { key: await world.api.keyOf(task.assignee), body: {} });
    await rep(task.assignee, { away: [{ from: '2026-11-24', to: '2026-11-25', cover: other }] });
    await rep(other, { name: 'The cover' });
    pass(10 * MINUTE);
    await world.mails();
    await world.api.advance(leadId);
    pass(10 * MINUTE);
    const [mail] = await world.mails();
    expect(mail?.recipient).toBe(other);
    expect(mail?.text).toContain('is away; you cover for them.');
    expect(mail?.text).not.toContain('Complete: ');
  });

  test('a rep who leaves: whoever gets the leads hears of all in one mail', async () => {
    await rep(TOM, { name: 'Tom', active: false });
    for (let n = 0; n < 3; n += 1) await offered();
    pass(10 * MINUTE);
    await world.mails();
    await rep(TOM, { name: 'Tom' });
    await rep(LENA, { active: false });
    for (const leadId of new Set(world.api.nudged.slice(-3))) await world.api.advance(leadId);
    pass(10 * MINUTE);
    const [mail, ...more] = await world.mails();
    expect(more).toEqual([]);
    expect(mail?.recipient).toBe(TOM);
    expect(mail?.subject).toMatch(/^3 things for you: Yours now/);
  });
});

describe('when SES says no', () => {
  test('it goes again after a refusal, once; a rejection is given up and shown', async () => {
    await offered();
    pass(MINUTE);
    world.mailbox.control({ mode: 'throttle', count: 1 });
    expect(await world.mails()).toEqual([]);
    pass(10 * MINUTE);
    expect(await world.mails()).toHaveLength(1);
    await offered();
    pass(10 * MINUTE);
    world.mailbox.control({ mode: 'reject', count: 1 });
    expect(await world.mails()).toEqual([]);
    expect(await world.deps.db.selectFrom('outbox').select('last_error').where('state', '=', 'dead').execute()).toEqual(
      [{ last_error: expect.stringContaining('MessageRejected') }],
    );
  });

  test('when nobody knows, it goes again under the same id', async () => {
    await offered();
    pass(MINUTE);
    world.mailbox.control({ mode: 'fail500AfterAccept', count: 1 });
    const first = await world.mails();
    pass(10 * MINUTE);
    const again = await world.mails();
    expect(first).toHaveLength(1);
    expect(again).toHaveLength(1);
    const id = first[0]?.headers.get('x-volley-notice');
    expect(id).toMatch(/^notice-/);
    expect(again[0]?.headers.get('x-volley-notice')).toBe(id);
  });
});
