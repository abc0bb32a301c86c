/** The parts of an installation, each a process of its own that can be killed and comes back as it was. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, startTemporal } from '../../src/dev/temporal.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

/** A part under torture. */
export interface Part {
  /** Resolves when it is up; after a kill, when it is up again. Rejects when it does not come back. */
  readonly ready: Promise<void>;
  /** kill -9, and a start as before. Resolves when it is gone. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const ATTEMPTS = 40;
const AGAIN_MS = 250;

/** Restarts until it comes up, for what it needs may be down too. */
async function persistently<T>(start: () => Promise<T>, stopped: () => boolean): Promise<T | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    if (stopped()) return undefined;
    try {
      return await start();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await pause(AGAIN_MS);
    }
  }
}

export interface NodeProcess {
  /** A module of this project; `bin/volley.js` for the command. */
  readonly module: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What its log says when it is up. */
  readonly upWhen: string;
  readonly logFile: string;
}

export interface NodePart extends Part {
  /** When it was up, ms of `performance.now()`; undefined while it starts. */
  readonly upSince: number | undefined;
  /** SIGTERM, a wait for its end, and a start as before. Answers the process that was stopped. */
  restart(): Promise<{ pid: number; code: number | null }>;
  /** Sends it something over IPC and waits for its death by its own hand; kills it if that does not come. */
  arm(message: string, waitMs: number): Promise<boolean>;
}

/** A Node process. One that dies by itself (what it needs was away too long) comes back, as under a supervisor. */
export function nodePart(what: NodeProcess): NodePart {
  let stopped = false;
  let child: ChildProcess | undefined;
  let ready: Promise<void> = Promise.resolve();
  let upSince: number | undefined;
  const log = createWriteStream(what.logFile, { flags: 'a' });

  const up = async (): Promise<void> => {
    const started = fork(what.module, [...what.args], {
      env: { ...what.env, PATH: process.env['PATH'], HOME: process.env['HOME'], LOG_FORMAT: 'json', LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = started;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let wasUp = false;
    for (const input of [started.stdout, started.stderr]) {
      if (input === null) continue;
      createInterface({ input }).on('line', (line) => {
        log.write(`${line}\n`);
        if (!line.includes(what.upWhen)) return;
        wasUp = true;
        resolve();
      });
    }
    started.once('exit', (code, signal) => {
      reject(new Error(`${what.module} ended (${code ?? signal}) before it was up; see ${what.logFile}`));
      // Before that, whoever waits for it starts it again.
      if (wasUp && child === started && !stopped) begin();
    });
    await promise;
  };
  const begin = (): void => {
    upSince = undefined;
    ready = persistently(up, () => stopped).then(() => {
      upSince = performance.now();
    });
    ready.catch(() => {});
  };
  begin();
  const end = async (signal: NodeJS.Signals): Promise<{ pid: number; code: number | null }> => {
    const ending = child;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return { pid: 0, code: null };
    child = undefined;
    const gone = once(ending, 'exit');
    ending.kill(signal);
    await gone;
    return { pid: ending.pid ?? 0, code: ending.exitCode };
  };
  return {
    get ready() {
      return ready;
    },
    get upSince() {
      return upSince;
    },
    async kill() {
      await end('SIGKILL');
      begin();
    },
    async restart() {
      const ended = await end('SIGTERM');
      begin();
      return ended;
    },
    async arm(message, waitMs) {
      const armed = child;
      if (armed === undefined) return false;
      const gone = once(armed, 'exit').then(() => true);
      armed.send(message);
      const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), waitMs).unref());
      if (await Promise.race([gone, late])) return true;
      await this.kill();
      return false;
    },
    async stop() {
      stopped = true;
      await end('SIGTERM');
      log.end();
    },
  };
}

export const nodeModule = { api: path('../../bin/volley.js'), worker: path('worker.ts'), mailbox: path('mailbox.ts') };

/** A server part: started once, killed and started on the same data and port. */
async function serverPart<T extends { kill(): Promise<void>; stop(): Promise<void> }>(
  start: () => Promise<T>,
): Promise<Part> {
  let stopped = false;
  let server: T | undefined = await start();
  let ready: Promise<void> = Promise.resolve();
  return {
    get ready() {
      return ready;
    },
    async kill() {
      await server?.kill();
      ready = persistently(start, () => stopped).then((again) => {
        server = again;
      });
      ready.catch(() => {});
    },
    async stop() {
      stopped = true;
      await ready.catch(() => {});
      await server?.stop();
    },
  };
}

/**
 * What is committed survives a kill of the server's processes: `synchronous_commit`. It need not survive a power
 * cut, which cannot be had here, so nothing waits for the disk.
 */
const DURABLE = { synchronous_commit: 'on', wal_level: 'replica', full_page_writes: 'on', autovacuum: 'on' };

export async function postgresPart(folder: string): Promise<{ part: Part; url: string }> {
  const port = await freePort();
  let first: PostgresServer | undefined;
  const part = await serverPart(async () => {
    const server = await startPostgres(folder, { port, settings: DURABLE });
    first ??= server;
    return server;
  });
  return { part, url: first?.url ?? '' };
}

export async function temporalPart(folder: string): Promise<{ part: Part; address: string }> {
  const port = await freePort();
  const dbFile = join(folder, 'temporal.db');
  const part = await serverPart(async () => {
    const server = await startTemporal({ dbFile, port });
    const kill = async (): Promise<void> => {
      process.kill(Number(await readFile(`${dbFile}.pid`, 'utf8')), 'SIGKILL');
      await server.ended;
    };
    return { kill, stop: server.close };
  });
  return { part, address: `127.0.0.1:${port}` };
}
