/** What an address or method without a route is answered: 404, or 405 with the methods there are. */
import type { Context, MiddlewareHandler, NotFoundHandler } from 'hono';
import type { ApiEnv } from './deps.ts';
import type { Document } from './docs/document.ts';
import { Problem, problemOf, problemResponse } from './problem/problem.ts';

type Methods = readonly string[];

/** Methods by path. HEAD is answered wherever GET is (RFC 9110, 9.3.2). */
const methodsOf = (methods: object): Methods => Object.keys(methods).map((method) => method.toUpperCase());

function notAllowed(methods: Methods): Response {
  const allow = methods.join(', ');
  const problem = new Problem('method-not-allowed', `This address takes ${allow}`);
  return problemResponse(problemOf(problem).body, { allow });
}

const takes = (methods: Methods, method: string): boolean =>
  methods.includes(method) || (method === 'HEAD' && methods.includes('GET'));

/**
 * Of a path without parameters its own methods count, not those of a pattern that would match it too: `duplicates` in
 * `/v1/leads/duplicates` is nobody's id. `documentNow` is asked at the first call, when all routes are there.
 */
export function literalPaths(documentNow: () => Document): MiddlewareHandler<ApiEnv> {
  let literal: ReadonlyMap<string, Methods> | undefined;
  return async (c: Context<ApiEnv>, next) => {
    literal ??= new Map(
      Object.entries(documentNow().paths).flatMap(([path, methods]) =>
        path.includes('{') ? [] : [[path, methodsOf(methods)] as const],
      ),
    );
    const methods = literal.get(c.req.path);
    if (methods !== undefined && !takes(methods, c.req.method)) return notAllowed(methods);
    return next();
  };
}

export function unmatched(document: Document): NotFoundHandler<ApiEnv> {
  const routes = Object.entries(document.paths).map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`),
    methods: methodsOf(methods),
  }));
  return (c) => {
    const allowed = routes.find(({ pattern }) => pattern.test(c.req.path));
    if (allowed !== undefined) return notAllowed(allowed.methods);
    return problemResponse(problemOf(new Problem('not-found', 'This version of the API has no such address')).body);
  };
}
