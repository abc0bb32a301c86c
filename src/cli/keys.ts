/** `volley keys`: makes, lists, replaces and revokes keys of the running system. */
import type { Command } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { defined } from '../store/values.ts';
import { connect } from './client.ts';
import { sesHookUrl } from './ses-hook.ts';
import { note, print, printJson, table } from './terminal.ts';
import { wrongUse } from './use.ts';

const ROLES = ['admin', 'marketer', 'manager', 'rep', 'integration'] as const;

const keySchema = z.looseObject({
  id: z.string(),
  role: z.string(),
  rep: z.string().nullish(),
  label: z.string().nullish(),
  createdAt: z.string(),
  revokedAt: z.string().nullish(),
  expiresAt: z.string().nullish(),
  lastUsedAt: z.string().nullish(),
});
const listSchema = z.looseObject({ items: z.array(keySchema), next: z.string().nullish() });
const revokedSchema = z.looseObject({ revoked: z.string() });
const createdSchema = z.looseObject({ id: z.string(), key: z.string() });
const rotatedSchema = createdSchema.extend({ replaces: z.looseObject({ id: z.string(), until: z.string() }) });

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('make, list, replace and revoke API keys');
  keys
    .command('list')
    .description('the keys of the running system, without their secrets')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      const api = await connect(readConfig());
      const items: z.infer<typeof keySchema>[] = [];
      for (let next: string | null | undefined = ''; next !== null && next !== undefined; ) {
        const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
        const page: z.infer<typeof listSchema> = await api.ask(`/v1/keys?limit=100${cursor}`, listSchema);
        items.push(...page.items);
        next = page.next;
      }
      if (options.json) return printJson({ items });
      const rows = items.map((key) => [
        key.id,
        key.role,
        key.rep ?? '',
        key.label ?? '',
        key.createdAt.slice(0, 10),
        key.lastUsedAt?.slice(0, 10) ?? 'never',
        key.revokedAt ? 'revoked' : key.expiresAt ? `until ${key.expiresAt.slice(0, 16).replace('T', ' ')}` : '',
      ]);
      print(table(['id', 'role', 'rep', 'label', 'made', 'used', ''], rows));
    });
  keys
    .command('create')
    .description('make a key and print its secret, once')
    .requiredOption('--role <role>', ROLES.join(', '))
    .option('--rep <id>', 'the rep (email) whose key it is; needed with role rep')
    .option('--label <words>', 'to recognise it by')
    .option('--expires <time>', 'from when it opens nothing, e.g. 2027-01-31T00:00:00Z')
    .option('--json', 'print { id, key }')
    .action(async (options: { role: string; rep?: string; label?: string; expires?: string; json?: true }) => {
      const role = ROLES.find((known) => known === options.role);
      if (role === undefined)
        throw wrongUse(`there is no role '${options.role}'`, `The roles are ${ROLES.join(', ')}.`);
      if ((role === 'rep') !== (options.rep !== undefined)) {
        throw wrongUse(role === 'rep' ? 'a key with role rep needs --rep' : '--rep goes with --role rep only');
      }
      const { rep, label, expires } = options;
      const api = await connect(readConfig());
      const created = await api.ask('/v1/keys', createdSchema, {
        method: 'POST',
        json: { role, ...defined({ rep, label, expires }) },
      });
      if (options.json) printJson(created);
      else print(created.key);
    });
  keys
    .command('rotate')
    .description('make a key in place of one and print it, once; the one before works beside it for a day')
    .argument('<id>', 'as `volley keys list` shows it')
    .option('--until <time>', 'until when the one before works, e.g. 2026-12-31T18:00:00Z')
    .option('--json', 'print { id, key, replaces }')
    .action(async (id: string, { until, json }: { until?: string; json?: true }) => {
      const api = await connect(readConfig());
      const path = `/v1/keys/${encodeURIComponent(id)}/rotate`;
      const made = await api.ask(path, rotatedSchema, { method: 'POST', json: defined({ until }) });
      if (json) return printJson(made);
      note(`${id} works until ${made.replaces.until}`);
      print(made.key);
    });
  keys
    .command('revoke')
    .description('end a key at once')
    .argument('<id>', 'as `volley keys list` shows it')
    .option('--json', 'print { revoked }')
    .action(async (id: string, options: { json?: true }) => {
      const api = await connect(readConfig());
      const answer = await api.ask(`/v1/keys/${encodeURIComponent(id)}`, revokedSchema, { method: 'DELETE' });
      if (options.json) printJson(answer);
      else print(`revoked ${id}`);
    });
  keys
    .command('ses-hook')
    .description('print the address SES events are to be sent to; it holds a token: treat it as a key')
    .action(() => {
      const { secret, publicUrl } = readConfig();
      if (secret === undefined || publicUrl === undefined) {
        throw wrongUse(
          'the address follows from VOLLEY_SECRET and VOLLEY_PUBLIC_URL',
          'Set both as for `volley serve`.',
        );
      }
      print(sesHookUrl(publicUrl, secret));
    });
}
