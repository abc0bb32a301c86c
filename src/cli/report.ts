/** `volley report`: the reports of the running system, as tables, JSON or CSV. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { ATTRIBUTION_MODELS } from '../core/attribution.ts';
import type { Filled } from '../store/reports/define.ts';
import { REPORT_NAMES, REPORTS, type ReportName } from '../store/reports/index.ts';
import { connect } from './client.ts';
import { showReport } from './show-report.ts';
import { print, printJson } from './terminal.ts';
import { calendarDate, wrongUse } from './use.ts';

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const reportSchema = z.object({
  report: z.string(),
  from: z.string(),
  to: z.string(),
  tables: z.record(z.string(), z.array(z.record(z.string(), cell))),
});

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly model?: string;
  readonly json?: true;
  readonly csv?: true;
}

export function addReport(program: Command): void {
  program
    .command('report')
    .description('facts back to both teams')
    .argument('<name>', REPORT_NAMES.join(', '))
    .option('--from <date>', 'first day, YYYY-MM-DD (UTC)', calendarDate)
    .option('--to <date>', 'day after the last, YYYY-MM-DD (UTC)', calendarDate)
    .addOption(new Option('--model <model>', 'how pipeline shares out the money of a deal').choices(ATTRIBUTION_MODELS))
    .addOption(new Option('--json', 'print JSON').conflicts('csv'))
    .option('--csv', 'print CSV')
    .action(async (name: string, options: Options) => {
      const known = REPORT_NAMES.find((one) => one === name);
      if (known === undefined)
        throw wrongUse(`there is no report '${name}'`, `The reports are ${REPORT_NAMES.join(', ')}.`);
      await show(known, options);
    });
}

async function show(name: ReportName, { from, to, model, json, csv }: Options): Promise<void> {
  const api = await connect(readConfig());
  const query = new URLSearchParams({
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(model === undefined ? {} : { model }),
  });
  const path = `/v1/reports/${name}?${query}`;
  if (csv) {
    process.stdout.write(await api.text(path, 'text/csv'));
    return;
  }
  const answer = await api.ask(path, reportSchema);
  if (json) return printJson(answer);
  const filled: Filled = { ...answer, from: Date.parse(answer.from), to: Date.parse(answer.to) };
  print(showReport(REPORTS[name], filled));
}
