/** Parts that only the local stack has: its own Temporal server, mailbox, secret and keys. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readLocal } from '../cli/local.ts';
import type { Config } from '../config.ts';
import type { Instant } from '../core/time.ts';
import type { Db } from '../store/db.ts';
import { createKey, findKey, type Role } from '../store/keys.ts';
import type { TemporalEndpoint } from '../temporal/client.ts';
import { type Mailbox, type MailboxOptions, startMailbox } from './mailbox/mailbox.ts';
import { freePort, type LocalTemporal, startTemporal } from './temporal.ts';

/** Where people look for Temporal's own UI and for the mailbox; another port when these are taken. */
const TEMPORAL_UI_PORT = 8233;
const MAILBOX_PORT = 8025;

async function preferredPort(port: number): Promise<number> {
  const probe = createServer();
  try {
    probe.listen(port, '127.0.0.1');
    await once(probe, 'listening');
    return port;
  } catch {
    return freePort();
  } finally {
    probe.close();
  }
}

export interface TemporalOptions {
  /** Workflows live in memory only. */
  readonly passing: boolean;
  readonly say: (line: string) => void;
}

/** The server the environment names, else one of our own. */
export async function openTemporal(
  config: Config,
  home: string,
  { passing, say }: TemporalOptions,
): Promise<{ endpoint: TemporalEndpoint; server: LocalTemporal | undefined }> {
  const { address, cli } = config.temporal;
  if (address !== undefined) return { endpoint: { ...config.temporal, address }, server: undefined };
  const server = await startTemporal({
    log: say,
    env: { ...process.env, VOLLEY_TEMPORAL_BIN: cli },
    ...(passing ? {} : { dbFile: join(home, 'temporal.db'), uiPort: await preferredPort(TEMPORAL_UI_PORT) }),
  });
  return { endpoint: { address: server.address }, server };
}

/** The mailbox, unless mail goes through SES. */
export async function openMailbox(config: Config, options: MailboxOptions): Promise<Mailbox | undefined> {
  if (config.email.kind === 'ses') return undefined;
  return startMailbox({ ...options, port: options.folder === undefined ? 0 : await preferredPort(MAILBOX_PORT) });
}

/** Signs links. Kept, so that links in mail sent before a restart go on working. */
export async function keptSecret(home: string): Promise<string> {
  const file = join(home, 'secret');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept.trim().length >= 32) return kept.trim();
  const secret = randomBytes(32).toString('base64url');
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}

const ROLES: readonly Role[] = ['admin', 'marketer', 'manager', 'integration'];

/**
 * A key for each role, and for each of these reps (`rep:ID`; the first one's also as `rep`): those
 * kept in `home` while they are valid, else new ones.
 */
export async function keysOf(
  db: Db,
  { home, now, adminKey, reps }: { home: string; now: Instant; adminKey: string | undefined; reps: readonly string[] },
): Promise<Record<string, string>> {
  const kept = (await readLocal(home))?.keys ?? {};
  const keys: Record<string, string> = {};
  const ensure = async (name: string, role: Role, rep?: string): Promise<void> => {
    const given = name === 'admin' ? adminKey : undefined;
    const old = given ?? kept[name];
    const valid = old !== undefined && (await findKey(db, old, now)) !== null;
    keys[name] = valid ? old : (await createKey(db, { role, rep, label: 'local', secret: given }, now)).secret;
  };
  for (const role of ROLES) await ensure(role, role);
  for (const rep of reps) await ensure(`rep:${rep}`, 'rep', rep);
  const first = reps[0];
  const rep = first === undefined ? undefined : keys[`rep:${first}`];
  return rep === undefined ? keys : { ...keys, rep };
}
