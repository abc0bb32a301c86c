/** One entry of the journal, asked about by its number. */
import { explainEntry } from './journalled.ts';
import { asOfEntry, TODAY } from './past.ts';
import type { Explanation, Question } from './question.ts';

export function explainNumbered(q: Question, seq: number): Explanation {
  const entry = q.journal.find((one) => one.seq === seq);
  if (entry === undefined) {
    return {
      verdict: 'never',
      code: 'no-such-entry',
      sentence: `The journal of the lead has no entry ${seq}; its newest is ${q.journal.at(-1)?.seq ?? 0}.`,
      because: [],
      unblockedBy: null,
    };
  }
  const { then, reason } = asOfEntry(q, entry);
  const answer = explainEntry(q, then, entry);
  return { playbook: then.playbooks.current.hash, ...answer, because: [...answer.because, ...reason, TODAY] };
}
