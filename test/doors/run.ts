/**
 * `npm run test:doors -- --url https://volley.northwind.example`: tries every endpoint with every role on a system that
 * runs, and changes nothing but five keys, made with the admin key in `VOLLEY_KEY` and revoked at the end. Exits with 1
 * when any answer is not what the system's own OpenAPI document says.
 */
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { z } from 'zod';
import { createApiClient } from '../../src/cli/client.ts';
import { type Role, roleSchema } from '../../src/store/keys.ts';
import { CALLERS, doorsOf, tryDoors, wrongOf } from './doors.ts';

const { values } = parseArgs({ options: { url: { type: 'string' } } });
const url = (values.url ?? process.env['VOLLEY_URL'] ?? '').replace(/\/+$/, '');
const admin = process.env['VOLLEY_KEY'];
if (!URL.canParse(url) || admin === undefined) {
  process.stderr.write('give --url URL (or VOLLEY_URL), and an admin key in VOLLEY_KEY\n');
  process.exit(2);
}

const api = createApiClient(url, admin);
const made = z.object({ id: z.string(), key: z.string() });
const ids: string[] = [];
async function keyOf(role: Role): Promise<string> {
  const rep = role === 'rep' ? { rep: 'nobody@nowhere.example' } : {};
  const { id, key } = await api.ask('/v1/keys', made, { method: 'POST', json: { role, ...rep, label: 'test:doors' } });
  ids.push(id);
  return key;
}

try {
  const doors = doorsOf(await api.ask('/openapi.json', z.unknown()));
  const keys = {
    admin: await keyOf('admin'),
    marketer: await keyOf('marketer'),
    manager: await keyOf('manager'),
    rep: await keyOf('rep'),
    integration: await keyOf('integration'),
  } satisfies Record<Role, string>;
  const tried = await tryDoors(doors, keys, (path, init) => fetch(`${url}${path}`, init));
  const wrong = wrongOf(tried);
  for (const line of wrong) process.stdout.write(`${pc.red(line)}\n`);
  process.stdout.write(
    `${doors.length} endpoints, ${CALLERS.length} callers (${roleSchema.options.length} roles): ${wrong.length} wrong\n`,
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  for (const id of ids) await api.ask(`/v1/keys/${id}`, z.unknown(), { method: 'DELETE' });
}
