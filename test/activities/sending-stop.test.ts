/** Too many bounces or complaints: sending stops by itself, says why, loses nobody, and goes on when a person says so. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAdvance } from '../../activities/advance.ts';
import { createApp } from '../../src/api/app.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { DAY, HOUR, iso } from '../../src/core/time.ts';
import { createKey, type Role } from '../../src/store/keys.ts';
import { transact } from '../../src/store/tx.ts';
import { createWebhook } from '../../src/store/webhooks.ts';
import { quietLog } from '../support/temporal.ts';
import { openWorld, START, type World, warmUp } from '../support/world.ts';

let world: World;
let playbook: Playbook;
let call: (what: string, options?: { role?: Role; body?: unknown }) => Promise<{ status: number; body: unknown }>;

beforeEach(async () => {
  world = await openWorld();
  playbook = warmUp;
  const { database, clock } = world.deps;
  const app = createApp({
    database,
    clock,
    playbooks: { get: async () => playbook, current: async () => playbook },
    nudger: { nudge: async () => {} },
    config: { secret: 'a-secret-for-tests-of-32-characters', publicUrl: 'http://127.0.0.1:1' },
    log: quietLog,
    startImport: async () => {},
    forgetRuns: async () => ({ found: 0 }),
  });
  const keyOf = async (role: Role) => (await transact(database.db, (tx) => createKey(tx, { role }, START))).secret;
  const keys: Partial<Record<Role, string>> = {
    marketer: await keyOf('marketer'),
    integration: await keyOf('integration'),
  };
  call = async (what, { role = 'marketer', body } = {}) => {
    const [method = '', path = ''] = what.split(' ');
    const answer = await app.request(path, {
      method,
      headers: { authorization: `Bearer ${keys[role]}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
});
afterEach(() => world.close());

/** Messages that went before, an hour ago unless told otherwise. */
async function went(count: number, { purpose = 'marketing', ago = HOUR, from = 0 } = {}): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `${purpose}-${ago}-${from + n}`);
  const at = new Date(world.now - ago);
  const { db } = world.database;
  for (let n = 0; n < ids.length; n += 500) {
    const rows = ids.slice(n, n + 500).map((id) => ({
      ...{
        id,
        lead_id: id,
        enrollment: 'e',
        cadence: 'warm-up',
        step: 'welcome',
        email: 'welcome',
        purpose,
        playbook: 'p',
      },
      ...{ state: 'sent', attempts: 1, due_at: at, decided_at: at, to_email: `${id}@example.com` },
    }));
    await db.insertInto('touches').values(rows).execute();
  }
  return ids;
}

const report = (eventType: string, touch: string, details: object) => ({
  eventType,
  mail: { timestamp: iso(world.now), messageId: `ses-${touch}`, destination: [], tags: { touch: [touch] } },
  ...details,
});
const recipients = [{ emailAddress: 'somebody@example.com' }];
const bounced = (touch: string, [bounceType, bounceSubType, status] = ['Permanent', 'General', '5.1.1']) =>
  report('Bounce', touch, {
    bounce: { bounceType, bounceSubType, timestamp: iso(world.now), bouncedRecipients: [{ ...recipients[0], status }] },
  });
const complained = (touch: string) =>
  report('Complaint', touch, {
    complaint: { complainedRecipients: recipients, timestamp: iso(world.now), complaintFeedbackType: 'abuse' },
  });
const post = async (events: readonly object[]) =>
  expect((await call('POST /hooks/ses', { role: 'integration', body: events })).status).toBe(200);
const stopped = async (): Promise<Record<string, string>> => {
  const { items } = (await call('GET /v1/pauses')).body as { items: { scope: string; reason: string }[] };
  return Object.fromEntries(items.map(({ scope, reason }) => [scope, reason]));
};

it('stops at 3% hard bounces of the last 1,000, holds who is due, and goes on by a person without counting them again', async () => {
  await transact(world.database.db, (tx) =>
    createWebhook(tx, { name: 'watch', url: 'https://watch.example/hook', events: ['sending.stopped'] }, START),
  );
  const lead = await world.lead('ada@acme.example');
  const advance = createAdvance(world.deps);
  await advance(lead, { maySend: false });
  world.now = START + DAY + 2 * HOUR;
  await went(400, { ago: 40 * DAY });
  const ids = await went(1_000);
  // What bounces softly, is blocked, or bounced before these, counts for nothing.
  await post(ids.slice(900).map((id) => bounced(id, ['Transient', 'MailboxFull', '5.2.2'])));
  await post(ids.slice(800, 900).map((id) => bounced(id, ['Permanent', 'General', '5.7.1'])));
  await post(ids.slice(0, 29).map((id) => bounced(id)));
  // The same report again is one.
  await post([bounced(ids[0] ?? ''), bounced(ids[0] ?? '')]);
  expect(await stopped()).toEqual({});
  await post([bounced(ids[29] ?? '')]);
  const why = '30 of the last 1000 messages bounced for good (3%)';
  // Marketing and sales write from one domain here.
  expect(await stopped()).toEqual({ 'stop:marketing': why, 'stop:sales': why });

  await advance(lead, { maySend: true });
  expect(world.mailbox.count).toBe(0);
  expect(await world.journal(lead)).toContain('touch.held sending-stopped');
  const explained = await call(`GET /v1/leads/${lead}/explain?about=step:warm-up/welcome`);
  expect(explained.body).toMatchObject({ verdict: 'blocked', code: 'sending-stopped' });
  expect(explained.body).toMatchObject({ unblockedBy: expect.stringContaining('POST /v1/senders/marketing/resume') });
  const { body: health } = await call('GET /v1/reports/health');
  expect(JSON.stringify(health)).toMatch(/"finding":"sending-stopped","n":2/);
  const told = await world.database.db.selectFrom('outbox').select('payload').execute();
  expect(told.map(({ payload }) => JSON.parse(payload).message)).toMatchObject([
    { type: 'sending.stopped', data: { senders: ['marketing', 'sales'], why } },
  ]);
  const { items } = (await call('GET /v1/senders')).body as { items: object[] };
  expect(items[0]).toMatchObject({ sender: 'marketing', recent: { sent: 1_000, hardBounces: 30 }, stopped: why });

  expect((await call('POST /v1/senders/marketing/resume', { role: 'integration' })).status).toBe(403);
  const resumed = await call('POST /v1/senders/marketing/resume');
  expect(resumed).toMatchObject({ status: 200, body: { changed: true, leads: 1 } });
  expect((await call('POST /v1/senders/sales/resume')).body).toMatchObject({ changed: true });
  expect((await call('POST /v1/senders/sales/resume')).body).toMatchObject({ changed: false });
  await post(ids.slice(30, 60).map((id) => bounced(id)));
  expect(await stopped()).toEqual({});
  await world.play(lead, world.now + DAY);
  expect((await world.touches(lead)).map(({ state }) => state)).toEqual(['sent']);

  world.now += HOUR;
  const fresh = await went(100, { ago: 60_000 });
  await post(fresh.slice(0, 9).map((id) => bounced(id)));
  expect(await stopped()).toEqual({});
  await post(fresh.slice(9, 10).map((id) => bounced(id)));
  expect(Object.keys(await stopped())).toEqual(['stop:marketing', 'stop:sales']);
});

it('stops at 0.08% complaints, of all messages of a day where that are more than 1,000', async () => {
  const ids = await went(2_500, { ago: 23 * HOUR });
  await went(1_200, { ago: 2 * HOUR });
  await post([complained(ids[0] ?? ''), complained(ids[1] ?? '')]);
  expect(await stopped()).toEqual({});
  await post([complained(ids[2] ?? '')]);
  expect(await stopped()).toMatchObject({
    'stop:marketing': '3 of the last 3700 messages were complained about (0.081%)',
  });
});

it('stops the sender alone whose domain it is, and leaves the other', async () => {
  playbook = {
    ...warmUp,
    company: { ...warmUp.company, from: { marketing: 'news@mail.northwind.example', sales: 'ines@northwind.example' } },
  };
  const ids = await went(200, { purpose: 'sales' });
  await went(1_000);
  await post(ids.slice(0, 10).map((id) => bounced(id)));
  expect(Object.keys(await stopped())).toEqual(['stop:sales']);
  const lead = await world.lead('ada@acme.example');
  await world.play(lead, START + DAY);
  expect((await world.touches(lead)).map(({ state }) => state)).toEqual(['sent']);
});

it('shows how a domain that is new warms up', async () => {
  const rule = { from: '2026-11-20', days: [10, 10, 20, 20, 40, 80] };
  playbook = { ...warmUp, sending: { warmUp: { 'northwind.example': rule } } };
  const taken = { sender: 'northwind.example', receiver: '*' };
  await world.database.db
    .insertInto('send_places')
    .values([
      { ...taken, day: '2026-11-23', taken: 20 },
      { ...taken, day: '2026-11-24', taken: 40 },
      { ...taken, day: '2026-11-25', taken: 7 },
    ])
    .execute();
  const { items } = (await call('GET /v1/senders')).body as { items: object[] };
  const stands = { day: '2026-11-24', limit: 40, taken: 40, waiting: 7, lastDay: '2026-11-25' };
  expect(items[0]).toMatchObject({ domains: [{ domain: 'northwind.example', warmUp: stands }] });
  playbook = warmUp;
  expect((await call('GET /v1/senders')).body).toMatchObject({ items: [{ domains: [{ warmUp: null }] }, {}] });
});
