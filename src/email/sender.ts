/** The one way out to SES. It tries once: only the touch ledger knows whether a repeat is safe. */
import { GetSendQuotaCommand, SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import { createConnections, type Reservation } from './connections.ts';
import { notSent, SendAmbiguous, SendRejected, toSendError } from './errors.ts';
import { wireAddress } from './headers.ts';
import { HeldBody } from './held-body.ts';

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

/** A request that waits with its last byte. */
export interface Prepared {
  /**
   * Lets the last byte go, in this turn of the event loop, and waits for SES's answer.
   * @throws SendRefused, SendRejected or SendAmbiguous
   */
  send(): Promise<{ messageId: string }>;
  /** Takes the request back: nothing goes out. */
  abandon(): void;
}

export interface Sender {
  /**
   * One HTTP request to SES.
   * @throws SendRefused, SendRejected or SendAmbiguous: the type says whether the touch may be tried again
   */
  send(message: Message): Promise<{ messageId: string }>;
  /**
   * A connection for the next `prepare`, and credentials to sign with: what may take time, before a transaction begins.
   * @throws SendRefused
   */
  reserve(): Promise<Reservation>;
  /**
   * The same request signed and on its way but for its last byte, without which SES cannot take it.
   * @throws SendRefused or SendRejected: nothing went out
   */
  prepare(message: Message, reserved?: Reservation): Promise<Prepared>;
  /** What SES allows, for the rate limit of the email queue. @throws SendRefused, SendRejected or SendAmbiguous */
  quota(): Promise<{ maxPerSecond: number; max24Hours: number; sentLast24Hours: number }>;
  /** What SES puts behind the `@` of a `Message-ID`, whose left side is the id it answers. */
  readonly idDomain: string;
  /** Closes the kept connections. */
  close(): void;
}

/** What SES allows in a tag's value. */
const TAG = /^[A-Za-z0-9_-]{1,256}$/;

/** A process that was busy finds its timers due before it has read what arrived meanwhile: that comes first. */
const GRACE_MS = 250;

export function createSender(config: SenderConfig): Sender {
  const timeoutMs = config.timeoutMs ?? 10_000;
  const connectTimeoutMs = config.connectTimeoutMs ?? 3_000;
  // Where the SDK finds SES is its own affair: without an endpoint it is known from the first request on.
  let origin = config.endpoint === undefined ? undefined : new URL(config.endpoint);
  const connections = createConnections({
    origin: () => origin,
    connectTimeoutMs,
    maxSockets: config.maxSockets ?? 50,
  });
  const client = new SESClient({
    region: config.region,
    // The SDK would send again after a timeout or a 500, which is a second message to the lead.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      httpAgent: connections.httpAgent,
      httpsAgent: connections.httpsAgent,
    },
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(config.credentials === undefined ? {} : { credentials: config.credentials }),
  });

  client.middlewareStack.add(
    (next) => (args) => {
      if (isAddressed(args.request)) origin ??= originOf(args.request);
      return next(args);
    },
    { step: 'deserialize', name: 'whereSesIs' },
  );

  const prepare = async ({ raw, from, to, ...about }: Message, reserved?: Reservation): Promise<Prepared> => {
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
    const held = hold(command);
    const { signal, abort } = cut();
    let early: { thrown: unknown } | undefined;
    const answer = client.send(command, { abortSignal: signal });
    answer.then(
      () => {},
      (thrown: unknown) => {
        early = { thrown };
      },
    );
    await Promise.race([held.taken, answer.catch(() => {})]);
    reserved?.done();
    if (early !== undefined) throw notSent(early.thrown);
    return {
      send() {
        if (early !== undefined) return Promise.reject(notSent(early.thrown));
        held.release();
        return within(timeoutMs, abort, answer).then(messageIdOf, (thrown: unknown) => {
          throw toSendError(thrown);
        });
      },
      abandon: abort,
    };
  };
  return {
    prepare,
    send: async (message) => (await prepare(message)).send(),
    async reserve() {
      try {
        const [reserved] = await Promise.all([connections.reserve(), client.config.credentials()]);
        return reserved;
      } catch (thrown) {
        throw notSent(thrown);
      }
    },
    async quota() {
      const { signal, abort } = cut();
      const asked = client.send(new GetSendQuotaCommand({}), { abortSignal: signal });
      const answer = await within(timeoutMs, abort, asked).catch((thrown: unknown) => {
        throw toSendError(thrown);
      });
      return {
        maxPerSecond: answer.MaxSendRate ?? 1,
        max24Hours: answer.Max24HourSend ?? 200,
        sentLast24Hours: answer.SentLast24Hours ?? 0,
      };
    },
    idDomain: messageIdDomain(config.region),
    close() {
      client.destroy();
      connections.close();
    },
  };
}

/** Makes a command's request wait with its last byte, once it is signed. */
function hold(command: SendRawEmailCommand): { readonly taken: Promise<void>; release(): void } {
  const taken = Promise.withResolvers<void>();
  let release = (): void => {};
  command.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      if (!isRequest(request)) throw new Error('the SDK has made no request with a body');
      const body = new HeldBody(Buffer.from(request.body));
      body.taken.then(taken.resolve);
      release = () => body.release();
      return next({ ...args, request: Object.assign(request, { body }) });
    },
    // After signing, which needs the whole body.
    { step: 'deserialize', priority: 'low', name: 'waitWithTheLastByte' },
  );
  return { taken: taken.promise, release: () => release() };
}

const isRequest = (request: unknown): request is { body: string | Uint8Array } =>
  typeof request === 'object' &&
  request !== null &&
  'body' in request &&
  (typeof request.body === 'string' || request.body instanceof Uint8Array);

interface Addressed {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
}

const isAddressed = (request: unknown): request is Addressed =>
  typeof request === 'object' &&
  request !== null &&
  'protocol' in request &&
  typeof request.protocol === 'string' &&
  'hostname' in request &&
  typeof request.hostname === 'string';

const originOf = ({ protocol, hostname, port }: Addressed): URL =>
  new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`);

function cut(): { readonly signal: AbortSignal; abort(): void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

/** The answer, unless it takes longer than that; what has arrived by then is read first. */
async function within<T>(ms: number, abort: () => void, answer: Promise<T>): Promise<T> {
  let timer = setTimeout(() => {
    timer = setTimeout(abort, GRACE_MS);
  }, ms);
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
}

function messageIdOf({ MessageId: messageId }: { readonly MessageId?: string | undefined }): { messageId: string } {
  if (messageId !== undefined && messageId !== '') return { messageId };
  throw new SendAmbiguous('no-message-id', 'SES answered without a message id');
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
