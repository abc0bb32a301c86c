/** `/v1/imports`: lists of leads, from a CRM's export or any other. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { iso } from '../core/time.ts';
import { saveAnswer } from '../store/idempotency.ts';
import { getImport, type ImportRow, listImportErrors, listImports, queueImport } from '../store/imports.ts';
import { transact } from '../store/tx.ts';
import { readJson, sha256 } from '../store/values.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { Problem } from './problem/problem.ts';
import { idParam, instantOut, isoOrNull, json, listQuery, pageOf, problems } from './schemas/common.ts';
import { type Format, headerSchema, NOTE } from './upload/raw-rows.ts';
import { discard, type Stored, storeUpload } from './upload/store.ts';
import { claim } from './write.ts';

const tags = ['Imports'];
/** Errors shown; a file with more wrong rows than this needs another export, not a longer list. */
const ERRORS_SHOWN = 1_000;

const FORMATS: Readonly<Record<string, Format>> = {
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
};

const importSummary = z
  .object({
    id: z.string(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    format: z.string(),
    rows: z.number().int().openapi({ description: 'Rows taken in or rejected so far.' }),
    created: z.number().int(),
    updated: z.number().int(),
    unchanged: z.number().int(),
    rejected: z.number().int(),
    pages: z.object({ done: z.number().int(), all: z.number().int() }),
    failure: z.string().nullable(),
    createdAt: instantOut,
    finishedAt: instantOut.nullable(),
  })
  .openapi('ImportSummary');

const importOut = importSummary
  .extend({
    errors: z
      .array(z.object({ row: z.number().int(), field: z.string(), message: z.string() }))
      .openapi({ description: 'The first 1,000 rejected rows. Rows count as in a spreadsheet: the header is row 1.' }),
    notes: z
      .array(z.object({ row: z.number().int().nullable(), message: z.string() }))
      .openapi({ description: 'What was taken in though it looks odd: addresses that come twice, fields left empty.' }),
  })
  .openapi('Import');

const accepted = z
  .object({
    id: z.string(),
    state: z.literal('queued'),
    rows: z.number().int().openapi({ description: 'Rows in the file.' }),
  })
  .openapi('ImportQueued');

export function importRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { db } = deps.database;
  const app = new OpenAPIHono<ApiEnv>();

  const post = createRoute({
    ...guard(deps, 'imports.create', { streams: true }),
    method: 'post',
    path: '/v1/imports',
    tags,
    summary: 'Import a list of leads',
    description:
      'CSV with a header row (HubSpot’s and Salesforce’s exports are known; comma, semicolon or tab), or one JSON lead a line. UTF-8, UTF-16 with a byte order mark, or Windows-1252. The body is streamed and may have a million rows; an upload that breaks off leaves nothing behind. Bad rows are reported, good ones taken in.',
    request: {
      body: {
        required: true,
        content: {
          'text/csv': { schema: { type: 'string' as const, example: 'Email,First Name\nada@acme.example,Ada\n' } },
          'application/x-ndjson': { schema: { type: 'string' as const } },
        },
      },
    },
    responses: { 202: json(accepted, 'Stored; it is being taken in.'), ...problems(400, 413, 415, 422) },
  });
  app.openapi(post, async (c) => {
    const { format, charset } = formatOf(c.req.header('content-type'));
    const once = idempotencyKeyOf(c);
    const { body } = c.req.raw;
    if (body === null) throw new Problem('bad-file', 'The body is empty');
    const stored = await storeUpload(deps, { body, format, charset, by: callerIn(c).by });
    const answer = { id: stored.id, state: 'queued' as const, rows: stored.rows };
    await queue(c, deps, stored, once, JSON.stringify(answer)).catch(async (error: unknown) => {
      await discard(deps, stored.id);
      throw error;
    });
    await deps.startImport(stored.id).catch((err: unknown) => {
      deps.log.warn({ err, import: stored.id }, 'the import waits: its workflow could not be started');
    });
    return c.json(answer, 202, { location: `/v1/imports/${stored.id}` });
  });

  const list = createRoute({
    ...guard(deps, 'imports.list'),
    method: 'get',
    path: '/v1/imports',
    tags,
    summary: 'List imports, newest first',
    description: 'Without their errors: those are at the import.',
    request: { query: z.strictObject(listQuery) },
    responses: { 200: json(pageOf(importSummary, 'ImportPage'), 'A page of imports.'), ...problems(400) },
  });
  app.openapi(list, async (c) => {
    const page = await listImports(db, c.req.valid('query'));
    return c.json({ items: page.items.map(toSummary), next: page.next }, 200);
  });

  const get = createRoute({
    ...guard(deps, 'imports.get'),
    method: 'get',
    path: '/v1/imports/{id}',
    tags,
    summary: 'How an import goes',
    request: { params: idParam },
    responses: { 200: json(importOut, 'So far.'), ...problems(404) },
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    const row = await getImport(db, id);
    if (row === null) throw new Problem('not-found', `There is no import ${id}`);
    return c.json(await toOut(deps, row), 200);
  });
  return app;
}

/** @throws Problem `wrong-content-type` */
function formatOf(header: string | undefined): { format: Format; charset: string | undefined } {
  const [type = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim());
  const format = FORMATS[type.toLowerCase()];
  if (format === undefined) {
    throw new Problem('wrong-content-type', type === '' ? 'The body has no content type' : `The body is ${type}`, {
      more: { accepts: Object.keys(FORMATS) },
    });
  }
  const charset = parameters
    .map((part) => /^charset="?([^"]+)"?$/i.exec(part)?.[1])
    .find((found) => found !== undefined);
  // Programs name UTF-8 by default, whatever the file is: only another name says something.
  return { format, charset: charset === undefined || /^utf-?8$/i.test(charset) ? undefined : charset };
}

/** From here the import will run; a repeated call stops before and answers as the first did. */
async function queue(
  c: Context<ApiEnv>,
  deps: ApiDeps,
  stored: Stored,
  key: string | undefined,
  answer: string,
): Promise<void> {
  await transact(deps.database.db, async (tx) => {
    const request =
      key === undefined
        ? undefined
        : {
            apiKey: callerIn(c).keyId,
            key,
            requestHash: sha256(`POST /v1/imports\n${stored.hash}`),
          };
    if (request !== undefined) await claim(tx, deps, request);
    await queueImport(tx, stored.id, stored.pages);
    if (request !== undefined) await saveAnswer(tx, request, { status: 202, body: answer });
  });
}

const toSummary = (row: ImportRow): z.infer<typeof importSummary> => ({
  id: row.id,
  state: row.state === 'uploading' ? 'queued' : row.state,
  format: row.format,
  rows: row.rows,
  created: row.created,
  updated: row.updated,
  unchanged: row.unchanged,
  rejected: row.rejected,
  pages: { done: row.pagesDone, all: row.pages },
  failure: row.failure,
  createdAt: iso(row.createdAt),
  finishedAt: isoOrNull(row.finishedAt),
});

async function toOut(deps: ApiDeps, row: ImportRow): Promise<z.infer<typeof importOut>> {
  const { db } = deps.database;
  const said = [];
  let cursor: string | undefined;
  do {
    const page = await listImportErrors(db, row.id, { limit: 500, cursor });
    said.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  const header = readJson(headerSchema, row.header, `import ${row.id}`);
  return {
    ...toSummary(row),
    errors: said.filter((one) => one.field !== NOTE).slice(0, ERRORS_SHOWN),
    notes: [
      ...header.notes.map((message) => ({ row: null, message })),
      ...said.filter((one) => one.field === NOTE).map(({ row: at, message }) => ({ row: at, message })),
    ],
  };
}
