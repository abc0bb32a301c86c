/** Why a lead hears nothing: since when, until when, because. */
import { nextExpiry } from '../expiry.ts';
import { permissionFor, type Refusal } from '../permission.ts';
import { type Ahead, playAhead } from './ahead.ts';
import type { ExplainCode, Verdict } from './codes.ts';
import { suppressionReasons, whyNotIn } from './entry.ts';
import { heldOutOfAll } from './experiment.ts';
import {
  type Because,
  type Entry,
  type Explanation,
  fromJournal,
  LIFTED,
  newest,
  type Question,
  say,
  storyIn,
  taskReasons,
} from './question.ts';
import { explainCustody } from './standing.ts';
import { cannotDecide } from './step.ts';
import { aheadReasons, whatDelays, whatHolds } from './way.ts';

/** What a lead notices of us, and what makes a rep get in touch; a late proof tells of an email that came before. */
export const isTouch = ({ type, reason }: Pick<Entry, 'type' | 'reason'>): boolean =>
  (type === 'touch.sent' && reason !== 'proven-late') || type === 'touch.unconfirmed';
export const breaksSilence = (entry: Pick<Entry, 'type' | 'reason'>): boolean =>
  isTouch(entry) || entry.type === 'task.opened';

/** Since when nothing went to the lead, in words; with the last thing that did. */
export function silentSince(q: Question): { words: string; because: Because[] } {
  const nobodys = new Set(
    q.journal.filter(({ reason }) => reason === 'rejected-later').map(({ data }) => data['touch']),
  );
  const last = newest(q.journal, (entry) => isTouch(entry) && !nobodys.has(entry.data['touch']));
  if (last === undefined)
    return { words: `The lead has had no email since it came in on ${say(q, q.facts.createdAt)}.`, because: [] };
  return { words: `The last email went on ${say(q, last.at)}.`, because: [fromJournal(q, last)] };
}

export function explainSilence(q: Question): Explanation {
  const since = silentSince(q);
  const answer = (
    verdict: Verdict,
    code: ExplainCode,
    words: string,
    because: readonly Because[],
    more: Partial<Explanation> = {},
  ): Explanation => ({
    verdict,
    code,
    sentence: `${since.words} ${words}`,
    because: [...since.because, ...because],
    unblockedBy: null,
    ...more,
  });
  const { disqualified, objected, custody, enrollments } = q.state;
  if (disqualified !== undefined) {
    const entry = newest(q.journal, (x) => x.type === 'lead.disqualified');
    const why = entry === undefined ? [] : [fromJournal(q, entry)];
    return answer(
      'never',
      'disqualified',
      `The lead is disqualified since ${say(q, disqualified.at)}: ${disqualified.reason}.`,
      why,
      { unblockedBy: LIFTED },
    );
  }
  if (objected !== undefined && enrollments.length === 0) {
    const entry = newest(q.journal, (x) => x.type === 'lead.objected');
    const words = `The person objected to marketing on ${say(q, objected.at)}.`;
    return answer('never', 'objected', words, entry === undefined ? [] : [fromJournal(q, entry)]);
  }
  const ahead = playAhead(q, ({ entries }) => entries.some(breaksSilence));
  const next = ahead.entries.find(breaksSilence);
  if (next !== undefined) {
    const on = aheadReasons(q, ahead.entries.slice(-8));
    const offered = custody.task === undefined ? [] : [...explainCustody(q).because];
    const quiet = q.state.quiet !== undefined && q.state.quiet.until > q.now;
    const asked = quiet ? newest(q.journal, (x) => x.type === 'colleague.replied') : undefined;
    if (asked !== undefined) offered.push(fromJournal(q, asked));
    const words = `If nothing else happens, on ${say(q, next.at)}: ${storyIn(q, next)}`;
    const run = enrollments.find((e) => e.cadence === next.cadence && e.step === next.step);
    const moved = run === undefined ? [] : whatDelays(q, run);
    const { pause } = q.facts.choices ?? {};
    const pauses = pause !== undefined && pause.until > q.now ? suppressionReasons(q, 'paused-by-lead') : [];
    const end = [
      pauses.length === 0 ? '' : `The lead asked for a pause of marketing until ${say(q, pause?.until ?? q.now)}.`,
      expiryWords(q),
    ]
      .filter((part) => part !== '')
      .join(' ');
    return answer(
      'will',
      isTouch(next) ? 'next-touch' : 'next-task',
      end === '' ? words : `${words} ${end}`,
      [...offered, ...pauses, ...pauseReasons(q), ...moved, ...on],
      { at: next.at },
    );
  }
  if (ahead.stop === 'error') return cannotDecide(ahead);
  const spared = custody.who === 'sales' ? undefined : heldOutOfAll(q);
  if (spared !== undefined)
    return answer(spared.verdict, spared.code, spared.sentence, spared.because, { unblockedBy: spared.unblockedBy });
  const { expired } = ahead.state;
  if (expired !== undefined) {
    const entry =
      ahead.entries.find((x) => x.type === 'lead.expired') ?? newest(q.journal, (x) => x.type === 'lead.expired');
    const words = q.state.expired === undefined ? 'If nothing else happens it expires' : 'It expired';
    const story = entry === undefined ? '' : `: ${storyIn(q, entry)}`;
    return answer('waiting', 'expired', `${words} on ${say(q, expired.at)}${story === '' ? '.' : story}`, [], {
      unblockedBy: 'something the lead does, or a person who takes it up',
    });
  }
  for (const e of enrollments) {
    const playbook = q.playbooks.get(e.playbook);
    const cadence = playbook.cadences[e.cadence];
    const holds = cadence && whatHolds(q, { cadence, enrollment: e.id }, ahead);
    // Marketing's pause while sales has the lead is not the reason; the rep's silence is.
    if (holds !== undefined && holds.code !== 'paused-custody') {
      return answer(holds.verdict, holds.code, holds.sentence, holds.because, { unblockedBy: holds.unblockedBy });
    }
  }
  if (ahead.state.custody.who === 'sales') {
    const { sentence, because } = explainCustody(q);
    const aside = (q.tasks ?? []).some(({ snoozedUntil }) => snoozedUntil !== undefined && snoozedUntil > q.now);
    const words = `The next move is a rep's. ${sentence}${aside ? ' A task for it has been put out of the way for a time.' : ''}`;
    return answer('waiting', 'with-rep', words, [...because, ...taskReasons(q)], {
      unblockedBy: 'the rep answering, giving the lead back, or the lead doing something',
    });
  }
  const permission = permissionFor('marketing', q.facts, q.playbooks.current, q.now);
  if (permission.kind === 'no') {
    const { reason } = permission;
    const words = NO_MARKETING[reason];
    return answer(reason === 'suppressed' ? 'never' : 'blocked', reason, words, suppressionReasons(q, reason), {
      unblockedBy: reason === 'suppressed' ? null : 'a consent for marketing (POST /v1/leads)',
    });
  }
  return answer('waiting', 'nothing-runs', nothingRuns(ahead), whyNoCadence(q, ahead), {
    unblockedBy: 'something the lead does, or a person who enrolls it',
  });
}

const NO_MARKETING: Readonly<Record<Refusal, string>> = {
  suppressed: 'The address is suppressed for marketing.',
  'no-consent': 'There is no consent for marketing.',
  'consent-expired': 'The consent for marketing has expired.',
  'consent-withdrawn': 'The person took back the consent for marketing.',
};

/** Once the last call is out: until when the lead has time. */
function expiryWords(q: Question): string {
  const due = nextExpiry(q);
  return due?.what === 'expire' ? `It expires on ${say(q, due.at)} unless it does something.` : '';
}

/** Runs that pause now, though another one goes on or they do so by themselves. */
function pauseReasons(q: Question): Because[] {
  return q.state.enrollments.flatMap((e): Because[] => {
    const cadence = q.playbooks.get(e.playbook).cadences[e.cadence];
    const holds = cadence && whatHolds(q, { cadence, enrollment: e.id }, q);
    return holds === undefined ? [] : [{ code: 'position', expr: e.cadence, value: holds.sentence, source: 'state' }];
  });
}

const nothingRuns = ({ stop, state }: Ahead): string =>
  stop === 'bound'
    ? 'Nothing goes to the lead in the time looked ahead.'
    : state.enrollments.length > 0
      ? 'What runs waits for an answer, and no clock moves it on.'
      : 'No cadence runs, and none is entered by time alone.';

/** Cadence by cadence, why it does not take the lead. */
function whyNoCadence(q: Question, ahead: Ahead): Because[] {
  return Object.values(q.playbooks.current.cadences).flatMap((cadence): Because[] => {
    if (q.state.enrollments.some((e) => e.cadence === cadence.id)) return [];
    const not = whyNotIn(q, cadence, ahead);
    return [{ code: 'rule', expr: not.code, value: not.sentence, source: `cadences/${cadence.id}.yaml` }];
  });
}
