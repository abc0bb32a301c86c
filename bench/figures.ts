/**
 * `npm run bench:figures`: measures what `volley cost` computes with and writes it to `src/cli/cost/measured.ts`:
 * actions and history from Temporal, transactions and bytes from a real Postgres, processor time of our own process,
 * and the life of a lead from the simulator. `-- --short` for trying, `-- --dry` prints and writes nothing.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import type { Life, Measured, Unit } from '../src/cli/cost/figures.ts';
import { prepare } from '../src/cli/simulation/prepare.ts';
import { createClock, realClock } from '../src/clock.ts';
import { simulate } from '../src/core/simulate.ts';
import { DAY } from '../src/core/time.ts';
import { type Db, openDatabase } from '../src/store/db.ts';
import { actionsOf, bytesOf, type HistoryEvent } from '../src/temporal/history.ts';
import { leadWorkflowId } from '../src/temporal/names.ts';
import { shutdownRuntime } from '../src/worker/run.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { allDone, openRig, type Rig } from './rig.ts';

const { values } = parseArgs({
  options: { short: { type: 'boolean', default: false }, dry: { type: 'boolean', default: false } },
});
const LEADS = values.short ? 20 : 40;
const EMAILS = values.short ? 4 : 10;
const START = Date.parse('2026-11-23T00:00:00Z');
const EXAMPLE = join(import.meta.dirname, '../playbook');
const FILE = join(import.meta.dirname, '../src/cli/cost/measured.ts');

/** What has been used so far; differences are what something cost. */
interface Meter {
  readonly events: readonly HistoryEvent[];
  readonly transactions: number;
  readonly cpuMs: number;
  readonly bytes: number;
}

const one = async (db: Db, query: ReturnType<typeof sql<{ n: number }>>): Promise<number> =>
  Number((await query.execute(db)).rows[0]?.n);

async function read(rig: Rig, leads: readonly string[]): Promise<Meter> {
  const { db } = rig.database;
  const used = process.cpuUsage();
  // A backend that is idle reports its counts within ten seconds.
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  const transactions = await one(
    db,
    sql<{ n: number }>`select xact_commit as n from pg_stat_database where datname = current_database()`,
  );
  // Rows that are written anew leave dead ones; DSQL bills what lives.
  await sql`vacuum full`.execute(db);
  const bytes = await one(
    db,
    sql<{
      n: number;
    }>`select sum(pg_total_relation_size(c.oid)) as n from pg_class c join pg_namespace s on s.oid = c.relnamespace where s.nspname = 'public' and c.relkind = 'r'`,
  );
  const histories = await Promise.all(leads.map((lead) => historyOf(rig, lead)));
  return { events: histories.flat(), transactions, cpuMs: (used.user + used.system) / 1_000, bytes };
}

const historyOf = async (rig: Rig, lead: string): Promise<HistoryEvent[]> =>
  (await rig.client.workflow.getHandle(leadWorkflowId(lead)).fetchHistory()).events ?? [];

/** What reading a meter costs itself, so that it is no part of what it measures. */
async function reading(rig: Rig): Promise<Pick<Meter, 'transactions' | 'cpuMs'>> {
  const [before, after] = [await read(rig, []), await read(rig, [])];
  return { transactions: after.transactions - before.transactions, cpuMs: after.cpuMs - before.cpuMs };
}

const round = (value: number, digits: number): number => Number(Math.max(0, value).toFixed(digits));

const historyCost = (events: readonly HistoryEvent[], n: number): Pick<Unit, 'actions' | 'historyBytes'> => ({
  actions: round(actionsOf(events) / n, 2),
  historyBytes: round(bytesOf(events) / n, 0),
});

function unit(before: Meter, after: Meter, n: number, meter: Pick<Meter, 'transactions' | 'cpuMs'>): Unit {
  return {
    actions: round((actionsOf(after.events) - actionsOf(before.events)) / n, 2),
    historyBytes: round((bytesOf(after.events) - bytesOf(before.events)) / n, 0),
    transactions: round((after.transactions - before.transactions - meter.transactions) / n, 1),
    cpuMs: round((after.cpuMs - before.cpuMs - meter.cpuMs) / n, 1),
  };
}

const folder = mkdtempSync(join(tmpdir(), `volley-test-${process.pid}-`));
chmodSync(folder, 0o755);
const server = await startPostgres(folder);
try {
  const touched = await touches();
  const signalled = await signals();
  const measured: Measured = {
    on: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
    enrolment: touched.enrolment,
    wake: touched.wake,
    burst: signalled.burst,
    api: signalled.api,
    stored: { leadBytes: touched.leadBytes, wakeBytes: touched.wakeBytes, signalBytes: signalled.signalBytes },
    life: await life(),
  };
  const literal = JSON.stringify(measured, null, 2)
    .replace(/"(\w+)":/g, '$1:')
    .replaceAll('"', "'")
    .replace(/([\d'}])\n/g, '$1,\n');
  const text = `/** Written by \`npm run bench:figures\`; never by hand. */\nimport type { Measured } from './figures.ts';\n\nexport const MEASURED: Measured = ${literal};\n`;
  if (values.dry) process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
  else await writeFile(FILE, text);
} finally {
  await shutdownRuntime();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function fresh(name: string): Promise<string> {
  const main = await openDatabase({ databaseUrl: server.url, home: '' });
  await sql.raw(`create database ${name}`).execute(main.db);
  await main.close();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return url.href;
}

/** Leads that are written, enrolled, and mailed to the end: eight seconds a day, so that each touch has its timer. */
async function touches(): Promise<Pick<Measured, 'enrolment' | 'wake'> & { leadBytes: number; wakeBytes: number }> {
  const clock = createClock({ real: Date.now() + 5_000, virtual: START, factor: DAY / 8_000 });
  const rig = await openRig({ clock, emails: EMAILS, databaseUrl: await fresh('touches') });
  try {
    const meter = await reading(rig);
    const empty = await read(rig, []);
    const ids = await rig.createLeads(LEADS);
    const enrolled = allDone(rig, ids);
    const before = await read(rig, []);
    await rig.enrol(ids);
    await enrolled;
    const after = await read(rig, ids);
    await Promise.all(ids.map((lead) => rig.client.workflow.getHandle(leadWorkflowId(lead)).result()));
    const end = await read(rig, ids);
    const [first, rest] = atFirstAdvance(await Promise.all(ids.map((lead) => historyOf(rig, lead))));
    return {
      enrolment: { ...unit(before, after, LEADS, meter), ...historyCost(first, LEADS) },
      wake: { ...unit(after, end, LEADS * EMAILS, meter), ...historyCost(rest, LEADS * EMAILS) },
      leadBytes: round((after.bytes - empty.bytes) / LEADS, 0),
      wakeBytes: round((end.bytes - after.bytes) / (LEADS * EMAILS), 0),
    };
  } finally {
    await rig.close();
  }
}

/** Histories up to the end of the first advance, which is the enrolment's, and from there to the end of the last. */
function atFirstAdvance(histories: readonly (readonly HistoryEvent[])[]): [HistoryEvent[], HistoryEvent[]] {
  const ends = histories.map((events) =>
    events.flatMap((event, at) => (event.activityTaskCompletedEventAttributes ? [at + 1] : [])),
  );
  return [
    histories.flatMap((events, n) => events.slice(0, ends[n]?.[0])),
    histories.flatMap((events, n) => events.slice(ends[n]?.[0], ends[n]?.at(-1))),
  ];
}

/**
 * A signal for each lead that moves nothing, once as calls and once as what comes of them: the calls are counted while
 * no worker is told, by signals that are sent again and so do nothing.
 */
async function signals(): Promise<Pick<Measured, 'burst' | 'api'> & { signalBytes: number }> {
  const rig = await openRig({ clock: realClock, emails: 2, databaseUrl: await fresh('signals') });
  try {
    const ids = await rig.createLeads(LEADS);
    const enrolled = allDone(rig, ids);
    await rig.enrol(ids);
    await enrolled;
    const meter = await reading(rig);
    const before = await read(rig, ids);
    const sent = ids.map((id) => ({ id: randomUUID(), lead: { id }, type: 'page.pricing' }));
    const heard = allDone(rig, ids);
    for (const signal of sent) await rig.post('/v1/signals', { signals: [signal] });
    await heard;
    const after = await read(rig, ids);
    const started = process.cpuUsage();
    for (const signal of sent) await rig.post('/v1/signals', { signals: [signal] });
    const used = process.cpuUsage(started);
    const again = await read(rig, ids);
    const cpuMs = round((used.user + used.system) / 1_000 / LEADS, 1);
    const call = { ...unit(after, again, LEADS, meter), cpuMs };
    const all = unit(before, after, LEADS, meter);
    return {
      burst: {
        ...all,
        transactions: round(all.transactions - call.transactions, 1),
        cpuMs: round(all.cpuMs - call.cpuMs, 1),
      },
      api: { cpuMs: call.cpuMs, transactions: call.transactions },
      signalBytes: round((after.bytes - before.bytes) / LEADS, 0),
    };
  } finally {
    await rig.close();
  }
}

/** The example playbook over its own leads and people, 90 days. */
async function life(): Promise<Life> {
  const days = 90;
  const prepared = await prepare(EXAMPLE, { days, from: '2026-11-23' });
  const [touched, heard] = [new Set<string>(), new Set<string>()];
  const woken = new Set<string>();
  let opened = 0;
  let signals = 0;
  simulate({
    ...prepared,
    seed: 1,
    days,
    onJournal: (key, { type, at }) => {
      const instant = `${key} ${at}`;
      woken.add(instant);
      if (type === 'touch.sent') touched.add(instant);
      if (type === 'signal.received') {
        heard.add(instant);
        signals += 1;
      }
      if (type === 'task.opened') opened += 1;
    },
  });
  const others = [...woken].filter((instant) => !touched.has(instant) && !heard.has(instant)).length;
  const each = (n: number): number => round(n / prepared.leads.length, 2);
  return { days, touches: each(touched.size), signals: each(signals), wakes: each(others), tasks: each(opened) };
}
