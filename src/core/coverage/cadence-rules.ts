/** The rules of cadences and their steps, and the emails they send. */
import { DO_NOT_CALL } from '../channels.ts';
import { splitId } from '../experiments/experiment.ts';
import { endOfStep } from '../explain/step.ts';
import type { Cadence, Playbook, Step } from '../playbook.ts';
import type { StoryEntry } from '../story.ts';
import { anyOf, because, entry, type Rule, told } from './rule.ts';

type SeenIn = NonNullable<Rule['seenIn']>;

/** Each purpose that something is sent for: a consent was asked for it. */
export const consentRules = ({ consent, cadences }: Playbook): Rule[] =>
  Object.keys(consent).map((purpose) => ({
    id: `consent/${purpose}`,
    seenIn: (one) => one.type === 'touch.sent' && cadences[one.cadence ?? '']?.purpose === purpose,
  }));

export const emailRules = ({ emails }: Playbook): Rule[] =>
  Object.values(emails).flatMap(({ id, languages = {} }) => [
    { id: `emails/${id}`, seenIn: entry('touch.sent', { email: id }) },
    ...Object.keys(languages).map((language) => ({
      id: `emails/${id}/${language}`,
      seenIn: entry('touch.sent', { email: id, language }),
    })),
  ]);

export const cadenceRules = ({ cadences, emails }: Playbook): Rule[] =>
  Object.values(cadences).flatMap((cadence) => rulesOfCadence(cadence, emails));

function rulesOfCadence(cadence: Cadence, emails: Playbook['emails']): Rule[] {
  const { id, entry: enters, goal, exit, runs } = cadence;
  const of =
    (seenIn: SeenIn): SeenIn =>
    (one) =>
      one.cadence === id && seenIn(one);
  const started = of(entry('enrollment.started'));
  const ended = of(entry('enrollment.ended'));
  const other = runs.else === 'pause' ? of(entry('enrollment.paused')) : ended;
  const binds = new Set(runs.custody).size < 3;
  return [
    { id: `cadences/${id}`, seenIn: started },
    ...(enters?.when ? [{ id: `cadences/${id}/entry/when`, seenIn: because(started, 'entry-rule') }] : []),
    ...(enters?.on === undefined ? [] : [{ id: `cadences/${id}/entry/on`, seenIn: because(started, 'entry-event') }]),
    ...(binds ? [{ id: `cadences/${id}/runs/${runs.else}`, seenIn: because(other, 'custody-changed') }] : []),
    ...(goal ? [{ id: `cadences/${id}/goal`, seenIn: because(ended, 'goal-met') }] : []),
    ...(exit ? [{ id: `cadences/${id}/exit`, seenIn: because(ended, 'exit-met') }] : []),
    ...(cadence.holdout
      ? [{ id: `cadences/${id}/holdout`, seenIn: because(of(entry('touch.skipped')), 'held-out') }]
      : []),
    ...Object.values(cadence.steps).flatMap((step) => rulesOfStep(cadence, step, emails)),
  ];
}

function rulesOfStep(cadence: Cadence, step: Step, emails: Playbook['emails']): Rule[] {
  const id = `cadences/${cadence.id}/steps/${step.id}`;
  const here = (one: StoryEntry): boolean => one.cadence === cadence.id && one.step === step.id;
  const way = (name: string, seenIn: SeenIn): Rule => ({ id: `${id}/${name}`, seenIn: (one) => here(one) && seenIn(one) });
  return [{ id, seenIn: isOver(cadence, step, new Set()) }, ...waysOf(step, way, goalRuleOf(cadence.id)), ...waysOfReview(step, way, emails)];
}

/** What may come of an email that a rep looks at first; by the playbook's own word when nobody does in time. */
function waysOfReview(
  step: Step,
  way: (name: string, seenIn: SeenIn) => Rule,
  emails: Playbook['emails'],
): Rule[] {
  const review = step.kind === 'email' ? emails[step.email]?.review : undefined;
  if (review === undefined) return [];
  return [
    way('review', because(entry('task.opened'), 'to-be-reviewed')),
    way(`review/${review.else}`, because(entry('task.expired'), 'not-answered')),
  ];
}

/** A lead that did what the split asks: its entry is of the cadence, since it may come after the run. */
const goalRuleOf =
  (cadence: string) =>
  (step: string): Rule => ({
    id: `cadences/${cadence}/steps/${step}/goal`,
    seenIn: because(entry('experiment.reached', { experiment: splitId(cadence, step) }), 'experiment-goal'),
  });

/** The ways a step may go, each a rule of its own. */
function waysOf(
  step: Step,
  way: (name: string, seenIn: SeenIn) => Rule,
  goalRule: (step: string) => Rule,
): Rule[] {
  switch (step.kind) {
    case 'waitFor':
      return [
        way('then', because(entry('step.waited'), 'wait-met')),
        way('else', because(entry('step.waited'), 'wait-timeout')),
      ];
    case 'branch':
      return step.arms.map(({ when }) => {
        const source = when?.source ?? 'else';
        return way(source, entry('step.branched', { when: source }));
      });
    case 'split':
      return [
        ...step.arms.map((arm) => way(arm.id, entry('step.split', { arm: arm.id }))),
        ...(step.holdout > 0 ? [way('holdout', because(entry('step.split'), 'holdout'))] : []),
        ...(step.goal ? [goalRule(step.id)] : []),
      ];
    case 'task': {
      const named = Object.keys(step.outcomes).filter((outcome) => outcome !== 'else' && outcome !== 'expired');
      const answered = entry('task.answered');
      return Object.keys(step.outcomes).map((outcome) => {
        if (outcome === 'expired') return way(outcome, entry('task.expired'));
        if (outcome === DO_NOT_CALL)
          return way(outcome, because(anyOf(entry('task.skipped'), entry('task.cancelled')), DO_NOT_CALL));
        if (outcome !== 'else') return way(outcome, entry('task.answered', { disposition: outcome }));
        return way(outcome, (one) => answered(one) && !named.includes(String(told(one, 'disposition') ?? '')));
      });
    }
    default:
      return [];
  }
}

/**
 * What shows that the step has done what it does. A wait leaves no entry: what follows it shows that it is over.
 * A wait at the end of a cadence may be there for the clock of `expiry`, which ends it.
 */
function isOver(cadence: Cadence, step: Step, before: ReadonlySet<string>): SeenIn {
  if (step.kind !== 'wait') return (one) => endOfStep([{ ...one, seq: 0 }], cadence.id, step) !== undefined;
  const next = step.next === null || before.has(step.next) ? undefined : cadence.steps[step.next];
  if (next !== undefined) return isOver(cadence, next, new Set([...before, step.id]));
  const ended = entry('enrollment.ended');
  const over = anyOf(because(ended, 'completed'), because(ended, 'expired'));
  return (one) => one.cadence === cadence.id && over(one);
}
