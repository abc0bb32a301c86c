/** `volley export` and `volley erase`: what is known of a person, and that it goes. */
import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { type ApiClient, connect } from './client.ts';
import { leadIdOf } from './lead-id.ts';
import { note, print, printJson } from './terminal.ts';
import { wrongUse } from './use.ts';

const erasureSchema = z.looseObject({
  lead: z.looseObject({ id: z.string() }),
  state: z.enum(['erasing', 'erased']),
  requestedAt: z.string(),
  erasedAt: z.string().nullable(),
});
type Erasure = z.infer<typeof erasureSchema>;

const leadSchema = z.looseObject({ id: z.string(), email: z.string(), firstName: z.string(), lastName: z.string() });
const exportSchema = z.looseObject({ exportedAt: z.string() });

export function addPrivacy(program: Command): void {
  program
    .command('export')
    .description('everything held about a person, as JSON: for whoever asks for access')
    .argument('<lead>', 'id or email address')
    .option('--out <file>', 'write it to this file, readable by its owner only')
    .option('--json', 'print JSON, which it does anyway')
    .action(async (lead: string, { out }: { out?: string }) => {
      const api = await connect(readConfig());
      const held = await api.ask(`/v1/leads/${await leadIdOf(api, lead)}/export`, exportSchema);
      if (out === undefined) return printJson(held);
      await writeFile(out, `${JSON.stringify(held, null, 2)}\n`, { mode: 0o600 });
      note(`Written to ${out}.`);
    });
  program
    .command('erase')
    .description('everything held about a person goes; it cannot be undone')
    .argument('<lead>', 'id or email address')
    .option('--yes', 'do it; without it, it is only said who would be erased')
    .option('--json', 'print JSON')
    .action(async (lead: string, options: { yes?: true; json?: true }) => {
      const api = await connect(readConfig());
      const id = await leadIdOf(api, lead);
      if (options.yes !== true) throw await unconfirmed(api, id);
      const erasure = await erased(api, id, options.json !== true);
      if (options.json) printJson(erasure);
      else print(`Lead ${erasure.lead.id} is erased.`);
    });
}

async function unconfirmed(api: ApiClient, id: string): Promise<Error> {
  const { email, firstName, lastName } = await api.ask(`/v1/leads/${id}`, leadSchema);
  const who = [firstName, lastName].filter((part) => part !== '').join(' ');
  return wrongUse(
    `this would erase ${who === '' ? email : `${who} <${email}>`} and everything held about them, for good`,
    `If that is the person, run: volley erase ${id} --yes`,
  );
}

const POLL_MS = 1_000;

/** Waits until it is done: a message that is on its way to the mail service may take a minute. */
async function erased(api: ApiClient, id: string, tell: boolean): Promise<Erasure> {
  let erasure = await api.ask(`/v1/leads/${id}`, erasureSchema, { method: 'DELETE' });
  if (erasure.state === 'erasing' && tell) note('A message to the lead is on its way; waiting for its end.');
  while (erasure.state === 'erasing') {
    await pause(POLL_MS);
    erasure = await api.ask(`/v1/erasures/${erasure.lead.id}`, erasureSchema);
  }
  return erasure;
}
