/** A lead's part in experiments: it joins a group, stays in it, and what it does there is journalled. */
import { addDuration } from '../calendar.ts';
import { type Draft, journal } from '../draft.ts';
import type { Facts } from '../facts.ts';
import type { Cadence, Holdout, Measure, Playbook, SplitStep } from '../playbook.ts';
import type { Enrollment, LeadState } from '../state.ts';
import { leadZone, viewOf } from '../view.ts';
import { groupFor } from './assign.ts';
import type { Reached } from './entries.ts';
import {
  armScope,
  cadenceHoldoutId,
  type Experiment,
  experimentsOf,
  type Group,
  groupsOf,
  HELD_OUT,
  HOLDOUT,
  holdoutGroups,
  PROGRAMME,
  splitId,
} from './experiment.ts';

/** Whether marketing leaves the lead alone, in everything or in this cadence; by which experiment. */
export function heldOutBy(
  { experiments }: Pick<LeadState, 'experiments'>,
  playbook: Playbook,
  { id, purpose }: Pick<Cadence, 'id' | 'purpose'>,
): string | undefined {
  if (purpose !== 'marketing' || experiments === undefined) return undefined;
  const rules: readonly (readonly [string, Holdout | undefined])[] = [
    [PROGRAMME, playbook.holdout],
    [cadenceHoldoutId(id), playbook.cadences[id]?.holdout],
  ];
  // By the playbook in force: a holdout that is taken out of it frees its leads.
  return rules.find(([name, rule]) => rule !== undefined && experiments[name]?.group === HELD_OUT)?.[0];
}

/** At the start of a run of marketing's: the lead is held out, or is one of those compared with who is. */
export function joinHoldouts(d: Draft, cadence: Cadence): void {
  if (cadence.purpose !== 'marketing') return;
  const { current } = d.playbooks;
  for (const [id, rule] of [
    [PROGRAMME, current.holdout],
    [cadenceHoldoutId(cadence.id), cadence.holdout],
  ] as const) {
    if (rule === undefined || d.state.experiments?.[id] !== undefined) continue;
    // Who is left alone anyway says nothing about this cadence.
    if (id !== PROGRAMME && d.state.experiments?.[PROGRAMME]?.group === HELD_OUT && current.holdout) continue;
    const groups = holdoutGroups(rule);
    const { id: group } = groupFor(d.facts.key, id, groups);
    const joined = join(d, { id, groups, goal: rule.goal }, group);
    journal(d, {
      type: 'experiment.joined',
      ...(id === PROGRAMME ? {} : { cadence: cadence.id }),
      reason: group === HELD_OUT ? 'held-out' : 'not-held-out',
      data: joined,
    });
  }
}

/**
 * The arm of a split for this lead, `undefined` in its holdout, and what the journal says of it. A lead that has been
 * in it keeps its arm while there is that arm and its guard has not stopped it.
 */
export function armOf(
  d: Draft,
  e: Enrollment,
  step: SplitStep,
): { readonly arm: SplitStep['arms'][number] | undefined; readonly data: Readonly<Record<string, unknown>> } {
  const id = splitId(e.cadence, step.id);
  const all = groupsOf(step);
  const running = all.filter(({ id: arm }) => !d.facts.pauses.includes(armScope(id, arm)));
  // With every arm stopped, and nobody held out, the lead goes on without one.
  const groups = running.length === 0 ? [{ id: HOLDOUT, weight: 1 }] : running;
  const kept = d.state.experiments?.[id]?.group;
  const group = groups.find((one) => one.id === kept)?.id ?? groupFor(d.facts.key, id, groups).id;
  const arm = step.arms.find((one) => one.id === group && group !== HOLDOUT);
  const { current, get } = d.playbooks;
  const experiment = experimentsOf(get(e.playbook)).get(id);
  const cadence = current.cadences[e.cadence] ?? get(e.playbook).cadences[e.cadence];
  const counts =
    experiment !== undefined &&
    d.state.experiments?.[id] === undefined &&
    cadence !== undefined &&
    heldOutBy(d.state, current, cadence) === undefined;
  const data = counts ? join(d, { ...experiment, groups }, group) : {};
  return { arm, data: { arm: arm?.id ?? null, ...data } };
}

/** What the report reads of a lead that joins: beside its group, what share each group had. */
function join(d: Draft, { id, groups, goal, guard }: Experiment, group: string): Readonly<Record<string, unknown>> {
  const zone = leadZone(d.facts, d.playbooks.current);
  const until = goal === undefined ? d.t : addDuration(d.t, goal.within, zone);
  const guardUntil = guard === undefined ? undefined : addDuration(d.t, guard.within, zone);
  const mine = { group, at: d.t, until, ...(guardUntil === undefined ? {} : { guardUntil }) };
  d.state.experiments = { ...d.state.experiments, [id]: mine };
  return { experiment: id, group, shares: sharesOf(groups), until };
}

/** Each group's share of the leads, by id. */
export function sharesOf(groups: readonly Group[]): Readonly<Record<string, number>> {
  const all = groups.reduce((sum, { weight }) => sum + weight, 0);
  return Object.fromEntries(groups.map(({ id, weight }) => [id, Math.round((weight / all) * 1e6) / 1e6]));
}

/** Journals what the lead has reached by now of what the experiments of the playbook in force ask. */
export function noteExperiments(d: Draft): void {
  const { experiments } = d.state;
  if (experiments === undefined) return;
  const known = experimentsOf(d.playbooks.current);
  for (const [id, mine] of Object.entries(experiments)) {
    const experiment = known.get(id);
    if (experiment === undefined) continue;
    const { goal, guard } = experiment;
    if (goal && mine.goalAt === undefined && d.t <= mine.until) reach(d, id, goal, { what: 'goal' });
    if (guard && mine.guardAt === undefined && d.t <= (mine.guardUntil ?? mine.at)) {
      reach(d, id, guard, { what: 'guard', atMost: guard.atMost, groups: experiment.groups.length });
    }
  }
}

function reach(d: Draft, id: string, { when }: Measure, reached: Omit<Reached, 'experiment' | 'group'>): void {
  const mine = d.state.experiments?.[id];
  if (mine === undefined) return;
  const { current } = d.playbooks;
  const { what } = reached;
  if (!when.test(viewOf(d.state, d.facts, current, d.t, { over: 'since', from: mine.at }))) return;
  const next = { ...mine, ...(what === 'goal' ? { goalAt: d.t } : { guardAt: d.t }) };
  d.state.experiments = { ...d.state.experiments, [id]: next };
  const place = /^(?:step|cadence):([^/]+)/.exec(id)?.[1];
  journal(d, {
    type: 'experiment.reached',
    ...(place === undefined ? {} : { cadence: place }),
    reason: what === 'goal' ? 'experiment-goal' : 'experiment-guard',
    data: { experiment: id, group: mine.group, ...reached, when: when.source },
  });
}

/** The scope of the stopped arm that the step of this run belongs to. */
export function stoppedArm({ pauses }: Pick<Facts, 'pauses'>, e: Enrollment, cadence: Cadence): string | undefined {
  if (pauses.length === 0 || e.step === null) return undefined;
  for (const [split, taken] of Object.entries(e.arms)) {
    const scope = armScope(splitId(cadence.id, split), taken);
    const step = cadence.steps[split];
    if (!pauses.includes(scope) || step?.kind !== 'split') continue;
    if (step.arms.some(({ id, steps }) => id === taken && steps.includes(e.step ?? ''))) return scope;
  }
  return undefined;
}
