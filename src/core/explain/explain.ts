/**
 * Why a lead got something, why not, when it will, and why it hears nothing: in words and as data. Pure;
 * the future is `decide` itself, played ahead on copies.
 */
import { explainCadence } from './cadence.ts';
import { asOfFuture, inFuture } from './future.ts';
import { explainNumbered } from './numbered.ts';
import { explainPast } from './past.ts';
import { withPosition } from './position.ts';
import type { Explanation, Question } from './question.ts';
import { explainSilence } from './silence.ts';
import { explainCustody, explainScore, explainStage } from './standing.ts';
import { explainStep } from './step.ts';

export type { About, Because, Entry, Explanation, OpenTask, Question } from './question.ts';
export { parseAbout } from './question.ts';

/** Answers one question about one lead, by the version of the playbook it names. */
export function explain(q: Question): Explanation {
  const answer = answerTo(q);
  return { playbook: q.playbooks.current.hash, ...answer };
}

function answerTo(q: Question): Explanation {
  if (q.about.kind === 'entry') return explainNumbered(q, q.about.seq);
  if (q.at !== undefined && q.at < q.now) return explainPast(q, q.at);
  if (q.at === undefined || q.at === q.now) return explainNow(q);
  const then = asOfFuture(q, q.at);
  return 'verdict' in then ? then : inFuture(q, q.at, explainNow(then));
}

function explainNow(q: Question): Explanation {
  const { about } = q;
  switch (about.kind) {
    case 'step':
      return explainStep(q, about.cadence, about.step);
    case 'cadence':
      return explainCadence(q, about.cadence);
    case 'custody':
      return explainCustody(q);
    case 'stage':
      return explainStage(q);
    case 'score':
      return explainScore(q);
    case 'silence':
      return explainSilence(q);
    case 'position':
      return withPosition(q, explainSilence(q));
    case 'entry':
      return explainNumbered(q, about.seq);
  }
}
