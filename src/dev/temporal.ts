/**
 * The local Temporal development server: found or fetched by `temporal-binary.ts`, bound to
 * 127.0.0.1, and never left behind. It runs under a small shell that waits on a pipe from this
 * process; when this process goes, by `kill -9` too, the pipe ends and the shell stops the server.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { VolleyError } from '../core/errors.ts';
import { ATTRIBUTES, DEFAULT_NAMESPACE } from '../temporal/names.ts';
import { findTemporalBinary } from './temporal-binary.ts';

export interface StartTemporalOptions {
  /** SQLite file that keeps workflows over restarts; absent: in memory. The caller owns it alone. */
  readonly dbFile?: string;
  /** gRPC port; absent: a free one. */
  readonly port?: number;
  /** Port of Temporal's own UI; absent: no UI. */
  readonly uiPort?: number;
  /** Further dynamic configuration of the server: key to JSON value. */
  readonly settings?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** One line for people; also what the server itself warns about. */
  readonly log?: (line: string) => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface LocalTemporal {
  /** `127.0.0.1:PORT` of the gRPC front end. */
  readonly address: string;
  readonly uiUrl?: string;
  /** Settles when the server has ended, asked or not. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_SECONDS = 10;

const SETTINGS = {
  // A timer takes at least a second otherwise; with it 50 ms take 62 (measured), which sped-up runs need.
  'history.timerProcessorMaxTimeShift': '20ms',
  // A lead that ended and is nudged again within a second would be refused otherwise.
  'history.workflowIdReuseMinimalInterval': '0s',
};

/**
 * Twice to three times the starts a second of SQLite's defaults (measured), near those in memory. A
 * killed process loses nothing; a power cut may lose the last writes, which reconciling makes good.
 */
const FILE_PRAGMAS = ['journal_mode=WAL', 'synchronous=NORMAL'].flatMap((pragma) => ['--sqlite-pragma', pragma]);

/** $1 is the pid file or empty; the rest is the server's command line. */
const WATCHDOG = `
pidfile=$1; shift
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
[ -z "$pidfile" ] || echo $server > "$pidfile"
( read -r _ <&3; kill -TERM $server; sleep ${STOP_SECONDS}; kill -KILL $server ) >/dev/null 2>&1 &
watch=$!
wait $server; code=$?
[ -z "$pidfile" ] || [ "$(cat "$pidfile" 2>/dev/null)" != $server ] || rm -f "$pidfile"
kill $watch 2>/dev/null
exit $code`;

/** A port nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port from the system');
  return address.port;
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Ends a server that an earlier run left on this file, for two servers on one file corrupt it. */
async function endStale(pidFile: string, dbFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1) return;
  // Process ids are reused: only a process whose command line names the file is ours.
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (commandLine.includes(dbFile) && alive(pid)) {
    process.kill(pid, 'SIGTERM');
    for (let waited = 0; alive(pid) && waited < STOP_SECONDS * 1000; waited += 50) await delay(50);
    if (alive(pid)) process.kill(pid, 'SIGKILL');
  }
  await rm(pidFile, { force: true });
}

function serverArguments(port: number, options: StartTemporalOptions): string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
    ...['--log-level', 'error', '--log-format', 'json'],
    ...Object.entries({ ...SETTINGS, ...options.settings }).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${JSON.stringify(value)}`,
    ]),
    ...Object.values(ATTRIBUTES).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...(options.uiPort === undefined
      ? ['--headless']
      : ['--ui-port', String(options.uiPort), '--ui-ip', '127.0.0.1', '--ui-disable-news-fetch']),
    ...(options.dbFile === undefined ? [] : ['--db-filename', options.dbFile, ...FILE_PRAGMAS]),
  ];
}

/** Resolves when the front end answers for the namespace; rejects when the server ends first. */
async function untilReady(
  address: string,
  child: ChildProcess,
  server: () => { said: string; crashed: boolean },
): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      const { said, crashed } = server();
      const Failure = crashed ? ServerCrashed : VolleyError;
      throw new Failure('temporal-did-not-start', `The Temporal server did not start on ${address}: ${said}`, {
        fix: 'Run it by hand to see why: the path is printed at start; or set TEMPORAL_ADDRESS to a running server.',
      });
    }
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1_000 });
      try {
        await connection.workflowService.describeNamespace({ namespace: DEFAULT_NAMESPACE });
        return;
      } finally {
        await connection.close();
      }
    } catch {
      await delay(50);
    }
  }
}

/** Go prints a crash's reason first and pages of stacks after it; other errors are the last line. */
const CRASH = /^(panic|fatal error|runtime error|SIG[A-Z]+):?/;
/** Seen once in some 200 starts on a busy machine: the server crashes before it answers, and starts well the next time. */
const ATTEMPTS = 3;

/**
 * Starts a server and waits until it answers. Throws VolleyError `no-temporal-server` or
 * `temporal-did-not-start`.
 */
export async function startTemporal(options: StartTemporalOptions = {}): Promise<LocalTemporal> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (!(error instanceof ServerCrashed) || attempt === ATTEMPTS) throw error;
      options.log?.(`${error.message}; starting it again`);
    }
  }
}

class ServerCrashed extends VolleyError {}

async function startOnce(options: StartTemporalOptions): Promise<LocalTemporal> {
  const log = options.log ?? (() => {});
  const env = options.env ?? process.env;
  const binary = await findTemporalBinary({ env, log });
  const pidFile = options.dbFile === undefined ? '' : `${options.dbFile}.pid`;
  if (options.dbFile !== undefined) await endStale(pidFile, options.dbFile);
  const port = options.port ?? (await freePort());
  const address = `127.0.0.1:${port}`;

  // Detached: Ctrl-C reaches the whole foreground group, and the worker must end before the server.
  const child = spawn('sh', ['-c', WATCHDOG, 'sh', pidFile, binary.path, ...serverArguments(port, options)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...env },
  });
  let said = 'it said nothing';
  let crashed = false;
  const ended = once(child, 'exit').then(
    () => {},
    (error: Error) => {
      said = error.message;
    },
  );
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n')) {
      if (crashed || line.trim() === '') continue;
      said = line.trim();
      crashed = CRASH.test(said);
    }
  });
  const close = async (): Promise<void> => {
    child.stdin?.end();
    await ended;
  };
  try {
    await untilReady(address, child, () => ({ said, crashed }));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    address,
    ...(options.uiPort === undefined ? {} : { uiUrl: `http://127.0.0.1:${options.uiPort}` }),
    ended,
    close,
  };
}
