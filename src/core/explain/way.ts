/** A run that is open, or is seen to begin, and a step it does not come to: why not. */
import { EVERYTHING, reasonOfScope } from '../pause-scopes.ts';
import type { Cadence, Playbook, Step } from '../playbook.ts';
import type { Enrollment } from '../state.ts';
import { HISTORY, SINCE_ENROLLMENT, viewOf } from '../view.ts';
import { inner } from '../words.ts';
import type { Ahead } from './ahead.ts';
import { conditionReasons } from './condition.ts';
import { suppressionReasons } from './entry.ts';
import { splitReasons } from './experiment.ts';
import {
  type Because,
  type Entry,
  type Explanation,
  fromJournal,
  newest,
  type Question,
  say,
  storyIn,
  taskReasons,
} from './question.ts';
import { whatIsReviewed } from './review.ts';
import { reaches, STEP_KINDS } from './steps.ts';

export interface Way {
  readonly playbook: Playbook;
  readonly cadence: Cadence;
  readonly enrollment: string;
  /** Steps of the run from where it stands: the first is that one. */
  readonly path: readonly string[];
  readonly to: Step;
}

/** Reasons that stand on the way: what is seen to happen, in the order of time. */
export const MOST_SHOWN = 8;
export const aheadReasons = (q: Question, entries: readonly Entry[]): Because[] =>
  entries.slice(0, MOST_SHOWN).map((entry) => ({
    code: 'ahead',
    expr: entry.type,
    value: `${say(q, entry.at)}: ${storyIn(q, entry)}`,
    source: 'decided ahead',
  }));

/** What has moved the touch that this run stands at: the cap, the window, a suppression with an end, the mail service. */
export function whatDelays(q: Question, { cadence, step, capped }: Enrollment): Because[] {
  const moved = newest(
    q.journal,
    (x) => (x.type === 'touch.deferred' || x.type === 'touch.refused') && x.cadence === cadence && x.step === step,
  );
  const of = moved?.reason === 'account-capped' ? 'account' : 'lead';
  const cap = q.playbooks.current.caps?.[of];
  return [
    ...(moved === undefined ? [] : [fromJournal(q, moved), ...suppressionReasons(q, moved.reason ?? '')]),
    ...(capped === true && cap !== undefined
      ? [
          {
            code: 'rule' as const,
            expr: `caps.${of}`,
            value: `${cap.touches} touches in ${cap.per}`,
            source: 'playbook.yaml',
          },
        ]
      : []),
  ];
}

/** A reply, the lead's own or a colleague's, or a note that somebody is away, and until when. */
function pausedByReply(q: Question, e: Enrollment, position: Because): Explanation {
  const paused = newest(q.journal, (x) => x.type === 'enrollment.paused' && x.cadence === e.cadence);
  const away = paused?.reason === 'out-of-office';
  const [code, why] =
    e.pausedBy === 'colleague'
      ? (['paused-colleague', 'a colleague replied'] as const)
      : away
        ? (['paused-away', 'the lead is away'] as const)
        : (['paused-reply', 'the lead replied'] as const);
  const until = e.pausedUntil === undefined ? '' : ` until ${say(q, e.pausedUntil)}`;
  const resume = `POST /v1/enrollments/${e.id}/resume`;
  return {
    verdict: 'blocked',
    ...(e.pausedUntil === undefined ? {} : { at: e.pausedUntil }),
    code,
    sentence: `${e.cadence} pauses at step ${e.step ?? 'its end'}${until}, since ${why}; it keeps its place.`,
    because: [position, ...(paused === undefined ? [] : [fromJournal(q, paused)])],
    unblockedBy: e.pausedUntil === undefined ? resume : `time: from ${say(q, e.pausedUntil)} on; or ${resume}`,
  };
}

/** A due touch that waits for a pause to end, a person's or one that a rule made. */
function heldBy(scope: string, held: string, position: Because): Explanation {
  const because: Because[] = [position, { code: 'fact', expr: 'pause', value: scope, source: 'pauses' }];
  const answer = (code: Explanation['code'], why: string, unblockedBy: string): Explanation => ({
    verdict: 'blocked',
    code,
    sentence: `${held}: ${why}. It keeps its place.`,
    because,
    unblockedBy,
  });
  const reason = reasonOfScope(scope);
  if (reason === 'sending-stopped') {
    const why = 'sending stopped by itself, since too many messages bounced or were complained about';
    return answer(
      reason,
      why,
      `POST /v1/senders/${scope.slice(scope.indexOf(':') + 1)}/resume, by somebody who knows why`,
    );
  }
  if (reason === 'sender-not-ready') {
    const why = 'a domain it would be sent from is not ready, or was not looked at yet';
    return answer(reason, why, 'the records that `volley doctor` lists; then it goes on by itself');
  }
  if (reason === 'quota-exhausted') {
    const spared = scope === 'quota:marketing' ? '; the rest is kept for sales and service' : '';
    const why = `the mail service’s quota of 24 hours is used up${spared}`;
    return answer(reason, why, 'time: messages of 24 hours ago leave the quota one by one');
  }
  const all = scope === EVERYTHING;
  return answer(
    'sending-paused',
    `${all ? 'all sending' : `the cadence ${scope}`} is paused`,
    all ? 'POST /v1/resume' : `POST /v1/cadences/${scope}/resume`,
  );
}

/** What holds an open run where it is: a pause, or a wait for a person. */
export function whatHolds(
  q: Question,
  { cadence, enrollment }: Pick<Way, 'cadence' | 'enrollment'>,
  { state }: Pick<Ahead, 'state'>,
): Explanation | undefined {
  const e = state.enrollments.find((x) => x.id === enrollment);
  if (e === undefined) return undefined;
  const stands = e.step === null ? '' : `, at step ${e.step}`;
  const position: Because = {
    code: 'position',
    expr: `${e.cadence} / ${e.step ?? 'end'}`,
    value: e.state,
    source: 'state',
  };
  if (e.state === 'paused' && e.pausedBy === 'person') {
    return {
      verdict: 'blocked',
      code: 'paused-person',
      sentence: `A person paused the run of ${cadence.id}${stands}; it keeps its place.`,
      because: [position],
      unblockedBy: `POST /v1/enrollments/${e.id}/resume`,
    };
  }
  if (e.state === 'paused' && (e.pausedBy === 'reply' || e.pausedBy === 'colleague'))
    return pausedByReply(q, e, position);
  if (e.silenced === true) {
    const { rep, repliedAt } = state.custody;
    const when = repliedAt === undefined ? '' : ` of ${say(q, repliedAt)}`;
    return {
      verdict: 'waiting',
      code: 'rep-conversation',
      sentence: `The touch of ${cadence.id}${stands} is due and held: the lead’s reply${when} waits for ${rep ?? 'a rep'}, and marketing does not talk over that.`,
      because: [position, ...taskReasons(q)],
      unblockedBy: `${rep ?? 'a rep'} completing a task or logging an activity, or the lead leaving sales`,
    };
  }
  if (e.state === 'paused') {
    return {
      verdict: 'blocked',
      code: 'paused-custody',
      sentence: `${cadence.id} pauses${stands} while ${state.custody.who} has the lead; it goes on when ${cadence.runs.custody.join(' or ')} has it.`,
      because: [
        position,
        {
          code: 'rule',
          expr: 'runs.custody',
          value: cadence.runs.custody.join(', '),
          source: `cadences/${cadence.id}.yaml`,
        },
      ],
      unblockedBy: `the next move being with ${cadence.runs.custody.join(' or ')}`,
    };
  }
  if (e.held !== undefined) return heldBy(e.held, `The touch of ${cadence.id}${stands} is due and held`, position);
  return whatIsReviewed(q, e);
}

/** Why the run does not come to the step, when nothing else happens. */
export function whyNotOnWay(q: Question, way: Way, ahead: Ahead): Explanation {
  const { cadence, to, path, enrollment } = way;
  const on = aheadReasons(
    q,
    ahead.entries.filter((x) => x.cadence === cadence.id),
  );
  const at = path.findLastIndex((id) => reaches(cadence, id, to.id));
  const fork = cadence.steps[path[at] ?? ''];
  if (fork === undefined || path.length === 0) {
    return {
      verdict: 'never',
      code: 'behind',
      sentence: `${to.id} is not on the way of this run of ${cadence.id} any more: it stands at ${path[0] ?? 'its end'}.`,
      because: [{ code: 'position', expr: cadence.id, value: path[0] ?? 'end', source: 'state' }, ...on],
      unblockedBy: null,
    };
  }
  const end = ahead.ended.get(enrollment);
  const goesOn = path[at + 1] !== undefined;
  const forked = goesOn || (end !== undefined && endedByItself(ahead, cadence.id));
  if (forked && isFork(fork)) return otherWay(q, way, fork, ahead, on);
  const holds = whatHolds(q, way, ahead);
  if (holds !== undefined) return { ...holds, because: [...holds.because, ...on] };
  if (end !== undefined) {
    const ended = ahead.entries.findLast((x) => x.type === 'enrollment.ended' && x.cadence === cadence.id);
    return {
      verdict: 'never',
      at: end,
      code: 'run-ends',
      sentence: `The run of ${cadence.id} ends on ${say(q, end)}, before it comes to ${to.id}${ended === undefined ? '' : `: ${inner(storyIn(q, ended))}`}.`,
      because: [...suppressionReasons(q, ended?.reason ?? ''), ...on],
      unblockedBy: null,
    };
  }
  return {
    verdict: 'waiting',
    code: ahead.stop === 'bound' ? 'beyond-sight' : 'needs-answer',
    sentence:
      ahead.stop === 'bound'
        ? `The run of ${cadence.id} does not come to ${to.id} in the time looked ahead; it stands at ${path.at(-1) ?? 'its start'} then.`
        : `The run of ${cadence.id} waits at ${fork.id} for somebody to answer; no clock moves it on.`,
    because: [
      { code: 'position', expr: cadence.id, value: path.at(-1) ?? 'start', source: 'state' },
      ...taskReasons(q),
      ...on,
    ],
    unblockedBy: ahead.stop === 'bound' ? null : 'an answer of the rep who has the lead',
  };
}

const isFork = ({ kind }: Step): boolean =>
  kind === 'waitFor' || kind === 'branch' || kind === 'split' || kind === 'task' || kind === 'handoff';

const endedByItself = (ahead: Ahead, cadence: string): boolean =>
  ahead.entries.findLast((x) => x.type === 'enrollment.ended' && x.cadence === cadence)?.reason === 'completed';

/** The fork where the way parts: what would have to be otherwise there. */
function otherWay(
  q: Question,
  { playbook, cadence, to, enrollment }: Way,
  fork: Step,
  ahead: Ahead,
  on: Because[],
): Explanation {
  const file = `cadences/${cadence.id}.yaml`;
  const entry = ahead.entries.findLast((x) => x.cadence === cadence.id && x.step === fork.id);
  const story = entry === undefined ? '' : ` ${say(q, entry.at)}: ${storyIn(q, entry)}`;
  const base = {
    verdict: 'waiting' as const,
    code: 'other-way' as const,
    sentence: `If nothing else happens the run leaves the way to ${to.id} at ${STEP_KINDS[fork.kind].words} ${fork.id}.${story}`,
  };
  const e = q.state.enrollments.find((x) => x.id === enrollment);
  switch (fork.kind) {
    case 'waitFor': {
      const scope = viewOf(q.state, q.facts, playbook, q.now, SINCE_ENROLLMENT, e);
      const condition = { condition: fork.when, scope, source: `${file} ${fork.id}/waitFor` };
      const before = entry === undefined ? '' : ` before ${say(q, entry.at)}`;
      const then = reaches(cadence, fork.then, to.id);
      return {
        ...base,
        because: [...conditionReasons(q, playbook, condition), ...on],
        unblockedBy: then ? `${fork.when.source} holding${before}` : `${fork.when.source} not holding${before}`,
      };
    }
    case 'branch': {
      const scope = viewOf(q.state, q.facts, playbook, q.now, HISTORY, e);
      const arms = fork.arms.filter((arm) => reaches(cadence, arm.to, to.id));
      const reasons = fork.arms.flatMap(({ when }) =>
        when === undefined
          ? []
          : conditionReasons(q, playbook, { condition: when, scope, source: `${file} ${fork.id}/branch` }),
      );
      const would = arms.map((arm) => arm.when?.source ?? 'no arm before the last').join(', or ');
      return {
        ...base,
        because: [...reasons, ...on],
        unblockedBy: would === '' ? 'no arm holding' : `${would} holding by then`,
      };
    }
    case 'split':
      return {
        ...base,
        verdict: 'never',
        code: 'other-arm',
        because: [
          { code: 'rule', expr: fork.id, value: 'split', source: file },
          ...splitReasons(q, cadence, fork),
          ...on,
        ],
        unblockedBy: null,
      };
    case 'task':
    case 'handoff': {
      const names = Object.entries(fork.outcomes).flatMap(([name, target]) =>
        reaches(cadence, target, to.id) ? [name] : [],
      );
      const would = names.length === 0 ? 'an outcome without steps of its own' : `the outcome ${names.join(' or ')}`;
      return {
        ...base,
        because: [{ code: 'rule', expr: fork.id, value: would, source: file }, ...on],
        unblockedBy: would,
      };
    }
    default:
      return { ...base, because: on, unblockedBy: null };
  }
}
