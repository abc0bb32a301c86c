/** Problem details as RFC 9457 has them: thrown anywhere below a handler, answered in one place. */
import { z } from '@hono/zod-openapi';
import { VolleyError } from '../../core/errors.ts';
import { isProblemCode, PROBLEMS, type ProblemCode, typeOf } from './codes.ts';

export const mistakeSchema = z
  .object({
    path: z.string().openapi({ description: 'Where in the body, query or file, e.g. `consent.0.at`.' }),
    message: z.string(),
  })
  .openapi('Mistake');

export type Mistake = z.infer<typeof mistakeSchema>;

export const problemSchema = z
  .looseObject({
    type: z.string().openapi({ description: 'Stable: `/problems/CODE`.', example: '/problems/bad-input' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().openapi({ description: 'What is wrong here, and what to do.' }),
    errors: z.array(mistakeSchema).optional(),
  })
  .openapi('Problem');

export interface ProblemOptions {
  readonly errors?: readonly (Mistake | object)[];
  /** Further members a program can use, such as `reason`. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A problem on its way to the client. The message is the `detail`. */
export class Problem extends VolleyError {
  override readonly name = 'Problem';
  override readonly code: ProblemCode;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(code, detail, { cause: options.cause });
    this.code = code;
    this.options = options;
  }
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly [more: string]: unknown;
}

/** An address that nobody but its owner brings back. */
export const refusedErased = (message: string): Problem =>
  new Problem('lead-refused', `email: ${message}`, {
    errors: [{ path: 'email', message }],
    more: { reason: 'erased' },
  });

/** The problem an error is; anything without a known code is `internal`, and tells nothing of itself. */
export function problemOf(error: unknown): { code: ProblemCode; body: ProblemBody } {
  const known = error instanceof VolleyError && isProblemCode(error.code) ? { error, code: error.code } : undefined;
  if (known === undefined || known.code === 'internal') {
    return { code: 'internal', body: bodyOf('internal', 'The error has been logged. Try again later.') };
  }
  const said = known.error.message.replace(/\.$/, '');
  const detail = known.error.fix === undefined ? `${said}.` : `${said}. ${known.error.fix}`;
  const options = known.error instanceof Problem ? known.error.options : {};
  return { code: known.code, body: bodyOf(known.code, detail, options) };
}

function bodyOf(code: ProblemCode, detail: string, { errors, more }: ProblemOptions = {}): ProblemBody {
  const { title, status } = PROBLEMS[code];
  return { type: typeOf(code), title, status, detail, ...more, ...(errors === undefined ? {} : { errors }) };
}

/** The answer for a problem, wherever it is made. */
export function problemResponse(body: ProblemBody, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  });
}
