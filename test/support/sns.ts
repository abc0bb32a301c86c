/** What SNS sends, signed with a certificate made here. */
import { execFileSync } from 'node:child_process';
import { createSign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:volley-events';
export const CERTIFICATE = `https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-${'0a'.repeat(16)}.pem`;
export const SUBSCRIBE = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t';

const SIGNED = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};

/** A signer with a certificate of SNS, a stranger's, and messages signed with either. */
export function openSigner() {
  const folder = mkdtempSync(join(tmpdir(), 'volley-sns-'));

  /** A key and a certificate of its own signing for `host`, as PEM. */
  function certified(host: string, days = 2): { key: string; cert: string } {
    const [key, cert] = [join(folder, `${host}.key`), join(folder, `${host}.pem`)];
    const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', String(days), ...subject];
    execFileSync('openssl', [...made, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  }
  const own = certified('sns.amazonaws.com');
  const stranger = certified('sns.evil.example');

  function message(changes: Record<string, string> = {}, { key = own.key, algorithm = 'RSA-SHA256' } = {}) {
    const body: Record<string, string> = {
      Type: 'Notification',
      MessageId: 'f3c8c5f8-0001',
      TopicArn: TOPIC,
      Message: '{"eventType":"Send"}\nsecond line',
      Timestamp: '2026-11-24T10:00:00.000Z',
      SignatureVersion: '2',
      SigningCertURL: CERTIFICATE,
      UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
      ...changes,
    };
    const names = body['Type'] === 'Notification' ? SIGNED.Notification : SIGNED.SubscriptionConfirmation;
    const text = names.flatMap((name) => (body[name] === undefined ? [] : [name, body[name]])).join('\n');
    return { ...body, Signature: createSign(algorithm).update(`${text}\n`).sign(key, 'base64') };
  }

  return { own, stranger, message, close: () => rmSync(folder, { recursive: true, force: true }) };
}
