import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTemporal } from '../../src/dev/temporal.ts';
import { defaultCacheFolder, findTemporalBinary } from '../../src/dev/temporal-binary.ts';
import { connectClient } from '../../src/temporal/client.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'volley-dev-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const program = async (name: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
};

describe('finding the server', () => {
  it('takes the one it is told to, before any other', async () => {
    const told = await program('my-temporal');
    await program('temporal');
    const env = { VOLLEY_TEMPORAL_BIN: told, PATH: folder };
    expect((await findTemporalBinary({ env })).path).toBe(told);
  });

  it('says so when the one it is told to take is none', async () => {
    await expect(findTemporalBinary({ env: { VOLLEY_TEMPORAL_BIN: '/nowhere' } })).rejects.toMatchObject({
      code: 'no-temporal-server',
      fix: expect.stringContaining('VOLLEY_TEMPORAL_BIN'),
    });
  });

  it('then the one on PATH, then the cache, and says which', async () => {
    const installed = await program('temporal');
    const cached = await program('temporal-1.9.1');
    const lines: string[] = [];
    const log = (line: string): number => lines.push(line);
    expect((await findTemporalBinary({ env: { PATH: folder }, cacheFolder: folder, log })).path).toBe(installed);
    expect((await findTemporalBinary({ env: { PATH: '' }, cacheFolder: folder, log })).path).toBe(cached);
    expect(lines).toEqual([`Temporal server: on PATH (${installed})`, `Temporal server: from the cache (${cached})`]);
  });

  it('keeps downloads where the system keeps caches', () => {
    expect(defaultCacheFolder({ XDG_CACHE_HOME: '/cache' })).toBe('/cache/volley');
  });
});

const answers = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host = '', port] = address.split(':');
    const socket = connect(Number(port), host);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** Starts a server in a process of its own, which holds it until it is killed. */
async function holder(dbFile: string): Promise<{ child: ChildProcess; address: string }> {
  const module = new URL('../../src/dev/temporal.ts', import.meta.url).href;
  const code = `
    const { startTemporal } = await import(${JSON.stringify(module)});
    const server = await startTemporal({ dbFile: ${JSON.stringify(dbFile)} });
    process.stdout.write(server.address);
    setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text]: unknown[] = await once(child.stdout, 'data');
  return { child, address: String(text) };
}

describe('the server', () => {
  it('listens on this machine alone, has our search attributes, and ends when closed', async () => {
    const server = await startTemporal();
    expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
    const client = await connectClient({ address: server.address });
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(['VolleyKind', 'VolleyLead']));
    await client.connection.close();
    await server.close();
    await server.ended;
    expect(await answers(server.address)).toBe(false);
  });

  it('goes when its parent is killed, and the next one finds what it kept', async () => {
    const dbFile = join(folder, 'temporal.db');
    const { child, address } = await holder(dbFile);
    const client = await connectClient({ address });
    await client.workflow.start('lead', { taskQueue: 'nobody', workflowId: 'kept' });
    await client.connection.close();
    child.kill('SIGKILL');
    // At once, as somebody restarts: the old server may still be on the file.
    const next = await startTemporal({ dbFile });
    expect(await answers(address)).toBe(false);
    const after = await connectClient({ address: next.address });
    expect((await after.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
    await after.connection.close();
    await next.close();
    await expect(readFile(`${dbFile}.pid`, 'utf8')).rejects.toThrow('ENOENT');
  });

  it('starts again when the server crashes before it answers', async () => {
    const { path } = await findTemporalBinary({});
    const crashed = join(folder, 'crashed');
    const flaky = await program('flaky');
    const crash = `echo 'fatal error: concurrent map writes' >&2; echo 'goroutine 1 [running]:' >&2; exit 2`;
    await writeFile(flaky, `#!/bin/sh\n[ -e ${crashed} ] || { touch ${crashed}; ${crash}; }\nexec ${path} "$@"\n`);
    const lines: string[] = [];
    const env = { ...process.env, VOLLEY_TEMPORAL_BIN: flaky };
    const server = await startTemporal({ env, log: (line) => lines.push(line) });
    await server.close();
    expect(lines.at(-2)).toMatch(/did not start .*: fatal error: concurrent map writes; starting it again$/);
  });

  it('says why when it cannot start', async () => {
    const dbFile = join(folder, 'no-folder', 'temporal.db');
    await expect(startTemporal({ dbFile })).rejects.toMatchObject({ code: 'temporal-did-not-start' });
  });
});
