/**
 * What so many leads cost in so many days: pure arithmetic over measured figures and prices. `docs/operations.md` has
 * it in words. Steady state: as many leads come in as end their life, so the number in play stays.
 */
import type { Figures } from './figures.ts';
import type { PriceName, Prices } from './prices.ts';

export interface Load {
  /** In play at any moment. */
  readonly leads: number;
  readonly days: number;
  readonly worker: 'lambda' | 'fargate';
  readonly arch: 'arm64' | 'x64';
  /** What is kept of a lead that has ended: days of history in the store. */
  readonly kept: number;
  /** Emails a lead and 30 days; absent: as the example playbook sends. */
  readonly emails?: number;
}

export interface Line {
  readonly part: 'Temporal' | 'SES' | 'worker' | 'API and events' | 'database' | 'watching';
  readonly what: string;
  readonly quantity: number;
  readonly price: PriceName;
  readonly usd: number;
  /** Rests on something that was not measured here. */
  readonly assumed?: true;
}

export interface Bill {
  readonly lines: readonly Line[];
  readonly usd: number;
  readonly usdPerLead: number;
  /** What happens in the time, over all leads. */
  readonly volumes: Volumes;
}

export interface Volumes {
  readonly enrolled: number;
  readonly emails: number;
  readonly signals: number;
  readonly wakes: number;
  readonly tasks: number;
  /** Of SES, in and out: replies, and mail to reps. */
  readonly messages: number;
  readonly apiCalls: number;
  readonly events: number;
}

const MILLION = 1_000_000;
const GB = 2 ** 30;
const HOURS_A_DAY = 24;
const DAYS_A_MONTH = 30;

export function volumesOf(load: Load, { measured: { life }, assumed }: Figures): Volumes {
  const lives = (load.leads * load.days) / life.days;
  const emails =
    load.emails === undefined ? lives * life.touches : (load.leads * load.emails * load.days) / DAYS_A_MONTH;
  // Signals come of emails: more of those, more of these.
  const more = life.touches === 0 ? 1 : emails / (lives * life.touches || 1);
  const signals = lives * life.signals * more;
  const tasks = lives * life.tasks;
  return {
    enrolled: lives,
    emails,
    signals,
    wakes: lives * life.wakes + emails,
    tasks,
    messages: emails * (1 + assumed.repliesPerEmail) + tasks * assumed.noticesPerTask,
    apiCalls: lives + signals + tasks * assumed.callsPerTask,
    events: emails * assumed.eventsPerEmail,
  };
}

/** The bill, by line; what is free is not in it. */
export function billOf(load: Load, figures: Figures, prices: Prices): Bill {
  const volumes = volumesOf(load, figures);
  const lines: Line[] = [];
  const add = (
    part: Line['part'],
    what: string,
    price: PriceName,
    quantity: number,
    unit = 1,
    assumed = false,
  ): void => {
    const usd = (quantity / unit) * prices[price].usd;
    lines.push({ part, what, quantity, price, usd, ...(assumed ? { assumed: true as const } : {}) });
  };
  temporal(add, load, volumes, figures);
  const spent = lines.reduce((sum, line) => sum + line.usd, 0);
  add('Temporal', 'support plan (Developer)', 'temporalSupport', spent);
  add('SES', 'messages', 'sesMessages', volumes.messages, 1_000);
  worker(add, load, volumes, figures, prices);
  api(add, load, volumes, figures);
  database(add, load, volumes, figures);
  watching(add, load, volumes, figures);
  const usd = lines.reduce((sum, line) => sum + line.usd, 0);
  return { lines, usd, usdPerLead: load.leads === 0 ? 0 : usd / load.leads, volumes };
}

type Add = (
  part: Line['part'],
  what: string,
  price: PriceName,
  quantity: number,
  unit?: number,
  assumed?: boolean,
) => void;

function temporal(add: Add, load: Load, volumes: Volumes, { measured, assumed }: Figures): void {
  const { enrolment, wake, burst } = measured;

  const { enrolled, wakes, signals } = volumes;
  const sum = (of: 'actions' | 'historyBytes'): number =>
    enrolled * enrolment[of] + wakes * wake[of] + signals * burst[of];
  add('Temporal', 'actions', 'temporalActions', sum('actions'), MILLION);
  // Histories grow evenly over a life, so a lead in play holds half of what it will have in the end.
  const atEnd = enrolled === 0 ? 0 : sum('historyBytes') / enrolled;
  const hours = load.days * HOURS_A_DAY;
  add('Temporal', 'histories of open leads', 'temporalActive', ((load.leads * atEnd) / 2 / GB) * hours);
  const retained = (enrolled / load.days) * assumed.retentionDays * atEnd;
  add('Temporal', 'histories kept after the end', 'temporalRetained', (retained / GB) * hours);
}

/** A function’s share of a processor (AWS: 1,769 MB are one). */
const vcpus = (gb: number): number => (gb * 1_024) / 1_769;

/** Seconds that a worker function is paid for: while it lives, for it polls until its end. */
export function lambdaSeconds(tasks: number, cpuMs: number, openSeconds: number, { setup, assumed }: Figures): number {
  if (tasks === 0 || openSeconds === 0) return 0;
  const { seconds, gb } = setup.worker;
  // Invoked by a task when none is alive: alive for `seconds`, then away until the next task comes.
  const alive = openSeconds * ((tasks * seconds) / (openSeconds + tasks * seconds));
  const busy = (tasks * cpuMs) / 1_000 / vcpus(gb);
  return Math.max(alive, busy / assumed.mostBusy);
}

function worker(add: Add, load: Load, volumes: Volumes, figures: Figures, prices: Prices): void {
  const { measured, setup, assumed } = figures;
  const { wake, burst, enrolment } = measured;
  const { worker: size, sweep, fargate } = setup;

  const sweeps = (load.days * HOURS_A_DAY * 3_600) / sweep.everySeconds;
  const price = load.arch === 'arm64' ? 'lambdaArm64' : 'lambdaX64';
  add('worker', 'sweep once a minute', price, sweeps * assumed.sweepSeconds * sweep.gb, 1, true);
  const sendSeconds = (load.days / 7) * assumed.sendHoursAWeek * 3_600;
  const others = volumes.wakes - volumes.emails + volumes.signals + volumes.enrolled;
  const otherMs =
    others === 0
      ? 0
      : (volumes.signals * burst.cpuMs +
          volumes.enrolled * enrolment.cpuMs +
          (volumes.wakes - volumes.emails) * wake.cpuMs) /
        others;
  const allDay = load.days * HOURS_A_DAY * 3_600;
  if (load.worker === 'lambda') {
    const email = lambdaSeconds(volumes.emails, wake.cpuMs, sendSeconds, figures);
    const lead = lambdaSeconds(others, otherMs, allDay, figures);
    add('worker', 'function of the email queue', price, email * size.gb);
    add('worker', 'function of the lead queue', price, lead * size.gb);
    add('worker', 'invocations', 'lambdaRequests', (email + lead) / size.seconds + sweeps, MILLION);
    return;
  }
  // Containers are always there; one is added whenever the busiest hours need it.
  const busy = ((volumes.emails * wake.cpuMs) / sendSeconds + (others * otherMs) / allDay) / 1_000;
  const tasks = Math.max(fargate.least, Math.ceil(busy / fargate.vcpu / assumed.mostBusy));
  const hours = tasks * load.days * HOURS_A_DAY * prices.fargateSpot.usd;
  add('worker', `${tasks} containers on spare capacity: processors`, 'fargateVcpu', hours * fargate.vcpu);
  add('worker', `${tasks} containers on spare capacity: memory`, 'fargateGb', hours * fargate.gb);
}

function api(add: Add, load: Load, { apiCalls, events }: Volumes, { measured, setup, assumed }: Figures): void {
  const part = 'API and events';
  const price = load.arch === 'arm64' ? 'lambdaArm64' : 'lambdaX64';
  const { cpuMs, transactions } = measured.api;
  const gbSeconds = (calls: number, gb: number): number =>
    (calls * gb * (cpuMs / vcpus(gb) + transactions * assumed.waitMsPerTransaction)) / 1_000;
  const requests = events * assumed.requestsPerEvent;
  add(part, 'calls', 'apiCalls', apiCalls, MILLION);
  add(part, 'function of the API', price, gbSeconds(apiCalls, setup.api.gb), 1, true);
  add(part, 'events of the mail service: queue', 'queueRequests', requests, MILLION);
  add(part, 'events of the mail service: function', price, gbSeconds(events, setup.events.gb), 1, true);
  add(part, 'invocations', 'lambdaRequests', apiCalls + events, MILLION);
}

function database(add: Add, load: Load, volumes: Volumes, { measured, assumed }: Figures): void {
  const { enrolment, wake, burst, api: call, stored } = measured;

  const transactions =
    volumes.enrolled * enrolment.transactions +
    volumes.wakes * wake.transactions +
    volumes.signals * burst.transactions +
    (volumes.apiCalls + volumes.events) * call.transactions;
  add('database', 'work (DPU)', 'dsqlDpu', transactions * assumed.dpuPerTransaction, MILLION, true);
  const perDay = (of: number): number => of / load.days;
  const history = load.kept * (perDay(volumes.wakes) * stored.wakeBytes + perDay(volumes.signals) * stored.signalBytes);
  const leads = (load.leads + load.kept * perDay(volumes.enrolled)) * stored.leadBytes;
  add(
    'database',
    `storage, ${load.kept} days of history`,
    'dsqlStorage',
    ((history + leads) / GB) * (load.days / DAYS_A_MONTH),
  );
}

function watching(add: Add, load: Load, volumes: Volumes, { setup, assumed }: Figures): void {
  const months = load.days / DAYS_A_MONTH;
  const lines = volumes.apiCalls + volumes.events + volumes.wakes;
  add('watching', 'logs', 'logs', (lines * assumed.logBytes) / GB);
  add('watching', 'alarms', 'alarms', setup.alarms * months);
  add('watching', 'metrics', 'metrics', setup.metrics * months);
  add('watching', 'dashboard', 'dashboards', setup.dashboards * months);
  add('watching', 'secrets', 'secrets', setup.secrets * months);
}
