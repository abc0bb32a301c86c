/** Why a lead got a step, did not, or when it will. */
import type { Cadence, Playbook, Step } from '../playbook.ts';
import type { Enrollment } from '../state.ts';
import type { Instant } from '../time.ts';
import { inner } from '../words.ts';
import { type Ahead, playAhead } from './ahead.ts';
import { suppressionReasons, whyNotIn } from './entry.ts';
import { experimentReasons, sparedBy } from './experiment.ts';
import {
  type Because,
  type Entry,
  type Explanation,
  fromJournal,
  newest,
  type Question,
  say,
  storyIn,
} from './question.ts';
import { whatIsQuiet } from './quiet.ts';
import { whatIsReviewed, willBeReviewed } from './review.ts';
import { STEP_KINDS } from './steps.ts';
import { aheadReasons, MOST_SHOWN, whatDelays, whyNotOnWay } from './way.ts';

type Seen = Pick<Ahead, 'entries' | 'entered' | 'ended'>;

/** What the journal says became of a step. */
export function endOfStep(entries: readonly Entry[], cadence: string, step: Step): Entry | undefined {
  const { done, not } = STEP_KINDS[step.kind];
  return newest(entries, (x) => {
    // The entry of an `enroll` step is about the other cadence; its data names the step.
    if (step.kind === 'enroll')
      return x.data['step'] === `${cadence}/${step.id}` && [...done, ...not].some((type) => type === x.type);
    if (x.cadence !== cadence || x.step !== step.id) return false;
    if (step.kind === 'recycle')
      return x.type === 'enrollment.ended' && (x.reason === 'completed' || x.reason === 'replaced');
    return [...done, ...not].some((type) => type === x.type);
  });
}

/** The playbook in force, or the version an open run is pinned to. */
function whereIs(
  q: Question,
  cadenceId: string,
): { playbook: Playbook; cadence: Cadence | undefined; run: Enrollment | undefined } {
  const run = q.state.enrollments.find((e) => e.cadence === cadenceId);
  const playbook = run === undefined ? q.playbooks.current : q.playbooks.get(run.playbook);
  const cadence = Object.hasOwn(playbook.cadences, cadenceId) ? playbook.cadences[cadenceId] : undefined;
  return { playbook, cadence, run };
}

export function explainStep(q: Question, cadenceId: string, stepId: string): Explanation {
  const { playbook, cadence, run } = whereIs(q, cadenceId);
  const step = cadence !== undefined && Object.hasOwn(cadence.steps, stepId) ? cadence.steps[stepId] : undefined;
  if (cadence === undefined || step === undefined) return unknownStep(q, cadenceId, stepId);

  const started = newest(q.journal, (x) => x.type === 'enrollment.started' && x.cadence === cadenceId);
  const ofRun = started === undefined ? [] : q.journal.filter((x) => x.seq >= started.seq);
  const known = endOfStep(ofRun, cadenceId, step);
  if (known !== undefined) return ended(q, step, known, started);
  if (run !== undefined && q.state.sending.some((s) => s.enrollment === run.id && s.step === stepId)) {
    return {
      verdict: 'waiting',
      code: 'sending',
      sentence: `The email of ${cadenceId} / ${stepId} is with the mail service, whose answer is awaited. It is not sent twice.`,
      because: [{ code: 'position', expr: `${cadenceId} / ${stepId}`, value: 'sending', source: 'state' }],
      unblockedBy: 'the answer of the mail service, or its Send event',
    };
  }
  const reviewed = run?.step === stepId ? whatIsReviewed(q, run) : undefined;
  if (reviewed !== undefined && run?.state === 'running') return withStart(reviewed, q, started);
  if (run?.visited.includes(stepId) === true && run.step !== stepId) return passed(q, run, step, started);

  const ahead = playAhead(q, (soFar) => comes(soFar, cadenceId, step, run) !== undefined);
  const comesAt = comes(ahead, cadenceId, step, run);
  if (comesAt !== undefined) return willCome(q, cadence, step, ahead, comesAt, started);
  if (ahead.stop === 'error') return cannotDecide(ahead);
  const runId = run?.id ?? ahead.entered.find((s) => s.cadence === cadenceId)?.enrollment;
  if (runId !== undefined) {
    const path = ahead.entered.filter((s) => s.enrollment === runId).map((s) => s.step);
    if (run?.step !== undefined && run.step !== null) path.unshift(run.step);
    const answer = whyNotOnWay(q, { playbook, cadence, enrollment: runId, path, to: step }, ahead);
    return withStart(answer, q, started);
  }
  const last = newest(q.journal, (x) => x.type === 'enrollment.ended' && x.cadence === cadenceId);
  const not = whyNotIn(q, cadence, ahead);
  if (last === undefined) return not;
  return {
    ...not,
    sentence: `The last run of ${cadenceId} ended before ${stepId} or went by it. ${not.sentence}`,
    because: [fromJournal(q, last), ...not.because],
  };
}

interface Comes {
  readonly at: Instant;
  readonly entry?: Entry;
}

/** The moment the step is done, or is passed by, in what was played. */
function comes(seen: Seen, cadence: string, step: Step, run: Enrollment | undefined): Comes | undefined {
  const entry = seen.entries.find((x) => endOfStep([x], cadence, step) !== undefined);
  if (entry !== undefined) return { at: entry.at, entry };
  return step.kind === 'wait' ? waitIsOver(seen, cadence, step.id, run) : undefined;
}

/** A wait leaves no entry: it is over when its run enters the next step, or comes to its end. */
function waitIsOver(seen: Seen, cadence: string, step: string, run: Enrollment | undefined): Comes | undefined {
  const runs = new Set([run?.id, ...seen.entered.filter((s) => s.cadence === cadence).map((s) => s.enrollment)]);
  for (const id of runs) {
    if (id === undefined) continue;
    const steps = seen.entered.filter((s) => s.enrollment === id);
    const stands = id === run?.id && run.step === step;
    const index = steps.findIndex((s) => s.step === step);
    if (!stands && index < 0) continue;
    const next = steps[stands ? 0 : index + 1];
    if (next !== undefined) return { at: next.at };
    const end = seen.entries.find(
      (x) => x.type === 'enrollment.ended' && x.data['enrollment'] === id && x.reason === 'completed',
    );
    if (end !== undefined) return { at: end.at };
  }
  return undefined;
}

function willCome(
  q: Question,
  cadence: Cadence,
  step: Step,
  ahead: Ahead,
  { at, entry }: Comes,
  started: Entry | undefined,
): Explanation {
  const place = `${cadence.id} / ${step.id}`;
  const kind = STEP_KINDS[step.kind];
  const before = ahead.entries.filter((x) => x.cadence === cadence.id && x !== entry && x.at <= at);
  const waits = newest(
    q.journal,
    (x) => x.type === 'touch.deferred' && x.cadence === cadence.id && x.step === step.id && x.seq > (started?.seq ?? 0),
  );
  const why: Because[] = [started, waits].flatMap((x) => (x === undefined ? [] : [fromJournal(q, x)]));
  const { days, from, to, zones } = cadence.window;
  const sends = kind.done.includes('touch.sent');
  const run = q.state.enrollments.find((e) => e.cadence === cadence.id && e.step === step.id);
  const because: Because[] = [
    ...why,
    ...(run === undefined ? [] : [...whatDelays(q, run), ...whatIsQuiet(q, run)]),
    ...aheadReasons(q, before.slice(-MOST_SHOWN)),
    ...(entry === undefined ? [] : aheadReasons(q, [entry])),
    ...(sends
      ? [
          {
            code: 'rule' as const,
            expr: 'window',
            value: `${days.join(', ')}, ${from} to ${to}, on the clocks of: ${zones.join(', else ')}`,
            source: `cadences/${cadence.id}.yaml`,
          },
        ]
      : []),
  ];
  const reviewed = entry === undefined ? undefined : willBeReviewed(q, ahead.entries, entry);
  if (reviewed !== undefined) return withStart(reviewed, q, started);
  if (entry !== undefined && kind.not.some((type) => type === entry.type)) {
    return {
      verdict: 'never',
      at,
      code: 'would-be-skipped',
      sentence: `${place} would come on ${say(q, at)}, and then: ${inner(storyIn(q, entry))}.`,
      because: [...because, ...suppressionReasons(q, entry.reason ?? ''), ...experimentOf(q, entry)],
      unblockedBy: null,
      ...sparedBy(entry.reason),
    };
  }
  if (kind.quiet && at <= q.now) {
    // Decided at the lead's next wake, as of its own time: nobody outside can tell the difference.
    return {
      verdict: 'done',
      at,
      code: 'passed',
      sentence: `The lead passed ${place} on ${say(q, at)}; the journal says so from its next wake on.`,
      because,
      unblockedBy: null,
    };
  }
  const what =
    step.kind === 'wait' || step.kind === 'waitFor' ? `${kind.words} ${place} is over` : `${kind.words} ${place} comes`;
  return {
    verdict: 'will',
    at,
    code: 'will-happen',
    sentence: `If nothing else happens, ${what} on ${say(q, at)}.`,
    because,
    unblockedBy: null,
  };
}

const withStart = (answer: Explanation, q: Question, started: Entry | undefined): Explanation =>
  started === undefined ? answer : { ...answer, because: [fromJournal(q, started), ...answer.because] };

function ended(q: Question, step: Step, entry: Entry, started: Entry | undefined): Explanation {
  const because = [...(started === undefined ? [] : [fromJournal(q, started)]), fromJournal(q, entry)];
  const done = STEP_KINDS[step.kind].done.some((type) => type === entry.type);
  const code = done
    ? entry.type === 'touch.unconfirmed'
      ? 'unconfirmed'
      : entry.type === 'touch.sent'
        ? 'sent'
        : 'happened'
    : entry.type === 'touch.failed'
      ? 'failed'
      : 'skipped';
  return {
    verdict: done ? 'done' : 'never',
    at: entry.at,
    code,
    sentence: `${say(q, entry.at)}: ${storyIn(q, entry)}`,
    because: [...because, ...experimentOf(q, entry)],
    unblockedBy: null,
    ...sparedBy(entry.reason),
  };
}

/** The experiment that the entry names. */
const experimentOf = (q: Question, { data }: Entry): Because[] =>
  typeof data['experiment'] === 'string' ? experimentReasons(q, data['experiment']) : [];

function passed(q: Question, run: Enrollment, step: Step, started: Entry | undefined): Explanation {
  return {
    verdict: 'done',
    code: 'passed',
    sentence: `The run of ${run.cadence} has passed ${step.id}; it stands at ${run.step ?? 'its end'}.`,
    because: [
      ...(started === undefined ? [] : [fromJournal(q, started)]),
      { code: 'position', expr: run.cadence, value: run.step ?? 'end', source: 'state' },
    ],
    unblockedBy: null,
  };
}

function unknownStep(q: Question, cadence: string, step: string): Explanation {
  const past = newest(q.journal, (x) => x.cadence === cadence && x.step === step);
  const sent = past !== undefined && (past.type === 'touch.sent' || past.type === 'touch.unconfirmed');
  return {
    verdict: sent ? 'done' : 'never',
    ...(sent ? { at: past.at } : {}),
    code: sent ? 'sent' : 'unknown',
    sentence: `The playbook in force has no step ${step} in a cadence ${cadence}${past === undefined ? '' : `; an older one had: ${inner(storyIn(q, past))}`}.`,
    because: past === undefined ? [] : [fromJournal(q, past)],
    unblockedBy: null,
  };
}

/** The core refuses to go on: the engine stands there too, and health shows it. */
export const cannotDecide = ({ error }: Ahead): Explanation => ({
  verdict: 'blocked',
  code: 'cannot-decide',
  sentence: 'The engine cannot decide what comes next for this lead; somebody has to look at it.',
  because: [{ code: 'fact', expr: 'error', value: error ?? 'unknown', source: 'decided ahead' }],
  unblockedBy: 'a person who looks at the error',
});
