/** Python tools that tests use, at fixed versions: installed once into Volley's cache, whole or not at all. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
const cache = (): string => join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'volley');

/**
 * The folder of a virtual environment with everything that `requirements` (a file for pip) names in it; its programs
 * are under `bin/`. Other requirements make another one.
 * @throws Error with what `python3` or `pip` said
 */
export async function installedWheels(name: string, requirements: string): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const folder = join(cache(), `${name}-${hash}`);
  const whole = join(folder, 'installed');
  const there = await access(whole).then(
    () => true,
    () => false,
  );
  if (there) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await said('python3', ['-m', 'venv', folder]);
  await said(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  await writeFile(whole, '');
  return folder;
}

const failureSchema = z.looseObject({ stdout: z.string().default(''), stderr: z.string().default('') });

async function said(program: string, args: readonly string[]): Promise<void> {
  await run(program, args, { maxBuffer: 2 ** 24 }).catch((cause: unknown) => {
    // venv says on stdout what is missing.
    const { stdout, stderr } = failureSchema.parse(cause);
    const words = `${stdout}\n${stderr}`.trim();
    throw new Error(`${program} ${args.join(' ')}: ${words === '' ? String(cause) : words}`, { cause });
  });
}
