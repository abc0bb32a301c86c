/** `volley suppressions`: who must not be mailed, called or chatted with, as a file in and out. */

import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { CHANNELS } from '../core/channels.ts';
import { connect } from './client.ts';
import { colour, note, print, printJson, table } from './terminal.ts';
import { formatOfFile, requireFile } from './use.ts';

const importedSchema = z.object({
  rows: z.number(),
  suppressed: z.number(),
  skipped: z.number(),
  rejected: z.number(),
  errors: z.array(z.object({ row: z.number(), field: z.string(), message: z.string() })),
});

interface ImportOptions {
  readonly channel?: string;
  readonly purpose?: string;
  readonly reason?: string;
  readonly json?: true;
}

export function addSuppressions(program: Command): void {
  const suppressions = program.command('suppressions').description('who must not be mailed, as a file in and out');
  suppressions
    .command('import')
    .description(
      'suppress a list: our own export, SES’s, HubSpot’s and Salesforce’s opt-outs, or one address, domain or phone number a line',
    )
    .argument('<file>', '.csv, .txt, .json or .ndjson')
    .addOption(
      new Option('--purpose <purpose>', 'for rows that name none; else all').choices(['marketing', 'sales', 'service']),
    )
    .addOption(
      new Option('--channel <channel>', 'for rows that name none; else mail, and calls for phone numbers').choices([
        ...CHANNELS,
      ]),
    )
    .option('--reason <text>', 'for rows that name none')
    .option('--json', 'print the answer')
    .action(importFile);
  suppressions
    .command('export')
    .description('print all suppressions, as CSV')
    .option('--json', 'as JSON')
    .option('--out <file>', 'write them to a file')
    .action(async ({ json, out }: { json?: true; out?: string }) => {
      const api = await connect(readConfig());
      const text = await api.text('/v1/suppressions/export', json ? 'application/json' : 'text/csv');
      if (out === undefined) process.stdout.write(text);
      else await writeFile(out, text);
    });
}

async function importFile(file: string, { channel, purpose, reason, json }: ImportOptions): Promise<void> {
  await requireFile(file);
  const api = await connect(readConfig());
  const query = new URLSearchParams({
    ...(channel && { channel }),
    ...(purpose && { purpose }),
    ...(reason && { reason }),
  });
  const type = formatOfFile(file) === 'ndjson' ? 'application/x-ndjson' : 'text/csv';
  const { body } = new Response(Readable.toWeb(createReadStream(file)) as ReadableStream);
  const done = await api.ask(`/v1/suppressions/import?${query}`, importedSchema, {
    method: 'POST',
    type,
    ...(body ? { body } : {}),
  });
  if (done.rejected > 0) process.exitCode = 1;
  if (json) return printJson(done);
  print(
    table(['rows', 'suppressed', 'skipped', 'rejected'], [[done.rows, done.suppressed, done.skipped, done.rejected]]),
  );
  for (const error of done.errors) note(`${colour.yellow(`row ${error.row}`)} ${error.field} ${error.message}`);
}
