/**
 * The warm-up of a new sending domain: so many messages a day, and of those so many to one mail domain. A touch
 * that comes to its time takes a place of the day, or of the first later one that has any: who was due first has
 * the earlier day, whoever comes after finds it taken, and nobody is woken to be sent away again.
 *
 * A place has a number. One above the day's limit (the playbook has another one by now) counts no more, and one
 * whose day has passed is given up for another.
 */
import { dateOf, instantOf, localDay } from './calendar.ts';
import type { Draft } from './draft.ts';
import { NEEDS } from './needs.ts';
import type { Playbook, Purpose, WarmUp } from './playbook.ts';
import { senderDomain } from './sender.ts';
import type { Enrollment } from './state.ts';
import { DAY, type Instant } from './time.ts';

/** Places taken of one day: of all, and by mail to the lead's own mail domain. */
export interface Taken {
  readonly all: number;
  readonly receiver: number;
}

/** By sending domain and day (`YYYY-MM-DD` in the company's zone); absent: none. */
export type TakenPlaces = Readonly<Record<string, Readonly<Record<string, Taken>>>>;

/** A day's place that this decision takes. */
export interface PlaceTaken {
  readonly sender: string;
  readonly receiver: string;
  readonly day: string;
}

export const receiverOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();

/** A local date as `localDay` counts. */
export const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY;

/** What a day allows: nothing before the first; undefined after the last, when the domain is warm. */
export function limitOn({ from, days, perReceiver }: WarmUp, day: number): Taken | undefined {
  const nth = day - dayOf(from);
  if (nth >= days.length) return undefined;
  const all = days[nth] ?? 0;
  return { all, receiver: Math.min(all, perReceiver?.[nth] ?? all) };
}

/** Domains that a playbook warms up; places of others bind nobody. */
export const warmingDomains = ({ sending }: Pick<Playbook, 'sending'>): readonly string[] =>
  Object.keys(sending?.warmUp ?? {});

export interface Waits {
  readonly until: Instant;
  /** What was full at the moment of the send. */
  readonly data: { readonly domain: string; readonly limit: number; readonly receiver?: string };
}

interface Sends {
  readonly email: string;
  readonly purpose: Purpose;
  readonly playbook: Playbook;
  readonly at: Instant;
  /** The lead's own time in the window, from an instant on. */
  readonly slot: (from: Instant) => Instant;
}

/**
 * Until when a domain that warms up makes this touch wait; undefined: it may go, and has its place where it needs
 * one. Mail of service is no bulk: it goes, and takes no place.
 */
export function waitsForWarmUp(
  d: Draft,
  e: Enrollment,
  { email, purpose, playbook, at, slot }: Sends,
): Waits | undefined {
  const { sending, company } = d.playbooks.current;
  if (sending?.warmUp === undefined || purpose === 'service') return undefined;
  const sender = senderDomain(playbook, { email, purpose, rep: d.facts.custodian?.id });
  const rule = sender === undefined ? undefined : sending.warmUp[sender];
  if (sender === undefined || rule === undefined) return undefined;
  const zone = company.timeZone;
  const midnight = (day: number): Instant => instantOf(zone, day, 0);

  const today = localDay(zone, at);
  const allowed = limitOn(rule, today);
  if (allowed === undefined) return undefined;
  const { place } = e;
  if (place?.sender === sender && isWithin(place, limitOn(rule, dayOf(place.day)))) {
    const day = dayOf(place.day);
    if (day === today) return undefined;
    if (day > today) return { until: slot(midnight(day)), data: { domain: sender, limit: allowed.all } };
  }
  delete e.place;
  const receiver = receiverOf(d.facts.lead.email);
  let full: Waits['data'] | undefined;
  for (let t = at; ; ) {
    const day = localDay(zone, t);
    const limit = limitOn(rule, day);
    const taken = takenOn(d, { sender, receiver, day: dateOf(day) });
    if (limit === undefined || isWithin({ n: taken.all, ofReceiver: taken.receiver }, limit)) {
      if (limit !== undefined) take(d, e, { sender, receiver, day: dateOf(day) }, taken);
      return full === undefined ? undefined : { until: t, data: full };
    }
    full ??=
      taken.all >= limit.all
        ? { domain: sender, limit: limit.all }
        : { domain: sender, limit: limit.receiver, receiver };
    t = slot(midnight(Math.max(day + 1, dayOf(rule.from))));
  }
}

/** Places are counted from 0. */
const isWithin = ({ n, ofReceiver }: { n: number; ofReceiver: number }, limit: Taken | undefined): boolean =>
  limit === undefined || (n < limit.all && ofReceiver < limit.receiver);

function take(d: Draft, e: Enrollment, place: PlaceTaken, { all, receiver }: Taken): void {
  e.place = { sender: place.sender, day: place.day, n: all, ofReceiver: receiver };
  d.effects.push({ kind: 'place.take', ...place });
}

/** By everybody, and by this very decision. */
function takenOn(d: Draft, { sender, day }: PlaceTaken): Taken {
  if (d.facts.places === undefined) throw NEEDS.places;
  const { all = 0, receiver = 0 } = d.facts.places[sender]?.[day] ?? {};
  const own = d.effects.filter((x) => x.kind === 'place.take' && x.sender === sender && x.day === day).length;
  return { all: all + own, receiver: receiver + own };
}
