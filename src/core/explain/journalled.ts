/**
 * Why one entry is in the journal: the rule of the version that decided it, what the rule saw at that instant, and
 * what would have to have been different. What a rule saw is computed by the core from the journal before the entry;
 * where that shows otherwise than the entry does, the answer says that something is not kept.
 */
import { REASONS, type Reason } from '../reasons.ts';
import { inner } from '../words.ts';
import { conditionReasons } from './condition.ts';
import { suppressionReasons } from './entry.ts';
import { experimentReasons, sparedBy } from './experiment.ts';
import { stateBefore } from './past.ts';
import { type Because, type Entry, type Explanation, fromJournal, type Question, say, storyIn } from './question.ts';
import { type Asked, rulesOf } from './rules.ts';

const isReason = (text: string | null | undefined): text is Reason =>
  typeof text === 'string' && Object.hasOwn(REASONS, text);

/** @param then the question as of the entry, with the version and the facts of then */
export function explainEntry(q: Question, then: Question, entry: Entry): Explanation {
  const { current } = then.playbooks;
  const state = stateBefore(q.journal, entry, current, q.facts.createdAt);
  const asOf = { ...then, state, now: entry.at };
  const asked = rulesOf(asOf, entry, q.journal);
  const conditions = asked.conditions.flatMap((one) => seen(asOf, one));
  const reason = isReason(entry.reason) ? entry.reason : undefined;
  const experiment =
    typeof entry.data['experiment'] === 'string' ? experimentReasons(asOf, entry.data['experiment']) : [];
  return {
    verdict: 'done',
    at: entry.at,
    code: 'journalled',
    sentence: `${say(q, entry.at)}: ${storyIn(q, entry)}`,
    because: [
      fromJournal(q, entry),
      ...(reason === undefined ? [] : [reasonRule(entry, reason)]),
      ...asked.rules,
      ...conditions,
      ...experiment,
      ...suppressionReasons(asOf, entry.reason ?? ''),
    ],
    unblockedBy: sparedBy(entry.reason)?.unblockedBy ?? asked.differ ?? otherwise(entry, reason),
    ...(reason === undefined ? {} : { reason }),
  };
}

const reasonRule = ({ seq }: Entry, reason: Reason): Because => ({
  code: 'rule',
  expr: reason,
  value: REASONS[reason],
  source: `journal ${seq}`,
});

/** The condition as it was seen; with a word where what is kept shows it otherwise. */
function seen(q: Question, { condition, scope, source, held }: Asked): Because[] {
  const reasons = conditionReasons(q, q.playbooks.current, { condition, scope, source });
  if (condition.test(scope) === held) return reasons;
  const [whole, ...parts] = reasons;
  return [
    { code: 'condition', expr: condition.source, value: held, source: whole?.source ?? source },
    { code: 'fact', expr: NOT_KEPT, value: LOOKED_AT, source: 'journal' },
    ...parts,
  ];
}

/** Marks values that are not those of then. */
export const NOT_KEPT = 'not kept as of then';
const LOOKED_AT =
  'It looked at something of which only what is so now is known (fields of the lead, colleagues, a calendar): its parts are shown as they are known now.';

/** What would have to be otherwise where no condition decided. */
function otherwise({ by }: Entry, reason: Reason | undefined): string {
  if (by === 'lead') return 'the lead not doing it';
  const why = reason === undefined ? '' : ` (${inner(REASONS[reason])})`;
  if (by === 'clock') return `something else coming before its time${why}`;
  return by === 'rule' ? `what it follows from not being so${why}` : `${by} deciding otherwise${why}`;
}
