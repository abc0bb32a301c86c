import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/db.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { readMeta } from '../../src/store/meta.ts';
import { pendingMigrations } from '../../src/store/migrate.ts';

describe('the embedded database in a folder', () => {
  let home: string;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'volley-folder-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    rmSync(home, { recursive: true, force: true });
  });

  /** Another process that has the folder open. */
  async function hold() {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'hold-folder.ts'), home], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => String((await lines.next()).value);
    expect(await next()).toBe('open');
    return { child, next };
  }

  it('is refused to a second process, which is told who has it and what to do', async () => {
    const { child } = await hold();
    const refused = await openDatabase({ home }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({
      code: 'folder-locked',
      message: expect.stringContaining(`id ${child.pid}`),
      fix: expect.stringContaining('DATABASE_URL'),
    });
  });

  it('loses nothing it acknowledged when its process is killed, and opens again at once', async () => {
    const { child, next } = await hold();
    for (const n of [1, 2, 3]) {
      child.stdin.write(`${n}\n`);
      expect(await next()).toBe(String(n));
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    const database = await openDatabase({ home });
    expect(await readMeta(database.db, 'line.3')).toBe('3');
    expect(await pendingMigrations(database.db)).toEqual([]);
    await database.close();
    expect(readdirSync(home)).toEqual(['pglite']);
  });

  it('is refused to the same process twice, until the first lets go', async () => {
    const lock = await lockFolder(home);
    await expect(lockFolder(home)).rejects.toMatchObject({ code: 'folder-locked' });
    lock.release();
    (await lockFolder(home)).release();
    expect(readdirSync(home)).toEqual([]);
  });

  it.each([
    ['of a process that is gone', JSON.stringify({ pid: 2 ** 30, started: '1' })],
    ['whose process id another process has now', JSON.stringify({ pid: process.ppid, started: '1' })],
    ['cut off while it was written', '{"pid":'],
  ])('takes over a lock %s', async (_, content) => {
    writeFileSync(join(home, 'lock'), content);
    const lock = await lockFolder(home);
    expect(JSON.parse(readFileSync(join(home, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    lock.release();
  });

  it('lets one of many at once take over a stale lock', async () => {
    writeFileSync(join(home, 'lock'), JSON.stringify({ pid: 2 ** 30, started: '1' }));
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(home)));
    expect(taken.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });
});
