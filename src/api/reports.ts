/** `/v1/reports/{name}`: facts back to both teams. What each number means is in docs/reports.md. */

import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { ATTRIBUTION_MODELS } from '../core/attribution.ts';
import { VolleyError } from '../core/errors.ts';
import { DAY, iso } from '../core/time.ts';
import { warmingDomains } from '../core/warm-up.ts';
import { takeGroup } from '../playbook/take-group.ts';
import { playbookFiles } from '../store/playbooks.ts';
import type { Filled } from '../store/reports/define.ts';
import { REPORT_NAMES, REPORTS, type ReportName, runReport } from '../store/reports/index.ts';
import { csvOf } from '../store/reports/show.ts';
import { wonStage } from '../store/reports/won.ts';
import { guard } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { currentOrNull } from './playbook-now.ts';
import { Problem } from './problem/problem.ts';
import { dateIn, instantOut, json, problems } from './schemas/common.ts';

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const reportOut = z
  .object({
    report: z.enum(REPORT_NAMES),
    from: instantOut,
    to: instantOut,
    tables: z
      .record(z.string(), z.array(z.record(z.string(), cell)))
      .openapi({ description: 'Rows by table; docs/reports.md has a sentence for every column.' }),
  })
  .openapi('Report');

const period = {
  from: dateIn.optional().openapi({ description: 'First instant; by default as long ago as the report says.' }),
  to: dateIn.optional().openapi({ description: 'First instant that does not belong to it; by default this moment.' }),
};

/** What the caller likes better; JSON without a word. */
const wantsCsv = (c: Context): boolean =>
  accepts(c, { header: 'Accept', supports: ['application/json', 'text/csv'], default: 'application/json' }) ===
  'text/csv';

export function reportRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  const get = createRoute({
    ...guard(deps, 'reports.get'),
    method: 'get',
    path: '/v1/reports/{name}',
    tags: ['Reports'],
    summary: 'A report, as JSON or (by Accept) as CSV',
    request: {
      params: z.object({ name: z.enum(REPORT_NAMES).openapi({ param: { name: 'name', in: 'path' } }) }),
      query: z.strictObject({
        ...period,
        model: z
          .enum(ATTRIBUTION_MODELS)
          .optional()
          .openapi({ description: 'How `pipeline` shares out the money of a deal; `linear` by default.' }),
      }),
    },
    responses: {
      200: {
        ...json(reportOut, 'The report.'),
        content: { ...json(reportOut, '').content, 'text/csv': { schema: z.string() } },
      },
      ...problems(400, 404, 409),
    },
  });
  app.openapi(get, async (c) => {
    const { name } = c.req.valid('param');
    const filled = await reportOf(deps, name, c.req.valid('query'));
    if (wantsCsv(c)) {
      return c.body(csvOf(REPORTS[name], filled), 200, { 'content-type': 'text/csv; charset=utf-8' });
    }
    return c.json({ report: name, from: iso(filled.from), to: iso(filled.to), tables: copyOf(filled) }, 200);
  });
  return app;
}

const copyOf = ({ tables }: Filled) =>
  Object.fromEntries(Object.entries(tables).map(([id, rows]) => [id, rows.map((row) => ({ ...row }))]));

interface Asked {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly model?: string | undefined;
}

/** @throws Problem `bad-input` when the period is empty, `no-playbook` before one has been applied. */
async function reportOf(deps: ApiDeps, name: ReportName, asked: Asked): Promise<Filled> {
  const now = deps.clock.now();
  const to = asked.to ?? now;
  const from = asked.from ?? to - REPORTS[name].days * DAY;
  if (from >= to) {
    const message = 'must be earlier than `to`';
    throw new Problem('bad-input', 'The period is empty', { errors: [{ path: 'from', message }] });
  }
  if (asked.model !== undefined && name !== 'pipeline') {
    const message = 'goes with the report pipeline only';
    throw new Problem('bad-input', 'This report has no model', { errors: [{ path: 'model', message }] });
  }
  const playbook = await currentOrNull(deps);
  if (playbook === null) throw new VolleyError('no-playbook', 'No playbook has been applied');
  return runReport(deps.database.db, REPORTS[name], {
    from: new Date(from),
    to: new Date(to),
    now: new Date(now),
    stages: playbook.stages.map((stage) => stage.id),
    won: wonStage(playbook),
    warming: warmingDomains(playbook),
    goals: playbook.goals,
    model: asked.model,
    ...(name === 'experiments' ? await changeOf(deps, playbook.hash) : {}),
  });
}

/** The edits that take winners, of the files in force. */
async function changeOf({ database }: ApiDeps, hash: string) {
  const files = await playbookFiles(database.db, hash);
  return files === null ? {} : { change: (experiment: string, group: string) => takeGroup(files, experiment, group) };
}
