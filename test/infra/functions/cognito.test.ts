/** Who a Cognito token is, and every way in which it is nobody. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { cognitoFrom, createSignedIn } from '../../../infra/functions/cognito.ts';
import { listening } from '../listening.ts';

const ISSUER = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc';
const CLIENT = 'client-of-ours';
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const ours = pair();
const theirs = pair();

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = Math.floor(Date.now() / 1000);
const claims = {
  sub: 'f3b1',
  iss: ISSUER,
  aud: CLIENT,
  token_use: 'id',
  email: 'Ada@Northwind.example',
  email_verified: true,
  'cognito:groups': ['rep'],
  iat: now - 10,
  exp: now + 600,
};

function token(
  more: object = {},
  { key = ours.privateKey, header = {} }: { key?: KeyObject; header?: object } = {},
): string {
  const text = `${encode({ alg: 'RS256', kid: 'one', ...header })}.${encode({ ...claims, ...more })}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

function pool() {
  const asked: string[] = [];
  const keys = [{ ...ours.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }];
  const read = async (url: string): Promise<unknown> => {
    asked.push(url);
    return { keys };
  };
  return { signedIn: createSignedIn({ issuer: ISSUER, client: CLIENT, read }), asked };
}

describe('a token of the pool', () => {
  it('of a rep is that rep, by the verified address', async () => {
    expect(await pool().signedIn(token())).toEqual({
      keyId: 'user:f3b1',
      role: 'rep',
      rep: 'ada@northwind.example',
      by: 'ada@northwind.example',
    });
  });

  it('of somebody else is named without the address', async () => {
    expect(await pool().signedIn(token({ 'cognito:groups': ['manager'] }))).toEqual({
      keyId: 'user:f3b1',
      role: 'manager',
      rep: null,
      by: 'user:f3b1',
    });
  });

  it('in two groups is the one that comes first', async () => {
    expect(await pool().signedIn(token({ 'cognito:groups': ['rep', 'admin'] }))).toMatchObject({ role: 'admin' });
  });

  it('is checked against keys that are read once', async () => {
    const { signedIn, asked } = pool();
    await signedIn(token());
    await signedIn(token());
    expect(asked).toEqual([`${ISSUER}/.well-known/jwks.json`]);
  });
});

it('keys are where all of AWS is said to be', async () => {
  const keys = { keys: [{ ...ours.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(JSON.stringify(keys));
  });
  try {
    const AWS_ENDPOINT_URL = (await listening(server)).replace(/\/$/, '');
    const { signedIn } = cognitoFrom({ COGNITO_ISSUER: ISSUER, COGNITO_CLIENT: CLIENT, AWS_ENDPOINT_URL });
    expect(await signedIn?.(token())).toMatchObject({ role: 'rep' });
    expect(asked).toEqual(['/eu-west-1_abc/.well-known/jwks.json']);
  } finally {
    server.close();
  }
});

describe('nobody is', () => {
  it.each([
    ['of another pool', token({ iss: 'https://cognito-idp.eu-west-1.amazonaws.com/other' })],
    ['for another client', token({ aud: 'another' })],
    ['an access token', token({ token_use: 'access' })],
    ['over', token({ exp: now - 60 })],
    ['without a role', token({ 'cognito:groups': [] })],
    ['in a group that is no role', token({ 'cognito:groups': ['owners'] })],
    ['of an address that is not verified', token({ email_verified: false })],
    ['signed by somebody else', token({}, { key: theirs.privateKey })],
    ['of a key nobody knows', token({}, { header: { kid: 'two' } })],
    ['signed by nothing', `${encode({ alg: 'none', kid: 'one' })}.${encode(claims)}.`],
    ['signed with the public key as a secret', token({}, { header: { alg: 'HS256' } })],
    ['no token', 'a.b.c'],
  ])('%s', async (_, one) => {
    expect(await pool().signedIn(one)).toBeNull();
  });
});
