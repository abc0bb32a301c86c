/** What a bill is computed from: what was measured (`measured.ts`), how a deployment is set up, and what is assumed. */
import { MEASURED } from './measured.ts';

/** One of something, as the engine and the store see it. */
export interface Unit {
  /** Billable actions of Temporal. */
  readonly actions: number;
  readonly historyBytes: number;
  /** Of the store, reads included. */
  readonly transactions: number;
  /** Of our own process: API, worker and the mailbox in place of SES; the store's and Temporal's servers are apart. */
  readonly cpuMs: number;
}

/** A lead of the example playbook, by the simulator. */
export interface Life {
  readonly days: number;
  readonly touches: number;
  readonly signals: number;
  /** Times a lead is woken but for touches and signals: waits that end, clocks of handoffs. */
  readonly wakes: number;
  readonly tasks: number;
}

export interface Measured {
  readonly on: string;
  readonly machine: string;
  readonly enrolment: Unit;
  readonly wake: Unit;
  readonly burst: Unit;
  readonly api: { readonly cpuMs: number; readonly transactions: number };
  /** In Postgres, indexes included. */
  readonly stored: { readonly leadBytes: number; readonly wakeBytes: number; readonly signalBytes: number };
  readonly life: Life;
}

/** As `infra/` sets it up: `test/infra/cost.test.ts` holds it against the templates. */
export const SETUP = {
  worker: { seconds: 60, gb: 1 },
  fargate: { least: 2, vcpu: 0.5, gb: 1 },
  api: { gb: 1 },
  events: { gb: 0.5 },
  sweep: { everySeconds: 60, gb: 0.5 },
  alarms: 33,
  metrics: 12,
  dashboards: 1,
  secrets: 3,
} as const;

/** What nobody can measure without the service itself, each with where it comes from. */
export const ASSUMED = {
  /** AWS: 100,000 DPU are about 700,000 transactions of TPC-C, which write more rows than ours. */
  dpuPerTransaction: 1 / 7,
  /** A function is paid while it waits for the database: some round trips of a few ms. */
  waitMsPerTransaction: 20,
  /** A sweep with nothing left over: some ten queries and a connection. */
  sweepSeconds: 1,
  /** A worker function that is busier than this is joined by another. */
  mostBusy: 0.7,
  /** Tuesday to Thursday, 9:00 to 16:00 in the leads' zones, which lie eight hours apart. */
  sendHoursAWeek: 3 * (7 + 8),
  /** Of closed workflows, in the namespace. */
  retentionDays: 30,
  /** Send and Delivery; others are few. */
  eventsPerEmail: 2,
  /** A message of a queue is sent, received and deleted. */
  requestsPerEvent: 3,
  repliesPerEmail: 0.01,
  /** Mail to reps. */
  noticesPerTask: 1,
  /** Lists, the task itself, the answer. */
  callsPerTask: 10,
  logBytes: 400,
} as const;

export interface Figures {
  readonly measured: Measured;
  readonly setup: typeof SETUP;
  readonly assumed: typeof ASSUMED;
}

export const FIGURES: Figures = { measured: MEASURED, setup: SETUP, assumed: ASSUMED };
