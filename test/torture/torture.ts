/**
 * A whole installation of separate processes sends a plan of emails while its parts are killed and SES misbehaves;
 * then the mailbox's own record is held against the ledger and the plan. docs/reliability.md says what must hold.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause, setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { benchPlaybook } from '../../bench/playbook.ts';
import { openClock } from '../../src/cli/parts.ts';
import { DAY } from '../../src/core/time.ts';
import { freePort } from '../../src/dev/temporal.ts';
import { compile, hashFiles } from '../../src/playbook/index.ts';
import { type Database, openDatabase } from '../../src/store/db.ts';
import { createKey } from '../../src/store/keys.ts';
import { migrate } from '../../src/store/migrate.ts';
import { applyPlaybook } from '../../src/store/playbooks.ts';
import { transact } from '../../src/store/tx.ts';
import { bundleWorkflows } from '../../src/worker/bundle.ts';
import { callerOf } from './caller.ts';
import { mailboxPart } from './mailbox-part.ts';
import { judge, readPlaced, type Verdict } from './oracle.ts';
import { type Blow, planOf } from './plan.ts';
import { type NodePart, nodeModule, nodePart, type Part, postgresPart, temporalPart } from './processes.ts';
import type { WorkerSetup } from './worker.ts';

export interface TortureOptions {
  readonly touches: number;
  readonly kills: number;
  readonly seed: number;
  /** Emails of each lead. */
  readonly emails: number;
  /** Real ms between kills, on average. */
  readonly meanMs: number;
  /** Every placed crash point once, before the kills by chance. */
  readonly everyPoint?: boolean;
  /** Real ms until a touch nobody knows about is given up. */
  readonly giveUpMs: number;
  readonly onProgress?: (done: number, total: number, kills: number) => void;
  /** Keeps data and logs, in this folder. */
  readonly keep?: string;
}

export interface Outcome extends Verdict {
  readonly seed: number;
  readonly seconds: number;
  readonly kills: Readonly<Record<string, number>>;
  /** How many of them came before the last touch had ended. */
  readonly whileSending: number;
  /** Placed points that were reached, how often. */
  readonly points: Readonly<Record<string, number>>;
  /** Touches a clean stop left in `sending` that SES was not asked to be vague about. */
  readonly leftByStops: number;
}

const WORKERS = 2;
/** The last leads come in with this share of the kills done; the rest falls on their emails. */
const ENTERED_BY = 2 / 3;
const BATCH = 5;
/** How long a worker may take to come to a point it was told to die at. */
const ARMED_MS = 15_000;
/** Nothing ends for this long: what is left is lost. */
const STALLED_MS = 240_000;

export async function torture(options: TortureOptions): Promise<Outcome> {
  const folder = options.keep ?? (await mkdtemp(join(tmpdir(), 'volley-torture-')));
  await using stack = new AsyncDisposableStack();
  if (options.keep === undefined) stack.defer(() => rm(folder, { recursive: true, force: true }));
  // Postgres runs as nobody when root starts it.
  await chmod(folder, 0o755);
  return await run(options, folder, stack);
}

async function run(options: TortureOptions, folder: string, stack: AsyncDisposableStack): Promise<Outcome> {
  const { seed, emails } = options;
  const began = Date.now();
  const leads = Math.ceil(options.touches / emails);
  const plan = planOf(options);
  const runMs = Math.max(
    20_000,
    plan.blows.reduce((sum, { waitMs }) => sum + waitMs, 0),
  );

  const code = join(folder, 'bundle.js');
  await writeFile(code, (await bundleWorkflows()).code);
  const postgres = await postgresPart(folder);
  stack.defer(() => postgres.part.stop());
  const temporal = await temporalPart(folder);
  stack.defer(() => temporal.part.stop());
  const database = await openDatabase({ databaseUrl: postgres.url, home: folder, connections: 4 });
  stack.defer(() => database.close());
  await migrate(database.db, database.kind);

  // A lead's days fit into a third of the run; leads come in over two thirds of its kills.
  const factor = Math.round(((emails / 2 + 4) * DAY) / (runMs / 3));
  const clock = await openClock(database.db, factor);
  const files = benchPlaybook(emails);
  const compiled = compile(files);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  await transact(database.db, (tx) =>
    applyPlaybook(tx, { hash: hashFiles(files), files, by: 'torture', now: clock.now() }),
  );
  const key = await transact(database.db, (tx) => createKey(tx, { role: 'admin' }, clock.now()));

  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const mailbox = await mailboxPart({
    folder: join(folder, 'mailbox'),
    seed,
    eventsUrl: `${url}/hooks/ses`,
    key: key.secret,
  });
  stack.defer(() => mailbox.stop());
  const env = {
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporal.address,
    VOLLEY_SECRET: randomBytes(32).toString('hex'),
    VOLLEY_PUBLIC_URL: url,
    VOLLEY_SPEED: String(factor),
    VOLLEY_HOME: folder,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_SES: mailbox.url,
    AWS_ACCESS_KEY_ID: 'torture',
    AWS_SECRET_ACCESS_KEY: 'torture',
    PORT: String(port),
  };
  const placedFile = join(folder, 'placed.ndjson');
  const setup: WorkerSetup = { bundle: code, placed: placedFile, giveUpMs: options.giveUpMs };
  const api = nodePart({
    ...{ module: nodeModule.api, args: ['serve'], env },
    ...{ upWhen: 'API listens', logFile: join(folder, 'api.log') },
  });
  stack.defer(() => api.stop());
  const workers = Array.from({ length: WORKERS }, (_, n) =>
    nodePart({
      ...{ module: nodeModule.worker, args: [JSON.stringify(setup)], env },
      ...{ upWhen: 'workers run', logFile: join(folder, `worker-${n}.log`) },
    }),
  );
  for (const worker of workers) stack.defer(() => worker.stop());
  await Promise.all([api.ready, ...workers.map((worker) => worker.ready)]);

  const call = callerOf(url, key.secret);
  const strike = striker({ api, workers, postgres: postgres.part, temporal: temporal.part }, database);
  // A kill takes longer than its wait, by a restart here and there: by time alone the last ones would hit idle parts.
  const struck = (): number => strike.count() / plan.blows.length;
  const entering = enter(call, leads, (share) => share * ENTERED_BY <= struck());
  entering.catch(() => {});
  const total = leads * emails;
  let whileSending: number | undefined;
  const progress = async (): Promise<number> => {
    const done = await ended(database).catch(() => undefined);
    if (done !== undefined) options.onProgress?.(done, total, strike.count());
    if (done === total) whileSending ??= strike.count();
    return done ?? 0;
  };
  const ticker = setInterval(() => void progress(), 2_000);
  stack.defer(() => clearInterval(ticker));
  for (const { blow, waitMs } of plan.blows) {
    await pause(waitMs);
    await strike.hit(blow, waitMs);
  }
  const names = await entering;
  await untilEnded(progress, total);
  await untilProven(database);
  clearInterval(ticker);
  const report = await mailbox.report();
  const placed = await readPlaced(placedFile);
  const steps = Array.from({ length: emails }, (_, n) => `mail-${n}`);
  const verdict = await judge({ db: database.db, leads: names, steps, mailbox: report, placed });
  return {
    ...verdict,
    seed,
    seconds: Math.round((Date.now() - began) / 1_000),
    kills: strike.kills(),
    whileSending: whileSending ?? strike.count(),
    points: countBy(placed.map(({ point }) => point)),
    leftByStops: strike.left(report.seen),
  };
}

const countBy = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

/** Creates and enrols every lead through the API, each share of them when it may; answers their addresses. */
async function enter(
  call: ReturnType<typeof callerOf>,
  leads: number,
  may: (share: number) => boolean,
): Promise<string[]> {
  const names: string[] = [];
  for (let from = 0; from < leads; from += BATCH) {
    while (!may(from / leads)) await pause(100);
    const batch = Array.from({ length: Math.min(BATCH, leads - from) }, (_, i) => from + i).map(
      (n) => `lead-${n}@company-${n % 97}.example`,
    );
    await Promise.all(
      batch.map((email) =>
        call('/v1/leads', { email, firstName: 'Ada', company: 'Acme', country: 'GB', title: 'COO' }),
      ),
    );
    await call('/v1/enrollments/batch', {
      enrollments: batch.map((email) => ({ lead: { email }, cadence: 'daily' })),
    });
    names.push(...batch);
  }
  return names;
}

/** Touches that have come to an end. */
async function ended({ db }: Database): Promise<number> {
  const row = await db
    .selectFrom('touches')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('state', 'in', ['sent', 'unconfirmed', 'failed', 'skipped'])
    .executeTakeFirstOrThrow();
  return row.n;
}

async function untilEnded(progress: () => Promise<number>, total: number): Promise<void> {
  let most = 0;
  for (let since = Date.now(); Date.now() - since < STALLED_MS; await pause(500)) {
    const done = await progress();
    if (done >= total) return;
    if (done > most) since = Date.now();
    most = Math.max(most, done);
  }
}

/** Late events find their touches; what has no event stays as it is. */
async function untilProven({ db }: Database): Promise<void> {
  const until = Date.now() + 30_000;
  // Held events are let go every few seconds, and delivered one request after the other.
  await pause(8_000);
  while (Date.now() < until) {
    const open = await db
      .selectFrom('touches')
      .select('id')
      .where('state', '=', 'unconfirmed')
      .where('accepted_at', 'is not', null)
      .execute();
    if (open.length === 0) return;
    await pause(500);
  }
}

interface Parts {
  readonly api: NodePart;
  readonly workers: readonly NodePart[];
  readonly postgres: Part;
  readonly temporal: Part;
}

/** Hits parts, each only when it is up. */
function striker({ api, workers, postgres, temporal }: Parts, { db }: Database) {
  const done: string[] = [];
  const left: string[] = [];
  /** Who has been up longest: a kill by chance knows nothing of starts, and would not wait for one. */
  const next = (): NodePart => {
    const [oldest] = workers.toSorted(
      (a, b) => (a.upSince ?? Number.POSITIVE_INFINITY) - (b.upSince ?? Number.POSITIVE_INFINITY),
    );
    if (oldest === undefined) throw new Error('no worker');
    return oldest;
  };
  /** Until it is up; one that was not works for a while first. */
  const whenUp = async <T extends Part>(part: T, waitMs = 0): Promise<T> => {
    const up = await Promise.race([part.ready.then(() => true), turnOfTheLoop(false)]);
    await part.ready;
    if (!up) await pause(waitMs);
    return part;
  };
  const hit = async (blow: Blow, waitMs: number): Promise<void> => {
    if (blow.kind === 'worker') await (await whenUp(next(), waitMs)).kill();
    else if (blow.kind === 'api') await (await whenUp(api, waitMs)).kill();
    else if (blow.kind === 'postgres') await (await whenUp(postgres, waitMs)).kill();
    else if (blow.kind === 'temporal') await (await whenUp(temporal, waitMs)).kill();
    else if (blow.kind === 'placed') {
      const hitIt = await (await whenUp(next())).arm(blow.point, ARMED_MS);
      done.push(hitIt ? 'placed' : 'worker');
      return;
    } else {
      await whenUp(postgres);
      const { pid } = await (await whenUp(next())).restart();
      await postgres.ready;
      const rows = await db
        .selectFrom('touches')
        .select('id')
        .where('state', '=', 'sending')
        .where('holder', 'like', `${pid}.%`)
        .execute();
      left.push(...rows.map(({ id }) => id));
    }
    done.push(blow.kind);
  };
  return {
    hit,
    count: () => done.length,
    kills: () => countBy(done),
    /** Of what clean stops left, what SES answered or was never asked. */
    left(seen: readonly { readonly touch: string; readonly answers: readonly string[] }[]): number {
      const vague = new Set(
        seen.filter(({ answers }) => answers.some((mode) => mode !== 'ok')).map(({ touch }) => touch),
      );
      return left.filter((id) => !vague.has(id)).length;
    },
  };
}
