/** When a lead must be looked at next, and in which words Temporal's UI shows it. */
import { nextMidnight, offsetAt } from './calendar.ts';
import type { Wake } from './decision.ts';
import { type Draft, placeOf, windowZone } from './draft.ts';
import { isResting } from './enrollment.ts';
import { mayEnter } from './entry.ts';
import { dueAt, nextExpiry } from './expiry.ts';
import type { Input } from './input.ts';
import { type Cadence, type Condition, isSending, type Playbook } from './playbook.ts';
import { awaitsRep } from './replies.ts';
import type { Scope } from './scope.ts';
import { nextClock } from './sla-clocks.ts';
import { DAY, type Instant } from './time.ts';
import { pauseScope } from './touch.ts';
import { HISTORY, leadZone, SINCE_ENROLLMENT, viewOf } from './view.ts';

export interface Due {
  readonly at: Instant;
  readonly queue: Wake['queue'];
  readonly cadence?: string;
  readonly step?: string;
  readonly kind: string;
  readonly zone: string;
  readonly urgent?: true;
}

/** How far ahead conditions that time alone can change are evaluated for a lead with nothing else due. */
const LOOK_AHEAD_DAYS = 400;

/** `play`: what this decision may do, touches not before its own moment. `wake`: what must be woken for. */
export type DueMode = 'play' | 'wake';

/**
 * The earliest of what the clock will bring as the state stands; `undefined`: nothing.
 * @param until what time alone turns true later than this is not looked for
 */
export function nextDue(
  d: Draft,
  pending: readonly Input[],
  mode: DueMode,
  until = Number.POSITIVE_INFINITY,
): Due | undefined {
  const zone = leadZone(d.facts, d.playbooks.current);
  let best: Due | undefined;
  const consider = (due: Due): void => {
    if (!best || due.at < best.at || (due.at === best.at && emailFirst(d, due, best))) best = due;
  };
  for (const e of d.state.enrollments) {
    const { playbook, cadence, step } = placeOf(d, e);
    if (e.state === 'paused' && e.pausedUntil !== undefined) {
      consider({ at: e.pausedUntil, queue: 'lead', cadence: e.cadence, kind: 'resume', zone });
    }
    if (e.state !== 'running' || e.dueAt === null || !step) continue;
    const zoned = windowZone(d.facts, playbook, cadence);
    // A rep who is to look at the email first has a deadline, as for any task.
    const sends = isSending(step) && e.task === undefined;
    if (sends) {
      // Held touches come back when their pause ends, not by the clock.
      if (e.held !== undefined && e.held === pauseScope(d, cadence)) continue;
      if (e.silenced === true && awaitsRep(d)) continue;
      // What was held only takes a new place: that is no send, and nothing to queue with sends for.
      if (mode === 'play' && !d.maySend && e.held === undefined) continue;
    }
    // Its answer is on its way: the clock has nothing to close any more.
    if (e.task !== undefined && d.answered.has(e.task)) continue;
    // A condition may hold already when a return's pause ends.
    if (step.kind === 'waitFor' && isResting(d, e)) {
      consider({ at: e.startedAt, queue: 'lead', cadence: e.cadence, step: step.id, kind: 'start', zone: zoned });
    }
    consider({
      at: sends && mode === 'play' ? d.sendAt(e.dueAt) : e.dueAt,
      queue: sends ? 'email' : 'lead',
      cadence: e.cadence,
      step: step.id,
      kind: e.task === undefined ? step.kind : 'task',
      zone: zoned,
      ...(sends && cadence.purpose !== 'marketing' ? { urgent: true as const } : {}),
    });
  }
  for (const s of d.state.sending) {
    consider({ at: s.giveUpAt, queue: 'lead', cadence: s.cadence, step: s.step, kind: 'resolve', zone });
  }
  for (const { task, dueAt: at } of d.state.finding ?? []) {
    if (!d.answered.has(task)) consider({ at, queue: 'lead', kind: 'task', zone });
  }
  const clock = nextClock(d);
  if (clock !== undefined) consider({ at: clock.at, queue: 'lead', kind: clock.kind, zone });
  const expiry = nextExpiry(d);
  if (expiry) consider({ at: mode === 'play' ? dueAt(d, expiry) : expiry.at, queue: 'lead', kind: expiry.what, zone });
  for (const input of pending) consider({ at: input.at, queue: 'lead', kind: input.body.kind, zone });
  const turn = nextTurn(d, Math.min(best?.at ?? until, until));
  if (turn !== undefined) consider({ at: turn, queue: 'lead', kind: 'rule', zone });
  return best;
}

/** On a clock that runs faster, all of an instant is decided together, by whoever may send. */
const emailFirst = ({ sendKnows }: Draft, due: Due, best: Due): boolean =>
  sendKnows === 'then' && due.queue === 'email' && best.queue !== 'email';

/**
 * The due time of the first touch that this decision must leave for one that may send. On a clock that runs faster
 * everything is decided as of its due time, so nothing of that instant or later is decided before it.
 */
export function leftForSend(d: Draft): Instant | undefined {
  if (d.maySend || d.sendKnows === 'now') return undefined;
  let first: Instant | undefined;
  for (const e of d.state.enrollments) {
    if (e.state !== 'running' || e.dueAt === null || e.task !== undefined || e.held !== undefined) continue;
    const { cadence, step } = placeOf(d, e);
    if (!isSending(step) || pauseScope(d, cadence) !== undefined) continue;
    if (e.silenced === true && awaitsRep(d)) continue;
    first = Math.min(first ?? e.dueAt, e.dueAt);
  }
  return first;
}

/**
 * The first local midnight before `until` at which time alone turns a goal, exit, waitFor or entry
 * true, or at which an entry's rest is over. Exact, since nothing else changes before `until`.
 */
function nextTurn(d: Draft, until: Instant): Instant | undefined {
  if (d.state.disqualified) return undefined;
  const playbook = d.playbooks.current;
  let rested: Instant | undefined;
  const watched: {
    condition: Condition;
    over: typeof HISTORY | typeof SINCE_ENROLLMENT;
    enrollment?: (typeof d.state.enrollments)[number];
  }[] = [];
  for (const e of d.state.enrollments) {
    if (isResting(d, e)) continue;
    const { playbook, cadence, step } = placeOf(d, e);
    for (const condition of [
      cadence.goal,
      cadence.exit,
      step?.kind === 'waitFor' && e.state === 'running' ? step.when : undefined,
    ]) {
      if (condition?.timed && mayTurn(condition, viewOf(d.state, d.facts, playbook, d.t, SINCE_ENROLLMENT, e)))
        watched.push({ condition, over: SINCE_ENROLLMENT, enrollment: e });
    }
  }
  for (const { cadence, when } of enteredByRule(playbook.cadences)) {
    const answer = mayEnter({ state: d.state, facts: d.facts, playbook, cadence, now: d.t });
    if (answer.ok) {
      if (when.timed && mayTurn(when, viewOf(d.state, d.facts, playbook, d.t)))
        watched.push({ condition: when, over: HISTORY });
    } else if (answer.retryAt !== undefined && answer.retryAt > d.t) {
      rested = Math.min(rested ?? answer.retryAt, answer.retryAt);
    }
  }
  const end = Math.min(until, rested ?? Number.POSITIVE_INFINITY, d.t + LOOK_AHEAD_DAYS * DAY);
  const bounded = rested !== undefined && rested === end ? rested : undefined;
  // Without a signal nothing decays and no span can empty: time alone changes nothing.
  if (watched.length === 0 || Object.keys(d.state.signals).length === 0) return bounded;
  const zone = leadZone(d.facts, playbook);
  for (let at = nextMidnight(zone, d.t); at < end; at = nextMidnight(zone, at)) {
    for (const { condition, over, enrollment } of watched) {
      const pinned = enrollment ? placeOf(d, enrollment).playbook : playbook;
      if (condition.test(viewOf(d.state, d.facts, pinned, at, over, enrollment))) return at;
    }
  }
  return bounded;
}

/** Cadences that a rule alone lets leads into. */
function enteredByRule(cadences: Playbook['cadences']): readonly { cadence: Cadence; when: Condition }[] {
  const known = byRule.get(cadences);
  if (known) return known;
  const found = Object.values(cadences).flatMap((cadence) => {
    const { when, on } = cadence.entry ?? {};
    return when && on === undefined ? [{ cadence, when }] : [];
  });
  byRule.set(cadences, found);
  return found;
}

const byRule = new WeakMap<Playbook['cadences'], readonly { cadence: Cadence; when: Condition }[]>();

const mayTurn = ({ steady }: Condition, scope: Scope): boolean => steady === undefined || steady(scope);

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const two = (n: number): string => String(n).padStart(2, '0');

/** `evaluation-guide / compare: email, Tue 09:12 +01:00`: ids, a kind and an offset; nothing of the person. */
export function summaryOf(due: Due): string {
  const offset = offsetAt(due.zone, due.at);
  const local = new Date(due.at + offset);
  const minutes = Math.abs(Math.round(offset / 60_000));
  const sign = offset < 0 ? '-' : '+';
  const clock = `${DAYS[local.getUTCDay()]} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
  const place = due.cadence ? `${due.cadence} / ${due.step ?? ''}: ` : '';
  return `${place}${due.kind}, ${clock} ${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
