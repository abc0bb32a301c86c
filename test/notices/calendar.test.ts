/** Mails of the calendar: each rep's digest on their own clock, and the report for the joint meeting. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import { planMails } from '../../src/notices/plan.ts';
import { hashFiles } from '../../src/playbook/index.ts';
import { applyPlaybook } from '../../src/store/playbooks.ts';
import { exampleFiles } from '../api/support/api.ts';
import { INES, LENA, type Mail, type NoticeWorld, openNotices, TOM } from './support.ts';

let world: NoticeWorld;
beforeEach(async () => {
  world = await openNotices();
});
afterEach(() => world.close());

const at = (text: string): void => {
  world.api.now = Date.parse(text);
};
const hours = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sun'],
  from: '08:30',
  to: '17:00',
  holidays: ['2026-12-25'],
};
const rep = async (id: string, more: object = {}) => {
  const body = { name: id.split('.')[0], timeZone: 'Europe/Berlin', workingHours: hours, ...more };
  expect((await world.api.call(`PUT /v1/reps/${id}`, { body })).status).toBeLessThan(300);
};
/** Plans and sends what is due now; digests only. */
const digests = async (): Promise<Mail[]> => {
  await planMails(world.deps);
  return (await world.mails()).filter(({ subject }) => subject?.startsWith('Today: '));
};

describe('the morning digest', () => {
  test('goes at the start of work, in Berlin, New York and Kolkata, also on the day the clocks change', async () => {
    await rep(LENA);
    await rep(TOM, { timeZone: 'America/New_York' });
    await rep(INES, { timeZone: 'Asia/Kolkata' });
    at('2026-10-30T22:00:00Z');
    for (const assignee of [LENA, TOM, INES]) {
      const { task } = await world.api.offered(`for-${assignee}`);
      if (task.assignee !== assignee)
        await world.api.call(`POST /v1/tasks/${task.id}/reassign`, { body: { to: assignee } });
    }
    const went: [string, string][] = [];
    for (const start = world.api.now; world.api.now < start + 3 * DAY; world.api.now += 15 * MINUTE) {
      for (const mail of await digests())
        went.push([mail.recipient, new Date(world.api.now).toISOString().slice(0, 16)]);
    }
    const of = (id: string) => went.filter(([to]) => to === id).map(([, when]) => when);
    expect(of(LENA)).toEqual(['2026-11-01T07:30', '2026-11-02T07:30']);
    // New York left summer time in the night to Sunday, 1 November.
    expect(of(TOM)).toEqual(['2026-11-01T13:30', '2026-11-02T13:30']);
    expect(of(INES)).toEqual(['2026-11-01T03:00', '2026-11-02T03:00']);
  });

  test('says what is overdue, due and waiting, who stirred and who went back, with links', async () => {
    await rep(LENA);
    await rep(TOM, { active: false });
    at('2026-11-23T10:00:00Z');
    const mine = await world.api.offered('mine@a.example');
    await world.api.call(`POST /v1/tasks/${mine.task.id}/accept`, { key: await world.api.keyOf(LENA), body: {} });
    await world.api.advance(mine.leadId);
    const back = await world.api.offered('back@b.example');
    await world.api.call(`POST /v1/tasks/${back.task.id}/reject`, {
      key: await world.api.keyOf(LENA),
      body: { reason: 'junk' },
    });
    await world.api.advance(back.leadId);
    at('2026-11-23T15:30:00Z');
    const signal = { id: 's', lead: { id: mine.leadId }, type: 'page.pricing', at: '2026-11-23T11:00:00Z' };
    await world.api.call('POST /v1/signals', { body: { signals: [signal] } });
    await world.api.advance(mine.leadId);
    await world.api.offered('waits@c.example');
    await world.mails();

    at('2026-11-24T07:30:00Z');
    const [mail, ...more] = await digests();
    expect(more).toEqual([]);
    expect(mail?.recipient).toBe(LENA);
    expect(mail?.subject).toBe(
      'Today: 1 due today, 1 waiting for your answer, 2 new, due later, 1 heated up or replied, 1 went back to marketing',
    );
    expect(mail?.text).toContain('Ada: page.pricing');
    expect(mail?.text).toContain('Ada: junk');
    const accept = /^Accept: [^\n]*: https:\/\/volley\.example(\/a\/\S+)$/m.exec(mail?.text ?? '')?.[1];
    expect((await world.api.call(`GET ${accept}`, { key: null })).status).toBe(200);

    at('2026-11-24T07:45:00Z');
    expect(await digests()).toEqual([]);
  });

  test('not on a holiday, not while away, not when nobody wants it, and not with nothing to say', async () => {
    await rep(LENA, { away: [{ from: '2026-11-24', to: '2026-11-24' }] });
    await rep(TOM, { notify: { digest: 'none' } });
    at('2026-11-23T16:30:00Z');
    for (const to of [LENA, TOM]) {
      const { task } = await world.api.offered(`x-${to}`);
      await world.api.call(`POST /v1/tasks/${task.id}/reassign`, { body: { to } });
    }
    await world.mails();
    at('2026-11-24T12:00:00Z');
    // The manager of both has their queue to look after.
    expect((await digests()).map(({ recipient }) => recipient)).toEqual([INES]);
    at('2026-12-25T09:00:00Z');
    await rep(TOM);
    expect(await digests()).toEqual([]);
    at('2026-12-28T09:00:00Z');
    // A holiday of the company, and so of Inês, who has no hours of her own.
    expect((await digests()).map(({ recipient }) => recipient).sort()).toEqual([LENA, TOM]);
    const skipped = await world.deps.db
      .selectFrom('outbox')
      .select('answer')
      .where('answer', 'like', 'skipped: nothing%')
      .execute();
    expect(skipped.length).toBeGreaterThan(0);
  });

  test('at the time the rep chose; late after a downtime, but not on another day', async () => {
    await rep(LENA, { notify: { digest: '07:15' } });
    await rep(TOM, { active: false });
    await world.api.offered('one@x.example');
    await world.mails();
    const hers = async () => (await digests()).filter(({ recipient }) => recipient === LENA).length;
    at('2026-11-25T06:14:00Z');
    expect(await hers()).toBe(0);
    at('2026-11-25T06:15:00Z');
    expect(await hers()).toBe(1);
    at('2026-11-26T13:00:00Z');
    expect(await hers()).toBe(1);
    at('2026-11-27T22:00:00Z');
    expect(await hers()).toBe(0);
  });

  test('two planners and two dispatchers send it once', async () => {
    await rep(LENA);
    await rep(TOM, { active: false });
    await world.api.offered('two@x.example');
    await world.mails();
    at('2026-11-25T09:00:00Z');
    await Promise.all([planMails(world.deps), planMails(world.deps), planMails(world.deps)]);
    await Promise.all([world.dispatcher().drain(), world.dispatcher().drain()]);
    const mails = await world.mails();
    expect(mails.filter(({ recipient, subject }) => recipient === LENA && subject?.startsWith('Today'))).toHaveLength(
      1,
    );
  });

  test('a cover hears of what waits for whoever is away, and does not answer in their name', async () => {
    await rep(LENA);
    await rep(TOM);
    at('2026-11-23T16:30:00Z');
    const { task } = await world.api.offered('covered@x.example');
    await world.api.call(`POST /v1/tasks/${task.id}/reassign`, { body: { to: TOM } });
    await world.mails();
    await rep(TOM, { name: 'Tom Okafor', away: [{ from: '2026-11-24', to: '2026-11-25', cover: LENA }] });
    at('2026-11-24T07:30:00Z');
    const mail = (await digests()).find(({ recipient }) => recipient === LENA);
    expect(mail?.subject).toBe('Today: 1 of Tom Okafor, who is away');
    expect(mail?.text).not.toContain('/a/');
  });

  test('a manager hears of the team’s queue and of what nobody answered', async () => {
    await rep(LENA);
    await rep(TOM);
    await rep(INES);
    at('2026-11-23T16:30:00Z');
    await world.api.offered('queue@x.example');
    await world.mails();
    at('2026-11-24T07:30:00Z');
    const mail = (await digests()).find(({ recipient }) => recipient === INES);
    expect(mail?.subject).toBe('Today: 1 in your team’s queue');
    expect(mail?.text).toMatch(/by Tue 24 Nov 2026, .*@northwind\.example/);
    expect(mail?.text).not.toContain('/a/');
  });
});

describe('the report for the joint meeting', () => {
  const schedule = async (report: string): Promise<void> => {
    const text = (exampleFiles['playbook.yaml'] ?? '').replace(
      /^agreed:\n(?: {2}.*\n)+/m,
      `agreed: { marketing: mm@northwind.example, sales: ss@northwind.example, report: ${report} }\n`,
    );
    const files = { ...exampleFiles, 'playbook.yaml': text };
    await applyPlaybook(world.deps.db, { hash: hashFiles(files), files, by: 'test', now: world.api.now });
  };
  const reports = async (): Promise<Mail[]> => {
    await planMails(world.deps);
    return (await world.mails()).filter(({ attachments }) => attachments.length > 0);
  };

  test('goes to both teams each week, to read and as CSV, over the time since the last', async () => {
    at('2026-11-24T12:00:00Z');
    await schedule('{ every: week, on: mon, at: "08:00" }');
    expect(await reports()).toEqual([]);
    await world.api.offered('told@x.example');
    at('2026-11-30T07:59:00Z');
    expect(await reports()).toEqual([]);
    at('2026-11-30T08:00:30Z');
    const mails = await reports();
    expect(mails.map(({ recipient }) => recipient).sort()).toEqual(['mm@northwind.example', 'ss@northwind.example']);
    for (const mail of mails) {
      expect(mail.subject).toContain('Mon 23 Nov 2026, 08:00 to Mon 30 Nov 2026, 08:00');
      expect(mail.text).toContain('offered');
      expect(String(mail.html)).toContain('<table>');
      const [csv] = mail.attachments;
      expect(csv).toMatchObject({ filename: 'meeting-2026-11-30.csv', contentType: 'text/csv' });
      expect(csv?.content.toString()).toMatch(/^table,/);
    }
    world.api.now += HOUR;
    expect(await reports()).toEqual([]);
  });

  test('is late after a downtime, not lost, not twice, also with two of everything', async () => {
    at('2026-11-24T12:00:00Z');
    await schedule('{ every: week, on: mon, at: "08:00" }');
    await planMails(world.deps);
    at('2026-12-16T12:00:00Z');
    await Promise.all([planMails(world.deps), planMails(world.deps)]);
    await Promise.all([world.dispatcher().drain(), world.dispatcher().drain()]);
    const mails = await reports();
    expect(
      mails
        .filter(({ recipient }) => recipient === 'ss@northwind.example')
        .map(({ attachments }) => attachments[0]?.filename)
        .sort(),
    ).toEqual(['meeting-2026-11-30.csv', 'meeting-2026-12-07.csv', 'meeting-2026-12-14.csv']);
    expect(mails).toHaveLength(6);
    // Rows sent long ago are forgotten; what they were about is not.
    at('2026-12-20T12:00:00Z');
    await world.deps.db.deleteFrom('outbox').execute();
    expect(await reports()).toEqual([]);
  });

  test('each month, on a day that every month has', async () => {
    at('2026-11-24T12:00:00Z');
    await schedule('{ every: month, on: 28 }');
    await planMails(world.deps);
    at('2027-03-01T00:00:00Z');
    const mails = await reports();
    expect(
      mails
        .filter(({ recipient }) => recipient.startsWith('mm'))
        .map(({ attachments }) => attachments[0]?.filename)
        .sort(),
    ).toEqual(['meeting-2026-11-28.csv', 'meeting-2026-12-28.csv', 'meeting-2027-01-28.csv', 'meeting-2027-02-28.csv']);
  });
});
