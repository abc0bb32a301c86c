/** The pace of sending over a real store: exact by the receiver's own record, urgent first, held at the day's quota. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mostWithin } from '../../bench/monday.ts';
import { realClock } from '../../src/clock.ts';
import { startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import { createSender } from '../../src/email/sender.ts';
import { startKeeper } from '../../src/pace/keeper.ts';
import { pacedSender } from '../../src/pace/paced.ts';
import { createPacer, type Leave, type Pacer, URGENCY } from '../../src/pace/pacer.ts';
import type { Db } from '../../src/store/db.ts';
import { listPauses } from '../../src/store/pauses.ts';
import { readQuota, writeQuota } from '../../src/store/send-quota.ts';
import { type TestDatabase, withDatabase } from '../support/database.ts';
import { quietLog } from '../support/temporal.ts';

let store: TestDatabase;
let db: Db;
let pacers: Pacer[];
const after: (() => Promise<void>)[] = [];
const pacer = (): Pacer => {
  const made = createPacer({ db, log: quietLog });
  pacers.push(made);
  return made;
};
const quota = (more: { perSecond?: number; per24Hours?: number; sent24Hours?: number }) =>
  writeQuota(db, { perSecond: 1_000, per24Hours: 1_000_000, sent24Hours: 0, readAt: 0, uses: 0, ...more });
const scopes = async () => (await listPauses(db)).map(({ scope }) => scope);

beforeEach(async () => {
  store = await withDatabase();
  db = store.database.db;
  pacers = [];
});
afterEach(async () => {
  await Promise.all(pacers.map((one) => one.close()));
  for (const close of after.splice(0)) await close();
  await store.close();
});

describe('the rate', () => {
  it('is never passed by two workers together, in any two seconds, however slow an answer is', async () => {
    await quota({ perSecond: 10 });
    const [one, two] = [pacer(), pacer()];
    const record: number[] = [];
    const send = async (by: Pacer, answerMs: number): Promise<void> => {
      const leave = await by.permit(URGENCY.bulk, 20_000);
      if (leave.kind !== 'permit') throw new Error(leave.kind);
      await delay(answerMs);
      record.push(performance.now());
      leave.done(true);
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: 45 }, (_, n) => send(n % 2 === 0 ? one : two, n % 7 === 0 ? 60 : 2)));
    expect(mostWithin(record, 2_000)).toBeLessThanOrEqual(20);
    // 20 at once, then 20 every two seconds: the last 5 after four.
    expect(performance.now() - began).toBeLessThan(4_000 * 1.25);
  });

  it('lets what is urgent go first', async () => {
    await quota({ perSecond: 1 });
    const by = pacer();
    const order: string[] = [];
    const go = async (name: string, urgency: number): Promise<void> => {
      const leave = await by.permit(urgency, 20_000);
      order.push(name);
      if (leave.kind === 'permit') leave.done(order.length <= 2);
    };
    const bulk = ['a', 'b', 'c', 'd'].map((name) => go(name, URGENCY.bulk));
    await Promise.all([bulk[0], bulk[1]]);
    await Promise.all([...bulk, go('reply', URGENCY.urgent)]);
    expect(order).toEqual(['a', 'b', 'reply', 'c', 'd']);
  });

  it('is known to a worker that has not sent anything, as soon as anybody has read the quota', async () => {
    const by = pacer();
    expect(await by.rate()).toBeUndefined();
    await quota({ perSecond: 20 });
    expect(await by.rate()).toBe(20);
  });

  it('is one a second while nobody has read the quota', async () => {
    const by = pacer();
    const leaves = await Promise.all([by.permit(3, 300), by.permit(3, 300), by.permit(3, 300)]);
    expect(leaves.map(({ kind }) => kind)).toEqual(['permit', 'permit', 'late']);
    for (const leave of leaves) if (leave.kind === 'permit') leave.done(false);
  });
});

describe('a message that is no touch, as a notice to a rep', () => {
  it('goes ahead of bulk that has waited longer, and later when the 24 hours are used up', async () => {
    const mailbox = await startMailbox();
    after.push(() => mailbox.close());
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const sender = createSender({ region: 'local', endpoint: mailbox.url, credentials });
    after.push(async () => sender.close());
    const fields = [
      'From: a@northwind.example',
      'To: b@northwind.example',
      'Subject: A task',
      'Message-ID: <1@x.example>',
    ];
    const typed = [...fields, 'Date: Mon, 23 Nov 2026 09:00:00 +0000', 'MIME-Version: 1.0', 'Content-Type: text/plain'];
    const raw = Buffer.from(`${typed.join('\r\n')}\r\n\r\nHello\r\n`);
    const notice = { raw, from: 'a@northwind.example', to: 'b@northwind.example', noticeId: 'notice-1' };
    // One slot.
    await quota({ perSecond: 0.5 });
    const by = pacer();
    const first = await by.permit(URGENCY.bulk);
    const bulk = by.permit(URGENCY.bulk, 20_000).then((leave) => {
      if (leave.kind === 'permit') leave.done(false);
      return [leave.kind, mailbox.count];
    });
    const sent = pacedSender(sender, by).send(notice);
    if (first.kind === 'permit') first.done(false);
    await sent;
    expect(await bulk).toEqual(['permit', 1]);

    await quota({ per24Hours: 10, sent24Hours: 10 });
    await expect(pacedSender(sender, pacer()).send(notice)).rejects.toMatchObject({ code: 'daily-quota' });
    expect(mailbox.count).toBe(1);
  });
});

describe('the quota of 24 hours', () => {
  const outcome = (leave: Leave): string => {
    if (leave.kind === 'permit') leave.done(true);
    return leave.kind === 'exhausted' ? leave.scope : leave.kind;
  };

  it('keeps a twentieth for sales and service, counts what went since it was read, and holds', async () => {
    await quota({ per24Hours: 40, sent24Hours: 35 });
    const by = pacer();
    const next = async (urgency: number) => outcome(await by.permit(urgency));
    expect([await next(3), await next(3), await next(3), await next(3)]).toEqual([
      'permit',
      'permit',
      'permit',
      'quota:marketing',
    ]);
    expect(await scopes()).toEqual(['quota:marketing']);
    expect([await next(1), await next(1), await next(1)]).toEqual(['permit', 'permit', 'quota:all']);
    expect(await scopes()).toEqual(['quota:all', 'quota:marketing']);
  });

  it('lets go again once the mail service has room', async () => {
    const said = { maxPerSecond: 50, max24Hours: 100, sentLast24Hours: 100 };
    const keeper = startKeeper({
      db,
      clock: realClock,
      sender: { quota: async () => said },
      log: quietLog,
      intervalMs: 3_600_000,
    });
    try {
      await keeper.look();
      expect(await readQuota(db)).toMatchObject({ perSecond: 50, per24Hours: 100, sent24Hours: 100 });
      expect(await scopes()).toEqual(['quota:all', 'quota:marketing']);
      // One message has left the 24 hours: not worth waking anybody for.
      said.sentLast24Hours = 99;
      await keeper.look();
      expect(await scopes()).toEqual(['quota:all', 'quota:marketing']);
      said.sentLast24Hours = 96;
      await keeper.look();
      expect(await scopes()).toEqual(['quota:marketing']);
      said.sentLast24Hours = 90;
      await keeper.look();
      expect(await scopes()).toEqual([]);
    } finally {
      await keeper.stop();
    }
  });
});
