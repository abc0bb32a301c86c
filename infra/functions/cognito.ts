/** Who has signed in: a Cognito id token, checked against the pool's own keys. Its groups say the role. */
import { verifyWithJwks } from 'hono/jwt';
import { z } from 'zod';
import type { Caller } from '../../src/api/deps.ts';
import { roleSchema } from '../../src/store/keys.ts';

const environmentSchema = z.object({
  COGNITO_ISSUER: z.url(),
  COGNITO_CLIENT: z.string().min(1),
  /** AWS's own name for another address of all its services: an emulator's. */
  AWS_ENDPOINT_URL: z.url().optional(),
});

const keySchema = z.looseObject({ kid: z.string(), kty: z.literal('RSA'), n: z.string(), e: z.string() });
const keysSchema = z.object({ keys: z.array(keySchema) });
type Keys = z.infer<typeof keysSchema>['keys'];

/** An access token names no address, and a rep is known by theirs: id tokens only. */
const claimsSchema = z.object({
  sub: z.string().min(1),
  token_use: z.literal('id'),
  email: z.email(),
  email_verified: z.literal(true),
  'cognito:groups': z.array(z.string()).default([]),
});

const KEYS = '/.well-known/jwks.json';

/** Keys are read again after that long at the latest, ms, and at most so often when a token names an unknown one. */
const FRESH_MS = 3_600_000;
const AGAIN_MS = 30_000;

export interface CognitoOptions {
  readonly issuer: string;
  readonly client: string;
  /** Where the pool's keys are; below the issuer by default. */
  readonly keysUrl?: string;
  readonly read?: (url: string) => Promise<unknown>;
  /** Epoch ms of the real clock: a token's times are real ones. */
  readonly realNow?: () => number;
}

const readJson = async (url: string): Promise<unknown> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`the keys of the user pool: ${response.status}`);
  return response.json();
};

/** Says who a token is; null when it is not one of this pool and client, or its bearer has no role. */
export function createSignedIn(options: CognitoOptions) {
  const { issuer, client, keysUrl = `${issuer}${KEYS}`, read = readJson, realNow = Date.now } = options;
  let held: { readonly keys: Keys; readonly at: number } = { keys: [], at: Number.NEGATIVE_INFINITY };
  const keysFor = async (token: string): Promise<Keys> => {
    const kid = kidOf(token);
    const age = realNow() - held.at;
    const known = held.keys.some((key) => key.kid === kid);
    if (known ? age > FRESH_MS : age > AGAIN_MS) {
      held = { ...keysSchema.parse(await read(keysUrl)), at: realNow() };
    }
    return held.keys;
  };
  return async (token: string): Promise<Caller | null> => {
    const keys = await keysFor(token);
    const payload = await verifyWithJwks(token, {
      keys,
      allowedAlgorithms: ['RS256'],
      verification: { iss: issuer, aud: client },
    }).catch(() => null);
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) return null;
    const { sub, email, 'cognito:groups': groups } = claims.data;
    // The order of the roles is that of the groups' precedence.
    const role = roleSchema.options.find((one) => groups.includes(one));
    if (role === undefined) return null;
    const rep = role === 'rep' ? email.toLowerCase() : null;
    return { keyId: `user:${sub}`, role, rep, by: rep ?? `user:${sub}` };
  };
}

/** What the header says; null when it is none. It is believed only once the signature is. */
function kidOf(token: string): string | null {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'));
    return z.object({ kid: z.string() }).parse(header).kid;
  } catch {
    return null;
  }
}

/** What `createApp` is given where there is a user pool. */
export function cognitoFrom(environment: Readonly<Record<string, string | undefined>>): {
  signedIn?: ReturnType<typeof createSignedIn>;
} {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) return {};
  const { COGNITO_ISSUER: issuer, COGNITO_CLIENT: client, AWS_ENDPOINT_URL: elsewhere } = parsed.data;
  const keysUrl = elsewhere === undefined ? undefined : `${elsewhere}${new URL(issuer).pathname}${KEYS}`;
  return { signedIn: createSignedIn({ issuer, client, ...(keysUrl === undefined ? {} : { keysUrl }) }) };
}
