/**
 * `npm run test:doors -- --url https://volley.northwind.example`: tries every endpoint with every role on a system that
 * runs, and changes nothing but five keys, made with the admin key in `VOLLEY_KEY` and revoked at the end. Exits with 1
 * when any answer is not what the system's own OpenAPI document says.
 */
import { parseArgs } from 'node:util';
import { colour, note, print } from '../../src/cli/terminal.ts';
import { CALLERS } from './doors.ts';
import { tryDoorsOf } from './system.ts';

const { values } = parseArgs({ options: { url: { type: 'string' } } });
const url = (values.url ?? process.env['VOLLEY_URL'] ?? '').replace(/\/+$/, '');
const admin = process.env['VOLLEY_KEY'];
if (!URL.canParse(url) || admin === undefined) {
  note('give --url URL (or VOLLEY_URL), and an admin key in VOLLEY_KEY');
  process.exit(2);
}

const { doors, wrong } = await tryDoorsOf((path, init) => fetch(`${url}${path}`, init), admin);
for (const line of wrong) print(colour.red(line));
print(`${doors.length} endpoints, ${CALLERS.length} callers: ${wrong.length} wrong`);
process.exitCode = wrong.length === 0 ? 0 : 1;
