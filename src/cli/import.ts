/** `volley import`: streams a file to the running system and waits until every row is in or refused. */
import { createReadStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { type ApiClient, type ApiRequest, connect } from './client.ts';
import { colour, note, type Progress, print, printJson, progress, table } from './terminal.ts';
import { formatOfFile, requireFile } from './use.ts';

const importSchema = z.looseObject({
  id: z.string(),
  state: z.enum(['queued', 'running', 'done', 'failed']),
  rows: z.number(),
  created: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  rejected: z.number(),
  errors: z.array(z.looseObject({ row: z.number(), field: z.string().nullish(), message: z.string() })),
});
const queuedSchema = z.looseObject({ id: z.string(), rows: z.number() });
type Queued = z.infer<typeof queuedSchema>;
export type ImportAnswer = z.infer<typeof importSchema>;

const POLL_MS = 250;
const ERRORS_SHOWN = 20;

export function addImport(program: Command): void {
  program
    .command('import')
    .description('bring in leads from a CSV file (HubSpot and Salesforce exports too) or NDJSON')
    .argument('<file>', '.csv, or .ndjson / .jsonl with one lead a line')
    .option('--json', 'print the finished import')
    .action(async (file: string, options: { json?: true }) => {
      const api = await connect(readConfig());
      const done = await importFile(api, file);
      if (options.json) printJson(done);
      else show(done);
      if (done.state === 'failed') process.exitCode = 1;
    });
}

/** Uploads the file and waits for its end, with a bar for each. */
export async function importFile(api: ApiClient, file: string): Promise<ImportAnswer> {
  const size = await requireFile(file);
  const type = formatOfFile(file) === 'ndjson' ? 'application/x-ndjson' : 'text/csv';
  const bar = progress('upload', size);
  let sent = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      bar.to(sent);
      done(null, chunk);
    },
  });
  const { body } = new Response(Readable.toWeb(createReadStream(file).pipe(counted)) as ReadableStream);
  let queued: Queued;
  try {
    queued = await upload(api, body, type);
  } finally {
    bar.end();
  }
  return untilImported(api, queued, progress('rows', queued.rows));
}

/** Imports CSV that is in memory. */
export async function importText(api: ApiClient, csv: string): Promise<ImportAnswer> {
  return untilImported(api, await upload(api, csv, 'text/csv'));
}

const upload = (api: ApiClient, body: ApiRequest['body'] | null, type: string): Promise<Queued> =>
  api.ask('/v1/imports', queuedSchema, { method: 'POST', type, ...(body ? { body } : {}) });

async function untilImported(api: ApiClient, { id }: Queued, bar?: Progress): Promise<ImportAnswer> {
  for (;;) {
    const now = await api.ask(`/v1/imports/${id}`, importSchema);
    bar?.to(now.rows);
    if (now.state === 'done' || now.state === 'failed') {
      bar?.end();
      return now;
    }
    await delay(POLL_MS);
  }
}

function show(done: ImportAnswer): void {
  const head = ['rows', 'created', 'updated', 'unchanged', 'rejected'];
  print(table(head, [[done.rows, done.created, done.updated, done.unchanged, done.rejected]]));
  for (const error of done.errors.slice(0, ERRORS_SHOWN)) {
    note(`${colour.yellow(`row ${error.row}`)} ${error.field ?? ''} ${error.message}`);
  }
  if (done.errors.length > ERRORS_SHOWN) note(`and ${done.errors.length - ERRORS_SHOWN} more (--json has them)`);
  if (done.state === 'failed') note(colour.red('the import failed; what was taken in so far stays in'));
}
