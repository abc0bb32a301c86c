/** One secret takes over from another: what either made is known, and only the new one makes anything. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSesHookToken, sesHookToken } from '../../src/api/hooks/secret.ts';
import { DAY } from '../../src/core/time.ts';
import { readAnswerToken, signAnswerToken } from '../../src/email/answer-tokens.ts';
import { signClick, verifyClick } from '../../src/email/clicks/token.ts';
import { signReplyToken, signToken, verifyReplyToken, verifyToken } from '../../src/email/tokens.ts';
import { secretOf, signatureHeaders, validSecrets } from '../../src/outbox/webhook/signature.ts';
import { createNameKey } from '../../src/store/erased-names.ts';

const OLD = 'the old secret of thirty-two characters';
const NEW = 'the new secret of thirty-two characters';
const BOTH = `${NEW}, ${OLD}`;
const LEAD = '0192f3a0-1111-7222-8333-444455556666';
const AT = Date.UTC(2026, 10, 24);
const REP = 'rep-1@northwind.example';
const ANSWER = { task: 'task-1', answer: 'accept', rep: REP } as const;

/** Each kind of token there is: how it is made, and whether it is believed. */
const KINDS: Readonly<
  Record<string, readonly [(secret: string) => string, (secret: string, token: string) => boolean]>
> = {
  unsubscribe: [
    (secret) => signToken(secret, { leadId: LEAD, purpose: 'marketing' }),
    (secret, token) => verifyToken(secret, token)?.leadId === LEAD,
  ],
  reply: [(secret) => signReplyToken(secret, LEAD), (secret, token) => verifyReplyToken(secret, token) === LEAD],
  click: [
    (secret) => signClick(secret, { touch: 't', url: 'https://northwind.example/' }),
    (secret, token) => verifyClick(secret, token)?.touch === 't',
  ],
  answer: [
    (secret) => signAnswerToken(secret, ANSWER, AT),
    (secret, token) => readAnswerToken(secret, token)?.isFor(REP) === true,
  ],
  'mail service': [sesHookToken, isSesHookToken],
};

describe.each(Object.entries(KINDS))('a token of the kind %s', (_, [make, believed]) => {
  test('made before is believed while both are given, and no longer than that', () => {
    const token = make(OLD);
    expect(believed(BOTH, token)).toBe(true);
    expect(believed(OLD, token)).toBe(true);
    expect(believed(NEW, token)).toBe(false);
  });

  test('is made with the first', () => {
    expect(make(BOTH)).toBe(make(NEW));
    expect(believed(NEW, make(BOTH))).toBe(true);
    expect(believed(OLD, make(BOTH))).toBe(false);
  });
});

test('no text is believed because there are more secrets to try', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...Object.keys(KINDS)), (text, kind) => !KINDS[kind]?.[1](BOTH, text)),
  );
});

describe('webhooks', () => {
  const webhook = { id: 'hook', secretVersion: 2, rotatedAt: null };

  test('are signed with what follows from either, the new one first', () => {
    expect(validSecrets(BOTH, webhook, AT)).toEqual([secretOf(NEW, 'hook', 2), secretOf(OLD, 'hook', 2)]);
    const headers = signatureHeaders({ id: 'a', timestamp: 1, body: '{}' }, validSecrets(BOTH, webhook, AT));
    const [before] =
      signatureHeaders({ id: 'a', timestamp: 1, body: '{}' }, validSecrets(OLD, webhook, AT))[
        'webhook-signature'
      ]?.split(' ') ?? [];
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(headers['webhook-signature']?.split(' ')).toContain(before);
  });

  test('on the day of a rotation, with the version before as well', () => {
    expect(validSecrets(BOTH, { ...webhook, rotatedAt: AT - DAY / 2 }, AT)).toEqual([
      secretOf(NEW, 'hook', 2),
      secretOf(NEW, 'hook', 1),
      secretOf(OLD, 'hook', 2),
      secretOf(OLD, 'hook', 1),
    ]);
  });

  test('show a receiver the new secret', () => {
    expect(secretOf(BOTH, 'hook', 2)).toBe(secretOf(NEW, 'hook', 2));
  });
});

test('an erased name is kept under the new secret and known under both', () => {
  const key = createNameKey(BOTH);
  const [name, before] = [createNameKey(NEW).hash('email:a@b.example'), createNameKey(OLD).hash('email:a@b.example')];
  expect(key.hash('email:a@b.example')).toBe(name);
  expect(key.hashes('email:a@b.example')).toEqual([name, before]);
});
