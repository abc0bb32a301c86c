/** The one way out to SES. It tries once: only the touch ledger knows whether a repeat is safe. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { GetSendQuotaCommand, SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import { SendAmbiguous, SendRejected, toSendError } from './errors.ts';
import { wireAddress } from './headers.ts';

export interface SenderConfig {
  readonly region: string;
  /** Where SES is, e.g. the local mailbox's URL; absent: AWS. */
  readonly endpoint?: string;
  /** Absent: the AWS default chain. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly configurationSet?: string;
  /** Longest wait for SES's answer, real ms; default 10,000. Past it the send is ambiguous. */
  readonly timeoutMs?: number;
  /** Longest wait for a connection, real ms; default 3,000. Past it the send is refused: nothing went out. */
  readonly connectTimeoutMs?: number;
  /** Connections at once; default 50. */
  readonly maxSockets?: number;
}

export type Message = {
  /** Complete MIME message. */
  readonly raw: Uint8Array;
  /** Envelope addresses, without names. */
  readonly from: string;
  readonly to: string;
} & (
  | {
      /** Comes back as the tag `touch` on every event of this message. */
      readonly touchId: string;
      /** Whose message it is: more tags, which SES counts by, and the first fields of its own `Feedback-ID`. */
      readonly cadence?: string;
      readonly purpose?: string;
    }
  | {
      /** Of a mail to our own people: comes back as the tag `notice`. */
      readonly noticeId: string;
    }
);

export interface Sender {
  /**
   * One HTTP request to SES.
   * @throws SendRefused, SendRejected or SendAmbiguous: the type says whether the touch may be tried again
   */
  send(message: Message): Promise<{ messageId: string }>;
  /** What SES allows, for the rate limit of the email queue. @throws SendRefused, SendRejected or SendAmbiguous */
  quota(): Promise<{ maxPerSecond: number; max24Hours: number; sentLast24Hours: number }>;
  /** What SES puts behind the `@` of a `Message-ID`, whose left side is the id it answers. */
  readonly idDomain: string;
  /** Closes the kept connections. */
  close(): void;
}

/** What SES allows in a tag's value. */
const TAG = /^[A-Za-z0-9_-]{1,256}$/;

export function createSender(config: SenderConfig): Sender {
  const timeout = config.timeoutMs ?? 10_000;
  // An idle connection that SES closes just as we write to it looks like an accepted send: drop ours first.
  const agent = { keepAlive: true, maxSockets: config.maxSockets ?? 50, timeout: 4_000 };
  const client = new SESClient({
    region: config.region,
    // The SDK would send again after a timeout or a 500, which is a second message to the lead.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: config.connectTimeoutMs ?? 3_000,
      requestTimeout: timeout,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    },
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(config.credentials === undefined ? {} : { credentials: config.credentials }),
  });
  return {
    async send({ raw, from, to, ...about }) {
      const tags = tagsOf(about);
      for (const { Name: name, Value: value } of tags) {
        if (TAG.test(value)) continue;
        throw new SendRejected('tag', `${name} ${JSON.stringify(value)} cannot be an SES tag (A-Z a-z 0-9 _ -)`);
      }
      const command = new SendRawEmailCommand({
        Source: wireAddress(from) ?? from,
        Destinations: [wireAddress(to) ?? to],
        RawMessage: { Data: raw },
        Tags: tags,
        ...(config.configurationSet === undefined ? {} : { ConfigurationSetName: config.configurationSet }),
      });
      const answer = await client.send(command).catch((thrown: unknown) => {
        throw toSendError(thrown);
      });
      if (answer.MessageId === undefined || answer.MessageId === '') {
        throw new SendAmbiguous('no-message-id', 'SES answered without a message id');
      }
      return { messageId: answer.MessageId };
    },
    async quota() {
      const answer = await client.send(new GetSendQuotaCommand({})).catch((thrown: unknown) => {
        throw toSendError(thrown);
      });
      return {
        maxPerSecond: answer.MaxSendRate ?? 1,
        max24Hours: answer.Max24HourSend ?? 200,
        sentLast24Hours: answer.SentLast24Hours ?? 0,
      };
    },
    idDomain: messageIdDomain(config.region),
    close: () => client.destroy(),
  };
}

type About = { touchId: string; cadence?: string; purpose?: string } | { noticeId: string };

/**
 * SES writes a `Feedback-ID` of its own, with `AmazonSES` as the sender; its first two fields are the values of the
 * tags `ses:feedback-id-a` and `ses:feedback-id-b`.
 */
function tagsOf(about: About): { Name: string; Value: string }[] {
  if ('noticeId' in about) return [{ Name: 'notice', Value: about.noticeId }];
  const { touchId, cadence, purpose } = about;
  return Object.entries({
    touch: touchId,
    cadence,
    purpose,
    'ses:feedback-id-a': cadence,
    'ses:feedback-id-b': purpose,
  }).flatMap(([Name, Value]) => (Value === undefined ? [] : [{ Name, Value }]));
}

/**
 * SES overwrites `Message-ID` with `<ID@REGION.amazonses.com>`; its oldest region says `email` instead.
 * Seen on the wire, not promised by AWS: a wrong one costs the thread, and no message.
 */
export const messageIdDomain = (region: string): string => `${region === 'us-east-1' ? 'email' : region}.amazonses.com`;
