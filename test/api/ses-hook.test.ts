import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { sesHookToken } from '../../src/api/hooks/secret.ts';
import { createSns } from '../../src/email/sns.ts';
import { signToken } from '../../src/email/tokens.ts';
import { createLog } from '../../src/log.ts';
import { leave } from '../../src/store/leave.ts';
import { touchById } from '../../src/store/touches.ts';
import { openSigner, SUBSCRIBE, TOPIC } from '../support/sns.ts';
import { openApi, SECRET, START, type TestApi } from './support/api.ts';
import { touchTo } from './support/touch.ts';

let api: TestApi;
let leadId: string;
let email: string;
let touch: string;
let n = 0;

beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

beforeEach(async () => {
  n += 1;
  email = `ses-${n}@acme.example`;
  touch = `touch-${n}`;
  leadId = await api.lead(email);
  // A touch as the engine leaves it between its `sending` commit and the answer of the mail service.
  await touchTo(api, leadId, { id: touch, state: 'sending', to_email: email });
});

const mail = () => ({
  timestamp: '2026-11-24T10:00:00Z',
  messageId: `ses-${touch}`,
  destination: [email],
  tags: { touch: [touch] },
});
const bounce = (type: string, sub = 'General') => ({
  eventType: 'Bounce',
  mail: mail(),
  bounce: {
    bounceType: type,
    bounceSubType: sub,
    timestamp: '2026-11-24T10:01:00Z',
    bouncedRecipients: [{ emailAddress: email }],
  },
});
const complaint = () => ({
  eventType: 'Complaint',
  mail: mail(),
  complaint: { timestamp: '2026-11-24T10:02:00Z', complainedRecipients: [{ emailAddress: email }] },
});
const post = (body: unknown) => api.call('POST /hooks/ses', { key: api.keys.integration, body });
const suppressed = async () => (await api.call(`GET /v1/suppressions?email=${email}`)).body.items;
const row = () => touchById(api.store.database.db, touch);

describe('POST /hooks/ses', () => {
  test('Send proves acceptance and wakes nobody, however often it comes', async () => {
    const before = api.nudged.length;
    const event = { eventType: 'Send', mail: mail(), send: {} };
    expect(await post(event)).toMatchObject({ status: 200, body: { events: 1, unknown: 0 } });
    expect(await post([event, event])).toMatchObject({ status: 200, body: { events: 2 } });
    expect(await row()).toMatchObject({ state: 'sending', acceptedAt: START, sesMessageId: `ses-${touch}` });
    expect(api.nudged.length).toBe(before);
  });

  test('Send for a touch that was given up makes it sent after all, and wakes its lead once', async () => {
    const { db } = api.store.database;
    const parked = { state: 'unconfirmed', ended_at: new Date(START + 60_000), parked_at: new Date(START + 60_000) };
    await db.updateTable('touches').set(parked).where('id', '=', touch).execute();
    const event = { eventType: 'Send', mail: mail(), send: {} };
    const before = api.nudged.length;
    await post([event, { ...event, eventType: 'Delivery', delivery: {} }]);
    expect(api.nudged.slice(before)).toEqual([leadId]);
    await api.advance(leadId);
    await post(event);
    expect(api.nudged.length).toBe(before + 1);
    expect(await row()).toMatchObject({ state: 'sent', endedAt: START, sesMessageId: `ses-${touch}` });
    const journal = await api.call(`GET /v1/leads/${leadId}/journal?type=touch.sent`);
    expect(journal.body.items).toMatchObject([{ reason: 'proven-late', step: 'welcome' }]);
  });

  test('a bounce for good suppresses the address for everything, once', async () => {
    await post(bounce('Permanent'));
    await post(bounce('Permanent'));
    expect(await suppressed()).toMatchObject([{ purpose: null, reason: 'bounced', by: 'ses' }]);
    expect(await row()).toMatchObject({
      bounce: 'Permanent/General (hard)',
      bouncedAt: Date.parse('2026-11-24T10:01:00Z'),
    });
    expect(api.nudged.at(-1)).toBe(leadId);
    await api.advance(leadId);
    const journal = await api.call(`GET /v1/leads/${leadId}/journal?type=lead.suppressed`);
    expect(journal.body.items).toHaveLength(1);
  });

  test('a passing bounce is kept at the touch and suppresses nobody', async () => {
    await post(bounce('Transient', 'MailboxFull'));
    expect(await suppressed()).toEqual([]);
    expect(await row()).toMatchObject({ bounce: 'Transient/MailboxFull (soft)' });
  });

  test('a passing bounce before one for good does not hide it', async () => {
    await post(bounce('Transient', 'MailboxFull'));
    await post(bounce('Permanent'));
    expect(await suppressed()).toMatchObject([{ reason: 'bounced' }]);
  });

  test.each([
    ['a complaint', () => complaint(), 'complained'],
    ['a bounce for good', () => bounce('Permanent'), 'bounced'],
  ])('%s of somebody who has left already is kept and told, and no link lifts it', async (_, report, reason) => {
    const { db } = api.store.database;
    await leave(db, { leadId, reason: 'unsubscribed', by: 'lead' }, api.now);
    await post(report());
    await post(report());
    expect(await suppressed()).toMatchObject([{ purpose: null, reason, by: 'ses' }]);
    await api.advance(leadId);
    const told = async () => {
      const { items } = (await api.call(`GET /v1/leads/${leadId}/journal`)).body;
      const of = items.filter(({ type }: { type: string }) => type !== 'lead.created');
      return of.map(({ type, data }: { type: string; data: { why?: string } }) => data.why ?? type);
    };
    expect((await told()).filter((one: string) => one === reason)).toHaveLength(1);
    const before = await told();
    const token = signToken(SECRET, { leadId, purpose: 'marketing' });
    for (let again = 0; again < 2; again += 1) {
      const raw = 'do=back';
      const back = await api.call(`POST /u/${token}`, { key: null, raw, type: 'application/x-www-form-urlencoded' });
      expect(back.body).toContain('gets no emails from us');
      expect(back.body).not.toContain('subscribed again');
    }
    await api.advance(leadId);
    expect(await told()).toEqual(before);
    expect(await suppressed()).toMatchObject([{ purpose: null, reason }]);
    expect((await api.call(`GET /v1/leads/${leadId}`)).body).toMatchObject({
      consents: [],
      permissions: { marketing: { may: false }, sales: { may: false } },
    });
  });

  test('a complaint before its Send event suppresses too', async () => {
    await post(complaint());
    await post({ eventType: 'Send', mail: mail(), send: {} });
    expect(await suppressed()).toMatchObject([{ purpose: null, reason: 'complained' }]);
    expect(await row()).toMatchObject({ acceptedAt: START });
  });

  test('the older shape names no touch: a known address is suppressed, a foreign one is not kept', async () => {
    const { tags: _, ...untagged } = mail();
    const older = (address: string) => ({
      notificationType: 'Bounce',
      mail: { ...untagged, destination: [address] },
      bounce: { bounceType: 'Permanent', bounceSubType: 'General', bouncedRecipients: [{ emailAddress: address }] },
    });
    expect(await post(older(email.toUpperCase()))).toMatchObject({ body: { unknown: 0 } });
    expect(await suppressed()).toMatchObject([{ reason: 'bounced' }]);
    expect(await post(older('stranger@elsewhere.example'))).toMatchObject({ body: { unknown: 1 } });
    expect((await api.call('GET /v1/suppressions?email=stranger@elsewhere.example')).body.items).toEqual([]);
  });

  test('SNS posts text/plain with a token in the address', async () => {
    const call = (token: string) =>
      api.call(`POST /hooks/ses?token=${token}`, {
        key: null,
        raw: JSON.stringify({ Type: 'Notification', Message: JSON.stringify(bounce('Permanent')) }),
        type: 'text/plain; charset=UTF-8',
      });
    expect(await call('x'.repeat(43))).toMatchObject({ status: 401 });
    expect(await suppressed()).toEqual([]);
    expect(await call(sesHookToken(SECRET))).toMatchObject({ status: 200 });
    expect(await suppressed()).toHaveLength(1);
  });

  test('without a key it is 401, with a rep’s 403, and nothing happens', async () => {
    expect(await api.call('POST /hooks/ses', { key: null, body: bounce('Permanent') })).toMatchObject({ status: 401 });
    expect(await api.call('POST /hooks/ses', { key: api.keys.rep, body: bounce('Permanent') })).toMatchObject({
      status: 403,
    });
    expect(await suppressed()).toEqual([]);
  });

  test('what is no event is 400; a message that is not from here is counted', async () => {
    const answer = await post({ hello: 'world' });
    expect(answer).toMatchObject({ status: 400, body: { type: '/problems/bad-ses-event' } });
    expect(answer.body.detail).toMatch(/^not an SES event: `mail` is missing\.$/);
    expect(await api.call('POST /hooks/ses', { key: api.keys.integration, raw: '{' })).toMatchObject({
      status: 400,
      body: { type: '/problems/broken-json' },
    });
    const foreign = { eventType: 'Send', mail: { ...mail(), tags: { touch: ['not-ours'] } }, send: {} };
    expect(await post(foreign)).toMatchObject({ status: 200, body: { unknown: 1 } });
    expect(
      await post({
        Type: 'SubscriptionConfirmation',
        TopicArn: 'arn:aws:sns:x',
        SubscribeURL: 'https://sns.example/confirm',
        Token: 't',
      }),
    ).toMatchObject({ status: 200 });
  });
});

describe('with SNS topics named', () => {
  const signer = openSigner();
  const asked: string[] = [];
  afterAll(signer.close);

  const logged: string[] = [];
  const sent = (body: object, path = '/hooks/ses') => {
    const get = async (url: string): Promise<string> => {
      asked.push(url);
      return signer.own.cert;
    };
    const log = createLog({ level: 'info', format: 'json' }, { write: (line) => void logged.push(line) });
    return createApp({ ...api.deps, log, sns: createSns({ topics: [TOPIC], get }) }).request(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': 'Notification' },
    });
  };

  test('what SNS signed is taken without a key, and nothing else', async () => {
    const Message = JSON.stringify(bounce('Permanent'));
    const forged = await sent({ ...signer.message({ Message: '{}' }), Message });
    expect([forged.status, await forged.json()]).toMatchObject([403, { type: '/problems/wrong-signature' }]);
    const stranger = await sent(signer.message({ Message }, signer.stranger));
    expect(stranger.status).toBe(403);
    const warned = logged.filter((line) => line.includes('in the name of SNS was refused'));
    expect(warned).toHaveLength(2);
    expect(warned.join()).toContain('the signature does not fit the message');
    expect(warned.join()).not.toContain(email);
    expect(await suppressed()).toEqual([]);
    expect((await sent(signer.message({ Message }))).status).toBe(200);
    expect(await suppressed()).toHaveLength(1);
  });

  test('the token of the address opens nothing any more', async () => {
    const answer = await sent(bounce('Permanent'), `/hooks/ses?token=${sesHookToken(SECRET)}`);
    expect(answer.status).toBe(403);
    expect(await suppressed()).toEqual([]);
  });

  test('a subscription is confirmed when SNS signed it, at SNS', async () => {
    const asking = { Type: 'SubscriptionConfirmation', Token: 't', Message: 'You have chosen to subscribe' };
    const elsewhere = signer.message({ ...asking, SubscribeURL: 'https://evil.example/confirm' });
    expect((await sent(elsewhere)).status).toBe(403);
    expect(asked).not.toContain('https://evil.example/confirm');
    expect((await sent(signer.message({ ...asking, SubscribeURL: SUBSCRIBE }))).status).toBe(200);
    expect(asked).toContain(SUBSCRIBE);
  });
});
