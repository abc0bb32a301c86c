/** `/v1/leads/{id}/journal`: what happened to a lead, and why. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { JOURNAL_TYPES, REASONS } from '../core/reasons.ts';
import { storyOf } from '../core/story.ts';
import { iso } from '../core/time.ts';
import { listJournal } from '../store/journal.ts';
import { callerIn, guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { leadFor } from './own.ts';
import { currentOrNull } from './playbook-now.ts';
import { instantIn, instantOut, json, leadIdParam, listQuery, pageOf, problems } from './schemas/common.ts';

const entry = z
  .object({
    id: z.string(),
    seq: z.number().int(),
    lead: z.object({ id: z.uuid() }).openapi({ description: 'Whose entry it was; another one’s after a merge.' }),
    at: instantOut,
    type: z.string().openapi({ enum: [...JOURNAL_TYPES] }),
    cadence: z.string().optional(),
    step: z.string().optional(),
    reason: z
      .string()
      .optional()
      .openapi({ enum: Object.keys(REASONS) }),
    sentence: z
      .string()
      .openapi({ description: "What happened, why, by whom, and what is next; times in the company's zone." }),
    by: z.string().openapi({ description: 'Id of a rep or of a key, `rule`, `clock` or `lead`.' }),
    playbookVersion: z.string(),
    data: z.record(z.string(), z.unknown()).openapi({ description: 'Instants in here are epoch milliseconds.' }),
  })
  .openapi('JournalEntry');

export function journalRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const list = createRoute({
    ...guard(deps, 'leads.journal'),
    method: 'get',
    path: '/v1/leads/{id}/journal',
    tags: ['Leads'],
    summary: 'What happened to a lead, as a story',
    request: {
      params: leadIdParam,
      query: z.strictObject({
        type: z.enum(JOURNAL_TYPES).optional(),
        order: z
          .enum(['oldest', 'newest'])
          .optional()
          .openapi({ description: 'Which end to begin with; oldest by default.' }),
        from: instantIn.optional().openapi({ description: 'Entries at or after it.' }),
        ...listQuery,
      }),
    },
    responses: { 200: json(pageOf(entry, 'JournalPage'), 'A page of the journal.'), ...problems(400, 404) },
  });
  app.openapi(list, async (c) => {
    const { db } = deps.database;
    const lead = await leadFor(db, callerIn(c), c.req.valid('param').id);
    const page = await listJournal(db, lead.id, c.req.valid('query'));
    const zone = (await currentOrNull(deps))?.company.timeZone ?? 'UTC';
    const items = page.items.map((row) => {
      return {
        id: row.id,
        seq: row.seq,
        lead: { id: row.leadId },
        at: iso(row.at),
        type: row.type,
        ...(row.cadence === null ? {} : { cadence: row.cadence }),
        ...(row.step === null ? {} : { step: row.step }),
        ...(row.reason === null ? {} : { reason: row.reason }),
        sentence: storyOf(row, zone),
        by: row.by,
        playbookVersion: row.playbookVersion,
        data: { ...row.data },
      };
    });
    return c.json({ items, next: page.next }, 200);
  });
  return app;
}
