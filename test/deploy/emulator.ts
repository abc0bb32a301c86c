/** An emulator of AWS on this machine: takes what `cdk` deploys, and runs the functions. Kept in Volley's cache. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The second signs the user pool's tokens; without it their signatures are made up, and the API takes none of them. */
const PACKAGES = ['ministack==1.5.33', 'cryptography==50.0.2'];
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'volley');
const STARTS_WITHIN_MS = 60_000;

export interface Emulator {
  readonly url: string;
  /** What clients of AWS need to talk to it and to nothing else. */
  readonly env: Readonly<Record<string, string>>;
  /** File with what it and its functions said. */
  readonly log: string;
  close(): Promise<void>;
}

/** Installed once, into a folder that is there whole or not at all. */
async function installed(): Promise<string> {
  const folder = join(CACHE, PACKAGES.join('_').replaceAll('==', '-'));
  const whole = join(folder, 'installed');
  const there = await access(whole).then(
    () => true,
    () => false,
  );
  if (there) return folder;
  await mkdir(dirname(folder), { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(join(folder, 'bin/pip'), ['install', '--quiet', ...PACKAGES]);
  await writeFile(whole, '');
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + STARTS_WITHIN_MS;
  while (child.exitCode === null && Date.now() < until) {
    const up = await fetch(`${url}/_ministack/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return;
    await delay(100);
  }
  throw new Error('the emulator of AWS did not start');
}

/** @param more variables of its own environment */
export async function startEmulator(more: Readonly<Record<string, string>> = {}): Promise<Emulator> {
  const folder = await installed();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const home = await mkdtemp(join(tmpdir(), 'volley-aws-'));
  const log = join(home, 'log');
  const output = await open(log, 'w');
  // A key id of its own: the CDK remembers accounts by it.
  const credentials = { AWS_ACCESS_KEY_ID: `test${port}`, AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };
  const env = { ...credentials, AWS_DEFAULT_REGION: 'us-east-1', AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_S3: url };
  const child = spawn(join(folder, 'bin/python'), ['-m', 'ministack'], {
    cwd: home,
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
    env: {
      ...process.env,
      ...more,
      ...env,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: 'localhost',
    },
  });
  const close = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null) {
      // Its functions are children of its own group.
      process.kill(-child.pid, 'SIGKILL');
      await once(child, 'exit');
    }
    await output.close();
    if (process.env['VOLLEY_TEST_KEEP'] === undefined) await rm(home, { recursive: true, force: true });
  };
  try {
    await answers(url, child);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, env, log, close };
}
