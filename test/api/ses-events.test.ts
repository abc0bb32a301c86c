/** What SES says about messages: what each event does, that order and repetition change nothing, and the ways in. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sesHandler } from '../../src/api/hooks/take-ses.ts';
import { DAY, iso, MINUTE, SECOND } from '../../src/core/time.ts';
import { touchById } from '../../src/store/touches.ts';
import { openApi, START, type TestApi } from './support/api.ts';
import { touchTo } from './support/touch.ts';

const BROWSER = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36';

let api: TestApi;
let leadId: string;
let email: string;
let touch: string;
let n = 0;

beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const aTouch = (id: string, at = START) => touchTo(api, leadId, { id, at, to_email: email });

async function aLead(): Promise<void> {
  n += 1;
  email = `events@acme-${n}.example`;
  touch = `events-${n}`;
  leadId = await api.lead(email);
  await aTouch(touch);
}

beforeEach(aLead);

const at = (ms: number): string => iso(START + ms);
const about = (id: string) => ({
  timestamp: at(0),
  messageId: `ses-${id}`,
  destination: [email],
  tags: { touch: [id] },
});
const event = (eventType: string, details: object = {}, id = touch) => ({ eventType, mail: about(id), ...details });
const bounced = (bounceType: string, bounceSubType: string, more: object = {}, id = touch, ms = MINUTE) =>
  event(
    'Bounce',
    {
      bounce: {
        bounceType,
        bounceSubType,
        timestamp: at(ms),
        bouncedRecipients: [{ emailAddress: email, ...more }],
      },
    },
    id,
  );
const complained = (complaintFeedbackType?: string) =>
  event('Complaint', {
    complaint: { complainedRecipients: [{ emailAddress: email }], timestamp: at(5 * MINUTE), complaintFeedbackType },
  });
const post = (body: unknown) => api.call('POST /hooks/ses', { key: api.keys.integration, body });
const suppressed = async () =>
  ((await api.call(`GET /v1/suppressions?email=${email}`)).body.items as { purpose: string; reason: string }[]).map(
    ({ purpose, reason }) => [purpose, reason],
  );

test('any order of events, each any number of times, comes to the same end', async () => {
  const click = (link: string, ms: number) =>
    event('Click', { click: { timestamp: at(ms), link, userAgent: BROWSER, ipAddress: '192.0.2.1' } });
  const all = () => [
    event('Send', { send: {} }),
    event('Delivery', { delivery: { timestamp: at(20 * SECOND), recipients: [email] } }),
    event('DeliveryDelay', { deliveryDelay: { timestamp: at(SECOND), delayType: 'TransientCommunicationFailure' } }),
    event('Open', { open: { timestamp: at(MINUTE), userAgent: BROWSER, ipAddress: '192.0.2.1' } }),
    // Before the delivery, by a person, and two by a scanner.
    click('https://northwind.example/early', 10 * SECOND),
    click('https://northwind.example/a', 2 * MINUTE),
    click('https://northwind.example/b', 3 * MINUTE),
    click('https://northwind.example/c', 3 * MINUTE + 500),
    bounced('Transient', 'MailboxFull', {}, touch, 2 * MINUTE),
    bounced('Permanent', 'General', { status: '5.1.1' }, touch, 4 * MINUTE),
    complained('abuse'),
    event('Reject', { reject: { reason: 'Bad content' } }),
    event('Rendering Failure', { failure: { errorMessage: 'x', templateName: 'y' } }),
    event('Subscription', { subscription: { timestamp: at(MINUTE) } }),
  ];
  const end = async () => {
    const { db } = api.store.database;
    const { acceptedAt, deliveredAt, bouncedAt, bounce, complainedAt, sesMessageId } =
      (await touchById(db, touch)) ?? {};
    const clicks = await db.selectFrom('clicks').select(['place', 'verdict']).where('touch_id', '=', touch).execute();
    const inbox = await db.selectFrom('inbox').select(['at', 'body']).where('lead_id', '=', leadId).execute();
    return {
      touch: { acceptedAt, deliveredAt, bouncedAt, bounce, complainedAt, sent: sesMessageId === `ses-${touch}` },
      clicks: clicks.map(({ place, verdict }) => `${place} ${verdict}`).toSorted(),
      signals: inbox
        .filter(({ body }) => body.includes('"signal"'))
        .map((row) => `${row.at} ${row.body}`)
        .toSorted(),
      suppressed: await suppressed(),
    };
  };
  await post(all());
  const expected = await end();
  expect(expected.suppressed).toEqual([[null, 'complained']]);
  expect(expected.touch).toMatchObject({ bounce: 'Permanent/General 5.1.1 (hard)', deliveredAt: START + 20 * SECOND });
  expect(expected.clicks).toEqual([
    'northwind.example/a human',
    'northwind.example/b several-at-once',
    'northwind.example/c several-at-once',
    'northwind.example/early too-early',
  ]);
  const orders = fc.shuffledSubarray(
    all().flatMap((_, index) => [index, index]),
    { minLength: all().length * 2 },
  );
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      await aLead();
      const events = all();
      await post(order.map((index) => events[index]));
      expect(await end()).toEqual(expected);
    }),
    { numRuns: 15 },
  );
});

describe('a message that SES takes and then refuses to send', () => {
  const [sent, delivered, rejected] = [0, 1, 2] as const;
  const events = () => [
    event('Send', { send: {} }),
    event('Delivery', { delivery: { timestamp: at(20 * SECOND), recipients: [email] } }),
    event('Reject', { reject: { reason: 'Bad content' } }),
  ];
  const ends = async () =>
    (await api.call(`GET /v1/leads/${leadId}/journal?type=touch.failed`)).body.items as { reason: string }[];

  test.each([
    [sent, delivered, rejected],
    [sent, rejected, delivered],
    [delivered, sent, rejected],
    [delivered, rejected, sent],
    [rejected, sent, delivered],
    [rejected, delivered, sent],
  ])(
    'has failed, once, in the order %i %i %i, whatever it was before and whenever its lead is looked at',
    async (...order) => {
      const { db } = api.store.database;
      for (const before of ['sent', 'sending', 'unconfirmed']) {
        for (const eager of [false, true]) {
          await aLead();
          await db.updateTable('touches').set({ state: before }).where('id', '=', touch).execute();
          for (const index of [...order, ...order]) {
            await post(events()[index]);
            if (eager) await api.advance(leadId);
          }
          await api.advance(leadId);
          expect(await touchById(db, touch)).toMatchObject({ state: 'failed', detail: 'Reject: Bad content' });
          expect(await ends()).toMatchObject([{ reason: 'rejected-later' }]);
        }
      }
    },
  );

  test('is told as such by the journal, and wakes its lead', async () => {
    const before = api.nudged.length;
    await post([event('Send', { send: {} }), event('Rendering Failure', { failure: { errorMessage: 'x' } })]);
    expect(api.nudged.slice(before)).toEqual([leadId]);
    await api.advance(leadId);
    expect(await ends()).toMatchObject([
      {
        data: { touch, detail: 'Rendering Failure' },
        by: 'ses',
        sentence: expect.stringMatching(/^The email evaluation-welcome reached nobody \(evaluation-guide \/ welcome\)/),
      },
    ]);
  });
});

describe('a bounce', () => {
  test.each([
    ['Permanent', 'General', { status: '5.1.1' }, [[null, 'bounced']]],
    ['Permanent', 'OnAccountSuppressionList', {}, [[null, 'bounced']]],
    ['Transient', 'General', { status: '5.4.4' }, [[null, 'bounced']]],
    ['Permanent', 'UnsubscribedRecipient', {}, [['marketing', 'unsubscribed']]],
    ['Permanent', 'General', { status: '5.7.1', diagnosticCode: 'smtp; 550 5.7.1 blocked using spamhaus' }, []],
    ['Transient', 'MailboxFull', { status: '5.2.2' }, []],
    ['Transient', 'General', { status: '4.7.1', diagnosticCode: 'smtp; 451 greylisted' }, []],
    ['Transient', 'ContentRejected', {}, []],
  ])('%s/%s %j', async (type, subType, recipient, expected) => {
    await post(bounced(type, subType, recipient));
    expect(await suppressed()).toEqual(expected);
  });

  const softly = async (days: readonly number[]) => {
    for (const [index, day] of days.entries()) {
      const id = `${touch}-${index}`;
      await aTouch(id, START + day * DAY);
      await post(bounced('Transient', 'MailboxFull', { status: '5.2.2' }, id, day * DAY));
    }
  };

  test('that is soft three times in a row over two weeks is one for good', async () => {
    await softly([1, 8]);
    expect(await suppressed()).toEqual([]);
    await aTouch(`${touch}-last`, START + 15 * DAY);
    await post(bounced('Transient', 'MailboxFull', { status: '5.2.2' }, `${touch}-last`, 15 * DAY));
    expect(await suppressed()).toEqual([[null, 'bounced']]);
  });

  test('that is soft three times within some days is not: a mailbox may be full for a week', async () => {
    await softly([1, 4, 7]);
    expect(await suppressed()).toEqual([]);
  });

  test('that is soft counts anew after a delivery', async () => {
    await softly([1]);
    await aTouch(`${touch}-through`, START + 2 * DAY);
    await post(event('Delivery', { delivery: { timestamp: at(2 * DAY) } }, `${touch}-through`));
    await aTouch(`${touch}-x`, START + 9 * DAY);
    await post(bounced('Transient', 'MailboxFull', {}, `${touch}-x`, 9 * DAY));
    await aTouch(`${touch}-y`, START + 20 * DAY);
    await post(bounced('Transient', 'MailboxFull', {}, `${touch}-y`, 20 * DAY));
    expect(await suppressed()).toEqual([]);
  });

  test('that blocks us or may be an automatic answer does not count among soft ones', async () => {
    for (const [index, subType] of ['ContentRejected', 'General', 'ContentRejected'].entries()) {
      await aTouch(`${touch}-${index}`, START + index * 10 * DAY);
      await post(bounced('Transient', subType, {}, `${touch}-${index}`, index * 10 * DAY));
    }
    expect(await suppressed()).toEqual([]);
  });
});

describe('a complaint', () => {
  test.each([undefined, 'abuse', 'fraud', 'other', 'virus'])('of the kind %s ends all mail', async (kind) => {
    await post(complained(kind));
    expect(await suppressed()).toEqual([[null, 'complained']]);
  });

  test.each(['not-spam', 'auth-failure'])('that is none (%s) suppresses nobody and lifts nothing', async (kind) => {
    await post(complained(kind));
    expect(await suppressed()).toEqual([]);
    await post(complained('abuse'));
    await post(complained(kind));
    expect(await suppressed()).toEqual([[null, 'complained']]);
  });
});

describe('the ways in', () => {
  const eventBridge = (detail: object) => ({
    version: '0',
    id: 'e',
    'detail-type': 'Email Bounced',
    source: 'aws.ses',
    account: '123456789012',
    time: at(0),
    region: 'eu-west-1',
    resources: [],
    detail,
  });

  test('EventBridge posts by an API destination, whose connection has a key of role integration', async () => {
    const body = eventBridge(bounced('Permanent', 'General'));
    expect((await api.call('POST /hooks/ses', { key: null, body })).status).toBe(401);
    expect((await api.call('POST /hooks/ses', { key: api.keys.marketer, body })).status).toBe(403);
    expect(await post(body)).toMatchObject({ status: 200, body: { events: 1, unknown: 0 } });
    expect(await suppressed()).toEqual([[null, 'bounced']]);
  });

  test('a function that EventBridge invokes takes one event, and fails for it to be tried again', async () => {
    const handle = sesHandler(api.deps);
    await handle(eventBridge(complained('abuse')));
    expect(await suppressed()).toEqual([[null, 'complained']]);
    await expect(handle(eventBridge({ nonsense: true }))).rejects.toThrow(/not an SES event/);
  });

  test('a function behind a queue says which records to try again, and takes the others', async () => {
    const handle = sesHandler(api.deps);
    const sns = { Type: 'Notification', TopicArn: 't', Message: JSON.stringify(bounced('Permanent', 'General')) };
    const records = [
      { messageId: 'broken', body: 'nonsense' },
      { messageId: 'good', body: JSON.stringify(sns) },
    ];
    expect(await handle({ Records: records })).toEqual({ batchItemFailures: [{ itemIdentifier: 'broken' }] });
    expect(await suppressed()).toEqual([[null, 'bounced']]);
  });
});
