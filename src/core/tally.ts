/** Counts what journals say, so that a simulation and a real run are counted by the same rules. */
import { DAY, type Instant } from './time.ts';

export interface CadenceCount {
  entered: number;
  touches: number;
  /** How its runs ended: met, exited, ended, replaced, stopped. */
  ended: Record<string, number>;
}

export interface RepCount {
  offered: number;
  accepted: number;
  rejected: number;
  breached: number;
  tasks: number;
}

export interface DayCount {
  day: number;
  touches: number;
  tasks: number;
  handoffs: number;
  /** Touches that a cap held back or took away. */
  capped: number;
  slaBreaches: number;
  expired: number;
}

export interface Counts {
  touches: number;
  /** Reason to how many touches did not go. */
  skips: Record<string, number>;
  /** Reason to how often a touch had to wait: caps of the lead and the account, a conversation, a window. */
  held: Record<string, number>;
  tasks: number;
  handoffs: number;
  accepted: number;
  /** Reason of a reject or recycle to how often. */
  returns: Record<string, number>;
  /** Returns that put the lead into a cadence again. */
  recycles: number;
  /** Leads the clock of `expiry` took out; one that came back may be counted again. */
  expired: number;
  slaBreaches: number;
  /** Day 1 is the first; days without anything are there too. */
  byDay: DayCount[];
  perCadence: Record<string, CadenceCount>;
  repLoad: Record<string, RepCount>;
}

/** What counting reads of a journal entry, as the core writes it and as the store keeps it. */
export interface CountedEntry {
  readonly at: Instant;
  readonly type: string;
  readonly cadence?: string | null;
  readonly reason?: string | null;
  readonly by: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Tally {
  add(entry: CountedEntry): void;
  counts(): Counts;
}

/** Reasons of a touch that waits for a cap. */
const CAPS: ReadonlySet<string> = new Set(['capped', 'account-capped']);

const words = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function bump(record: Record<string, number>, name: string): void {
  record[name] = (record[name] ?? 0) + 1;
}

/** Names in order, so that the same counts are the same text. */
const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

/** An empty count over `days` days of 24 hours that begin at `from`. */
export function createTally(from: Instant, days: number): Tally {
  const c: Counts = {
    touches: 0,
    skips: {},
    held: {},
    tasks: 0,
    handoffs: 0,
    accepted: 0,
    returns: {},
    recycles: 0,
    expired: 0,
    slaBreaches: 0,
    byDay: Array.from({ length: days }, (_, i) => ({
      ...{ day: i + 1, touches: 0, tasks: 0, handoffs: 0 },
      ...{ capped: 0, slaBreaches: 0, expired: 0 },
    })),
    perCadence: {},
    repLoad: {},
  };
  const cadence = (entry: CountedEntry): CadenceCount => {
    c.perCadence[entry.cadence ?? ''] ??= { entered: 0, touches: 0, ended: {} };
    return c.perCadence[entry.cadence ?? ''] ?? { entered: 0, touches: 0, ended: {} };
  };
  const rep = (id: string | undefined): RepCount => {
    const none = { offered: 0, accepted: 0, rejected: 0, breached: 0, tasks: 0 };
    if (id === undefined) return none;
    c.repLoad[id] ??= none;
    return c.repLoad[id] ?? none;
  };
  const returned = (entry: CountedEntry): void => bump(c.returns, words(entry.data['returnReason']) ?? 'unknown');

  return {
    add(entry) {
      const day = c.byDay[Math.floor((entry.at - from) / DAY)];
      switch (entry.type) {
        case 'touch.sent':
          c.touches += 1;
          cadence(entry).touches += 1;
          if (day) day.touches += 1;
          break;
        case 'touch.skipped':
        case 'task.skipped':
          bump(c.skips, entry.reason ?? 'unknown');
          if (day && CAPS.has(entry.reason ?? '')) day.capped += 1;
          break;
        case 'touch.held':
        case 'touch.deferred':
          bump(c.held, entry.reason ?? 'unknown');
          if (day && CAPS.has(entry.reason ?? '')) day.capped += 1;
          break;
        case 'task.opened':
          c.tasks += 1;
          if (day) day.tasks += 1;
          rep(words(entry.data['assignee'])).tasks += 1;
          break;
        case 'handoff.offered':
          c.handoffs += 1;
          if (day) day.handoffs += 1;
          rep(words(entry.data['rep'])).offered += 1;
          break;
        case 'handoff.accepted':
          c.accepted += 1;
          rep(entry.by).accepted += 1;
          break;
        case 'handoff.rejected':
          returned(entry);
          rep(entry.by).rejected += 1;
          break;
        case 'lead.returned':
          returned(entry);
          break;
        case 'sla.breached':
          c.slaBreaches += 1;
          if (day) day.slaBreaches += 1;
          rep(words(entry.data['rep'])).breached += 1;
          break;
        case 'lead.expired':
          c.expired += 1;
          if (day) day.expired += 1;
          break;
        case 'enrollment.started':
          cadence(entry).entered += 1;
          if (entry.reason === 'returned') c.recycles += 1;
          break;
        case 'enrollment.ended':
          bump(cadence(entry).ended, words(entry.data['state']) ?? 'unknown');
          break;
        default:
          break;
      }
    },
    counts: () => ({
      ...c,
      skips: sorted(c.skips),
      held: sorted(c.held),
      returns: sorted(c.returns),
      perCadence: sorted(c.perCadence),
      repLoad: sorted(c.repLoad),
    }),
  };
}
