/** Where a lead stands, in one sentence, and what comes next: the answer to no question in particular. */
import type { Explanation, Question } from './question.ts';

/** @param silence the answer to why it hears nothing, or when it will */
export function withPosition(q: Question, silence: Explanation): Explanation {
  const { stage, custody, disqualified, objected, expired, enrollments } = q.state;
  const who =
    custody.who === 'sales'
      ? `sales has it${custody.rep === undefined ? '' : ` (${custody.rep}${custody.task === undefined ? '' : ', not accepted yet'})`}`
      : custody.who === 'marketing'
        ? 'marketing has it'
        : 'nobody has it';
  const runs = enrollments.map(
    (e) => `${e.cadence} at ${e.step ?? 'its end'}${e.state === 'paused' ? ', paused' : ''}`,
  );
  const where = runs.length === 0 ? 'in no cadence' : `in ${runs.join(' and in ')}`;
  const out = disqualified ? 'disqualified' : objected ? 'has objected to marketing' : expired ? 'expired' : undefined;
  const position = out ?? `${where}, and ${who}`;
  return { ...silence, sentence: `The lead is ${stage}, ${position}. ${silence.sentence}` };
}
