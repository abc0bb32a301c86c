import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createSns, type Sns } from '../../src/email/sns.ts';
import { CERTIFICATE, openSigner, SUBSCRIBE, TOPIC } from '../support/sns.ts';

const { own, stranger, message, close } = openSigner();
afterAll(close);

let asked: string[];
let answer: (url: string) => string;
let sns: Sns;
beforeEach(() => {
  asked = [];
  answer = () => own.cert;
  sns = createSns({
    topics: [TOPIC],
    get: async (url) => {
      asked.push(url);
      return answer(url);
    },
  });
});

describe('an SNS message', () => {
  test('of our topic with its signature is taken, with and without a subject', async () => {
    await sns.verify(message());
    await sns.verify(message({ Subject: 'Amazon SES Email Event Notification' }));
    await sns.verify(message({ Type: 'SubscriptionConfirmation', Token: 't', SubscribeURL: SUBSCRIBE }));
    expect(asked).toEqual([CERTIFICATE]);
  });

  test.each(['Message', 'MessageId', 'Subject', 'Timestamp', 'Type'])('with another %s is not', async (name) => {
    const sent = { ...message({ Subject: 'x', Token: 't', SubscribeURL: SUBSCRIBE }) };
    const other = name === 'Type' ? 'SubscriptionConfirmation' : 'other';
    await expect(sns.verify({ ...sent, [name]: other })).rejects.toMatchObject({ code: 'wrong-signature' });
  });

  test('of a stranger’s topic is refused before anything is fetched, though SNS signed it', async () => {
    await expect(sns.verify(message({ TopicArn: `${TOPIC}-not` }))).rejects.toThrow('is not ours');
    expect(asked).toEqual([]);
  });

  test('with the old signature (SHA-1) is refused', async () => {
    const old = message({ SignatureVersion: '1' }, { algorithm: 'RSA-SHA1' });
    await expect(sns.verify(old)).rejects.toThrow('signature version 1');
  });

  test.each([
    `http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-${'0a'.repeat(16)}.pem`,
    `https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-${'0a'.repeat(16)}.pem`,
    `https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-${'0a'.repeat(16)}.pem`,
    `https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-${'0a'.repeat(16)}.pem`,
    `https://evil.s3.eu-west-1.amazonaws.com/SimpleNotificationService-${'0a'.repeat(16)}.pem`,
    `https://sns.evil.s3.amazonaws.com/SimpleNotificationService-${'0a'.repeat(16)}.pem`,
    'https://sns.eu-west-1.amazonaws.com/?Action=GetSubscription&x=SimpleNotificationService-0.pem',
    `https://sns.eu-west-1.amazonaws.com/x/../SimpleNotificationService-${'0a'.repeat(16)}.pem?x=1`,
    'file:///etc/passwd',
    'nonsense',
  ])('whose certificate lies at %s is refused unfetched', async (SigningCertURL) => {
    await expect(sns.verify(message({ SigningCertURL }))).rejects.toMatchObject({ code: 'wrong-signature' });
    expect(asked).toEqual([]);
  });

  test('signed with a certificate for another host is refused', async () => {
    answer = () => stranger.cert;
    await expect(sns.verify(message({}, stranger))).rejects.toThrow('not one of SNS');
  });

  test('is tried again by SNS when the certificate cannot be had', async () => {
    answer = () => {
      throw new Error('timed out');
    };
    await expect(sns.verify(message())).rejects.toMatchObject({ code: 'not-ready' });
    answer = () => '<html>';
    await expect(sns.verify(message())).rejects.toMatchObject({ code: 'not-ready' });
    answer = () => own.cert;
    await sns.verify(message());
  });

  test.each([null, [], 'x', {}, { Type: 'Notification' }, [message()]])('is not %j', async (body) => {
    await expect(sns.verify(body)).rejects.toMatchObject({ code: 'wrong-signature' });
  });
});

test('a subscription is confirmed at SNS only', async () => {
  await sns.confirm(SUBSCRIBE);
  expect(asked).toEqual([SUBSCRIBE]);
  await expect(sns.confirm('https://evil.example/?Action=ConfirmSubscription')).rejects.toMatchObject({
    code: 'wrong-signature',
  });
  expect(asked).toEqual([SUBSCRIBE]);
});
