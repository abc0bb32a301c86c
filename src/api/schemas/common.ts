/** Schemas that several resources share. Instants are ISO 8601 text outside and epoch ms inside. */
import { z } from '@hono/zod-openapi';
import { cleanText } from '../../core/scrub/text.ts';
import { addressSchema, emailIdentity } from '../../core/scrub.ts';
import { iso } from '../../core/time.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from '../../store/cursor.ts';
import { problemSchema } from '../problem/problem.ts';
import { formatted, namedBy, textForm } from './forms.ts';

const FIRST = Date.UTC(2000, 0, 1);
const LAST = Date.UTC(2100, 0, 1);

/** Text the database can hold: Postgres has no NUL in text. */
export const text = (max: number, min = 1) =>
  z
    .string()
    .min(min)
    .max(max)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what it is about.
    .regex(/^[^\u0000]*$/, 'must not contain NUL characters');

/** An instant somebody sends: a date that does not exist, or lies out of any sensible range, is refused. */
export const instantIn = z.iso
  .datetime({
    offset: true,
    error: 'must be a date and time that exists, in ISO 8601 with a zone, e.g. 2026-11-24T08:12:00Z',
  })
  .transform((value) => Date.parse(value))
  .refine((at) => at >= FIRST && at < LAST, 'must lie between the years 2000 and 2100')
  .openapi({ type: 'string', format: 'date-time', example: '2026-11-24T08:12:00Z' });

/** An instant, or null: none. What the document says of an instant would say nothing of null. */
export const instantOrNullIn = instantIn.nullable().openapi({ type: ['string', 'null'], format: 'date-time' });

/** An instant, or a date alone: its first instant in UTC. */
export const dateIn = z
  .union([z.iso.date().transform((value) => `${value}T00:00:00Z`), z.iso.datetime({ offset: true })], {
    error: 'must be a date that exists, in ISO 8601, e.g. 2026-11-24 or 2026-11-24T08:12:00Z',
  })
  .transform((value) => Date.parse(value))
  .refine((at) => at >= FIRST && at < LAST, 'must lie between the years 2000 and 2100')
  .openapi({ type: 'string', anyOf: [{ format: 'date' }, { format: 'date-time' }], example: '2027-01-15' });

/** An instant as answered. */
export const instantOut = z.string().openapi({ format: 'date-time', example: '2026-11-24T08:12:00.000Z' });

export const isoOrNull = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : iso(at);

export const name = text(200).openapi({ example: 'evaluation-guide' });

export const idParam = z.object({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{1,128}$/, 'must be an id: 1 to 128 of A-Z a-z 0-9 _ . : -')
    .openapi({ param: { name: 'id', in: 'path' } }),
});

/** An id of a task in a body. */
export const taskId = z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/, 'must be the id of a task');

export const leadIdParam = z.object({
  id: z.uuid().openapi({ param: { name: 'id', in: 'path' }, description: 'Id of the lead.' }),
});

/** An address that mail can have (RFC 5321, 4.5.3.1): 64 octets before the @, 254 in all. */
export const mailable = (address: string): boolean => address.length <= 254 && address.indexOf('@') <= 64;
const REP = 'must be the address of a rep';

/** A rep, by the address that is the rep's id. */
export const repId = z
  .email(REP)
  .refine(mailable, REP)
  .transform((id) => id.toLowerCase())
  .openapi({ type: 'string', format: 'rep-address', example: 'rep-1@northwind.example' });

/** Somebody's address in any spelling, as its identity. */
export const addressIn = z
  .string()
  .pipe(addressSchema)
  .openapi({ type: 'string', format: 'rep-address', example: 'ada@acme.example' });

/** A lead by id or by address; spellings of one mailbox are one. */
export const leadRef = z
  .union([
    z.strictObject({ id: z.uuid('must be the id of a lead, a UUID') }),
    z.strictObject({ email: text(320).transform(emailIdentity) }),
  ])
  .openapi({
    type: 'object',
    oneOf: [
      {
        properties: { id: { type: 'string', format: 'uuid' } },
        required: ['id'],
        additionalProperties: false,
      },
      {
        properties: { email: textForm(320) },
        required: ['email'],
        additionalProperties: false,
      },
    ],
    description: 'Either `id` or `email`.',
    example: { email: 'ada@example.com' },
  });

export type LeadRef = z.infer<typeof leadRef>;

export const factsIn = z
  .record(text(100), text(2_000))
  .refine((facts) => Object.keys(facts).length <= 50, 'must have at most 50 facts')
  // "n/a", "-" and what cannot be seen tell nothing: a fact that is asked for is then missing.
  .transform((facts) =>
    Object.fromEntries(
      Object.entries(facts).flatMap(([name, told]) => (cleanText(told) === '' ? [] : [[name, told.trim()] as const])),
    ),
  )
  .openapi({
    type: 'object',
    ...namedBy(textForm(100)),
    additionalProperties: textForm(2_000),
    maxProperties: 50,
    example: { timing: 'after the audit in March' },
  });

export const noteIn = text(5_000);

export const listQuery = {
  limit: z.coerce
    .number('must be a whole number from 1 to 500')
    .int({ error: 'must be a whole number from 1 to 500', abort: true })
    .min(1, 'must be a whole number from 1 to 500')
    .max(500, 'must be a whole number from 1 to 500')
    .optional()
    .openapi({ description: '50 by default, at most 500.' }),
  cursor: text(2_000)
    .optional()
    .openapi({ ...formatted('cursor'), description: '`next` of the page before.' }),
};

/** A page of a list that is read whole, by `id`; the order is ours, for databases collate each in their own way. */
export function pageOfAll<T extends { readonly id: string }>(
  list: string,
  all: readonly T[],
  request: PageRequest,
): Page<T> {
  const limit = pageLimit(request);
  const after = decodeCursor(list, request.cursor, ['text'])?.[0];
  const sorted = all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter((one) => one.id > String(after));
  return toPage(
    list,
    rest.slice(0, limit + 1),
    limit,
    (one) => [one.id],
    (one) => one,
  );
}

/** A page of a list. */
export const pageOf = <T extends z.ZodType>(item: T, name: string) =>
  z
    .object({
      items: z.array(item),
      next: z.string().nullable().openapi({ description: 'Cursor of the next page; null on the last one.' }),
    })
    .openapi(name);

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

export const jsonBody = <T extends z.ZodType>(schema: T, required = true) => ({
  body: { required, content: { 'application/json': { schema } } },
});

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});

const meanings = {
  400: 'The request has mistakes: `bad-input`, `broken-json`, `bad-cursor`.',
  401: 'No key, or a wrong one: `no-key`, `wrong-key`.',
  403: 'Not with this key: `wrong-role`, `not-yours`.',
  404: 'There is no such thing: `not-found`, `unknown-lead`.',
  405: 'This address takes other methods: `method-not-allowed`.',
  409: 'It cannot be done as things are now; `type` says why.',
  410: 'The lead was erased or merged into another: `lead-erased`, `lead-merged`.',
  413: 'The body is too large: `too-large`.',
  415: 'The body has another content type: `wrong-content-type`.',
  422: 'Understood, and refused; `type` and `errors` say why.',
  429: 'Too much at once; `type` says of what.',
  500: 'A failure on our side: `internal`.',
  503: 'Not now; try again: `not-ready`.',
} as const;

export type Failure = keyof typeof meanings;

/** The problem of this status as an operation documents it. */
export const failure = (status: Failure) => problem(meanings[status]);

/** The problems a route documents, beside those every guarded route has. */
export function problems<const S extends Failure>(
  ...statuses: S[]
): Record<S | 401 | 403 | 500, ReturnType<typeof problem>> {
  const all: Failure[] = [401, 403, 500, ...statuses];
  return Object.fromEntries(all.map((status) => [status, problem(meanings[status])])) as Record<
    S | 401 | 403 | 500,
    ReturnType<typeof problem>
  >;
}
