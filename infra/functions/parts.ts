/** What functions are put together from; opened once a process, and kept for the invocations that follow. */
import type { Client } from '@temporalio/client';
import { openClock, openPlaybooks, requireShared } from '../../src/cli/parts.ts';
import type { Clock } from '../../src/clock.ts';
import type { Config } from '../../src/config.ts';
import { VolleyError } from '../../src/core/errors.ts';
import { createLog, type Logger } from '../../src/log.ts';
import type { PlaybookCache } from '../../src/playbook/index.ts';
import { type Database, openDatabase } from '../../src/store/db.ts';
import { connectClient } from '../../src/temporal/client.ts';
import { createNudger, type Nudger } from '../../src/temporal/nudge.ts';
import { readSetting } from './environment.ts';

export interface Parts {
  readonly config: Config;
  readonly log: Logger;
  readonly database: Database;
  readonly clock: Clock;
  readonly playbooks: PlaybookCache;
  readonly client: Client;
  readonly nudger: Nudger;
  /** What signs links and says where they lead. */
  readonly mail: { readonly secret: string; readonly publicUrl: string };
}

/** One function serves one call at a time, which asks little at once; hundreds of them share the database. */
const CONNECTIONS = 2;

/** Opens everything. @throws VolleyError for what is missing or does not answer */
export async function openParts(connections = CONNECTIONS): Promise<Parts> {
  const { config, password } = await readSetting();
  const { databaseUrl, secret, temporalAddress } = requireShared(config);
  const { publicUrl } = config;
  if (publicUrl === undefined) throw new VolleyError('bad-configuration', 'VOLLEY_PUBLIC_URL must be set');
  const log = createLog(config.log, process.stdout);
  const [database, client] = await Promise.all([
    openDatabase({ databaseUrl, home: config.home, connections, password }),
    connectClient({ ...config.temporal, address: temporalAddress }),
  ]);
  const clock = await openClock(database.db, config.speed);
  const nudger = createNudger({ client, log });
  const playbooks = openPlaybooks(database.db);
  return { config, log, database, clock, playbooks, client, nudger, mail: { secret, publicUrl } };
}

/** Makes something once and keeps it; what failed is made anew at the next call. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
