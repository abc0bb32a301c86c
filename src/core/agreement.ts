/**
 * Whether a simulation tells the same of leads as the engine did: journal beside journal, touch by touch. Where they
 * part for the first time says why, since what follows in that lead follows from there.
 */
import { textOf } from './replay/recording.ts';
import type { Instant } from './time.ts';

/** A journal entry, as the core writes it and as the store keeps it. */
export interface AgreedEntry {
  readonly at: Instant;
  readonly type: string;
  readonly cadence?: string | null | undefined;
  readonly step?: string | null | undefined;
  readonly reason?: string | null | undefined;
  readonly by: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One lead's journals, each in its order. */
export interface Told {
  readonly lead: string;
  readonly real: readonly AgreedEntry[];
  readonly simulated: readonly AgreedEntry[];
}

/** What leads share, so that it depends on who came first by a moment. */
export const COUNTERS = ['account cap', 'pool', 'rep capacity', 'colleague', 'account', 'warm-up'] as const;
export type Counter = (typeof COUNTERS)[number];

export interface Parting {
  readonly lead: string;
  readonly at: Instant;
  readonly real: AgreedEntry | undefined;
  readonly simulated: AgreedEntry | undefined;
  /** Undefined: nothing that leads share explains it. */
  readonly counter: Counter | undefined;
}

/** A touch that one has and the other has not, or not then. */
export interface Difference {
  readonly lead: string;
  readonly kind: 'email' | 'task';
  readonly cadence: string;
  readonly step: string;
  /** Due times. */
  readonly real: Instant | undefined;
  readonly simulated: Instant | undefined;
  readonly counter: Counter | undefined;
}

export interface Agreement {
  readonly leads: number;
  /** Leads whose journals are the same, entry by entry. */
  readonly same: number;
  /** Touches that either has: emails sent, and tasks opened. */
  readonly touches: number;
  readonly partings: readonly Parting[];
  readonly differences: readonly Difference[];
}

/** Written when the engine meets something of its own; nothing in it is decided by the core. */
const OUTSIDE: ReadonlySet<string> = new Set(['lead.mended', 'touch.refused', 'webhook.called']);

export function agreementOf(told: readonly Told[]): Agreement {
  const partings: Parting[] = [];
  const differences: Difference[] = [];
  let touches = 0;
  for (const one of told) {
    const parting = partingOf(one);
    if (parting !== undefined) partings.push(parting);
    const found = touchesOf(one);
    touches += found.length;
    for (const touch of found)
      if (touch.real !== touch.simulated) differences.push({ ...touch, lead: one.lead, counter: parting?.counter });
  }
  return { leads: told.length, same: told.length - partings.length, touches, partings, differences };
}

function partingOf({ lead, real, simulated }: Told): Parting | undefined {
  const [ours, theirs] = [simulated.filter(isOwn), real.filter(isOwn)];
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const [a, b] = [theirs[i], ours[i]];
    if (a !== undefined && b !== undefined && textOf(partsOf(a)) === textOf(partsOf(b))) continue;
    return {
      lead,
      at: Math.min(a?.at ?? Infinity, b?.at ?? Infinity),
      real: a,
      simulated: b,
      counter: counterOf(a, b),
    };
  }
  return undefined;
}

const isOwn = ({ type }: AgreedEntry): boolean => !OUTSIDE.has(type);

const partsOf = ({ at, type, cadence, step, reason, by, data }: AgreedEntry) => ({
  ...{ at, type, by, data },
  cadence: cadence ?? undefined,
  step: step ?? undefined,
  reason: reason ?? undefined,
});

const REASONS: Readonly<Record<string, Counter>> = {
  'account-capped': 'account cap',
  'over-capacity': 'rep capacity',
  'colleague-replied': 'colleague',
  'colleague-pause-over': 'colleague',
  'role-missing': 'account',
  'warming-up': 'warm-up',
};
const TYPES: Readonly<Record<string, Counter>> = {
  'pool.full': 'rep capacity',
  'colleague.replied': 'colleague',
  'colleagues.told': 'colleague',
};

function counterOf(real: AgreedEntry | undefined, simulated: AgreedEntry | undefined): Counter | undefined {
  const either = [real, simulated].flatMap((one) => one ?? []);
  for (const { reason, type } of either) {
    const counter = REASONS[reason ?? ''] ?? TYPES[type];
    if (counter !== undefined) return counter;
  }
  if (real && simulated && textOf(whoAside(real)) === textOf(whoAside(simulated))) return 'pool';
  return undefined;
}

/** Who has it, and what goes by that one's calendar. */
const WHO: ReadonlySet<string> = new Set(['rep', 'pool', 'assignee', 'from', 'to', 'dueAt', 'acceptBy', 'skipped']);

function whoAside(entry: AgreedEntry) {
  const data = Object.fromEntries(Object.entries(entry.data).filter(([name]) => !WHO.has(name)));
  return { ...partsOf(entry), by: undefined, data };
}

type Touch = Omit<Difference, 'lead' | 'counter'>;

/** Emails by id, which follows from lead, run and step; tasks by what they are for and how often. */
function touchesOf({ real, simulated }: Told): Touch[] {
  const byId = new Map<string, Touch>();
  const add = (entries: readonly AgreedEntry[], side: 'real' | 'simulated'): void => {
    const nth = new Map<string, number>();
    for (const { type, cadence, step, data } of entries) {
      const kind = type === 'touch.sent' ? 'email' : type === 'task.opened' ? 'task' : undefined;
      if (kind === undefined) continue;
      const what = kind === 'email' ? String(data['touch']) : [data['kind'], cadence ?? '', step ?? ''].join(' ');
      nth.set(what, (nth.get(what) ?? 0) + 1);
      const id = `${what}#${nth.get(what)}`;
      const before = byId.get(id) ?? {
        kind,
        cadence: cadence ?? '',
        step: step ?? '',
        real: undefined,
        simulated: undefined,
      };
      byId.set(id, { ...before, [side]: Number(data['dueAt']) });
    }
  };
  add(real, 'real');
  add(simulated, 'simulated');
  return [...byId.values()];
}
