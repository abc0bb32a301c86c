/** Answers as of an instant that lies ahead: what is so then, if nothing else happens until then. */
import { playAhead } from './ahead.ts';
import type { Explanation, Question } from './question.ts';
import { say } from './question.ts';
import { cannotDecide } from './step.ts';

/** The question as it will be asked at `at`: the lead as `decide` leaves it, its journal with what comes until then. */
export function asOfFuture(q: Question, at: number): Question | Explanation {
  const ahead = playAhead(q, () => false, at);
  if (ahead.stop === 'error') return cannotDecide(ahead);
  const last = q.journal.at(-1)?.seq ?? 0;
  const comes = ahead.entries.map((entry, i) => ({ ...entry, seq: last + 1 + i }));
  const { at: _, ...rest } = q;
  const moved = comes.some(({ type }) => type.startsWith('task.') || type.startsWith('handoff.'));
  const { tasks = [] } = q;
  return {
    ...rest,
    state: ahead.state,
    inputs: ahead.inputs,
    journal: [...q.journal, ...comes],
    now: at,
    // Which of them are still open is not told by their list.
    ...(moved ? { tasks: tasks.filter(({ dueAt }) => dueAt > at) } : {}),
  };
}

export const inFuture = (q: Question, at: number, answer: Explanation): Explanation => ({
  ...answer,
  sentence: `As of ${say(q, at)}, if nothing else happens until then: ${answer.sentence}`,
});
