/**
 * Rates of a behaviour file: how often all leads do something, as a chance that role, stage, email and hour raise or
 * lower. `fit/` makes them from journals; a person may write them, too.
 *
 * Of a chance p the odds are p / (1 - p). What applies multiplies them: o = p / (1 - p) x email x role x stage x hour,
 * and the chance is o / (1 + o), so it stays between 0 and 1 whatever the factors.
 */
import { z } from 'zod';
import { chance, duration, listOf, number, replyKind, signal } from './behaviour-shape.ts';
import { instantOf, localDay, offsetAt } from './calendar.ts';
import { durationMs } from './duration.ts';
import { object } from './shape.ts';
import { DAY, HOUR, type Instant } from './time.ts';

const FACTOR_EXPECTED = 'a factor above 0, such as 1.5';
const factor = z.number({ error: FACTOR_EXPECTED }).positive({ error: FACTOR_EXPECTED });
const factors = (of: string) =>
  z.record(z.string(), factor, { error: `a map from ${of} to factors, such as { NAME: 1.5 }` }).optional();
const HOURS_EXPECTED = '24 factors, one an hour of the lead’s day from midnight on';
const hours = z.array(factor, { error: HOURS_EXPECTED }).length(24, { error: HOURS_EXPECTED }).optional();

export const rateSchema = object(
  {
    signal,
    reply: replyKind.optional(),
    /** At each touch, where no factor applies. */
    chance,
    /** Factors of the odds; what is not named has 1. */
    emails: factors('emails'),
    roles: factors('roles'),
    stages: factors('stages'),
    /** By the hour at which the touch went, at the lead's place. */
    hours,
    /** Delays after the touch, ascending: as many fall between each two neighbours. */
    after: listOf(duration, 'at least two delays, such as [PT5M, PT4H, P2D]', 2),
    /** How long somebody is away, or would rather not hear more, counted from the reply; as `after`. */
    until: listOf(duration, 'at least two delays, such as [P2D, P14D]', 2).optional(),
  },
  'a rate, such as { signal: email.clicked, chance: 0.12, after: [PT5M, PT4H, P2D] }',
);
export type Rate = z.infer<typeof rateSchema>;

export const byThemselvesSchema = object(
  {
    signal,
    reply: replyKind.optional(),
    /** Mean number of times a day, of a lead for whose role no factor applies. */
    perDay: number('a mean number a day, such as 0.01', 100),
    /** Factors of it; what is not named has 1. */
    roles: factors('roles'),
    /** How the times fall on the hours of the lead's day. */
    hours,
  },
  'a rate, such as { signal: page.pricing, perDay: 0.01 }',
);
export type ByThemselves = z.infer<typeof byThemselvesSchema>;

/** What rates go by. */
export interface RatedBy {
  readonly role: string;
  readonly stage: string;
  readonly zone: string;
}

/** The chance of a rate at this touch. */
export function chanceOf(
  { chance: p, emails, roles, stages, hours: byHour }: Rate,
  { email, at }: { readonly email: string; readonly at: Instant },
  by: RatedBy | undefined,
): number {
  if (p >= 1) return 1;
  const factors = [
    emails?.[email],
    by && roles?.[by.role],
    by && stages?.[by.stage],
    by && byHour?.[hourOf(by.zone, at)],
  ];
  const odds = factors.reduce<number>((product, one) => product * (one ?? 1), p / (1 - p));
  return odds / (1 + odds);
}

/** The hour of the day there, from 0. */
export const hourOf = (zone: string, at: Instant): number =>
  Math.floor((at + offsetAt(zone, at) - localDay(zone, at) * DAY) / HOUR);

/** The delay that a share in [0, 1) of all delays is shorter than, ms. */
export function delayAt(quantiles: readonly string[], share: number): number {
  const place = share * (quantiles.length - 1);
  const n = Math.floor(place);
  const [from, to] = [durationMs(quantiles[n] ?? 'PT0S'), durationMs(quantiles[n + 1] ?? quantiles[n] ?? 'PT0S')];
  return Math.round(from + (Math.max(from, to) - from) * (place - n));
}

/**
 * When a lead does it by itself, in the order of time. The gap from one to the next is drawn evenly between nothing
 * and twice the mean; the hour of the day by `hours`.
 */
export function timesOf(
  { perDay, roles, hours: byHour }: ByThemselves,
  { since, until, by }: { readonly since: Instant; readonly until: Instant; readonly by: RatedBy },
  draw: (what: string, nth: number) => number,
): Instant[] {
  const mean = perDay * (roles?.[by.role] ?? 1);
  if (mean <= 0) return [];
  const times: Instant[] = [];
  // The first may be anywhere in the gap that the lead comes into.
  let at = since + (draw('gap', 0) * DAY) / mean;
  for (let nth = 1; at < until; nth++) {
    const whole = Math.round(at);
    const told = byHour === undefined ? whole : atHour(byHour, whole, by.zone, draw('hour', nth));
    if (told >= since && told < until) times.push(told);
    at += (2 * draw('gap', nth) * DAY) / mean;
  }
  return times.sort((a, b) => a - b);
}

/** The same day there, at an hour drawn by weight. */
function atHour(weights: readonly number[], at: Instant, zone: string, share: number): Instant {
  let left = share * weights.reduce((sum, one) => sum + one, 0);
  for (const [hour, weight] of weights.entries()) {
    if (left < weight) return instantOf(zone, localDay(zone, at), Math.floor((hour + left / weight) * HOUR));
    left -= weight;
  }
  return at;
}
