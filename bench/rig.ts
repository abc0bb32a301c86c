/** Everything a benchmark runs on, in one process as `npm start` has it: server, store, mailbox, API, workers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { pino } from 'pino';
import type { AdvanceDeps, LeadActivities } from '../activities/advance.ts';
import { createLeadActivities } from '../activities/index.ts';
import { createApp } from '../src/api/app.ts';
import type { Clock } from '../src/clock.ts';
import { scrub } from '../src/core/scrub.ts';
import { type Mailbox, type Quota, startMailbox } from '../src/dev/mailbox/mailbox.ts';
import { startTemporal } from '../src/dev/temporal.ts';
import { createSender } from '../src/email/sender.ts';
import { startPace } from '../src/pace/pace.ts';
import { compile, createPlaybookCache, hashFiles, type PlaybookFiles } from '../src/playbook/index.ts';
import { type Database, openDatabase } from '../src/store/db.ts';
import { createKey } from '../src/store/keys.ts';
import { upsertLeads } from '../src/store/leads.ts';
import { migrate } from '../src/store/migrate.ts';
import { applyPlaybook, currentPlaybook, playbookFiles } from '../src/store/playbooks.ts';
import { transact } from '../src/store/tx.ts';
import { connectClient } from '../src/temporal/client.ts';
import { createNudger } from '../src/temporal/nudge.ts';
import { bundleWorkflows, type WorkflowBundle } from '../src/worker/bundle.ts';
import { type RunningWorkers, startWorkers } from '../src/worker/run.ts';
import type { BareActivities } from './bare/workflows.ts';
import { benchPlaybook } from './playbook.ts';

export const log = pino({ level: process.env['LOG_LEVEL'] ?? 'warn' });

export interface Rig {
  readonly client: Client;
  readonly database: Database;
  readonly clock: Clock;
  readonly mailbox: Mailbox;
  /** Posts JSON to the API as an admin; throws on anything but 2xx. */
  post(path: string, body: unknown): Promise<unknown>;
  /** Gets from the API as an admin; throws on anything but 2xx. */
  get(path: string): Promise<unknown>;
  /** Creates leads without waking them. */
  createLeads(count: number): Promise<string[]>;
  /** Enrols in a cadence (`daily`), by batches of 500; returns when every batch is answered. */
  enrol(leads: readonly string[], cadence?: string): Promise<void>;
  /** Told after every `advance` and every bare activity, with the lead or the bare id. */
  onDone: (id: string) => void;
  /** The workflows its workers run, and these workers. */
  readonly bundle: WorkflowBundle;
  readonly workers: RunningWorkers;
  /** Workers of another version beside them, made the current one; closing the rig stops them too. */
  startBeside(bundle: WorkflowBundle): Promise<RunningWorkers>;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly clock: Clock;
  /** Emails of the benchmark's cadence `daily`. */
  readonly emails: number;
  /** In place of the benchmark's own playbook. */
  readonly files?: PlaybookFiles;
  /** The pace of sending is kept to this quota; absent: there is none. */
  readonly quota?: Quota;
  /** A Postgres server's database, to be migrated; absent: PGlite. */
  readonly databaseUrl?: string;
  /** Wraps `advance`, e.g. to time it. */
  readonly deps?: Partial<AdvanceDeps>;
}

let bundling: Promise<WorkflowBundle> | undefined;
const bundle = (): Promise<WorkflowBundle> => {
  bundling ??= bundleWorkflows(fileURLToPath(new URL('bare/index.ts', import.meta.url)));
  return bundling;
};

const SECRET = 'a-secret-of-the-benchmark-32-chars';

export async function openRig({
  clock,
  emails,
  files = benchPlaybook(emails),
  quota,
  databaseUrl,
  deps = {},
}: RigOptions): Promise<Rig> {
  const home = await mkdtemp(join(tmpdir(), 'volley-bench-'));
  const server = await startTemporal();
  const endpoint = { address: server.address };
  const client = await connectClient(endpoint);
  const database = await openDatabase({ home, databaseUrl });
  await migrate(database.db, database.kind);
  const compiled = compile(files);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors, null, 1));
  const { db } = database;
  await transact(db, (tx) => applyPlaybook(tx, { hash: hashFiles(files), files, by: 'bench', now: clock.now() }));
  const playbooks = createPlaybookCache(
    async (hash) => (await playbookFiles(db, hash)) ?? {},
    async () => (await currentPlaybook(db))?.hash ?? null,
  );
  const mailbox = await startMailbox(quota === undefined ? {} : { quota });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sender = createSender({ region: 'local', endpoint: mailbox.url, credentials, maxSockets: 100 });
  const nudger = createNudger({ client, log });
  const config = { secret: SECRET, publicUrl: 'http://127.0.0.1:1' };
  const app = createApp({
    database,
    clock,
    playbooks,
    nudger,
    config,
    log,
    forgetRuns: async () => ({ found: 0 }),
    startImport: async () => {},
  });
  const key = await transact(db, (tx) => createKey(tx, { role: 'admin' }, clock.now()));

  const pace = quota === undefined ? undefined : await startPace({ db, clock, sender, client, log });
  const lead = createLeadActivities({
    database,
    clock,
    playbooks,
    sender,
    log,
    mail: config,
    pacer: pace?.pacer,
    ...deps,
  });
  const activities: LeadActivities & BareActivities = {
    async advance(leadId) {
      const answer = await lead.advance(leadId);
      rig.onDone(leadId);
      return answer;
    },
    noop: async () => rig.onDone('bare'),
    mark: async (id) => rig.onDone(id),
  };
  const own = await bundle();
  const working: RunningWorkers[] = [];
  const startBeside = async (version: WorkflowBundle): Promise<RunningWorkers> => {
    const started = await startWorkers({ endpoint, client, activities, log, bundle: version, cachedLeads: 10_000 });
    working.push(started);
    return started;
  };
  const workers = await startBeside(own);
  const call = async (path: string, request: RequestInit): Promise<unknown> => {
    const headers = { ...request.headers, authorization: `Bearer ${key.secret}` };
    const response = await app.request(path, { ...request, headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  let created = 0;
  const rig: Rig = {
    client,
    database,
    clock,
    mailbox,
    onDone: () => {},
    bundle: own,
    workers,
    startBeside,
    post: (path, body) =>
      call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    get: (path) => call(path, {}),
    async createLeads(count) {
      const ids: string[] = [];
      for (let left = count; left > 0; left -= 500) {
        const page = Array.from({ length: Math.min(500, left) }, () => {
          created += 1;
          const email = `lead-${created}@company-${created % 97}.example`;
          const read = scrub({ email, firstName: 'Ada', company: 'Acme', country: 'GB', title: 'COO' });
          if (!read.ok) throw new Error(read.message);
          return read.lead;
        });
        for (const row of await transact(db, (tx) => upsertLeads(tx, page, clock.now()))) {
          if ('id' in row) ids.push(row.id);
        }
      }
      return ids;
    },
    async enrol(leads, cadence = 'daily') {
      for (let from = 0; from < leads.length; from += 500) {
        const enrollments = leads.slice(from, from + 500).map((id) => ({ lead: { id }, cadence }));
        await rig.post('/v1/enrollments/batch', { enrollments });
      }
    },
    async close() {
      await nudger.close();
      await Promise.all(working.map((one) => one.stop()));
      await pace?.stop();
      sender.close();
      await mailbox.close();
      await client.connection.close();
      await server.close();
      await database.close();
      await rm(home, { recursive: true, force: true });
    },
  };
  return rig;
}

/** Resolves when `onDone` has been called for all of these ids, or this often for `bare`. */
export function allDone(
  rig: Rig,
  ids: readonly string[] | number,
  onEach: (done: number) => void = () => {},
): Promise<number> {
  return new Promise((resolve) => {
    const left = new Set(typeof ids === 'number' ? [] : ids);
    const total = typeof ids === 'number' ? ids : left.size;
    let done = 0;
    rig.onDone = (id) => {
      if (typeof ids !== 'number' && !left.delete(id)) return;
      done += 1;
      onEach(done);
      if (done === total) resolve(performance.now());
    };
  });
}

/** Calls `run` for each item, `width` at a time. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  run: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of queue) await run(item);
    }),
  );
}

export const quantile = (values: readonly number[], q: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
};
