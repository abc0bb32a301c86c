/** `volley serve`: the API as a process of its own, beside workers that run elsewhere. */
import { createApp } from '../api/app.ts';
import { startChatSweeper } from '../api/chat-sweep.ts';
import { startEraser } from '../api/erase-run.ts';
import { resumeImports } from '../api/upload/resume.ts';
import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { openDatabase } from '../store/db.ts';
import { createKey } from '../store/keys.ts';
import { connectClient } from '../temporal/client.ts';
import { runForgetter } from '../temporal/forget.ts';
import { createNudger } from '../temporal/nudge.ts';
import { startSweeper } from '../temporal/sweeper.ts';
import {
  checksOf,
  importStarter,
  lateLeads,
  listen,
  openClock,
  openPlaybooks,
  requireMigrated,
  requireShared,
  snsOf,
} from './parts.ts';
import { untilStopped } from './signals.ts';

/** Runs until the process is asked to stop. */
export async function serve(): Promise<void> {
  const config = readConfig();
  const log = createLog(config.log);
  const { databaseUrl, secret, temporalAddress } = requireShared(config);
  await using stack = new AsyncDisposableStack();
  const database = await openDatabase({ databaseUrl, home: config.home });
  stack.defer(() => database.close());
  await requireMigrated(database);
  const client = await connectClient({ ...config.temporal, address: temporalAddress });
  stack.defer(() => client.connection.close());
  const clock = await openClock(database.db, config.speed);
  const nudger = createNudger({ client, log });
  stack.defer(() => nudger.close());
  if (config.adminKey !== undefined) {
    await createKey(database.db, { role: 'admin', label: 'VOLLEY_ADMIN_KEY', secret: config.adminKey }, clock.now());
  }
  const shared = { database, clock, playbooks: openPlaybooks(database.db), nudger, log };
  const fallback = `http://${config.host}:${config.port}`;
  const startImport = importStarter(client);
  await resumeImports({ ...shared, startImport });
  const app = createApp({
    ...shared,
    startImport,
    forgetRuns: runForgetter(client),
    config: { secret, publicUrl: config.publicUrl ?? fallback },
    ...snsOf(config),
    checks: checksOf(client),
  });
  const api = await listen((request) => app.fetch(request), config);
  stack.defer(() => api.close());
  const sweeper = startSweeper({ pending: lateLeads(database.db, clock), nudger, log });
  stack.defer(() => sweeper.stop());
  const chats = startChatSweeper(shared);
  stack.defer(() => chats.stop());
  const eraser = startEraser({ ...shared, forgetRuns: runForgetter(client) });
  stack.defer(() => eraser.stop());
  log.info({ url: api.url }, 'API listens');
  await untilStopped();
  log.info('stopping');
}
