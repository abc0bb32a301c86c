/** `npm start` as a user has it: a real process, killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createApiClient } from '../../src/cli/client.ts';
import { cleanEnvironment, ROOT, volley } from '../cli/run.ts';

const START = join(ROOT, 'src', 'dev', 'start.ts');
/** 90 days are three minutes: what should go on is seen to go on. */
const SPEED = { VOLLEY_SPEED: '43200' };

interface Running {
  readonly child: ChildProcess;
  readonly box: string;
  err(): string;
}

// A start takes seconds; on a busy machine many.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const launched = new Set<ChildProcess>();
let home: string;
let running: Running;
const local = z.object({ url: z.string(), keys: z.record(z.string(), z.string()) });
const readKeys = async () => local.parse(JSON.parse(await readFile(join(home, 'keys.json'), 'utf8')));

function launch(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): { child: ChildProcess; out(): string; err(): string } {
  const child = spawn(process.execPath, [START, ...args], {
    cwd: ROOT,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  launched.add(child);
  child.on('exit', () => launched.delete(child));
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return { child, out: () => out, err: () => err };
}

/** Resolves when the box with the addresses is out. */
async function start(args: readonly string[] = []): Promise<Running> {
  const started = launch(['--home', home, ...args], { PORT: '0', ...SPEED });
  const ended = once(started.child, 'exit').then(() => true);
  while (!started.out().includes('key: integration')) {
    const over = await Promise.race([ended, delay(50, false)]);
    if (over) throw new Error(`it ended at start:\n${started.err()}`);
  }
  return { child: started.child, box: started.out(), err: started.err };
}

const mailboxUrl = (box: string): string => /mailbox\s+(http:\S+)/.exec(box)?.[1] ?? '';

const seenSchema = z.object({ distinct: z.number(), messages: z.number(), repeated: z.array(z.unknown()) });

/** What the mailbox saw: how many touches, and which of them more than once. */
async function touchesSeen(): Promise<z.infer<typeof seenSchema>> {
  const response = await fetch(`${mailboxUrl(running.box)}/touches`);
  return seenSchema.parse(await response.json());
}

async function untilTouches(atLeast: number): Promise<z.infer<typeof seenSchema>> {
  for (;;) {
    const seen = await touchesSeen();
    if (seen.distinct >= atLeast) return seen;
    await delay(200);
  }
}

async function leads(): Promise<string[]> {
  const { url, keys } = await readKeys();
  const api = createApiClient(url, keys['admin']);
  const page = z.looseObject({ items: z.array(z.looseObject({ id: z.string() })), next: z.string().nullable() });
  const ids: string[] = [];
  let next: string | null = '';
  while (next !== null) {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const answer: z.infer<typeof page> = await api.ask(`/v1/leads?limit=100${cursor}`, page);
    ids.push(...answer.items.map((item) => item.id));
    next = answer.next;
  }
  return ids.sort();
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'volley-stack-'));
  running = await start();
});
afterAll(async () => {
  for (const child of launched) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(home, { recursive: true, force: true });
});

describe('npm start', () => {
  it('shows where everything is, and a key for each role', async () => {
    const { url, keys } = await readKeys();
    for (const role of ['admin', 'marketer', 'manager', 'integration', 'rep']) {
      expect(running.box).toContain(`key: ${role}`);
      expect(running.box).toContain(keys[role]);
    }
    for (const path of ['/healthz', '/readyz', '/docs', '/openapi.json'])
      expect((await fetch(url + path)).status).toBe(200);
    expect((await fetch(mailboxUrl(running.box))).status).toBe(200);
    expect((await stat(join(home, 'keys.json'))).mode & 0o777).toBe(0o600);
  });

  it('has taken in the example leads, and they move', async () => {
    expect((await leads()).length).toBeGreaterThan(200);
    expect((await untilTouches(5)).repeated).toEqual([]);
  });

  it('is what the commands talk to', async () => {
    const env = { VOLLEY_HOME: home };
    expect(await volley(['doctor'], { env })).toMatchObject({ code: 0 });
    const applied = await volley(['apply', 'playbook', '--json'], { env });
    expect(JSON.parse(applied.out)).toMatchObject({ changed: false });

    const file = join(home, 'more.csv');
    await writeFile(
      file,
      'Email,First Name,Last Name,Company\nnew.person@more.example,New,Person,More\nnot-an-address,No,Body,None\n',
    );
    const imported = await volley(['import', file, '--json'], { env });
    expect(imported.code).toBe(0);
    expect(JSON.parse(imported.out)).toMatchObject({ state: 'done', rows: 2, created: 1, rejected: 1 });

    const made = await volley(['keys', 'create', '--role', 'marketer', '--label', 'test', '--json'], { env });
    const { id, key } = z.object({ id: z.string(), key: z.string() }).parse(JSON.parse(made.out));
    expect((await volley(['keys', 'list'], { env })).out).toContain(id);
    expect(await volley(['keys', 'list'], { env: { ...env, VOLLEY_KEY: key } })).toMatchObject({ code: 1 });
    const rotated = JSON.parse((await volley(['keys', 'rotate', id, '--json'], { env })).out);
    expect(rotated).toMatchObject({ label: 'test', replaces: { id } });
    expect((await volley(['keys', 'list'], { env })).out).toMatch(new RegExp(`${id}.* until \\d{4}-`));
    expect(await volley(['keys', 'revoke', id], { env })).toMatchObject({ code: 0 });
    const revoked = await volley(['apply', 'playbook'], { env: { ...env, VOLLEY_KEY: key } });
    expect(revoked.code).toBe(1);
    expect(revoked.err).toContain('VOLLEY_KEY');
  });

  it('does not start twice on one folder, nor on a port that is taken', async () => {
    const second = launch(['--home', home], { PORT: '0' });
    expect(await once(second.child, 'exit')).toEqual([1, null]);
    expect(second.err()).toContain(`process with id ${running.child.pid}`);

    const port = new URL((await readKeys()).url).port;
    const other = await mkdtemp(join(tmpdir(), 'volley-other-'));
    const third = launch(['--home', other], { PORT: port });
    expect(await once(third.child, 'exit')).toEqual([1, null]);
    expect(third.err()).toContain(`port ${port}`);
    expect(third.err()).toContain('PORT');
    await rm(other, { recursive: true, force: true });
  });

  it('goes on after kill -9: the same leads and keys, and no touch twice', async () => {
    const before = { leads: await leads(), keys: (await readKeys()).keys, touches: await touchesSeen() };
    running.child.kill('SIGKILL');
    await once(running.child, 'exit');
    running = await start();
    expect(running.err()).not.toContain('first start');
    expect(await leads()).toEqual(before.leads);
    expect((await readKeys()).keys).toEqual(before.keys);
    // The mailbox keeps its messages: those from before count too.
    expect((await untilTouches(before.touches.distinct + 20)).repeated).toEqual([]);
  });

  it('stops all of it within seconds when asked, and leaves nothing running', async () => {
    const asked = Date.now();
    running.child.kill('SIGINT');
    expect(await once(running.child, 'exit')).toEqual([0, null]);
    expect(Date.now() - asked).toBeLessThan(15_000);
    expect(existsSync(join(home, 'temporal.db.pid'))).toBe(false);
    expect(existsSync(join(home, 'lock'))).toBe(false);
  });

  it('goes on after a stop as well', async () => {
    running = await start();
    expect(running.err()).not.toContain('first start');
    expect((await touchesSeen()).repeated).toEqual([]);
  });
});

it('starts bare with --empty', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'volley-empty-'));
  const started = launch(['--home', folder, '--empty'], { PORT: '0' });
  while (!started.out().includes('key: integration')) {
    if (started.child.exitCode !== null) throw new Error(started.err());
    await delay(50);
  }
  const { url, keys } = local.parse(JSON.parse(await readFile(join(folder, 'keys.json'), 'utf8')));
  const api = createApiClient(url, keys['admin']);
  expect(await api.ask('/v1/leads', z.looseObject({ items: z.array(z.unknown()) }))).toMatchObject({ items: [] });
  await expect(api.ask('/v1/playbook', z.unknown())).rejects.toMatchObject({ status: 404 });
  started.child.kill('SIGTERM');
  expect(await once(started.child, 'exit')).toEqual([0, null]);
  await rm(folder, { recursive: true, force: true });
});
