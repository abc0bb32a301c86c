/**
 * The one function everything asks: the engine, the simulator, `explain`. Pure: the same request
 * gives the same answer, and the request is never changed.
 */
import { type AlreadyEnded, leaveEnded } from './already-ended.ts';
import { applyInput } from './apply.ts';
import { declinedTopics } from './choices.ts';
import { LOST } from './deal-stage.ts';
import type { Decided, Decision } from './decision.ts';
import { type Draft, routingOf } from './draft.ts';
import type { Facts, Playbooks } from './facts.ts';
import type { Input, InputBody } from './input.ts';
import { leftToSend } from './left.ts';
import { lookedAt, Needs, type Supply, supplied } from './needs.ts';
import { noticesOf } from './notices.ts';
import { settle } from './settle.ts';
import { standingOf } from './standing.ts';
import { copyState, type LeadState } from './state.ts';
import type { Instant } from './time.ts';
import { endTouch } from './touch.ts';
import { leadZone } from './view.ts';
import { type Due, leftForSend, nextDue, summaryOf } from './wake.ts';

export interface Request {
  readonly state: LeadState;
  readonly facts: Facts;
  readonly playbooks: Playbooks;
  /** Inbox rows not used up yet; those with `at` after `now` stay for later. */
  readonly inputs: readonly Input[];
  readonly now: Instant;
  /** Whether a due touch may go with this decision (the email queue) or must be left for one that may. */
  readonly maySend: boolean;
  /** At which moment window, consent and pause are judged: really now, or the due time (a sped-up clock). */
  readonly sendAs: 'due' | 'now';
  /** What no further look at the store will show as open, whatever the state says: see already-ended.ts. */
  readonly ended?: AlreadyEnded;
}

/** The contract's order of what happens in one instant; what is not listed keeps its order of arrival. */
const PRECEDENCE: Readonly<Record<InputBody['kind'], number>> = {
  'touch.result': -1,
  'touch.proven': -1,
  // After what says that it went: that it went to nobody is the last word on it.
  'touch.rejected': -0.5,
  objected: 0,
  suppressed: 1,
  disqualify: 2,
  // As they came, beside it.
  requalify: 2,
  moved: 2,
  deal: 3,
  'deal.left': 3,
  preferences: 1,
  'lead.changed': 4,
  // Whoever answers after a task has changed hands is who has it: the other way round it is refused.
  'task.reassigned': 5,
  'lead.assigned': 5,
  'task.answered': 6,
  activity: 6,
  // As they came: what was opened again may have been answered again.
  'task.reopened': 6,
  recycle: 7,
  stage: 7,
  // Before what a person says about a run, which must hold against it.
  'colleague.replied': 7,
  'enrollment.control': 8,
  signal: 9,
  // In the order they came.
  'chat.started': 9,
  'chat.passed': 9,
  'chat.accepted': 9,
  'chat.ended': 9,
  handoff: 10,
  enroll: 11,
};

/** A lead cannot have more than this many due instants in one decision: 10 years of daily ones. */
const MAX_INSTANTS = 4_000;

/**
 * Decides everything that is due up to `now`, instant by instant in the order of time. Stops at the
 * first touch: its end is an input of the next decision. Answers `needs` when it takes something that
 * leads share and the facts do not have: call again with it.
 * @throws Error when the playbook turns in a circle, or an enrollment's version is missing.
 */
export function decide(request: Request): Decision {
  const d = draftOf(request);
  try {
    return decideIn(d, request);
  } catch (error) {
    if (error instanceof Needs) return { kind: 'needs', what: error.what };
    throw error;
  }
}

/** `decide` with what leads share at hand. */
export function decideWith(request: Request, supply: Supply): Decided {
  const decision = decide({ ...request, facts: supplied(request.facts, supply) });
  if (decision.kind === 'decided') return decision;
  throw new Error(`the core asks for ${decision.what} that it has`);
}

/** The working copy of a request, at the instant up to which its state is decided. */
export function draftOf({ state, facts, playbooks, inputs, now, maySend, sendAs }: Request): Draft {
  const { cadences } = playbooks.current;
  return {
    state: copyState(state),
    facts,
    repBefore: state.custody.rep,
    playbooks,
    effects: [],
    entered: [],
    t: state.at,
    sendAt: (t) => (sendAs === 'due' ? t : Math.max(t, now)),
    maySend,
    sendKnows: sendAs === 'due' ? 'then' : 'now',
    answered: new Map(
      inputs.flatMap(({ body }) => (body.kind === 'task.answered' ? [[body.task, body.answer] as const] : [])),
    ),
    reserved: new Set(
      inputs.flatMap(({ body }) => (body.kind === 'enroll' ? (cadences[body.cadence]?.lane ?? []) : [])),
    ),
    touch: undefined,
    humanNow: false,
  };
}

function decideIn(d: Draft, request: Request): Decided {
  const queue = [...request.inputs].sort(byTime);
  const applied: string[] = [];
  advanceTo(d, request.now, queue, applied);
  if (request.ended) leaveEnded(d, request.ended);
  d.state.seq += 1;
  const wake = d.touch ? undefined : wakeOf(d, queue);
  const held = d.state.enrollments.find((e) => e.held !== undefined)?.held;
  return {
    kind: 'decided',
    state: d.state,
    effects: d.effects,
    applied,
    ...(d.late ? { late: d.late } : {}),
    ...(d.touch ? { touch: d.touch } : {}),
    wake: wake
      ? { at: wake.at, queue: wake.queue, summary: summaryOf(wake), ...(wake.urgent ? { urgent: wake.urgent } : {}) }
      : null,
    ...(held === undefined ? {} : { held }),
    entered: d.entered,
    notices: noticesOf(d.effects, request.state.custody),
    left: leftToSend(d.state, d.facts, d.playbooks.current, d.t, declinedTopics(d.facts)),
    standing: standingOf(d.state, d.playbooks.current, leadZone(d.facts, d.playbooks.current)),
  };
}

/** By when it happened, then by precedence, then by arrival (`sort` is stable). */
const byTime = (a: Input, b: Input): number => a.at - b.at || rankOf(a) - rankOf(b);

/** Of the deals of one instant the lost come last: whether another one is open or won must not depend on the order of arrival. */
const rankOf = ({ body }: Input): number =>
  PRECEDENCE[body.kind] + (body.kind === 'deal' && body.stage === LOST ? 0.5 : 0);

/** Plays everything up to `now`; takes inputs used up off the queue. */
function advanceTo(d: Draft, now: Instant, queue: Input[], applied: string[]): void {
  for (let i = 0; i < MAX_INSTANTS; i++) {
    // The last instant that counts is included.
    const due = nextDue(d, queue, 'play', now + 1);
    if (due === undefined || due.at > now || due.at >= (leftForSend(d) ?? Number.POSITIVE_INFINITY)) return;
    playInstant(d, Math.max(due.at, d.state.at), queue, applied);
    if (d.touch) return;
  }
  throw new Error(`lead ${d.facts.leadId} has more than ${MAX_INSTANTS} due instants at once`);
}

/** Who got the lead at an earlier instant of this decision works by their own calendar from then on. */
function knowCustodian(d: Draft): void {
  const { rep } = d.state.custody;
  if (rep === undefined || rep === d.repBefore || rep === d.facts.custodian?.id) return;
  const custodian = routingOf(d).reps[rep];
  if (custodian !== undefined) d.facts = { ...d.facts, custodian };
}

function playInstant(d: Draft, t: Instant, queue: Input[], applied: string[]): void {
  d.t = t;
  knowCustodian(d);
  d.humanNow = false;
  const due = queue.filter((input) => input.at <= t);
  // By precedence; within it as the queue has them, by when they happened.
  due.sort((a, b) => PRECEDENCE[a.body.kind] - PRECEDENCE[b.body.kind]);
  for (const input of due) {
    queue.splice(queue.indexOf(input), 1);
    if (input.at < t) d.late = { ...d.late, [input.id]: t };
    applyInput(d, input);
    applied.push(input.id);
  }
  giveUp(d);
  settle(d);
  d.state.at = t;
}

/** Touches nobody has an answer for are parked: never sent again, never silently forgotten. */
function giveUp(d: Draft): void {
  for (const s of d.state.sending.filter((x) => x.giveUpAt <= d.t)) {
    endTouch(d, { kind: 'touch.result', touch: s.touch, outcome: 'unconfirmed' });
  }
}

/** Steps that change only the lead's place: nobody outside can tell when they were played. */
const QUIET_STEPS: ReadonlySet<string> = new Set(['wait', 'waitFor', 'branch', 'split']);
const QUIET_ENTRIES: ReadonlySet<string> = new Set(['step.waited', 'step.branched', 'step.split']);
const MAX_HOPS = 50;

/**
 * The next wake. Quiet steps are played ahead on a copy: a wait whose email goes in a later window is
 * one wake, not two. When the lead does wake, or is nudged, they are decided as of their own time.
 */
function wakeOf(d: Draft, pending: readonly Input[]): Due | undefined {
  let at: Draft = d;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const due = nextDue(at, pending, 'wake');
    if (due === undefined || !QUIET_STEPS.has(due.kind)) return due;
    const ahead: Draft = {
      ...at,
      state: copyState(at.state),
      // What nobody has looked at yet may be another by then.
      facts: lookedAt(at.facts),
      effects: [],
      entered: [],
      maySend: false,
      sendAt: (t) => t,
    };
    try {
      playInstant(ahead, Math.max(due.at, at.state.at), [], []);
    } catch (error) {
      if (error instanceof Needs) return due;
      throw error;
    }
    const quiet = ahead.effects.every((x) => x.kind === 'journal' && QUIET_ENTRIES.has(x.entry.type));
    if (!quiet) return due;
    at = { ...ahead, facts: d.facts };
  }
  return nextDue(d, pending, 'wake');
}
