/** Headers of every answer, whatever made it: nothing of it may be run, framed, kept or told to others. */
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './deps.ts';

const YEAR_S = 31_536_000;

/** Pages bring their own, which allows their own style; JSON needs nothing at all. */
const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const DEFAULTS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': NOTHING,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // A path may hold a token.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** @param publicUrl where leads reach the API; by https, browsers are told never to come without (RFC 6797) */
export function securityHeaders(publicUrl: string): MiddlewareHandler<ApiEnv> {
  const secure = publicUrl.startsWith('https:');
  const headers = { ...DEFAULTS, ...(secure ? { 'strict-transport-security': `max-age=${YEAR_S}` } : {}) };
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(headers)) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  };
}
