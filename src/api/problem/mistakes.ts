/** Schema errors as `errors: [{ path, message }]`, and what the framework throws as problems. */
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { type Mistake, Problem } from './problem.ts';

type Issue = z.core.$ZodIssue;

const pathOf = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** Keys that are not there get a mistake each, at their own path. */
function mistakesOfIssue(issue: Issue, at: readonly PropertyKey[] = []): Mistake[] {
  const path = [...at, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: pathOf([...path, key]), message: 'is not known in this version' }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The branch that came nearest says the most useful thing.
    const nearest = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
    if (nearest.length > 0) return nearest.flatMap((inner) => mistakesOfIssue(inner, path));
  }
  return [{ path: pathOf(path), message: issue.message }];
}

const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map((issue) => issue.path.length));

export const mistakesOf = (error: z.core.$ZodError): Mistake[] =>
  error.issues.flatMap((issue) => mistakesOfIssue(issue)).slice(0, 100);

/**
 * What a failed schema is: a mistake in the path is an address where nothing is, all else bad input.
 */
export function invalid(target: string, error: z.core.$ZodError): Problem {
  if (target === 'param') {
    const [first] = error.issues;
    // A rep's id has a form that people choose; every other id is one we gave.
    if ((first?.code === 'invalid_format' && first.format === 'email') || first?.code === 'custom') {
      return new Problem('bad-input', `The id ${first.message}`, { errors: [{ path: 'id', message: first.message }] });
    }
    return new Problem('not-found', 'There is nothing with this id');
  }
  const errors = mistakesOf(error);
  const [first] = errors;
  const where = target === 'query' ? 'query' : 'body';
  const detail =
    first === undefined
      ? `The ${where} has mistakes`
      : `The ${where} has ${errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`}: ${first.path === '' ? '' : `${first.path}: `}${first.message}`;
  return new Problem('bad-input', detail, { errors });
}

/** What Hono itself throws (broken JSON, a content type the route does not take) as a problem. */
export function ofFramework(error: unknown, contentType: string | undefined): unknown {
  if (!(error instanceof HTTPException)) return error;
  if (error.status === 415) {
    return new Problem(
      'wrong-content-type',
      contentType === undefined || contentType === '' ? 'The body has no content type' : `The body is ${contentType}`,
      { more: { accepts: 'application/json' } },
    );
  }
  if (error.status === 400) return new Problem('broken-json', 'The body cannot be read as JSON', { cause: error });
  return error;
}
