/**
 * The folder lock: PGlite loses data silently when two processes open one folder. The lock names its
 * process by id and start time, so that one left by kill -9 is taken over even when the id is in use again.
 */
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { VolleyError } from '../core/errors.ts';

const ownerSchema = z.object({ pid: z.number().int().positive(), started: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** A takeover is a few file operations; one this old was cut off. */
const TAKEOVER_STALE_MS = 10_000;

export interface FolderLock {
  release(): void;
}

/** When a process started, in the system's own words; `''` when the system does not tell, null without such a process. */
function startOf(pid: number): string | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return null;
  }
  try {
    if (process.platform === 'linux') {
      // proc(5): field 22 is the start time; the command in field 2 may hold spaces and parentheses.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // A zombie has ended: only its parent has not asked yet.
      return fields[0] === 'Z' ? null : (fields[19] ?? '');
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

function readOwner(file: string): Owner | null {
  try {
    const parsed = ownerSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function alive(owner: Owner | null): boolean {
  if (owner === null) return false;
  const started = startOf(owner.pid);
  return started !== null && (started === '' || owner.started === '' || started === owner.started);
}

function exists(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** Puts our lock file in place if there is none; the link makes it appear whole or not at all. */
function place(own: string, lock: string): boolean {
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (exists(error)) return false;
    throw error;
  }
}

/** Removes a dead owner's lock; only one process at a time may, or a fresh lock could be removed. */
async function removeStale(lock: string): Promise<void> {
  const takeover = `${lock}.takeover`;
  try {
    writeFileSync(takeover, '', { flag: 'wx' });
  } catch (error) {
    if (!exists(error)) throw error;
    const age = Date.now() - (statSync(takeover, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > TAKEOVER_STALE_MS) rmSync(takeover, { force: true });
    await pause(20);
    return;
  }
  try {
    if (!alive(readOwner(lock))) rmSync(lock, { force: true });
  } finally {
    rmSync(takeover, { force: true });
  }
}

/**
 * Takes `home/lock` for this process, creating the folder if needed.
 * @throws VolleyError `folder-locked` naming the process that has it.
 */
export async function lockFolder(home: string): Promise<FolderLock> {
  mkdirSync(home, { recursive: true });
  const lock = join(home, 'lock');
  const own = `${lock}.${process.pid}`;
  const content = JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '' });
  writeFileSync(own, content);
  try {
    while (!place(own, lock)) {
      const owner = readOwner(lock);
      if (owner !== null && alive(owner)) {
        throw new VolleyError('folder-locked', `${home} is in use by the process with id ${owner.pid}`, {
          fix: `Use the running one through its API, stop it (kill ${owner.pid}), or set VOLLEY_HOME to another folder; several processes can share a server by DATABASE_URL.`,
        });
      }
      await removeStale(lock);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return {
    release: () => {
      if (readOwner(lock)?.pid === process.pid) rmSync(lock, { force: true });
    },
  };
}
