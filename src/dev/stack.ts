/**
 * Everything on one machine and in one process: store, Temporal server, mailbox, API, workers,
 * dispatcher, sweeper. Parts start in the order they need each other and stop in the reverse, so that whatever
 * moment it is stopped at (kill -9 included), the next start goes on from what was committed.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Client } from '@temporalio/client';
import { createImportActivities } from '../../activities/import.ts';
import { type AdvanceDeps, createLeadActivities } from '../../activities/index.ts';
import { createApp } from '../api/app.ts';
import { startChatSweeper } from '../api/chat-sweep.ts';
import { startEraser } from '../api/erase-run.ts';
import { resumeImports } from '../api/upload/resume.ts';
import { writeLocal } from '../cli/local.ts';
import {
  allDueLeads,
  checksOf,
  importStarter,
  lateLeads,
  listen,
  openClock,
  openPlaybooks,
  openSender,
  snsOf,
} from '../cli/parts.ts';
import { lookingOf } from '../cli/sending-domains.ts';
import { sesHookUrl } from '../cli/ses-hook.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { startSenderWatch } from '../identity/watch.ts';
import type { Logger } from '../log.ts';
import { startPlanner } from '../notices/plan.ts';
import { startDispatcher } from '../outbox/dispatcher.ts';
import { deliveryHandlers } from '../outbox/handlers.ts';
import { startPace } from '../pace/pace.ts';
import type { PlaybookCache } from '../playbook/index.ts';
import { backfill } from '../store/backfill.ts';
import { type Database, openDatabase } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { keepSome } from '../store/recorded-wakes.ts';
import { connectClient } from '../temporal/client.ts';
import { runForgetter } from '../temporal/forget.ts';
import { createNudger } from '../temporal/nudge.ts';
import { reconcile } from '../temporal/reconcile.ts';
import { startSweeper } from '../temporal/sweeper.ts';
import { bundleWorkflows } from '../worker/bundle.ts';
import { shutdownRuntime, startWorkers } from '../worker/run.ts';
import { keptSecret, keysOf, openMailbox, openTemporal } from './local-parts.ts';
import type { Mailbox } from './mailbox/mailbox.ts';

export interface StackOptions {
  readonly config: Config;
  readonly log: Logger;
  /** One line for people about what is being started. */
  readonly say?: (line: string) => void;
  /** Replaces the store's own clock. */
  readonly clock?: Clock;
  /** Keeps workflows and messages in memory only: for runs that end with their process. */
  readonly passing?: boolean;
  /** Reps who get a key of their own. */
  readonly reps?: readonly string[];
  /** Which decisions are kept as recordings; absent: some, in the store. */
  readonly record?: NonNullable<AdvanceDeps['record']>;
}

export interface Stack {
  readonly url: string;
  /** Absent when mail goes through SES. */
  readonly mailbox: Mailbox | undefined;
  /** Where SES is to send its events. */
  readonly sesHook: string;
  readonly temporal: { readonly address: string; readonly uiUrl: string | undefined };
  /** A secret for each role, and for each rep asked for (`rep:ID`). */
  readonly keys: Readonly<Record<string, string>>;
  readonly database: Database;
  readonly clock: Clock;
  readonly playbooks: PlaybookCache;
  /** Settles when a part has ended that nobody stopped; says which. */
  readonly broken: Promise<string>;
  /** Lets running touches end and takes no more; the API still answers. */
  stopWorkers(): Promise<void>;
  stop(): Promise<void>;
}

const SWEEP_MS = 5_000;

type Stop = () => unknown;

/** Starts everything. When one part fails, what had started is stopped again. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stops: Stop[] = [];
  const life = { stopping: false };
  const stop = async (): Promise<void> => {
    life.stopping = true;
    for (const end of stops.splice(0).reverse()) {
      try {
        await end();
      } catch (err) {
        options.log.error({ err }, 'a part did not stop cleanly');
      }
    }
  };
  try {
    return { ...(await assemble(options, life, (end) => stops.push(end))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  options: StackOptions,
  life: { stopping: boolean },
  onStop: (end: Stop) => void,
): Promise<Omit<Stack, 'stop'>> {
  const { config, log, passing = false, say = () => {} } = options;
  const home = resolve(config.home);
  await mkdir(home, { recursive: true });
  const broken = Promise.withResolvers<string>();
  const brokenBy = (part: string) => (): void => {
    if (!life.stopping) broken.resolve(part);
  };

  const database = await openDatabase({ databaseUrl: config.databaseUrl, home });
  onStop(() => database.close());
  await migrate(database.db, database.kind);
  await backfill(database.db);
  const clock = options.clock ?? (await openClock(database.db, config.speed));
  const secret = config.secret ?? (await keptSecret(home));
  const playbooks = openPlaybooks(database.db);

  // Taking the port early says at once when it is taken, before the slow parts start.
  let answer: (request: Request) => Response | Promise<Response> = () => new Response('starting', { status: 503 });
  const api = await listen((request) => answer(request), config);
  onStop(() => api.close());
  const publicUrl = config.publicUrl ?? api.url;

  // Bundling is processor time; the server's start is mostly waiting.
  const bundling = bundleWorkflows();
  bundling.catch(() => {});
  const { endpoint, server } = await openTemporal(config, home, { passing, say });
  if (server !== undefined) {
    onStop(() => server.close());
    server.ended.then(brokenBy('the Temporal server'));
  }
  const client = await connectClient(endpoint);
  onStop(() => client.connection.close());
  const nudger = createNudger({ client, log });
  onStop(() => nudger.close());

  const kept = { home, now: clock.now(), adminKey: config.adminKey, reps: options.reps ?? [] };
  const keys = await keysOf(database.db, kept);
  const mailbox = await openMailbox(config, { now: clock.now, ...(passing ? {} : { folder: join(home, 'mailbox') }) });
  onStop(() => mailbox?.close());
  const sender = openSender(config.email, mailbox?.url);
  onStop(() => sender.close());

  const shared = { database, clock, playbooks, nudger, log };
  const startImport = importStarter(client);
  const app = createApp({
    ...shared,
    startImport,
    forgetRuns: runForgetter(client),
    config: { secret, publicUrl },
    ...snsOf(config),
    checks: checksOf(client),
  });
  answer = (request) => app.fetch(request);
  mailbox?.setEventsTarget(`${api.url}/hooks/ses`, { authorization: `Bearer ${keys['integration']}` });

  const senders = await startSenderWatch({ ...shared, db: database.db, looking: lookingOf(config) });
  onStop(() => senders.stop());
  const pace = await startPace({ db: database.db, clock, sender, client, log });
  onStop(() => pace?.stop());
  const workers = await startWorkers({
    endpoint,
    client,
    log,
    bundle: await bundling,
    activities: {
      ...createLeadActivities({
        ...shared,
        sender,
        mail: { secret, publicUrl },
        pacer: pace?.pacer,
        record: options.record ?? keepSome({ log }),
      }),
      ...createImportActivities({ ...shared, config: { secret } }),
    },
  });
  // Pushed first, so done last: the native runtime would keep the process alive.
  onStop(shutdownRuntime);
  onStop(() => workers.stop());
  workers.ended.then(brokenBy('the workers'), brokenBy('the workers'));

  const sweeper = startSweeper({ pending: lateLeads(database.db, clock), nudger, log, intervalMs: SWEEP_MS });
  const delivering = { ...shared, db: database.db, sender: pace?.sender ?? sender, mail: { secret, publicUrl } };
  const dispatcher = startDispatcher({ db: database.db, clock, handlers: deliveryHandlers(delivering), log });
  const planner = startPlanner({ db: database.db, clock, playbooks, log });
  const chats = startChatSweeper(shared);
  const eraser = startEraser({ ...shared, forgetRuns: runForgetter(client) });
  const stopWorkers = async (): Promise<void> => {
    life.stopping = true;
    await sweeper.stop();
    await chats.stop();
    await eraser.stop();
    await workers.stop();
    await planner.stop();
    await dispatcher.stop();
  };
  onStop(stopWorkers);
  await resumeImports({ ...shared, startImport });
  await writeLocal(home, { url: api.url, keys, temporal: endpoint.address });
  // Not waited for: a lost engine with many leads takes minutes to fill, and they go on one by one meanwhile.
  bringInLine({ database, client, nudger, clock }).catch((err: unknown) =>
    log.warn({ err }, 'not all leads were brought in line; the sweeper goes on'),
  );
  const temporal = { address: endpoint.address, uiUrl: server?.uiUrl };
  return {
    url: api.url,
    mailbox,
    sesHook: sesHookUrl(publicUrl, secret),
    temporal,
    keys,
    database,
    clock,
    playbooks,
    broken: broken.promise,
    stopWorkers,
  };
}

/** Starts what the rows say should run: the engine's own memory may be older than the store, or gone. */
async function bringInLine(parts: {
  database: Database;
  client: Client;
  nudger: ReturnType<typeof createNudger>;
  clock: Clock;
}): Promise<void> {
  const due = await allDueLeads(parts.database.db);
  if (due.length === 0) return;
  await reconcile({ client: parts.client, nudger: parts.nudger, due, now: parts.clock.now() });
}
