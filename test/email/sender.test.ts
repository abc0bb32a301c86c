import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Mailbox, startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import { MODE_NAMES, type Mode } from '../../src/dev/mailbox/modes.ts';
import { compose } from '../../src/email/compose.ts';
import {
  backOffMs,
  classifySendError,
  SEND_ERRORS,
  type SendDecision,
  SendRefused,
  toSendError,
} from '../../src/email/errors.ts';
import { createSender, type Sender } from '../../src/email/sender.ts';

let mailbox: Mailbox;
let raw: Buffer;
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const senderAt = (endpoint: string): Sender =>
  createSender({ region: 'eu-west-1', endpoint, credentials, timeoutMs: 400 });
const message = (touchId: string) => ({ raw, from: 'news@northwind.example', to: 'ada@client.example', touchId });
const failure = (sender: Sender, touchId: string) =>
  sender.send(message(touchId)).then(
    () => {
      throw new Error('it was sent');
    },
    (error: unknown) => error,
  );

beforeAll(async () => {
  mailbox = await startMailbox();
  raw = await compose({
    from: { name: 'Northwind', address: 'news@northwind.example' },
    to: { address: 'ada@client.example' },
    replyTo: 'reply+x@reply.northwind.example',
    subject: 'Grüße',
    html: '<p>Hi</p>',
    text: 'Hi',
    unsubscribeUrl: 'https://volley.example/u/x',
    date: 0,
    touchId: 'touch_1',
  });
});
beforeEach(async () => {
  mailbox.control({ mode: 'ok', delayMs: 0 });
  await mailbox.clear();
});
afterAll(() => mailbox.close());

describe('the real SDK on the wire', () => {
  it('sends the raw message as it is but for what SES overwrites, with the touch as a tag, and answers with SES’s id', async () => {
    const sender = createSender({
      region: 'eu-west-1',
      endpoint: mailbox.url,
      credentials,
      configurationSet: 'volley',
    });
    const about = { cadence: 'evaluation-guide', purpose: 'marketing' };
    const { messageId } = await sender.send({ ...message('touch_1'), ...about });
    expect(mailbox.messages()).toEqual([
      expect.objectContaining({
        id: messageId,
        touch: 'touch_1',
        tags: {
          touch: 'touch_1',
          ...about,
          'ses:feedback-id-a': 'evaluation-guide',
          'ses:feedback-id-b': 'marketing',
        },
        configurationSet: 'volley',
        to: ['ada@client.example'],
        from: 'news@northwind.example',
        subject: 'Grüße',
      }),
    ]);
    const sent = String(await mailbox.raw(messageId));
    const without = (message: string): string[] =>
      message.split('\r\n').filter((line) => !/^(?:Message-ID|Date):/.test(line));
    expect(without(sent)).toEqual(without(String(raw)));
    expect(sent).toContain(`Message-ID: <${messageId}@eu-west-1.amazonses.com>`);
    expect(sender.idDomain).toBe('eu-west-1.amazonses.com');
    sender.close();
  });

  it('a prepared message is taken with its last byte, and not before', async () => {
    const sender = senderAt(mailbox.url);
    const { attempts } = mailbox.status();
    const kept = await sender.prepare(message('touch_1'), await sender.reserve());
    const abandoned = await sender.prepare(message('touch_2'));
    // The same connection pool serves others meanwhile, and the mailbox has had time to read.
    await sender.send(message('touch_3'));
    expect(mailbox.status().attempts - attempts).toBe(1);
    abandoned.abandon();
    const { messageId } = await kept.send();
    expect(mailbox.messages().map(({ id, touch }) => [id, touch])).toEqual([
      [expect.any(String), 'touch_3'],
      [messageId, 'touch_1'],
    ]);
    sender.close();
  });

  it('reads an answer that came while the process was busy, however late it is', async () => {
    const sender = senderAt(mailbox.url);
    const sent = (await sender.prepare(message('touch_1'))).send();
    const until = Date.now() + 600;
    await new Promise(setImmediate);
    while (Date.now() < until) Math.sqrt(until);
    await expect(sent).resolves.toMatchObject({ messageId: expect.any(String) });
    sender.close();
  });

  it('a connection that breaks before the last byte is a refusal: nothing went out', async () => {
    const cut = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      socket.on('close', cut.resolve).once('data', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const sender = senderAt(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
    const prepared = await sender.prepare(message('touch_1'));
    await cut.promise;
    // A whole exchange with somebody else: by then this process has heard of the cut.
    const other = senderAt(mailbox.url);
    await other.quota();
    other.close();
    await expect(prepared.send()).rejects.toMatchObject({ name: 'SendRefused', code: 'not-sent' });
    sender.close();
    server.close();
  });

  it('reads the quota', async () => {
    const sender = senderAt(mailbox.url);
    const { sentLast24Hours } = mailbox.status().quota;
    mailbox.control({ quota: { perSecond: 14, per24Hours: 50_000 } });
    expect(await sender.quota()).toEqual({ maxPerSecond: 14, max24Hours: 50_000, sentLast24Hours });
    sender.close();
  });

  it('refuses a touch id that SES would not take as a tag, without asking SES', async () => {
    const sender = senderAt(mailbox.url);
    const { attempts } = mailbox.status();
    expect(await failure(sender, 'a b')).toMatchObject({ name: 'SendRejected', code: 'tag' });
    expect(mailbox.status().attempts).toBe(attempts);
    sender.close();
  });
});

describe('every way SES can answer badly: one request, and the error that says what follows', () => {
  const table: Record<Exclude<Mode, 'ok'>, [name: string, code: string, kept: number]> = {
    throttle: ['SendRefused', 'throttled', 0],
    tooManyRequests: ['SendRefused', 'throttled', 0],
    dailyQuota: ['SendRefused', 'daily-quota', 0],
    sendingPaused: ['SendRefused', 'sending-paused', 0],
    unavailable: ['SendRefused', 'unavailable', 0],
    reject: ['SendRejected', 'message-rejected', 0],
    mailFromNotVerified: ['SendRejected', 'mail-from-not-verified', 0],
    invalidParameter: ['SendRejected', 'invalid-parameter', 0],
    fail500: ['SendAmbiguous', 'server-error', 0],
    fail500AfterAccept: ['SendAmbiguous', 'server-error', 1],
    fail502: ['SendAmbiguous', 'server-error', 0],
    fail504: ['SendAmbiguous', 'server-error', 0],
    timeoutBeforeAccept: ['SendAmbiguous', 'timeout', 0],
    timeoutAfterAccept: ['SendAmbiguous', 'timeout', 1],
    dropConnection: ['SendAmbiguous', 'connection-lost', 0],
    dropConnectionAfterAccept: ['SendAmbiguous', 'connection-lost', 1],
  };

  it('what it throws can be logged: it names no address, and carries nothing of the request', async () => {
    const sender = senderAt(mailbox.url);
    mailbox.control({ mode: 'reject' });
    const error = await failure(sender, 'touch_1');
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('@client.example');
    expect(error).toMatchObject({ message: expect.stringContaining('Email address is not verified: [address]') });
    sender.close();
  });

  it('the table covers every mode', () => {
    expect(['ok', ...Object.keys(table)]).toEqual(MODE_NAMES);
  });

  it.each(Object.entries(table))('%s', async (mode, [name, code, kept]) => {
    const sender = senderAt(mailbox.url);
    const before = mailbox.status().attempts;
    mailbox.control({ mode: MODE_NAMES.find((known) => known === mode) ?? 'ok' });
    expect(await failure(sender, 'touch_1')).toMatchObject({ name, code });
    expect(mailbox.status().attempts - before).toBe(1);
    expect(mailbox.count).toBe(kept);
    sender.close();
  });

  it('nobody listening: refused, nothing went out', async () => {
    const closed = createServer();
    const port = await new Promise<number>((resolve) => {
      closed.listen(0, '127.0.0.1', () => {
        const address = closed.address();
        closed.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
    const sender = senderAt(`http://127.0.0.1:${port}`);
    expect(await failure(sender, 'touch_1')).toMatchObject({ name: 'SendRefused', code: 'unreachable' });
    sender.close();
  });

  it('a name that does not resolve: refused', async () => {
    const sender = senderAt('http://ses.invalid:1');
    expect(await failure(sender, 'touch_1')).toMatchObject({ name: 'SendRefused', code: 'dns' });
    sender.close();
  });

  it('no credentials: refused, and no fault of the touch', async () => {
    const error = toSendError(Object.assign(new Error('no credentials'), { name: 'CredentialsProviderError' }));
    expect(error).toMatchObject({ name: 'SendRefused', code: 'credentials' });
  });
});

describe('the table', () => {
  const thrown = (name: string, status?: number, message = '', code?: string, syscall?: string) =>
    Object.assign(new Error(message), { name, code, syscall, $metadata: { httpStatusCode: status } });

  it.each<[unknown, string, SendDecision]>([
    [thrown('Throttling', 400, 'Maximum sending rate exceeded.'), 'throttled', 'backOff'],
    [thrown('Throttling', 400, 'Daily message quota exceeded.'), 'daily-quota', 'backOff'],
    [thrown('LimitExceededException', 400), 'throttled', 'backOff'],
    [thrown('AccountSendingPausedException', 400), 'sending-paused', 'backOff'],
    [thrown('ConfigurationSetSendingPausedException', 400), 'sending-paused', 'backOff'],
    [thrown('ConfigurationSetDoesNotExistException', 400), 'configuration-set', 'backOff'],
    [thrown('InvalidClientTokenId', 403), 'credentials', 'backOff'],
    [thrown('Error', undefined, '', 'EAI_AGAIN', 'getaddrinfo'), 'dns', 'backOff'],
    [thrown('TimeoutError', undefined, '', 'ETIMEDOUT', 'connect'), 'unreachable', 'backOff'],
    [
      thrown('TimeoutError', undefined, 'the request socket did not establish a connection with the server'),
      'unreachable',
      'backOff',
    ],
    [new AggregateError([thrown('Error', undefined, '', 'ECONNREFUSED', 'connect')]), 'unreachable', 'backOff'],
    [thrown('Error', undefined, '', 'DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls', 'backOff'],
    [thrown('SomethingNew', 418), 'refused', 'giveUp'],
    [thrown('RequestTimeout', 408), 'timeout', 'ambiguous'],
    [thrown('TimeoutError', undefined, 'exceeded', 'ETIMEDOUT'), 'timeout', 'ambiguous'],
    [thrown('TimeoutError', undefined, '', 'ECONNRESET', 'read'), 'connection-lost', 'ambiguous'],
    [thrown('SomethingNew', 599), 'server-error', 'ambiguous'],
    ['a string', 'unknown', 'ambiguous'],
    [undefined, 'unknown', 'ambiguous'],
    [new Error('a bug'), 'unknown', 'ambiguous'],
  ])('%s is %s', (error, code, decision) => {
    expect(classifySendError(error)).toMatchObject({ code, decision });
  });

  it('each refusal doubles the wait up to the longest', () => {
    const refused = toSendError(thrown('Throttling', 400, 'Maximum sending rate exceeded.'));
    const quota = toSendError(thrown('Throttling', 400, 'Daily message quota exceeded.'));
    if (!(refused instanceof SendRefused && quota instanceof SendRefused)) throw new Error('not refused');
    expect([0, 1, 2, 20, 1_000].map((times) => backOffMs(refused, times))).toEqual([
      2_000, 4_000, 8_000, 300_000, 300_000,
    ]);
    expect(backOffMs(quota, 0)).toBe(15 * 60_000);
  });

  it('has a wait for each row that backs off and for no other, and its codes are unique', () => {
    for (const row of SEND_ERRORS) expect(row.wait !== undefined).toBe(row.decision === 'backOff');
    expect(new Set(SEND_ERRORS.map(({ code }) => code)).size).toBe(SEND_ERRORS.length);
  });
});
