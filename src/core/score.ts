/** Fit and engagement, with what they are made of. */
import { localDay } from './calendar.ts';
import { durationMs } from './duration.ts';
import type { Playbook } from './playbook.ts';
import type { LeadFields, Scope } from './scope.ts';
import type { LeadState } from './state.ts';
import type { Instant } from './time.ts';

/** One thing a score is made of. */
export interface ScorePart {
  readonly of: 'fit' | 'engagement';
  /** The fit rule's condition, or the signal's type. */
  readonly what: string;
  /** What it adds now, before the score is held between its bounds. */
  readonly points: number;
  /** Where the rule stands in the playbook. */
  readonly source: string;
  /** In words, e.g. `page.pricing twice: +30, decayed to 22.1`. */
  readonly sentence: string;
}

export interface Score {
  readonly fit: number;
  readonly engagement: number;
  readonly parts: readonly ScorePart[];
  /** The sentences of the parts, and which bound holds the sum. */
  readonly reasons: readonly string[];
}

// After 12 half-lives a signal is worth 1/4096 of its points: nothing a threshold could see.
const HALF_LIVES_COUNTED = 12;

interface Earned {
  readonly type: string;
  readonly count: number;
  /** By machines: worth nothing. */
  readonly machines: number;
  /** Points before and after the most a day. */
  readonly uncapped: number;
  readonly earned: number;
  readonly dampened: boolean;
  readonly now: number;
}

type Asked = Pick<LeadState, 'signals' | 'dampened'> & {
  readonly score: object;
  readonly now: Instant;
  readonly zone: string;
};
let asked: Asked | undefined;
let answered: readonly Earned[] = [];

/**
 * What each signal type still contributes. The last answer is kept: a decision asks for it at one instant
 * some five times (labels, routes, stages, its standing), and what it follows from is never changed in place.
 */
function earnings(state: LeadState, playbook: Playbook, now: Instant, zone: string): readonly Earned[] {
  const { signals, dampened } = state;
  const { score } = playbook;
  if (
    asked === undefined ||
    asked.signals !== signals ||
    asked.now !== now ||
    asked.dampened !== dampened ||
    asked.score !== score ||
    asked.zone !== zone
  ) {
    answered = earnedBy(state, playbook, now, zone);
    asked = { signals, dampened, score, now, zone };
  }
  return answered;
}

/** Points by day up to `maxPerDay`, halved every half-life. */
function earnedBy({ signals, dampened: damps }: LeadState, playbook: Playbook, now: Instant, zone: string): Earned[] {
  const halfLife = durationMs(playbook.score.engagement.halfLife);
  const list: Earned[] = [];
  for (const type in signals) {
    const [log, rule] = [signals[type], playbook.signals[type]];
    if (!log || !rule || rule.points === 0) continue;
    const machine = log.machine ?? [];
    let skip = 0;
    let [count, machines, uncapped, earned, left] = [0, 0, 0, 0, 0];
    let dampened = false;
    let day = Number.NaN;
    let today = 0;
    for (const at of log.at) {
      while (skip < machine.length && (machine[skip] ?? 0) < at) skip += 1;
      const byMachine = machine[skip] === at;
      if (byMachine) skip += 1;
      if (at > now || now - at > HALF_LIVES_COUNTED * halfLife) continue;
      if (byMachine) {
        machines += 1;
        continue;
      }
      count += 1;
      let points = rule.points;
      uncapped += points;
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
      for (const damp of damps) {
        if (at > damp.at || damp.at > now) continue;
        worth *= damp.factor;
        dampened = true;
      }
      left += worth;
    }
    if (count + machines > 0) list.push({ type, count, machines, uncapped, earned, dampened, now: left });
  }
  return list;
}

const clamp = (n: number, max: number): number => Math.min(max, Math.max(0, n));

/**
 * Engagement from 0 to the playbook's `max`. `zone` decides where a day ends for `maxPerDay`.
 * @param shared what counts of the colleagues' engagement; 0 for the lead's own alone
 */
export function engagementOf(state: LeadState, playbook: Playbook, now: Instant, zone: string, shared = 0): number {
  if (state.objected) return 0;
  let sum = shared;
  for (const part of earnings(state, playbook, now, zone)) sum += part.now;
  return clamp(sum, playbook.score.engagement.max);
}

/** Sum of the points of the fit rules that hold. */
export function fitOf(playbook: Playbook, scope: Scope): number {
  const { fit } = playbook.score;
  const known = fit.every(({ when }) => when.fieldsAlone === true) ? knownFits(fit) : undefined;
  const before = known?.get(scope.lead);
  if (before !== undefined) return before;
  let sum = 0;
  for (const rule of fit) if (rule.when.test(scope)) sum += rule.points;
  const found = Math.max(0, sum);
  known?.set(scope.lead, found);
  return found;
}

type FitRules = Playbook['score']['fit'];
const fits = new WeakMap<FitRules, WeakMap<LeadFields, number>>();

/** Fields never change in place, so what follows from them alone is kept with them. */
function knownFits(rules: FitRules): WeakMap<LeadFields, number> {
  const known = fits.get(rules) ?? new WeakMap<LeadFields, number>();
  fits.set(rules, known);
  return known;
}

const round = (n: number): number => Math.round(n * 10) / 10;
const signed = (n: number): string => (n < 0 ? `${round(n)}` : `+${round(n)}`);
const often = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`);

/** GDPR, Art. 21 (2): profiling ends with the marketing it is for. */
const NOT_SCORED = 'the person objected to marketing: nothing about them is scored';

/** Both scores with their reasons, for people; conditions use the two functions above. */
export function explainScore(
  state: LeadState,
  playbook: Playbook,
  now: Instant,
  zone: string,
  scope: Scope,
  shared = 0,
): Score {
  if (state.objected) return { fit: 0, engagement: 0, parts: [], reasons: [NOT_SCORED] };
  const { max } = playbook.score.engagement;
  const parts: ScorePart[] = [];
  playbook.score.fit.forEach(({ when, points }, index) => {
    if (!when.test(scope)) return;
    const source = when.place ?? `score.fit.${index}`;
    parts.push({ of: 'fit', what: when.source, points, source, sentence: `fit: ${when.source}: ${signed(points)}` });
  });
  const earned = earnings(state, playbook, now, zone).toSorted((a, b) => Math.abs(b.now) - Math.abs(a.now));
  for (const one of earned) {
    const sentence = wordsOf(one, playbook.signals[one.type]?.maxPerDay);
    parts.push({ of: 'engagement', what: one.type, points: one.now, source: `signals.${one.type}`, sentence });
  }
  if (shared > 0) {
    const what = 'account';
    const sentence = `colleagues at the account: ${signed(shared)}`;
    parts.push({ of: 'engagement', what, points: shared, source: 'score.engagement.account', sentence });
  }
  const sum = (of: ScorePart['of']): number => parts.reduce((all, part) => all + (part.of === of ? part.points : 0), 0);
  const bounds: string[] = [];
  if (sum('fit') < 0) bounds.push(`fit together ${round(sum('fit'))}: it counts as 0`);
  const engaged = sum('engagement');
  if (engaged > max) bounds.push(`engagement together ${signed(engaged)}: it counts as ${max}, the most`);
  if (engaged < 0) bounds.push(`engagement together ${round(engaged)}: it counts as 0`);
  return {
    fit: scope.score.fit,
    engagement: scope.score.engagement,
    parts,
    reasons: [...parts.map((part) => part.sentence), ...bounds],
  };
}

function wordsOf(one: Earned, maxPerDay: number | undefined): string {
  const machines = one.machines === 0 ? '' : `${often(one.machines)} by a machine: +0`;
  if (one.count === 0) return `${one.type} ${machines}`;
  const capped = one.earned === one.uncapped ? '' : ` of ${signed(one.uncapped)}, no more than ${maxPerDay} a day`;
  const halved = one.dampened ? ', lowered by a return' : '';
  const decayed = round(one.now) === round(one.earned) ? '' : `, decayed to ${round(one.now)}`;
  const also = machines === '' ? '' : `; ${machines}`;
  return `${one.type} ${often(one.count)}: ${signed(one.earned)}${capped}${halved}${decayed}${also}`;
}
