/** Suppressions as a file, in and out. */

import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { stringify } from 'csv-stringify/sync';
import type { Context } from 'hono';
import { CHANNELS } from '../core/channels.ts';
import { type IdempotentRequest, saveAnswer } from '../store/idempotency.ts';
import { listSuppressions, type NewSuppression } from '../store/suppressions/rows.ts';
import { suppressMany, suppressNewcomers } from '../store/suppressions/suppress.ts';
import { transact } from '../store/tx.ts';
import { sha256 } from '../store/values.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { Problem } from './problem/problem.ts';
import { json, problems, text } from './schemas/common.ts';
import { suppressionOut, toOut } from './suppressions.ts';
import { decode } from './upload/decode.ts';
import { isJson, readSuppressions } from './upload/suppression-rows.ts';
import { claim, nudge } from './write.ts';

const tags = ['Suppressions'];
/** Rows of one transaction: with guards and inputs well within Aurora DSQL's 3,000. */
const CHUNK = 200;
const PAGE = 500;
const FILE_MAX = 20_000_000;
const ERRORS_SHOWN = 100;

const imported = z
  .object({
    rows: z.number().int().openapi({ description: 'Rows in the file, without headers.' }),
    suppressed: z.number().int().openapi({ description: 'Rows taken in; known ones too.' }),
    skipped: z.number().int().openapi({ description: 'Contacts in the file who have not opted out.' }),
    rejected: z.number().int(),
    errors: z
      .array(z.object({ row: z.number().int(), field: z.string(), message: z.string() }))
      .openapi({ description: `The first ${ERRORS_SHOWN}.` }),
  })
  .openapi('SuppressionImport');

const exported = z.object({ items: z.array(suppressionOut) }).openapi('SuppressionExport');
const COLUMNS = [
  'email',
  'domain',
  'account',
  'lead',
  'phone',
  'channel',
  'purpose',
  'until',
  'reason',
  'by',
  'createdAt',
] as const;

export function suppressionFileRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();

  const post = createRoute({
    ...guard(deps, 'suppressions.import', { streams: true }),
    method: 'post',
    path: '/v1/suppressions/import',
    tags,
    summary: 'Suppress a list',
    description:
      'CSV or JSON: our own export, SES’s suppression list, exports of HubSpot and Salesforce (of those who opted out, or are not to be called), one address, domain or phone number a line. Good rows are taken in, bad ones reported. Again is harmless.',
    request: {
      query: z.strictObject({
        channel: z
          .enum(CHANNELS)
          .optional()
          .openapi({ description: 'For rows that name none; else mail, and calls for phone numbers.' }),
        purpose: z
          .enum(['marketing', 'sales', 'service'])
          .optional()
          .openapi({ description: 'For rows that name none; else all purposes.' }),
        reason: text(500).optional().openapi({ description: 'For rows that name none; `imported` by default.' }),
      }),
      body: {
        required: true,
        content: {
          'text/csv': { schema: { type: 'string' as const, example: 'email,reason\nada@acme.example,BOUNCE\n' } },
          'application/x-ndjson': { schema: { type: 'string' as const } },
          'application/json': { schema: { type: 'object' as const } },
        },
      },
    },
    responses: { 200: json(imported, 'Taken in.'), ...problems(400, 413, 415, 422) },
  });
  app.openapi(post, async (c) => {
    const { channel, purpose, reason = 'imported' } = c.req.valid('query');
    const { by } = callerIn(c);
    const now = deps.clock.now();
    const text = await textOf(c.req.raw.body);
    if (/^application\/json\b/i.test(c.req.header('content-type') ?? '') && !isJson(text))
      throw new Problem('broken-json', 'The body cannot be read as JSON');
    const once = onceOf(c, text);
    if (once !== undefined) await isFirst(deps, once);
    const { rows, good, skipped, errors } = readSuppressions(text, channel);
    const past = good.filter(({ until }) => until !== undefined && until <= now);
    const all = good
      .filter((one) => !past.includes(one))
      .map(
        ({ target, ...one }): NewSuppression => ({
          ...target,
          channel: one.channel,
          purpose: one.purpose ?? purpose,
          until: one.until,
          reason: one.reason ?? reason,
          by,
        }),
      );
    for (let from = 0; from < all.length; from += CHUNK) {
      const chunk = all.slice(from, from + CHUNK);
      const told = await transact(deps.database.db, (tx) => suppressMany(tx, chunk, now));
      await nudge(deps, [...new Set(told.map(({ leadId }) => leadId))]);
      await nudge(deps, await transact(deps.database.db, (tx) => suppressNewcomers(tx, chunk, told, now)));
    }
    const answer = {
      rows,
      suppressed: all.length,
      skipped: skipped + past.length,
      rejected: errors.length,
      errors: errors.slice(0, ERRORS_SHOWN).map((one) => ({ ...one })),
    };
    if (once !== undefined) {
      await transact(deps.database.db, async (tx) => {
        await claim(tx, deps, once);
        await saveAnswer(tx, once, { status: 200, body: JSON.stringify(answer) });
      });
    }
    return c.json(answer, 200);
  });

  const get = createRoute({
    ...guard(deps, 'suppressions.export'),
    method: 'get',
    path: '/v1/suppressions/export',
    tags,
    summary: 'All suppressions, as JSON or (by Accept) as CSV',
    description: 'The import takes both in again.',
    responses: {
      200: {
        ...json(exported, 'All there are.'),
        content: { ...json(exported, '').content, 'text/csv': { schema: z.string() } },
      },
      ...problems(),
    },
  });
  app.openapi(get, async (c) => {
    const items: z.infer<typeof suppressionOut>[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await listSuppressions(deps.database.db, { limit: PAGE, cursor });
      items.push(...page.items.map(toOut));
      if (page.next === null) break;
      cursor = page.next;
    }
    if (!/\btext\/csv\b/.test(c.req.header('accept') ?? '')) return c.json({ items }, 200);
    const rows = items.map(({ lead, account, ...row }) => ({
      ...row,
      lead: lead?.id ?? null,
      account: account?.domain ?? null,
    }));
    const csv = stringify(rows, { header: true, columns: [...COLUMNS], escape_formulas: true });
    return c.body(csv, 200, { 'content-type': 'text/csv; charset=utf-8' });
  });
  return app;
}

function onceOf(c: Context<ApiEnv>, body: string): IdempotentRequest | undefined {
  const key = idempotencyKeyOf(c);
  if (key === undefined) return undefined;
  const { search } = new URL(c.req.url);
  return { apiKey: callerIn(c).keyId, key, requestHash: sha256(`POST ${c.req.path}${search}\n${body}`) };
}

/**
 * Looks without taking the key: the rows are written in many transactions, and a call that was cut off must be
 * free to come again.
 * @throws Replay, Problem `idempotency-mismatch`
 */
async function isFirst(deps: ApiDeps, once: IdempotentRequest): Promise<void> {
  const looked = new Error('looked');
  await transact(deps.database.db, async (tx) => {
    await claim(tx, deps, once);
    throw looked;
  }).catch((error: unknown) => {
    if (error !== looked) throw error;
  });
}

async function textOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) throw new Problem('bad-file', 'The body is empty');
  let whole = '';
  for await (const part of decode(body, undefined).text) {
    whole += part;
    if (whole.length > FILE_MAX) throw new Problem('too-large', `The file may have at most ${FILE_MAX} characters`);
  }
  return whole;
}
