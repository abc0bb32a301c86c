/** Who calls, and whether they may. Keys are looked up by their hash, so no comparison leaks a secret's bytes. */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HOUR } from '../core/time.ts';
import { type ApiKey, findKey, noteUse } from '../store/keys.ts';
import type { ApiDeps, ApiEnv, Caller } from './deps.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { grantOf, type Operation, rolesFor } from './permissions.ts';
import { Problem } from './problem/problem.ts';

/** Largest body of a call; imports are streamed and have bounds of their own. */
export const BODY_MAX = 1_000_000;

/** RFC 6750: the scheme's case does not matter; the rest is one token. */
const BEARER = /^bearer +([\x21-\x7e]{1,4000})$/i;
/** A signed token (RFC 7519) has three parts; keys have no dots. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * The caller behind an `Authorization` header.
 * @throws Problem `no-key`, `wrong-key`
 */
export async function callerOf(deps: ApiDeps, header: string | undefined): Promise<Caller> {
  if (header === undefined) throw new Problem('no-key', 'Send the header `Authorization: Bearer KEY`');
  const secret = BEARER.exec(header)?.[1];
  if (secret === undefined) throw new Problem('wrong-key', 'The Authorization header is not `Bearer KEY`');
  const signedIn = JWT.test(secret) ? await deps.signedIn?.(secret) : undefined;
  if (signedIn) return signedIn;
  const key = await findKey(deps.database.db, secret, deps.clock.now());
  if (key === null) throw new Problem('wrong-key', 'This key is unknown, revoked or over');
  await used(deps, key);
  return { keyId: key.id, role: key.role, rep: key.rep, by: key.rep ?? key.id };
}

/** Once an hour of real time. A call does not fail for it. */
async function used({ database, clock, log }: ApiDeps, key: ApiKey): Promise<void> {
  await noteUse(database.db, key, clock.now(), HOUR * clock.anchor.factor).catch((err: unknown) =>
    log.warn({ err, key: key.id }, 'the use of a key was not written down'),
  );
}

/** @throws Problem `wrong-role` naming the roles that may. */
export function requireGrant(caller: Caller, operation: Operation): void {
  if (grantOf(caller.role, operation) !== null) return;
  throw new Problem('wrong-role', `A key of role ${caller.role} may not call ${operation}`, {
    more: { allowed: rolesFor(operation) },
  });
}

/** The rep a caller is limited to; null: no limit. */
export const ownerOf = (caller: Caller): string | null => (caller.role === 'rep' ? (caller.rep ?? '') : null);

const limited = (maxSize: number): MiddlewareHandler =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new Problem('too-large', `The body may have at most ${maxSize} bytes`);
    },
  });

/**
 * JSON is UTF-8 (RFC 8259, 8.1). Read leniently, a byte of another encoding becomes a replacement
 * character, and the name it was in is lost for good.
 */
const utf8: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const type = c.req.header('content-type') ?? '';
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(type)?.[1];
  if (charset !== undefined && !/^utf-?8$|^us-ascii$/i.test(charset)) {
    throw new Problem('wrong-content-type', `The body is in ${charset}: JSON is UTF-8`, {
      more: { accepts: 'application/json' },
    });
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(await c.req.arrayBuffer());
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new Problem('broken-json', 'The body is not UTF-8', { cause });
  }
  await next();
};

/**
 * What every guarded route starts from: its id, the key it needs, and the checks that run before
 * the body is read. Spread it into `createRoute`.
 */
export function guard(
  deps: ApiDeps,
  operation: Operation,
  options: { readonly streams?: true /** Not text; the most bytes. */; readonly binary?: number } = {},
) {
  const authorize: MiddlewareHandler<ApiEnv> = async (c, next) => {
    const caller = await callerOf(deps, c.req.header('authorization'));
    requireGrant(caller, operation);
    // Whoever repeats a call relies on it: a key that is none must not be passed over.
    if (c.req.method !== 'GET') idempotencyKeyOf(c);
    c.set('caller', caller);
    await next();
  };
  const middleware: MiddlewareHandler<ApiEnv>[] =
    options.streams === true
      ? [authorize]
      : options.binary === undefined
        ? [authorize, limited(BODY_MAX), utf8]
        : [authorize, limited(options.binary)];
  return {
    operationId: operation,
    security: [{ bearer: [] }],
    'x-roles': rolesFor(operation),
    middleware,
  };
}

/** For routes without a key: the same limit on the body. */
export const openRoute = { security: [], middleware: [limited(BODY_MAX)] };

export const callerIn = (c: Context<ApiEnv>): Caller => c.get('caller');
