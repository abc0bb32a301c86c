/**
 * `npm run audit`: known weaknesses, licences, hashes and install scripts of what goes into production. Advisories are
 * asked of the registry that npm uses; one that keeps none (a proxy, say) cannot be asked, which is said, and fails with
 * `-- --must-answer`. Everything else comes from the lock.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { parse } from 'yaml';
import { z } from 'zod';
import { allowedSchema, judge, judgeLock, reportIn } from './audit.ts';

const { values } = parseArgs({ options: { 'must-answer': { type: 'boolean', default: false } } });
const ROOT = join(import.meta.dirname, '../..');
const read = (...path: string[]): Promise<string> => readFile(join(ROOT, ...path), 'utf8');

/** npm ends with 1 when there are advisories, and says in its output whether it could ask. */
const output = await new Promise<string>((resolve) => {
  execFile('npm', ['audit', '--omit=dev', '--json'], { cwd: ROOT, maxBuffer: 2 ** 26 }, (_, out) => resolve(out));
});

const manifest = z
  .looseObject({ allowScripts: z.record(z.string(), z.boolean()) })
  .parse(JSON.parse(await read('package.json')));
const scripts = Object.entries(manifest.allowScripts).flatMap(([name, may]) => (may ? [name] : []));
const wrong = judgeLock(JSON.parse(await read('package-lock.json')), scripts);

const report = reportIn(JSON.parse(output === '' ? 'null' : output));
if (report === undefined) {
  const why = z.looseObject({ message: z.string() }).safeParse(JSON.parse(output === '' ? 'null' : output))
    .data?.message;
  process.stdout.write(`${pc.yellow('advisories could not be asked for')}: ${why ?? 'npm said nothing'}\n`);
  if (values['must-answer']) wrong.push('no registry answered for advisories');
} else {
  const allowed = allowedSchema.parse(parse(await read('test/audit/allowed.yaml')));
  wrong.push(...judge(report, allowed, new Date().toISOString().slice(0, 10)));
  process.stdout.write(
    `${Object.keys(report.vulnerabilities).length} packages have advisories, ${allowed.length} are allowed\n`,
  );
}
for (const line of wrong) process.stdout.write(`${pc.red(line)}\n`);
process.stdout.write(`dependencies of production: ${wrong.length} wrong\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
