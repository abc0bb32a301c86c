/**
 * Personal context: with what, where and by which way a lead comes, and when. Only what a person did
 * counts: machines open mail at any hour, from anywhere.
 *
 * Device, place and channel are those of the newest signal that told them. The best hour is that of the
 * most signals, each worth half after HALF_LIFE: computed from the signals kept, so nothing is stored for it.
 */

import type { z } from 'zod';
import { offsetAt } from './calendar.ts';
import type { toldSchema } from './input.ts';
import type { LeadState } from './state.ts';
import { DAY, HOUR, type Instant } from './time.ts';

export interface ContextScope {
  /** `desktop`, `mobile`, `tablet`, or what the signal said; `''` when nobody told. */
  readonly device: string;
  /** `Berlin, DE`, or the half of it that is known; `''` when nobody told. */
  readonly place: string;
  /** `email`, `paid-search` …; `''` when nobody told. */
  readonly channel: string;
  /** 0 to 23, on the lead's clock; -1 while too little is known. */
  readonly bestHour: number;
}

/** Of somebody nothing is known of. */
export const NO_CONTEXT: ContextScope = { device: '', place: '', channel: '', bestHour: -1 };

/** What a signal may tell of it. */
export type Told = z.output<typeof toldSchema>;

const TOLD = ['device', 'place', 'channel'] as const;
/** Characters kept of each. */
const KEPT = 60;
const HALF_LIFE = 90 * DAY;
/** Fewer signals are a coincidence. */
const LEAST = 3;
/** What others do about a lead, at hours of theirs. */
const NOT_OWN = /^(?:meeting|deal|chat\.closed|review\.asked)/;

/** What a signal's data tell, by the names that websites and forms use for it; absent what they do not. */
export function toldBy(data: Readonly<Record<string, unknown>>): Told {
  const text = (...names: readonly string[]): string => {
    for (const name of names) {
      const value = data[name];
      if (typeof value === 'string' && value.trim() !== '') return value.trim().slice(0, KEPT);
    }
    return '';
  };
  const agent = data['userAgent'] ?? data['user_agent'];
  const device = text('device').toLowerCase() || deviceOf(typeof agent === 'string' ? agent.slice(0, 500) : '');
  const place = text('place') || [text('city'), text('country')].filter((part) => part !== '').join(', ');
  const channel = text('channel', 'utm_medium', 'utmMedium', 'utm_source', 'utmSource').toLowerCase();
  return {
    ...(device === '' ? {} : { device }),
    ...(place === '' ? {} : { place: place.slice(0, KEPT) }),
    ...(channel === '' ? {} : { channel }),
  };
}

/** By the words browsers have in common; an unknown one tells nothing. */
function deviceOf(agent: string): string {
  if (/bot\b|crawl|spider|headless|curl|wget|python|scanner/i.test(agent)) return '';
  if (/ipad|tablet|playbook|silk|android(?!.*mobile)/i.test(agent)) return 'tablet';
  if (/iphone|ipod|android|mobile|phone/i.test(agent)) return 'mobile';
  return /windows|macintosh|x11|linux|cros/i.test(agent) ? 'desktop' : '';
}

/** Keeps what a human signal of `at` told, unless something newer did. */
export function keepTold(state: LeadState, told: Told, at: Instant): void {
  for (const name of TOLD) {
    const value = told[name];
    if (value === undefined || (state.context?.[name]?.at ?? Number.NEGATIVE_INFINITY) > at) continue;
    state.context = { ...state.context, [name]: { value, at } };
  }
}

/** Empty for who objected: whoever is not marketed to is not profiled either. */
export const contextOf = (state: LeadState, zone: string, now: Instant): ContextScope => ({
  device: state.context?.device?.value ?? '',
  place: state.context?.place?.value ?? '',
  channel: state.context?.channel?.value ?? '',
  // Asked for seldom, and the only one that costs anything.
  get bestHour() {
    return bestHourOf(state, zone, now);
  },
});

/** The hour at which the lead does most, on the clock of `zone`; the earlier one of two alike, -1 when too little is known. */
export function bestHourOf({ signals, objected }: LeadState, zone: string, now: Instant): number {
  if (objected) return -1;
  const weights = new Array<number>(24).fill(0);
  let count = 0;
  for (const [type, { at, machine = [] }] of Object.entries(signals)) {
    if (NOT_OWN.test(type)) continue;
    const byMachine = new Set(machine);
    for (const t of at) {
      if (t > now || byMachine.has(t)) continue;
      count += 1;
      const hour = Math.floor(((((t + offsetAt(zone, t)) % DAY) + DAY) % DAY) / HOUR);
      weights[hour] = (weights[hour] ?? 0) + 0.5 ** ((now - t) / HALF_LIFE);
    }
  }
  return count < LEAST ? -1 : weights.indexOf(Math.max(...weights));
}
