/** Fit and engagement, with what they are made of. */
import { localDay } from './calendar.ts';
import { durationMs } from './duration.ts';
import type { Facts } from './facts.ts';
import type { Playbook } from './playbook.ts';
import type { Scope } from './scope.ts';
import type { LeadState } from './state.ts';
import type { Instant } from './time.ts';

export interface Score {
  readonly fit: number;
  readonly engagement: number;
  /** In words, e.g. `page.pricing 2x: +30, now 22.1`. */
  readonly reasons: readonly string[];
}

// After 12 half-lives a signal is worth 1/4096 of its points: nothing a threshold could see.
const HALF_LIVES_COUNTED = 12;

interface Part {
  readonly type: string;
  readonly count: number;
  readonly earned: number;
  readonly now: number;
}

/** What each signal type still contributes: points by day up to `maxPerDay`, halved every half-life. */
function engagementParts(state: LeadState, playbook: Playbook, now: Instant, zone: string): Part[] {
  const halfLife = durationMs(playbook.score.engagement.halfLife);
  const parts: Part[] = [];
  for (const [type, log] of Object.entries(state.signals)) {
    const rule = playbook.signals[type];
    if (!rule || rule.points === 0) continue;
    let count = 0;
    let earned = 0;
    let left = 0;
    let day = Number.NaN;
    let today = 0;
    for (const at of log.at) {
      if (at > now || now - at > HALF_LIVES_COUNTED * halfLife) continue;
      count += 1;
      let points = rule.points;
      if (rule.maxPerDay !== undefined) {
        const d = localDay(zone, at);
        if (d !== day) {
          day = d;
          today = 0;
        }
        // A cap binds in the direction of the points: negative ones are capped at -maxPerDay.
        const room = Math.max(0, rule.maxPerDay - today);
        points = Math.sign(points) * Math.min(Math.abs(points), room);
        today += Math.abs(points);
      }
      earned += points;
      let worth = points * 0.5 ** ((now - at) / halfLife);
      for (const damp of state.dampened) if (at <= damp.at && damp.at <= now) worth *= damp.factor;
      left += worth;
    }
    if (count > 0) parts.push({ type, count, earned, now: left });
  }
  return parts;
}

const clamp = (n: number, max: number): number => Math.min(max, Math.max(0, n));

/** Engagement from 0 to the playbook's `max`. `zone` decides where a day ends for `maxPerDay`. */
export function engagementOf(state: LeadState, playbook: Playbook, now: Instant, zone: string): number {
  let sum = 0;
  for (const part of engagementParts(state, playbook, now, zone)) sum += part.now;
  return clamp(sum, playbook.score.engagement.max);
}

/** Sum of the points of the fit rules that hold. */
export function fitOf(playbook: Playbook, scope: Scope): number {
  let sum = 0;
  for (const rule of playbook.score.fit) if (rule.when.test(scope)) sum += rule.points;
  return Math.max(0, sum);
}

const round = (n: number): number => Math.round(n * 10) / 10;
const signed = (n: number): string => (n < 0 ? `${round(n)}` : `+${round(n)}`);

/** Both scores with their reasons, for people; conditions use the two functions above. */
export function explainScore(state: LeadState, facts: Facts, playbook: Playbook, now: Instant, scope: Scope): Score {
  const zone = facts.lead.timeZone || playbook.company.timeZone;
  const reasons: string[] = [];
  for (const rule of playbook.score.fit) {
    if (rule.when.test(scope)) reasons.push(`fit: ${rule.when.source}: ${signed(rule.points)}`);
  }
  const parts = engagementParts(state, playbook, now, zone).sort((a, b) => Math.abs(b.now) - Math.abs(a.now));
  for (const p of parts) reasons.push(`${p.type} ${p.count}x: ${signed(p.earned)}, now ${round(p.now)}`);
  return { fit: scope.score.fit, engagement: scope.score.engagement, reasons };
}
