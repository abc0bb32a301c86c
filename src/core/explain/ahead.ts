/**
 * What happens to a lead if nothing else does: `decide` itself, played on copies from wake to wake, so
 * that what `explain` says is what production does.
 */
import { decideWith } from '../decide.ts';
import type { Decided, StepEntered } from '../decision.ts';
import type { AccountTurn, Facts, Routing } from '../facts.ts';
import type { Input } from '../input.ts';
import type { LeadState } from '../state.ts';
import { DAY, type Instant } from '../time.ts';
import type { Entry, Question } from './question.ts';

/** As far as `decide` itself looks for what time alone changes. */
export const LOOK_AHEAD_DAYS = 400;
/** A year of a daily step; one decision of the example playbook takes well under a millisecond. */
const MOST_DECISIONS = 800;

export interface Ahead {
  readonly entries: readonly Entry[];
  readonly entered: readonly StepEntered[];
  /** Runs that ended, with when. */
  readonly ended: ReadonlyMap<string, Instant>;
  readonly state: LeadState;
  /** What still waits to be used. */
  readonly inputs: readonly Input[];
  /**
   * Why it was played no further: what was looked for came, nothing is due any more, the time looked
   * ahead is over, or the core cannot go on.
   */
  readonly stop: 'found' | 'nothing-due' | 'bound' | 'error';
  readonly error?: string;
}

/**
 * Plays on until `found` says of what has happened so far that it is enough.
 * @param end the last instant played; as far as it looks ahead without it
 */
export function playAhead(q: Question, found: (soFar: Omit<Ahead, 'stop'>) => boolean, end?: Instant): Ahead {
  const entries: Entry[] = [];
  const entered: StepEntered[] = [];
  const ended = new Map<string, Instant>();
  let { state } = q;
  let inputs = q.inputs;
  let now = Math.max(q.now, state.at);
  const until = end ?? now + LOOK_AHEAD_DAYS * DAY;
  const answer = (stop: Ahead['stop'], error?: string): Ahead => ({
    ...{ entries, entered, ended, state, inputs, stop },
    ...(error === undefined ? {} : { error }),
  });

  for (let i = 0; i < MOST_DECISIONS; i++) {
    let decided: Decided;
    try {
      decided = decideAt(q, state, inputs, now);
    } catch (error) {
      return answer('error', error instanceof Error ? error.message : String(error));
    }
    state = decided.state;
    const applied = new Set(decided.applied);
    inputs = inputs.filter((input) => !applied.has(input.id));
    for (const effect of decided.effects) {
      if (effect.kind === 'journal') entries.push(effect.entry);
      else if (effect.kind === 'enrollment' && effect.endedAt !== undefined) ended.set(effect.id, effect.endedAt);
    }
    entered.push(...decided.entered);
    if (found({ entries, entered, ended, state, inputs })) return answer('found');
    if (decided.touch !== undefined) {
      const { id, at } = decided.touch;
      inputs = [...inputs, { id: `ahead:${id}`, at, body: { kind: 'touch.result', touch: id, outcome: 'sent' } }];
      continue;
    }
    const next = nextLook(decided, now);
    if (next === undefined) return answer('nothing-due');
    if (next > until) return answer('bound');
    now = next;
  }
  return answer('bound');
}

/** The next wake; also the ends of waits, which a wake may leave for later. */
function nextLook({ state, wake }: Decided, now: Instant): Instant | undefined {
  const times = state.enrollments.flatMap((e) => (e.state === 'running' && e.dueAt !== null ? [e.dueAt] : []));
  if (wake !== null) times.push(wake.at);
  const later = times.filter((at) => at > now);
  return later.length === 0 ? undefined : Math.min(...later);
}

/** Who reads less than the store knows: reps work the company's hours then, and none has had a turn. */
const NO_ROUTING: Routing = { reps: {}, given: {}, turns: {}, open: {} };

const NO_TURN: AccountTurn = { touches: { email: [], task: [] }, asked: [] };

function decideAt(q: Question, state: LeadState, inputs: readonly Input[], now: Instant): Decided {
  const { custodian: _, routing = NO_ROUTING, ...others } = q.facts;
  const { rep } = state.custody;
  const custodian = rep === undefined ? undefined : (routing.reps[rep] ?? sameRep(q.facts, rep));
  const facts: Facts = { ...others, ...(custodian === undefined ? {} : { custodian }) };
  const request = { state, facts, playbooks: q.playbooks, inputs, now, maySend: true, sendAs: q.sendAs };
  return decideWith(request, {
    routing: () => routing,
    account: () => facts.account ?? null,
    turn: () => facts.turn ?? NO_TURN,
    places: () => facts.places ?? {},
  });
}

const sameRep = ({ custodian }: Facts, rep: string): Facts['custodian'] =>
  custodian?.id === rep ? custodian : undefined;
