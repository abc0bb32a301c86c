/** What an address or method without a route is answered: 404, or 405 with the methods there are. */
import type { NotFoundHandler } from 'hono';
import type { ApiEnv } from './deps.ts';
import type { Document } from './docs/document.ts';
import { Problem, problemOf, problemResponse } from './problem/problem.ts';

export function unmatched(document: Document): NotFoundHandler<ApiEnv> {
  const routes = Object.entries(document.paths).map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`),
    methods: Object.keys(methods).map((method) => method.toUpperCase()),
  }));
  return (c) => {
    const allowed = routes.filter(({ pattern }) => pattern.test(c.req.path)).flatMap(({ methods }) => methods);
    if (allowed.length === 0) {
      return problemResponse(problemOf(new Problem('not-found', 'This version of the API has no such address')).body);
    }
    const problem = new Problem('method-not-allowed', `This address takes ${allowed.join(', ')}`);
    return problemResponse(problemOf(problem).body, { allow: allowed.join(', ') });
  };
}
