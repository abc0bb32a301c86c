/** Whether a lead is in a cadence, why, and why not. */
import { type Ahead, playAhead } from './ahead.ts';
import { entryReasons, whyNotIn } from './entry.ts';
import { type Explanation, fromJournal, newest, type Question, say, storyIn, taskReasons } from './question.ts';
import { cannotDecide } from './step.ts';
import { whatDelays, whatHolds } from './way.ts';

export function explainCadence(q: Question, id: string): Explanation {
  const run = q.state.enrollments.find((e) => e.cadence === id);
  const playbook = run === undefined ? q.playbooks.current : q.playbooks.get(run.playbook);
  const cadence = Object.hasOwn(playbook.cadences, id) ? playbook.cadences[id] : undefined;
  const started = newest(q.journal, (x) => x.type === 'enrollment.started' && x.cadence === id);
  const last = newest(q.journal, (x) => x.type === 'enrollment.ended' && x.cadence === id);
  const why = started === undefined ? [] : [fromJournal(q, started)];

  if (run !== undefined && cadence !== undefined) {
    const holds = whatHolds(q, { cadence, enrollment: run.id }, q);
    if (holds !== undefined) return { ...holds, because: [...why, ...holds.because] };
    const resting = run.startedAt > q.now;
    const due = run.dueAt === null ? 'which waits for an answer' : `which is due on ${say(q, run.dueAt)}`;
    return {
      verdict: resting ? 'will' : 'done',
      at: run.startedAt,
      code: resting ? 'resting' : 'in-cadence',
      sentence: resting
        ? `The lead is in ${id}, which begins with ${run.step ?? 'its end'} on ${say(q, run.startedAt)}.`
        : `The lead is in ${id} since ${say(q, run.startedAt)}. It stands at ${run.step ?? 'the end'}, ${due}.`,
      because: [
        ...why,
        { code: 'position', expr: `${id} / ${run.step ?? 'end'}`, value: run.state, source: 'state' },
        ...whatDelays(q, run),
        ...(run.dueAt === null ? taskReasons(q) : []),
      ],
      unblockedBy: null,
    };
  }
  if (last !== undefined) {
    const again = cadence === undefined ? [] : entryReasons(q, playbook, cadence);
    return {
      verdict: 'done',
      at: last.at,
      code: 'run-over',
      sentence: `The lead was in ${id}. ${say(q, last.at)}: ${storyIn(q, last)}`,
      because: [...why, fromJournal(q, last), ...again],
      unblockedBy: null,
    };
  }
  if (cadence === undefined) {
    return {
      verdict: 'never',
      code: 'unknown',
      sentence: `The playbook in force has no cadence ${id}.`,
      because: [],
      unblockedBy: null,
    };
  }
  const starts = ({ entries }: Pick<Ahead, 'entries'>) =>
    entries.find((x) => x.type === 'enrollment.started' && x.cadence === id);
  const ahead = playAhead(q, (soFar) => starts(soFar) !== undefined);
  const entry = starts(ahead);
  if (entry !== undefined) {
    return {
      verdict: 'will',
      at: entry.at,
      code: 'will-enter',
      sentence: `If nothing else happens, the lead enters ${id} on ${say(q, entry.at)}: ${storyIn(q, entry)}`,
      because: entryReasons(q, playbook, cadence),
      unblockedBy: null,
    };
  }
  return ahead.stop === 'error' ? cannotDecide(ahead) : whyNotIn(q, cadence, ahead);
}
