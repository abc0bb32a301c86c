/** `volley explain`: why a lead got something, why not, when it will; without a question, its story. */
import type { Command } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { VolleyError } from '../core/errors.ts';
import { parseAbout } from '../core/explain/explain.ts';
import { dayAndTime } from '../core/words.ts';
import { connect } from './client.ts';
import { leadIdOf } from './lead-id.ts';
import { colour, print, printJson, table } from './terminal.ts';

const STORY_LINES = 20;

const reasonSchema = z.looseObject({
  code: z.string(),
  expr: z.string().optional(),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  source: z.string(),
});
const explanationSchema = z.looseObject({
  verdict: z.string(),
  at: z.string().optional(),
  code: z.string(),
  sentence: z.string(),
  because: z.array(reasonSchema),
  unblockedBy: z.string().nullable(),
  timeZone: z.string(),
});
const journalSchema = z.looseObject({
  items: z.array(z.looseObject({ at: z.string(), type: z.string(), sentence: z.string() })),
});

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('why a lead got something, why not, when it will; without a question, its story')
    .argument('<lead>', 'id or email address')
    .option('--about <what>', 'step:CADENCE/STEP, cadence:NAME, entry:NUMBER, custody, stage, score or silence')
    .option('--at <time>', 'as of this time, past or ahead, e.g. 2026-11-24 or 2026-11-24T08:00:00Z')
    .option('--json', 'print JSON')
    .action(async (lead: string, options: { about?: string; at?: string; json?: true }) => {
      if (options.about !== undefined && parseAbout(options.about) === undefined) {
        throw new VolleyError('wrong-use', `--about ${options.about} is no question`, {
          fix: 'Ask about step:CADENCE/STEP, cadence:NAME, entry:NUMBER, custody, stage, score, silence or position.',
        });
      }
      const api = await connect(readConfig());
      const path = `/v1/leads/${await leadIdOf(api, lead)}`;
      const query = new URLSearchParams();
      if (options.about !== undefined) query.set('about', options.about);
      if (options.at !== undefined) query.set('at', options.at);
      const answer = await api.ask(`${path}/explain?${query}`, explanationSchema);
      if (options.about !== undefined) {
        if (options.json) printJson(answer);
        else printAnswer(answer);
        return;
      }
      const story = await api.ask(`${path}/journal?order=newest&limit=${STORY_LINES}`, journalSchema);
      const entries = story.items.toReversed();
      if (options.json) return printJson({ position: answer, journal: entries });
      print(answer.sentence);
      const rows = entries.map((entry) => [dayAndTime(Date.parse(entry.at), answer.timeZone), entry.sentence]);
      print('');
      print(table([`when (${answer.timeZone})`, 'what'], rows));
    });
}

function printAnswer({ verdict, code, sentence, because, unblockedBy }: z.infer<typeof explanationSchema>): void {
  print(`${colour.bold(verdict)} (${code}): ${sentence}`);
  if (unblockedBy !== null) print(`What would change it: ${unblockedBy}`);
  if (because.length === 0) return;
  print('');
  const rows = because.map(({ code: what, expr, value, source }) => [what, expr ?? '', String(value ?? ''), source]);
  print(table(['because', '', 'is', 'from'], rows));
}
