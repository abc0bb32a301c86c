import { describe, expect, it } from 'vitest';
import { parseSesEvents } from '../../src/email/events.ts';

/** After SES's documented examples. */
const mail = {
  timestamp: '2026-11-24T08:12:00.000Z',
  source: 'news@northwind.example',
  messageId: 'ses-1',
  destination: ['ada@client.example'],
  tags: { touch: ['touch_1'], 'ses:configuration-set': ['volley'] },
};
const AT = Date.parse('2026-11-24T08:12:05.000Z');
const timestamp = '2026-11-24T08:12:05.000Z';
const bounce = (over: object = {}, status = '5.1.1') => ({
  bounceType: 'Permanent',
  bounceSubType: 'General',
  bouncedRecipients: [
    { emailAddress: 'ada@client.example', action: 'failed', status, diagnosticCode: 'smtp; 550 no such user' },
  ],
  timestamp,
  feedbackId: 'f',
  ...over,
});

describe('event publishing (`eventType`)', () => {
  it.each([
    ['Send', { send: {} }, { type: 'send', at: Date.parse(mail.timestamp) }],
    [
      'Delivery',
      { delivery: { timestamp, recipients: ['ADA@client.example'] } },
      { type: 'delivery', at: AT, recipients: ['ADA@client.example'] },
    ],
    ['Bounce', { bounce: bounce() }, { type: 'bounce', means: 'hard', diagnostic: 'smtp; 550 no such user' }],
    [
      'Complaint',
      {
        complaint: {
          complainedRecipients: [{ emailAddress: 'ada@client.example' }],
          timestamp,
          complaintFeedbackType: 'abuse',
        },
      },
      { type: 'complaint', feedback: 'abuse', at: AT },
    ],
    ['Reject', { reject: { reason: 'Bad content' } }, { type: 'reject', reason: 'Bad content' }],
    [
      'Open',
      { open: { ipAddress: '192.0.2.1', timestamp, userAgent: 'Mail' } },
      { type: 'open', ip: '192.0.2.1', userAgent: 'Mail' },
    ],
    [
      'Click',
      { click: { ipAddress: '192.0.2.1', timestamp, userAgent: 'Mail', link: 'https://x.example' } },
      { type: 'click', link: 'https://x.example' },
    ],
    ['Rendering Failure', { failure: { errorMessage: 'x', templateName: 'y' } }, { type: 'renderingFailure' }],
    [
      'DeliveryDelay',
      {
        deliveryDelay: {
          timestamp,
          delayType: 'MailboxFull',
          delayedRecipients: [{ emailAddress: 'ada@client.example', status: '4.2.2' }],
        },
      },
      { type: 'deliveryDelay', at: AT },
    ],
    [
      'Subscription',
      { subscription: { timestamp, source: 'UnsubscribeHeader', contactList: 'c' } },
      { type: 'subscription', at: AT },
    ],
  ])('%s', (eventType, detail, expected) => {
    expect(parseSesEvents({ eventType, mail, ...detail })).toEqual([
      expect.objectContaining({ messageId: 'ses-1', touchId: 'touch_1', ...expected }),
    ]);
  });
});

describe('identity feedback (`notificationType`)', () => {
  const { tags: _, ...untagged } = mail;

  it.each(['Bounce', 'Complaint', 'Delivery'])('%s is known without tags, by the message id', (notificationType) => {
    const detail = { bounce: bounce(), complaint: { complainedRecipients: [], timestamp }, delivery: { timestamp } };
    const [event] = parseSesEvents({ notificationType, mail: untagged, ...detail });
    expect(event).toMatchObject({ type: notificationType.toLowerCase(), messageId: 'ses-1' });
    expect(event).not.toHaveProperty('touchId');
  });

  it('the tag is read from the headers when they are included', () => {
    const headers = [{ name: 'X-SES-MESSAGE-TAGS', value: 'campaign=x, touch=touch_2' }];
    expect(
      parseSesEvents({ notificationType: 'Delivery', mail: { ...untagged, headers }, delivery: {} }),
    ).toMatchObject([{ touchId: 'touch_2' }]);
  });
});

describe('what a bounce means', () => {
  /** SES's developer guide, "Bounce types", and RFC 3463; the table of docs/email.md. */
  it.each([
    ['Permanent', 'General', '5.1.1', 'smtp; 550 5.1.1 user unknown', 'hard'],
    ['Permanent', 'General', '', '', 'hard'],
    ['Permanent', 'NoEmail', '', '', 'hard'],
    ['Permanent', 'Suppressed', '5.1.1', '', 'hard'],
    ['Permanent', 'OnAccountSuppressionList', '5.1.1', '', 'hard'],
    ['Permanent', 'UnsubscribedRecipient', '', '', 'unsubscribed'],
    ['Permanent', 'General', '5.7.1', 'smtp; 550 5.7.1 blocked, see https://spamhaus.example', 'block'],
    ['Permanent', 'General', '5.7.26', 'smtp; 550-5.7.26 unauthenticated, DMARC policy', 'block'],
    ['Permanent', 'General', '5.7.1', 'smtp; 550 5.7.1 user unknown', 'hard'],
    ['Transient', 'General', '', '', 'unclear'],
    ['Transient', 'General', '4.4.7', 'smtp; 550 4.4.7 Message expired', 'soft'],
    ['Transient', 'General', '4.2.0', 'smtp; 451 4.2.0 greylisted, try again later', 'soft'],
    ['Transient', 'General', '5.4.4', 'smtp; 550 5.4.4 Invalid domain', 'hard'],
    ['Transient', 'MailboxFull', '5.2.2', 'smtp; 552 5.2.2 over quota', 'soft'],
    ['Transient', 'MailboxFull', '', '', 'soft'],
    ['Transient', 'MessageTooLarge', '', '', 'block'],
    ['Transient', 'ContentRejected', '', '', 'block'],
    ['Transient', 'AttachmentRejected', '', '', 'block'],
    ['Undetermined', 'Undetermined', '5.0.0', '', 'soft'],
    ['Undetermined', 'Undetermined', '5.1.1', '', 'hard'],
  ])('%s/%s %s %s: %s', (bounceType, bounceSubType, status, diagnosticCode, means) => {
    const bouncedRecipients = [
      {
        emailAddress: 'ada@client.example',
        ...(status === '' ? {} : { status }),
        ...(diagnosticCode === '' ? {} : { diagnosticCode }),
      },
    ];
    const report = { bounceType, bounceSubType, bouncedRecipients, timestamp, feedbackId: 'f' };
    expect(parseSesEvents({ eventType: 'Bounce', mail, bounce: report })).toMatchObject([{ means }]);
  });
});

describe('envelopes', () => {
  const event = { eventType: 'Send', mail, send: {} };
  const sns = (message: unknown) => ({
    Type: 'Notification',
    MessageId: 'm',
    TopicArn: 'arn:aws:sns:x',
    Message: typeof message === 'string' ? message : JSON.stringify(message),
  });

  it('SNS, EventBridge and an array of any of them', () => {
    const eventBridge = { version: '0', 'detail-type': 'Email Sent', source: 'aws.ses', detail: event };
    expect(parseSesEvents([sns(event), eventBridge, event]).map(({ type }) => type)).toEqual(['send', 'send', 'send']);
  });

  it('a subscription to confirm is a kind of its own', () => {
    const body = {
      Type: 'SubscriptionConfirmation',
      TopicArn: 'arn:x',
      SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=x',
      Token: 't',
    };
    expect(parseSesEvents(body)).toEqual([
      { type: 'subscriptionConfirmation', topicArn: 'arn:x', subscribeUrl: body.SubscribeURL, token: 't' },
    ]);
    expect(() => parseSesEvents({ ...body, SubscribeURL: 'http://x.example' })).toThrow();
    expect(parseSesEvents({ Type: 'UnsubscribeConfirmation', TopicArn: 'arn:x' })).toEqual([
      { type: 'unsubscribeConfirmation', topicArn: 'arn:x' },
    ]);
  });

  it("SES's greeting to a new topic is no event", () => {
    expect(parseSesEvents(sns('Successfully validated SNS topic for Amazon SES event publishing.'))).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['text', 'x'],
    ['an empty object', {}],
    ['an unknown type', { eventType: 'Nonsense', mail }],
    ['a bounce without its details', { eventType: 'Bounce', mail }],
    ['a time that is none', { eventType: 'Send', mail: { ...mail, timestamp: 'yesterday' } }],
    ['no message id', { eventType: 'Send', mail: { ...mail, messageId: '' } }],
    ['an SNS message that is no JSON', sns('{')],
    ['an envelope in an envelope', sns(sns(event))],
    ['a list in a list', [[event]]],
  ])('%s is refused', (_, body) => {
    expect(() => parseSesEvents(body)).toThrow(expect.objectContaining({ code: 'bad-ses-event' }));
  });
});
