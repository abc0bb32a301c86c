/**
 * Why a lead got something, why not, when it will, and why it hears nothing: in words and as data. Pure;
 * the future is `decide` itself, played ahead on copies.
 */
import { explainCadence } from './cadence.ts';
import { explainPast } from './past.ts';
import { withPosition } from './position.ts';
import type { Explanation, Question } from './question.ts';
import { explainSilence } from './silence.ts';
import { explainCustody, explainScore, explainStage } from './standing.ts';
import { explainStep } from './step.ts';

export type { About, Because, Entry, Explanation, OpenTask, Question } from './question.ts';
export { parseAbout } from './question.ts';

/** Answers one question about one lead. */
export function explain(q: Question): Explanation {
  if (q.at !== undefined && q.at < q.now) return explainPast(q, q.at);
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
  }
}
