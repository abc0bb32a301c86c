/**
 * Answers as of a past instant. A lead's state is kept as it is, not as it was; the journal is what is
 * kept for good, so what can be told of then is what it holds: who had the lead, in which stage and
 * cadences it was, what it had done. What came of it since is known, and is said as such.
 */
import { leavesTrace, logSignal } from '../apply-signal.ts';
import { keepTold } from '../context.ts';
import type { Choices } from '../facts.ts';
import { toldSchema } from '../input.ts';
import type { Playbook } from '../playbook.ts';
import { initialState, type LeadState } from '../state.ts';
import type { Instant } from '../time.ts';
import { explainCadence } from './cadence.ts';
import { explainEntry } from './journalled.ts';
import { withPosition } from './position.ts';
import {
  type About,
  type Because,
  type Entry,
  type Explanation,
  fromJournal,
  newest,
  type Question,
  say,
  storyIn,
} from './question.ts';
import { addRuns } from './runs.ts';
import { breaksSilence, explainSilence, isTouch, silentSince } from './silence.ts';
import { explainCustody, explainScore, explainStage } from './standing.ts';
import { endOfStep, explainStep } from './step.ts';
import { STEP_KINDS } from './steps.ts';

/** What the journal up to `at` says of stage, custody, signals and what returns did to the score. */
export function stateAsOf(journal: readonly Entry[], at: Instant, playbook: Playbook, createdAt: Instant): LeadState {
  const state = initialState(playbook.stages[0]?.id ?? '', createdAt);
  const text = (entry: Entry, name: string): string | undefined => {
    const value = entry.data[name];
    return typeof value === 'string' ? value : undefined;
  };
  for (const entry of journal) {
    if (entry.at > at) break;
    switch (entry.type) {
      case 'signal.received': {
        const { signalAt, human } = entry.data;
        const type = text(entry, 'type') ?? '';
        if (leavesTrace(type, human !== false)) {
          logSignal(state, type, typeof signalAt === 'number' ? signalAt : entry.at, human !== false);
        }
        const told = toldSchema.safeParse(entry.data['context']);
        if (human !== false && told.success) {
          keepTold(state, told.data, typeof signalAt === 'number' ? signalAt : entry.at);
        }
        break;
      }
      case 'lead.suppressed':
        if (text(entry, 'channel') === undefined) {
          const why = text(entry, 'why');
          if (why === 'unsubscribed' || why === 'complained') logSignal(state, why, entry.at, true);
        }
        break;
      case 'stage.changed':
        moveStage(state, playbook, text(entry, 'to') ?? state.stage, entry.at);
        break;
      case 'custody.changed': {
        const to = text(entry, 'to');
        if (to !== 'marketing' && to !== 'sales' && to !== 'nobody') break;
        const rep = text(entry, 'rep');
        state.custody = { who: to, since: entry.at, attempts: 0, ...(rep === undefined ? {} : { rep }) };
        break;
      }
      case 'handoff.offered': {
        const { acceptBy } = entry.data;
        const [pool, handoff] = [text(entry, 'pool'), text(entry, 'handoff')];
        // The entry of the task, which follows, has its id.
        state.custody = {
          ...state.custody,
          task: 'offered',
          ...(pool === undefined ? {} : { pool }),
          ...(handoff === undefined ? {} : { handoff }),
          ...(typeof acceptBy === 'number' ? { acceptBy } : {}),
        };
        break;
      }
      case 'handoff.accepted': {
        const { task: _task, acceptBy: _by, ...kept } = state.custody;
        state.custody = {
          ...kept,
          acceptedAt: entry.at,
          ...(entry.by.includes('@') ? { rep: entry.by } : {}),
        };
        break;
      }
      case 'handoff.reassigned':
      case 'handoff.escalated':
      case 'task.reassigned': {
        const to = text(entry, 'to');
        const ours = entry.type !== 'task.reassigned' || text(entry, 'task') === state.custody.task;
        if (state.custody.who === 'sales' && ours && to !== undefined) state.custody = { ...state.custody, rep: to };
        break;
      }
      case 'lead.assigned': {
        const [theirs, to] = [text(entry, 'from'), text(entry, 'to')];
        if (state.custody.who === 'sales' && to !== undefined && theirs === state.custody.rep) {
          state.custody = { ...state.custody, rep: to };
        }
        break;
      }
      case 'task.opened':
        if (state.custody.task !== undefined && text(entry, 'kind') === 'handoff') {
          state.custody = { ...state.custody, task: text(entry, 'task') ?? state.custody.task };
        }
        break;
      case 'handoff.rejected':
      case 'lead.returned':
        if (playbook.returns[text(entry, 'returnReason') ?? '']?.engagement === 'halve') {
          state.dampened = [...state.dampened, { at: entry.at, factor: 0.5 }];
        }
        break;
      case 'lead.expired':
        state.expired = { at: entry.at };
        break;
      case 'lead.revived':
        delete state.expired;
        break;
      case 'lead.objected':
        state.objected = { at: entry.at };
        break;
      case 'lead.requalified':
        delete state.disqualified;
        break;
      case 'lead.disqualified':
        state.disqualified = { at: entry.at, reason: text(entry, 'why') ?? '' };
        break;
      default:
        break;
    }
  }
  return state;
}

function moveStage(state: LeadState, { stages }: Playbook, to: string, at: Instant): void {
  const rank = (id: string): number => stages.findIndex((stage) => stage.id === id);
  if (rank(to) < rank(state.stage)) state.stageBackAt = at;
  state.stage = to;
  state.stageAt = at;
}

/** The answer as of `at`, which lies before the question's `now`. */
export function explainPast(q: Question, at: Instant): Explanation {
  const since = Math.min(q.facts.createdAt, q.journal[0]?.at ?? q.facts.createdAt);
  if (at < since) {
    return {
      verdict: 'never',
      code: 'not-known-then',
      sentence: `The lead was not known then: it came in on ${say(q, since)}.`,
      because: [{ code: 'fact', expr: 'came in', value: say(q, since), source: 'store' }],
      unblockedBy: null,
    };
  }
  const journal = q.journal.filter((entry) => entry.at <= at);
  const { playbook, reason } = playbookOfThen(q, journal);
  const playbooks = { current: playbook, get: q.playbooks.get };
  const facts = factsAsOf(q, at);
  const state = stateAsOf(q.journal, at, playbook, q.facts.createdAt);
  const answer = asOf(q, { ...q, playbooks, facts, state, now: at, journal });
  return { playbook: playbook.hash, ...answer, because: [...answer.because, ...reason, TODAY] };
}

/** The question as of an entry: the version it was decided by, and the facts of then. */
export function asOfEntry(q: Question, entry: Entry): { readonly then: Question; readonly reason: Because[] } {
  const { playbook, reason } = playbookOfThen(q, [entry]);
  const { at } = entry;
  const playbooks = { current: playbook, get: q.playbooks.get };
  const journal = q.journal.filter(({ seq }) => seq <= entry.seq);
  return { then: { ...q, playbooks, facts: factsAsOf(q, at), now: at, journal }, reason };
}

function factsAsOf({ facts }: Question, at: Instant): Question['facts'] {
  const { consents, suppressions, doNot, choices } = facts;
  return {
    ...facts,
    consents: consents.filter((consent) => consent.at <= at),
    suppressions: suppressions.filter((one) => one.at <= at),
    ...(doNot && { doNot: doNot.filter((one) => one.at <= at) }),
    ...(choices && { choices: choicesAsOf(choices, at) }),
  };
}

/** What conditions saw just before the entry was decided, as far as the journal tells: runs, clicks and deals too. */
export function stateBefore(all: readonly Entry[], entry: Entry, playbook: Playbook, createdAt: Instant): LeadState {
  // What came in at that very instant was there already; what was decided after the entry was not.
  const journal = all.filter(({ seq }) => seq < entry.seq);
  const state = stateAsOf(journal, entry.at, playbook, createdAt);
  for (const one of journal) addRuns(state, one);
  return state;
}

const choicesAsOf = ({ declined, pause }: Choices, at: Instant): Choices => ({
  declined: declined.filter((one) => one.at <= at),
  ...(pause && pause.at <= at && { pause }),
});

/** What is kept as it is, and not as it was. */
export const TODAY: Because = {
  code: 'fact',
  expr: 'as of now',
  value:
    'The fields of the lead and pauses of sending are those of today; consents, suppressions and what the lead chose are those of then.',
  source: 'store',
};

/** The version that the newest entry of then was decided by, where it is still kept; else today's, and says so. */
function playbookOfThen(q: Question, journal: readonly Entry[]): { playbook: Playbook; reason: Because[] } {
  const { current } = q.playbooks;
  const last = journal.at(-1);
  const hash = last?.playbookVersion ?? current.hash;
  if (last === undefined || hash === current.hash) return { playbook: current, reason: [] };
  const source = `journal ${last.seq}`;
  const told = (value: string): Because[] => [{ code: 'fact', expr: 'playbook', value, source }];
  const version = hash.slice(0, 12);
  try {
    return { playbook: q.playbooks.get(hash), reason: told(`Judged by the version of then, ${version}.`) };
  } catch {
    return {
      playbook: current,
      reason: told(`The version of then, ${version}, is not kept: judged by the one in force.`),
    };
  }
}

function asOf(q: Question, then: Question): Explanation {
  const { about } = q;
  switch (about.kind) {
    case 'custody':
      return explainCustody(then);
    case 'stage':
      return explainStage(then);
    case 'score':
      return explainScore(then);
    case 'step':
      return pastStep(q, then, about);
    case 'cadence':
      return pastCadence(q, then, about.cadence);
    case 'silence':
      return pastSilence(q, then);
    case 'position':
      return withPosition(then, pastSilence(q, then));
    case 'entry':
      return pastSilence(q, then);
  }
}

function pastStep(
  q: Question,
  then: Question,
  { cadence: id, step: stepId }: Extract<About, { kind: 'step' }>,
): Explanation {
  const step = then.playbooks.current.cadences[id]?.steps[stepId];
  const known = step && endOfStep(then.journal, id, step);
  if (known !== undefined && step !== undefined)
    return told(
      q,
      then,
      known,
      STEP_KINDS[step.kind].not.some((t) => t === known.type),
    );
  const later = step && q.journal.find((entry) => entry.at > then.now && endOfStep([entry], id, step) !== undefined);
  if (later === undefined) return notByThen(q, then, explainStep(q, id, stepId));
  const did = step !== undefined && STEP_KINDS[step.kind].done.some((type) => type === later.type);
  return {
    verdict: did ? 'will' : 'never',
    at: later.at,
    code: did ? 'will-happen' : 'would-be-skipped',
    sentence: `Not by ${say(q, then.now)}. It came on ${say(q, later.at)}: ${storyIn(q, later)}`,
    because: between(q, then.now, later),
    unblockedBy: null,
  };
}

/** What the journal tells, with the rule behind it and what would have to have been different. */
function told(q: Question, then: Question, entry: Entry, not: boolean): Explanation {
  const why = explainEntry(q, then, entry);
  return {
    verdict: not ? 'never' : 'done',
    at: entry.at,
    code: not
      ? entry.type === 'touch.failed'
        ? 'failed'
        : 'skipped'
      : entry.type === 'touch.sent'
        ? 'sent'
        : 'happened',
    sentence: `${say(q, entry.at)}: ${storyIn(q, entry)}`,
    because: [fromJournal(q, entry), ...why.because.slice(1)],
    unblockedBy: why.unblockedBy,
    ...(entry.reason === undefined || entry.reason === null ? {} : { reason: entry.reason }),
  };
}

/** What paused a run, by the reason its journal gives. */
const PAUSES: Readonly<Record<string, Explanation['code']>> = {
  'custody-changed': 'paused-custody',
  replied: 'paused-reply',
  'out-of-office': 'paused-reply',
  'colleague-replied': 'paused-colleague',
};

function pastCadence(q: Question, then: Question, id: string): Explanation {
  const mine = then.journal.filter((entry) => entry.cadence === id);
  const last = newest(mine, ({ type }) => type === 'enrollment.started' || type === 'enrollment.ended');
  if (last?.type === 'enrollment.ended') return { ...told(q, then, last, false), code: 'run-over' };
  if (last !== undefined) {
    const paused = newest(mine, ({ type }) => type === 'enrollment.paused' || type === 'enrollment.resumed');
    if (paused?.type === 'enrollment.paused' && paused.seq > last.seq) {
      return {
        ...told(q, then, paused, false),
        verdict: 'blocked',
        code: PAUSES[paused.reason ?? ''] ?? 'paused-person',
        because: [fromJournal(q, last), fromJournal(q, paused)],
        unblockedBy: 'what resumed it, if anything has since',
      };
    }
    return { ...told(q, then, last, false), code: 'in-cadence' };
  }
  const later = q.journal.find(
    (entry) => entry.at > then.now && entry.type === 'enrollment.started' && entry.cadence === id,
  );
  if (later === undefined) return notByThen(q, then, explainCadence(q, id));
  const cadence = then.playbooks.current.cadences[id];
  const when = cadence?.entry?.when;
  return {
    verdict: 'will',
    at: later.at,
    code: 'will-enter',
    sentence: `Not by ${say(q, then.now)}. The lead entered on ${say(q, later.at)}: ${storyIn(q, later)}`,
    because: [
      ...between(q, then.now, later),
      ...(when?.place === undefined ? [] : [{ code: 'rule' as const, expr: when.source, source: when.place }]),
    ],
    unblockedBy: null,
  };
}

function pastSilence(q: Question, then: Question): Explanation {
  const since = silentSince(then);
  const later = q.journal.find((entry) => entry.at > then.now && breaksSilence(entry));
  if (later === undefined) return notByThen(q, then, explainSilence(q));
  return {
    verdict: 'will',
    at: later.at,
    code: isTouch(later) ? 'next-touch' : 'next-task',
    sentence: `${since.words} Silence lasted from then to ${say(q, later.at)}: ${storyIn(q, later)}`,
    because: [...since.because, ...explainCustody(then).because, ...between(q, then.now, later)],
    unblockedBy: null,
  };
}

const MOST = 8;

/** What the journal holds from then up to what came. */
const between = (q: Question, from: Instant, to: Entry) =>
  q.journal
    .filter((entry) => entry.at > from && entry.seq <= to.seq && entry.type !== 'signal.received')
    .slice(-MOST)
    .map((entry) => fromJournal(q, entry));

/** Not by then, and not since: what is so today is the answer. */
const notByThen = (q: Question, then: Question, today: Explanation): Explanation => ({
  ...today,
  sentence: `Not by ${say(q, then.now)}, and not since. ${today.sentence}`,
});
