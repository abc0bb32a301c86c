/** How leads react, from their journals: rates by role, stage, email and hour. */
import type { Behaviour } from '../behaviour.ts';
import { type ByThemselves, hourOf, type Rate } from '../behaviour-rates.ts';
import type { Playbook } from '../playbook.ts';
import type { RecordedEntry, RecordedLead } from '../simulated-history.ts';
import { DAY, type Instant } from '../time.ts';
import { zoneOfCountry } from '../zones.ts';
import { quantilesOf, spansOf } from './delays.ts';
import { type Count, factorsOf, hoursOf, rateOf, round, timesFactorsOf } from './smooth.ts';

/** A signal later than this after a lead's last email is none of its doing. */
const REACTS_WITHIN = 3 * DAY;
/** What comes of a rep's work, or of nobody's: see reps.ts. */
const NOT_ITS_OWN = /^meeting\./;

interface Touch {
  readonly at: Instant;
  readonly place: string;
  readonly email: string;
  readonly role: string;
  readonly stage: string;
  readonly hour: number;
  /** Kinds of reactions it has had. */
  readonly had: Set<string>;
}

interface Reaction {
  readonly touch: Touch;
  readonly delay: number;
  /** From the reply, where it says until when. */
  readonly until?: number;
}

/** What a lead did, as one text: a signal, and of replies their class. */
interface Kind {
  readonly signal: string;
  readonly reply?: Rate['reply'];
}

interface Seen {
  readonly touches: Touch[];
  readonly reactions: Map<string, Reaction[]>;
  readonly unprompted: Map<string, { role: string; hour: number }[]>;
  readonly kinds: Map<string, Kind>;
  /** Days that leads were watched, by role. */
  readonly days: Map<string, number>;
  readonly chosen: Record<'unsubscribe' | 'decline' | 'pause', number[]>;
  bounced: number;
  mailed: number;
}

const CLASSES = ['positive', 'not-now', 'out-of-office', 'auto'] as const;

/** @param until when the journals end */
export function fitLeads(leads: readonly RecordedLead[], playbook: Playbook, until: Instant): Behaviour['leads'] {
  const seen: Seen = {
    ...{ touches: [], reactions: new Map(), unprompted: new Map(), kinds: new Map(), days: new Map() },
    ...{ chosen: { unsubscribe: [], decline: [], pause: [] }, bounced: 0, mailed: 0 },
  };
  for (const lead of leads) watch(lead, playbook, until, seen);
  const names = [...seen.kinds.keys()].sort();
  const rates = names.flatMap((name) => rateFor(name, seen) ?? []);
  const byThemselves = names.flatMap((name) => byThemselvesFor(name, seen) ?? []);
  const chosen = (what: keyof Seen['chosen']) => {
    const delays = seen.chosen[what];
    const [after] = spansOf(delays, 1);
    if (after === undefined || delays.length === 0) return {};
    return { [what]: { chance: round(rateOf({ n: seen.touches.length, k: delays.length })), after } };
  };
  return {
    personas: [{ id: 'everyone', weight: 1, touched: [], unprompted: [], deals: [] }],
    ...(rates.length === 0 ? {} : { rates }),
    ...(byThemselves.length === 0 ? {} : { byThemselves }),
    ...chosen('unsubscribe'),
    ...chosen('decline'),
    ...chosen('pause'),
    ...(seen.bounced === 0 ? {} : { bounce: { chance: round(rateOf({ n: seen.mailed, k: seen.bounced })) } }),
  };
}

function watch({ facts, journal = [] }: RecordedLead, playbook: Playbook, until: Instant, seen: Seen): void {
  const { role } = facts.lead;
  const zone = facts.lead.timeZone || zoneOfCountry(facts.lead.country) || playbook.company.timeZone;
  let stage = playbook.stages[0]?.id ?? '';
  const touches: Touch[] = [];
  seen.days.set(role, (seen.days.get(role) ?? 0) + Math.max(0, until - facts.createdAt) / DAY);
  for (const entry of journal) {
    const { type, at, data } = entry;
    if (type === 'stage.changed') stage = String(data['to']);
    else if (type === 'touch.sent') {
      const email = String(data['email']);
      touches.push({ at, place: placeOf(entry), email, role, stage, hour: hourOf(zone, at), had: new Set() });
    } else if (type === 'signal.received') react(entry, touches, { role, zone }, playbook, seen);
    else if (type === 'lead.suppressed' && data['why'] === 'bounced') seen.bounced += 1;
    else if (type === 'lead.suppressed' && data['why'] === 'unsubscribed') choose('unsubscribe', at, touches, seen);
    else if (type === 'preferences.changed' && data['declined'] !== undefined) choose('decline', at, touches, seen);
    else if (type === 'preferences.changed' && data['pausedUntil'] !== undefined) choose('pause', at, touches, seen);
  }
  if (touches.length > 0) seen.mailed += 1;
  for (const touch of touches) seen.touches.push(touch);
}

const placeOf = ({ cadence, step }: RecordedEntry): string => `${cadence ?? ''}/${step ?? ''}`;

function choose(what: keyof Seen['chosen'], at: Instant, touches: readonly Touch[], seen: Seen): void {
  const last = touches.at(-1);
  if (last !== undefined) seen.chosen[what].push(at - last.at);
}

function react(
  entry: RecordedEntry,
  touches: readonly Touch[],
  { role, zone }: { readonly role: string; readonly zone: string },
  playbook: Playbook,
  seen: Seen,
): void {
  const { data, reason } = entry;
  const signal = String(data['type']);
  const at = typeof data['signalAt'] === 'number' ? data['signalAt'] : entry.at;
  // What a program followed nobody has clicked.
  if (!Object.hasOwn(playbook.signals, signal) || NOT_ITS_OWN.test(signal) || reason === 'followed-by-program') return;
  const reply = CLASSES.find((one) => one === data['class']);
  const name = reply === undefined ? signal : `${signal} ${reply}`;
  seen.kinds.set(name, { signal, ...(reply === undefined ? {} : { reply }) });
  const to = touchOf(entry, at, touches);
  if (to === undefined) {
    // A reply and a click are of a message, whatever became of it.
    if (signal === 'email.clicked' || signal === 'email.opened' || signal === 'reply.received') return;
    push(seen.unprompted, name, { role, hour: hourOf(zone, at) });
    return;
  }
  // Once a touch: whoever opens it again adds nothing.
  if (to.had.has(name)) return;
  to.had.add(name);
  const until = typeof data['until'] === 'number' ? { until: data['until'] - at } : {};
  push(seen.reactions, name, { touch: to, delay: at - to.at, ...until });
}

/** The touch it names, else the last one before it that is not long past. */
function touchOf(entry: RecordedEntry, at: Instant, touches: readonly Touch[]): Touch | undefined {
  if (entry.cadence !== undefined) {
    const named = touches.findLast((touch) => touch.place === placeOf(entry) && touch.at <= at);
    if (named !== undefined) return named;
  }
  return touches.findLast((touch) => touch.at <= at && at - touch.at <= REACTS_WITHIN);
}

function rateFor(name: string, { touches, reactions, kinds }: Seen): Rate | undefined {
  const found = reactions.get(name) ?? [];
  const kind = kinds.get(name);
  if (found.length === 0 || kind === undefined) return undefined;
  const all = { n: touches.length, k: found.length };
  const taken = new Set(found.map(({ touch }) => touch));
  const by = (of: (touch: Touch) => string): Map<string, Count> => {
    const counts = new Map<string, Count>();
    for (const touch of touches) {
      const count = counts.get(of(touch)) ?? { n: 0, k: 0 };
      counts.set(of(touch), count);
      count.n += 1;
      if (taken.has(touch)) count.k += 1;
    }
    return counts;
  };
  const emails = some(
    factorsOf(
      all,
      by(({ email }) => email),
    ),
  );
  const roles = some(
    factorsOf(
      all,
      by(({ role }) => role),
    ),
  );
  const stages = some(
    factorsOf(
      all,
      by(({ stage }) => stage),
    ),
  );
  const hours = some(
    factorsOf(
      all,
      by(({ hour }) => String(hour)),
    ),
  );
  const untils = found.flatMap(({ until }) => until ?? []);
  return {
    ...kind,
    chance: round(rateOf(all)),
    ...(emails && { emails }),
    ...(roles && { roles }),
    ...(stages && { stages }),
    ...(hours && { hours: Array.from({ length: 24 }, (_, hour) => hours[hour] ?? 1) }),
    after: quantilesOf(found.map(({ delay }) => delay)),
    ...(untils.length === 0 ? {} : { until: quantilesOf(untils) }),
  };
}

function byThemselvesFor(name: string, { unprompted, days, kinds }: Seen): ByThemselves | undefined {
  const found = unprompted.get(name) ?? [];
  const kind = kinds.get(name);
  if (found.length === 0 || kind === undefined) return undefined;
  const counts = new Map([...days].map(([role, n]) => [role, { n, k: 0 }]));
  const hours = Array.from({ length: 24 }, () => 0);
  for (const { role, hour } of found) {
    const count = counts.get(role);
    if (count !== undefined) count.k += 1;
    hours[hour] = (hours[hour] ?? 0) + 1;
  }
  const all = { n: [...days.values()].reduce((a, b) => a + b, 0), k: found.length };
  const roles = some(timesFactorsOf(all, counts));
  return { ...kind, perDay: round(rateOf(all)), ...(roles && { roles }), hours: hoursOf(hours) };
}

const some = <T extends object>(factors: T): T | undefined => (Object.keys(factors).length === 0 ? undefined : factors);

function push<T>(lists: Map<string, T[]>, name: string, one: T): void {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  list.push(one);
}
