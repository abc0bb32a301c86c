/** Why a lead is not in a cadence, from the rules that decide who enters. */
import { DO_NOT_CALL } from '../channels.ts';
import { type EntryAnswer, mayEnter } from '../entry.ts';
import type { Consent } from '../facts.ts';
import type { Cadence, Playbook } from '../playbook.ts';
import { iso } from '../time.ts';
import { HISTORY, viewOf } from '../view.ts';
import { inner } from '../words.ts';
import type { Ahead } from './ahead.ts';
import type { ExplainCode, Verdict } from './codes.ts';
import { conditionReasons } from './condition.ts';
import { type Because, type Explanation, fromJournal, LIFTED, newest, type Question, say } from './question.ts';

type No = Extract<EntryAnswer, { ok: false }>;

interface Kept {
  readonly verdict: Verdict;
  readonly code: ExplainCode;
  readonly unblockedBy: (cadence: Cadence, q: Question, no: No) => string | null;
}

/** By the reason `mayEnter` gives; others are `kept-out`, with the reason's own sentence. */
const KEPT: Readonly<Record<string, Kept>> = {
  disqualified: { verdict: 'never', code: 'disqualified', unblockedBy: () => LIFTED },
  objected: { verdict: 'never', code: 'objected', unblockedBy: () => null },
  expired: {
    verdict: 'waiting',
    code: 'expired',
    unblockedBy: () => 'something the lead does, or a person who takes it up',
  },
  'lane-taken': {
    verdict: 'blocked',
    code: 'lane-taken',
    unblockedBy: ({ lane }, q) => `the end of ${inLane(q, lane) ?? 'the run'} in the lane ${lane}`,
  },
  'entered-before': { verdict: 'never', code: 'entered-before', unblockedBy: () => null },
  'entered-recently': {
    verdict: 'blocked',
    code: 'entered-recently',
    unblockedBy: (_, q, { retryAt }) => (retryAt === undefined ? 'time' : `time: from ${say(q, retryAt)} on`),
  },
  'custody-elsewhere': {
    verdict: 'blocked',
    code: 'custody-elsewhere',
    unblockedBy: ({ runs }) => `the next move being with ${runs.custody.join(' or ')}`,
  },
  'no-consent': {
    verdict: 'blocked',
    code: 'no-consent',
    unblockedBy: ({ purpose }) => `a consent for ${purpose} (POST /v1/leads)`,
  },
  'consent-expired': {
    verdict: 'blocked',
    code: 'consent-expired',
    unblockedBy: ({ purpose }) => `a new consent for ${purpose} (POST /v1/leads)`,
  },
  'consent-withdrawn': {
    verdict: 'blocked',
    code: 'consent-withdrawn',
    unblockedBy: ({ purpose }) => `a consent for ${purpose} that the person gives anew`,
  },
  suppressed: {
    verdict: 'blocked',
    code: 'suppressed',
    unblockedBy: ({ purpose }) => `lifting the suppression for ${purpose} (DELETE /v1/suppressions)`,
  },
};

const inLane = (q: Question, lane: string): string | undefined =>
  q.state.enrollments.find((e) => e.lane === lane)?.cadence;

/** The rules about who enters this cadence, with what they say of the lead now. */
export function entryReasons(q: Question, playbook: Playbook, cadence: Cadence): Because[] {
  const file = `cadences/${cadence.id}.yaml`;
  const { entry } = cadence;
  const rules: Because[] = [];
  if (entry?.on !== undefined) rules.push({ code: 'rule', expr: 'entry.on', value: entry.on, source: file });
  if (entry?.when !== undefined) {
    const scope = viewOf(q.state, q.facts, playbook, q.now, HISTORY);
    rules.push(...conditionReasons(q, playbook, { condition: entry.when, scope, source: `${file} entry/when` }));
  }
  return rules;
}

/** Why no run of it is open and none begins by itself. `ahead`: what was seen to come instead. */
export function whyNotIn(q: Question, cadence: Cadence, ahead: Ahead): Explanation {
  const playbook = q.playbooks.current;
  const { id, entry } = cadence;
  const answer = mayEnter({ state: q.state, facts: q.facts, playbook, cadence, now: q.now });
  const rules = entryReasons(q, playbook, cadence);
  if (!answer.ok) return keptOut(q, cadence, answer, rules);
  if (entry === undefined || (entry.on === undefined && entry.when === undefined)) {
    return {
      verdict: 'waiting',
      code: 'entry-by-hand',
      sentence: `The lead is not in ${id}, which has no entry rule: a person, a return or a step puts leads into it.`,
      because: [{ code: 'rule', expr: 'entry', value: 'none', source: `cadences/${id}.yaml` }],
      unblockedBy: 'POST /v1/enrollments, a return or a step that leads there',
    };
  }
  const scope = viewOf(q.state, q.facts, playbook, q.now, HISTORY);
  const holds = entry.when === undefined || entry.when.test(scope);
  if (!holds) {
    const and = entry.on === undefined ? '' : ` at the event ${entry.on}`;
    return {
      verdict: 'waiting',
      code: 'entry-condition',
      sentence: `The lead is not in ${id}: its entry condition does not hold (${entry.when?.source ?? ''}).`,
      because: rules,
      unblockedBy: `${entry.when?.source ?? ''} holding${and}`,
    };
  }
  if (entry.on !== undefined) {
    return {
      verdict: 'waiting',
      code: 'entry-event',
      sentence: `The lead is not in ${id}: it is entered at the event ${entry.on}, which has not come since.`,
      because: rules,
      unblockedBy: `the event ${entry.on}`,
    };
  }
  const other = ahead.entered.find((s) => playbook.cadences[s.cadence]?.lane === cadence.lane)?.cadence;
  return {
    verdict: 'blocked',
    code: other === undefined ? 'kept-out' : 'lane-taken',
    sentence:
      other === undefined
        ? `The lead could enter ${id}, and nothing is due that makes it.`
        : `The lead does not enter ${id}: ${other} takes the lane ${cadence.lane} first.`,
    because: rules,
    unblockedBy: other === undefined ? 'the next thing that happens to the lead' : `the end of ${other}`,
  };
}

function keptOut(q: Question, cadence: Cadence, no: No, rules: Because[]): Explanation {
  const kept = KEPT[no.reason];
  const last = newest(q.journal, (x) => x.cadence === cadence.id && x.type === 'enrollment.ended');
  const before = no.reason === 'entered-before' || no.reason === 'entered-recently';
  const past = last !== undefined && before ? [fromJournal(q, last)] : [];
  const by = no.reason === 'lane-taken' ? inLane(q, cadence.lane) : undefined;
  const lane = by === undefined ? '' : ` (${by} is in the lane ${cadence.lane})`;
  return {
    verdict: kept?.verdict ?? 'blocked',
    ...(no.retryAt === undefined ? {} : { at: no.retryAt }),
    code: kept?.code ?? 'kept-out',
    sentence: `The lead is not in ${cadence.id} and does not enter it: ${inner(no.sentence)}${lane}.`,
    because: [
      { code: 'rule', expr: no.reason, value: no.sentence, source: `cadences/${cadence.id}.yaml` },
      ...past,
      ...suppressionReasons(q, no.reason),
      ...rules,
    ],
    unblockedBy: kept === undefined ? 'what the reason names' : kept.unblockedBy(cadence, q, no),
  };
}

/** The suppressions, consents or choices there are, where one is the reason. */
export function suppressionReasons(q: Question, reason: string): Because[] {
  const { declined = [], pause } = q.facts.choices ?? {};
  const source = 'preferences';
  if (reason === 'topic-declined') {
    return declined.map(({ topic, at }) => ({ code: 'fact', expr: `declined ${topic}`, value: say(q, at), source }));
  }
  if (reason === 'paused-by-lead' && pause !== undefined) {
    return [{ code: 'fact', expr: 'paused until', value: say(q, pause.until), source }];
  }
  if (reason.startsWith('consent-')) return q.facts.consents.map(consentReason);
  if (reason.startsWith(DO_NOT_CALL)) {
    return (q.facts.doNot ?? []).map((s) => ({
      code: 'fact',
      expr: `no ${s.channel} for ${s.purpose ?? 'every purpose'}`,
      value: s.until === undefined ? s.reason : `${s.reason}, until ${say(q, s.until)}`,
      source: 'suppressions',
    }));
  }
  if (reason !== 'suppressed') return [];
  return q.facts.suppressions.map(
    (s): Because => ({
      code: 'fact',
      expr: `suppressed for ${s.purpose ?? 'every purpose'}`,
      value: s.reason,
      source: 'suppressions',
    }),
  );
}

const consentReason = ({ purpose, basis, at, expires, withdrawn }: Consent): Because => ({
  code: 'fact',
  expr: `consent for ${purpose}`,
  value: [
    `${basis} since ${iso(at)}`,
    ...(withdrawn === undefined ? [] : [`taken back ${iso(withdrawn)}`]),
    ...(expires === undefined ? [] : [`until ${iso(expires)}`]),
  ].join(', '),
  source: 'consents',
});
