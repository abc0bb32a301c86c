/**
 * How the engine grows with the leads that sleep in it: the same installation, filled by its own API step by step,
 * and at each step how fast it takes in, answers and mails, and what it holds.
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { lateLeads } from '../src/cli/parts.ts';
import { realClock } from '../src/clock.ts';
import { benchPlaybook } from './playbook.ts';
import { allDone, openRig, quantile, type Rig } from './rig.ts';

export interface Growth {
  /** Leads asleep, step by step. */
  readonly sizes: readonly number[];
  /** Leads that ask for a demo at each step, ten a second. */
  readonly signals: number;
  /** Leads that are mailed at once at each step. */
  readonly touches: number;
  readonly databaseUrl: string;
}

export interface Grown {
  readonly leads: number;
  /** Enrolments a second, over the leads of this step. */
  readonly enrolledPerSecond: number;
  /** From the call that posts a signal to the task it opens, ms. */
  readonly taskMs: { readonly p50: number; readonly p99: number };
  /** Leads a second enrolled and mailed at once, and recorded. */
  readonly mailedPerSecond: number;
  /** A lead's rows with their indexes, bytes. */
  readonly bytesPerLead: number;
  /** A page of a hundred leads, and what the sweeper asks for; ms, the slowest of some. */
  readonly listMs: number;
  readonly sweepMs: number;
}

const PER_SECOND = 10;
const PAGE = 500;
const LOOKS = 5;
const now = `
cadence: now
purpose: marketing
lane: announcements
window: { days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "23:59", zone: lead, else: [company], spread: none }
steps:
  - { id: mail, email: mail-0 }
`;

export async function grow(
  { sizes, signals, touches, databaseUrl }: Growth,
  onStep: (grown: Grown) => void,
  onProgress: (leads: number) => void = () => {},
): Promise<void> {
  const files = { ...benchPlaybook(1), 'cadences/now.yaml': now };
  const rig = await openRig({ clock: realClock, emails: 1, files, databaseUrl });
  try {
    const asleep: string[] = [];
    for (const leads of sizes) {
      const began = performance.now();
      const before = asleep.length;
      // By pages, so that the memory of this process is the workers' and not the list's.
      while (asleep.length < leads) {
        const page = await rig.createLeads(Math.min(PAGE, leads - asleep.length));
        const done = allDone(rig, page);
        await rig.enrol(page);
        await done;
        asleep.push(...page);
        onProgress(asleep.length);
      }
      const enrolledPerSecond = (1_000 * (leads - before)) / (performance.now() - began);
      onStep({
        leads,
        enrolledPerSecond,
        bytesPerLead: (await bytes(rig)) / leads,
        listMs: await slowest(() => rig.get('/v1/leads?limit=100')),
        sweepMs: await slowest(() => sweep(rig)),
        taskMs: await tasks(rig, pickFrom(asleep, signals)),
        mailedPerSecond: await mailed(rig, touches),
      });
    }
  } finally {
    await rig.close();
  }
}

/** Some of them, from all over, each once. */
const pickFrom = (ids: readonly string[], count: number): string[] => {
  const every = Math.max(1, Math.floor(ids.length / count));
  return ids.filter((_, at) => at % every === every - 1).slice(0, count);
};

async function bytes({ database: { db } }: Rig): Promise<number> {
  await sql`vacuum analyze`.execute(db);
  const { rows } = await sql<{ n: string }>`
    select sum(pg_total_relation_size(c.oid)) as n from pg_class c join pg_namespace s on s.oid = c.relnamespace
    where s.nspname = 'public' and c.relkind = 'r'`.execute(db);
  return Number(rows[0]?.n);
}

async function slowest(look: () => Promise<unknown>): Promise<number> {
  let most = 0;
  for (let nth = 0; nth < LOOKS; nth += 1) {
    const began = performance.now();
    await look();
    most = Math.max(most, performance.now() - began);
  }
  return most;
}

/** Signals at an even pace, whether or not those before are answered. */
async function tasks(rig: Rig, leads: readonly string[]): Promise<Grown['taskMs']> {
  const sent = new Map<string, number>();
  const took: number[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  rig.onDone = (lead) => {
    const at = sent.get(lead);
    if (at === undefined) return;
    sent.delete(lead);
    took.push(performance.now() - at);
    if (took.length === leads.length) resolve();
  };
  const began = performance.now();
  for (const [nth, lead] of leads.entries()) {
    await delay(Math.max(0, began + (1_000 * nth) / PER_SECOND - performance.now()));
    sent.set(lead, performance.now());
    const signal = { id: randomUUID(), lead: { id: lead }, type: 'demo.requested' };
    rig.post('/v1/signals', { signals: [signal] }).catch(reject);
  }
  await promise;
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
}

async function mailed(rig: Rig, count: number): Promise<number> {
  const leads = await rig.createLeads(count);
  const target = rig.mailbox.count + count;
  const { promise, resolve } = Promise.withResolvers<void>();
  const off = rig.mailbox.onMessage(() => {
    if (rig.mailbox.count >= target) resolve();
  });
  const began = performance.now();
  await rig.enrol(leads, 'now');
  await promise;
  off();
  return (1_000 * count) / (performance.now() - began);
}

/** As the sweeper looks: who was left waiting for more than a moment. */
const sweep = ({ database, clock }: Rig): Promise<readonly string[]> => lateLeads(database.db, clock)(PAGE);
