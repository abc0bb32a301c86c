/** What a lead does not get for the sake of an experiment, or of its guard. */
import { experimentsOf, splitId } from '../experiments/experiment.ts';
import { heldOutBy, sharesOf } from '../experiments/track.ts';
import type { Cadence, SplitStep } from '../playbook.ts';
import type { Because, Explanation, Question } from './question.ts';

const LEFT_ALONE =
  'nothing about this lead: the group is a hash of lead and experiment; taking the holdout out of the playbook frees all of it';

/** What would change a skip that is an experiment's doing; undefined for any other skip. */
export function sparedBy(reason: string | null | undefined): Pick<Explanation, 'code' | 'unblockedBy'> | undefined {
  if (reason === 'held-out') return { code: 'held-out', unblockedBy: LEFT_ALONE };
  if (reason !== 'arm-stopped') return undefined;
  return {
    code: 'arm-stopped',
    unblockedBy: 'a new split in the playbook, under another id; a stopped arm stays stopped',
  };
}

/** The experiment's rule: which groups there are, and what it asks. */
export function experimentReasons(q: Question, id: string): Because[] {
  const experiment = experimentsOf(q.playbooks.current).get(id);
  if (experiment === undefined) return [];
  const shares = Object.entries(sharesOf(experiment.groups)).map(([group, share]) => `${group} ${share * 100}%`);
  const { goal } = experiment;
  const group = q.state.experiments?.[id]?.group;
  return [
    {
      code: 'rule',
      expr: `experiment ${id}`,
      value: shares.join(', '),
      source:
        goal?.when.place ?? (id.startsWith('step:') ? `cadences/${id.slice(5).split('/')[0]}.yaml` : 'playbook.yaml'),
    },
    ...(group === undefined ? [] : [{ code: 'fact' as const, expr: `group in ${id}`, value: group, source: 'state' }]),
  ];
}

/** Which group the split has put the lead into, or would. */
export const splitReasons = (q: Question, cadence: Cadence, { id }: SplitStep): Because[] =>
  experimentReasons(q, splitId(cadence.id, id));

/** A lead that hears nothing since marketing leaves it alone, in all that could run. */
export function heldOutOfAll(q: Question): Explanation | undefined {
  const { current, get } = q.playbooks;
  const marketing = Object.values(current.cadences).filter(({ purpose }) => purpose === 'marketing');
  const runs = q.state.enrollments.flatMap((e) => get(e.playbook).cadences[e.cadence] ?? []);
  const asked = runs.length > 0 ? runs : marketing;
  const by = asked.map((cadence) => heldOutBy(q.state, current, cadence));
  const [first] = by;
  if (first === undefined || by.some((one) => one === undefined)) return undefined;
  return {
    verdict: 'never',
    code: 'held-out',
    sentence: `Marketing leaves the lead alone: it is in the group held out by ${first}, so that what marketing does for the others can be judged. What it does itself may still bring it to sales.`,
    because: experimentReasons(q, first),
    unblockedBy: LEFT_ALONE,
  };
}
