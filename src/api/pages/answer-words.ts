/** What the form of an answer page sends, read by the same schemas as the body of the call it stands for. */
import type { z } from '@hono/zod-openapi';
import type { AnswerVerb } from '../../email/answer-tokens.ts';
import type { Given } from '../answer.ts';
import { acceptIn, completeIn, skipIn } from '../answer.ts';
import { mistakesOf } from '../problem/mistakes.ts';
import { returnIn } from '../returns.ts';

/** Names of facts in the form: `fact.timing`. */
export const FACT = 'fact.';

const schemas = { accept: acceptIn, reject: returnIn, complete: completeIn, skip: skipIn } as const;

/** The answer, or what is wrong with it in words. A field left empty is not given. */
export function readForm(answer: AnswerVerb, form: URLSearchParams): { given: Given } | { wrong: readonly string[] } {
  const body: Record<string, unknown> = {};
  const facts: Record<string, string> = {};
  for (const [name, typed] of form) {
    const value = typed.trim();
    if (value === '') continue;
    if (name.startsWith(FACT)) facts[name.slice(FACT.length)] = value;
    else body[name] = value;
  }
  if (Object.keys(facts).length > 0) body['facts'] = facts;
  const schema: z.ZodType<Given> = schemas[answer];
  const parsed = schema.safeParse(body);
  if (parsed.success) return { given: parsed.data };
  return { wrong: mistakesOf(parsed.error).map(({ path, message }) => `${path || 'The form'} ${message}`) };
}
