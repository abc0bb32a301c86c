/** A Python tool that tests use, at a fixed version: installed once into Volley's cache, whole or not at all. */
import { execFile } from 'node:child_process';
import { access, mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'volley');

/**
 * The folder of a virtual environment with `wheel` (`NAME==VERSION`) in it; its programs are under `bin/`.
 * @throws what `python3 -m venv` or `pip` says
 */
export async function installedWheel(wheel: string): Promise<string> {
  const folder = join(CACHE, wheel.replace('==', '-'));
  const mark = join(folder, 'whole');
  const there = await access(mark).then(
    () => true,
    () => false,
  );
  if (there) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(join(folder, 'bin/pip'), ['install', '--quiet', wheel], { maxBuffer: 10_000_000 });
  await mkdir(mark);
  return folder;
}
