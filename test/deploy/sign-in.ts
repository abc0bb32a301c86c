/** People of the user pool, and how they sign in: by SRP, as the app client of the deployment demands. */
import { createDiffieHellmanGroup, createHash, createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { cognito } from './aws.ts';
import type { Emulator } from './emulator.ts';

export interface Pool {
  readonly id: string;
  readonly client: string;
}

/** Cognito's group is the one of RFC 3526 with 3,072 bits, with 2 as its generator. */
const N = BigInt(`0x${createDiffieHellmanGroup('modp15').getPrime('hex')}`);
const G = 2n;

/** Big-endian, with a zero byte before a first bit that is set. */
function bytes(value: bigint): Buffer {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}

const sha256 = (...parts: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const numberOf = (buffer: Buffer): bigint => BigInt(`0x${buffer.toString('hex')}`);
const hmac = (key: Buffer, ...parts: readonly (Buffer | string)[]): Buffer => {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
};
const K = numberOf(sha256(bytes(N), bytes(G)));

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = ((base % N) + N) % N;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % N;
    square = (square * square) % N;
  }
  return result;
}

/** As Cognito wants it: `Tue Nov 24 1:02:03 UTC 2026`, the day without a zero before it. */
function stamp(now: Date): string {
  const [, day, month, year, time] = /^(\w+), \d+ (\w+) (\d+) (\S+)/.exec(now.toUTCString()) ?? [];
  return `${day} ${month} ${now.getUTCDate()} ${time} UTC ${year}`;
}

const challengeSchema = z.object({
  ChallengeName: z.literal('PASSWORD_VERIFIER'),
  ChallengeParameters: z.object({
    SALT: z.string(),
    SRP_B: z.string(),
    SECRET_BLOCK: z.string(),
    USER_ID_FOR_SRP: z.string(),
  }),
});
const signedInSchema = z.object({ AuthenticationResult: z.object({ IdToken: z.string() }) });

/** Adds somebody to the pool, in the group of their role. @returns their id token */
export async function signIn(
  emulator: Emulator,
  pool: Pool,
  { email, role }: { readonly email: string; readonly role: string },
): Promise<string> {
  const user = { UserPoolId: pool.id, Username: email };
  const password = `Aa1!${randomBytes(12).toString('hex')}`;
  await cognito(emulator, 'AdminCreateUser', {
    ...user,
    MessageAction: 'SUPPRESS',
    TemporaryPassword: password,
    UserAttributes: [
      { Name: 'email', Value: email },
      { Name: 'email_verified', Value: 'true' },
    ],
  });
  await cognito(emulator, 'AdminSetUserPassword', { ...user, Password: password, Permanent: true });
  await cognito(emulator, 'AdminAddUserToGroup', { ...user, GroupName: role });
  return bySrp(emulator, pool, email, password);
}

async function bySrp(emulator: Emulator, pool: Pool, email: string, password: string): Promise<string> {
  const a = numberOf(randomBytes(32));
  const A = power(G, a);
  const asked = await cognito(emulator, 'InitiateAuth', {
    AuthFlow: 'USER_SRP_AUTH',
    ClientId: pool.client,
    AuthParameters: { USERNAME: email, SRP_A: A.toString(16) },
  });
  const { SALT, SRP_B, SECRET_BLOCK, USER_ID_FOR_SRP: id } = challengeSchema.parse(asked).ChallengeParameters;
  const B = BigInt(`0x${SRP_B}`);
  const [, name = ''] = pool.id.split('_');
  const u = numberOf(sha256(bytes(A), bytes(B)));
  const x = numberOf(sha256(bytes(BigInt(`0x${SALT}`)), sha256(`${name}${id}:${password}`)));
  const secret = power(B - K * power(G, x), a + u * x);
  const key = hmac(hmac(bytes(u), bytes(secret)), 'Caldera Derived Key\u0001').subarray(0, 16);
  const TIMESTAMP = stamp(new Date());
  const signature = hmac(key, name, id, Buffer.from(SECRET_BLOCK, 'base64'), TIMESTAMP);
  // A second factor would be asked for next: the emulator lets people enrol one later.
  const answered = await cognito(emulator, 'RespondToAuthChallenge', {
    ChallengeName: 'PASSWORD_VERIFIER',
    ClientId: pool.client,
    ChallengeResponses: {
      USERNAME: id,
      PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
      PASSWORD_CLAIM_SIGNATURE: signature.toString('base64'),
      TIMESTAMP,
    },
  });
  return signedInSchema.parse(answered).AuthenticationResult.IdToken;
}
