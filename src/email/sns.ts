/**
 * Who posted an SNS message: its signature, by a certificate from SNS's own host, over a topic that
 * is ours. Either alone proves nothing: anybody may have a topic that SNS signs for, and a topic's
 * name is no secret.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
 */
import { createVerify, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { VolleyError } from '../core/errors.ts';

/** An address of SNS itself: whole host, no port, no user, since `sns.evil.amazonaws.com` buckets exist. */
const SNS = /^https:\/\/sns\.[a-z]{2}(-[a-z]+)+-\d\.amazonaws\.com(\.cn)?\//;
const CERTIFICATE = /^\/SimpleNotificationService-[0-9a-f]{32}\.pem$/;
const CERTIFICATES_KEPT = 8;

const common = {
  MessageId: z.string(),
  TopicArn: z.string(),
  Message: z.string(),
  Timestamp: z.string(),
  SignatureVersion: z.string(),
  Signature: z.string(),
  SigningCertURL: z.string(),
};
const confirmation = { ...common, Token: z.string(), SubscribeURL: z.string() };
const messageSchema = z.discriminatedUnion('Type', [
  z.looseObject({ Type: z.literal('Notification'), ...common, Subject: z.string().nullish() }),
  z.looseObject({ Type: z.literal('SubscriptionConfirmation'), ...confirmation }),
  z.looseObject({ Type: z.literal('UnsubscribeConfirmation'), ...confirmation }),
]);
type Message = z.infer<typeof messageSchema>;

export interface SnsOptions {
  /** ARNs of the topics that may post. */
  readonly topics: readonly string[];
  /** The text at an address of SNS. @throws when it cannot be had */
  readonly get: (url: string) => Promise<string>;
}

export interface Sns {
  /**
   * @throws VolleyError `wrong-signature` saying what is wrong with it; `not-ready` when the certificate cannot be
   * had now, which SNS tries again
   */
  verify(body: unknown): Promise<void>;
  /** Agrees to a subscription that was verified. @throws as `verify` does */
  confirm(subscribeUrl: string): Promise<void>;
}

const refused = (why: string): VolleyError =>
  new VolleyError('wrong-signature', why, {
    fix: 'Name the topic in VOLLEY_SNS_TOPICS, and set its attribute SignatureVersion to 2.',
  });

export function createSns({ topics, get }: SnsOptions): Sns {
  const certificates = new Map<string, X509Certificate>();

  async function fetched(url: string, what: string): Promise<string> {
    try {
      return await get(url);
    } catch (cause) {
      throw new VolleyError('not-ready', `${what} cannot be had from SNS now`, { cause });
    }
  }

  async function certificateAt(url: string): Promise<X509Certificate> {
    const known = certificates.get(url);
    if (known !== undefined) return known;
    const pem = await fetched(url, 'the certificate');
    let certificate: X509Certificate;
    try {
      certificate = new X509Certificate(pem);
    } catch (cause) {
      throw new VolleyError('not-ready', 'SNS answered with something that is no certificate', { cause });
    }
    const host = new URL(url).hostname;
    const named = ['sns.amazonaws.com', host].some((name) => certificate.checkHost(name) !== undefined);
    if (!named) throw refused('the certificate is not one of SNS');
    const [oldest] = certificates.keys();
    if (certificates.size >= CERTIFICATES_KEPT && oldest !== undefined) certificates.delete(oldest);
    certificates.set(url, certificate);
    return certificate;
  }

  return {
    async verify(body) {
      const parsed = messageSchema.safeParse(body);
      if (!parsed.success) throw refused('this is no signed SNS message');
      const message = parsed.data;
      if (!topics.includes(message.TopicArn)) throw refused(`the topic ${message.TopicArn.slice(0, 200)} is not ours`);
      if (message.SignatureVersion !== '2') {
        throw refused(`signature version ${message.SignatureVersion.slice(0, 20)} (SHA-1) is not taken`);
      }
      const url = message.SigningCertURL;
      if (!SNS.test(url) || !CERTIFICATE.test(new URL(url).pathname) || new URL(url).search !== '') {
        throw refused('SigningCertURL is no certificate of SNS');
      }
      const certificate = await certificateAt(url);
      const now = Date.now();
      if (now < certificate.validFromDate.getTime() || now > certificate.validToDate.getTime()) {
        certificates.delete(url);
        throw refused('the certificate is out of date');
      }
      const signed = createVerify('RSA-SHA256').update(toSign(message));
      if (!signed.verify(certificate.publicKey, message.Signature, 'base64')) {
        throw refused('the signature does not fit the message');
      }
    },
    async confirm(subscribeUrl) {
      if (!SNS.test(subscribeUrl)) throw refused('SubscribeURL is no address of SNS');
      await fetched(subscribeUrl, 'the confirmation');
    },
  };
}

/** The fields that are signed, by name, each on two lines. */
function toSign(message: Message): string {
  const { MessageId, Message: text, Timestamp, TopicArn, Type } = message;
  const fields: Record<string, string | undefined> =
    message.Type === 'Notification'
      ? { Message: text, MessageId, Subject: message.Subject ?? undefined, Timestamp, TopicArn, Type }
      : {
          ...{ Message: text, MessageId, SubscribeURL: message.SubscribeURL, Timestamp, Token: message.Token },
          ...{ TopicArn, Type },
        };
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
}

const TIMEOUT_MS = 5_000;
const LONGEST = 65_536;

/** Reads a text from SNS; never follows elsewhere, and gives up after 5 seconds. */
export async function getFromSns(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await response.text();
  if (!response.ok) throw new Error(`SNS answered ${response.status}`);
  return text.slice(0, LONGEST);
}
