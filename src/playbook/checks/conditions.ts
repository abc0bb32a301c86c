/** Finds every condition of a playbook, checks each against the names it may use, and keeps the result. */

import type { Condition } from '../../core/playbook.ts';
import { type CheckedCondition, type Conditions, createConditions, type KnownNames } from '../cel.ts';
import { eachStep } from '../later.ts';
import { Raw } from '../raw.ts';
import type { Path, Source } from '../source.ts';
import { emailSteps, type Workspace } from '../workspace.ts';
import type { Report } from './references.ts';

export interface ConditionBook {
  /** The compiled condition at this place; only for playbooks without problems. */
  at(file: string, path: Path): Condition;
}

const FIT = 'score.fit';

export function checkConditions({ playbook, cadences, names }: Workspace, report: Report): ConditionBook {
  const conditions = createConditions(names.definitions);
  // A role must be the same for everybody who asks, colleagues too: no definition, no history.
  const roles = createConditions(new Set());
  const checked = new Map<string, CheckedCondition & { readonly place: string }>();
  const check = (
    raw: Raw,
    clickable: KnownNames['clickable'],
    by: Conditions = conditions,
    chat = false,
  ): CheckedCondition | undefined => {
    if (raw.text === undefined || raw.text === '' || raw.text.length > 2_000) return undefined;
    const { stages, signals } = names;
    const known = { stages, signals, roles: names.roles, clickable, fieldsOnly: by === roles, chat };
    const condition = by.check(raw.text, known);
    for (const { offset, message, expected } of condition.mistakes) {
      report.problems.push(raw.source.inside(raw.path, offset, message, expected));
    }
    const { file, line } = raw.source.at(raw.path, '', '');
    checked.set(keyOf(raw.source.file, raw.path), { ...condition, place: `${file}:${line}` });
    return condition;
  };

  const root = Raw.of(playbook);
  // A definition may be used in a cadence's goal, but it is about the lead, not about one enrollment.
  const uses = new Map<string, Use>();
  for (const [name, raw] of root.get('definitions').entries()) {
    const condition = check(raw, 'none');
    if (condition) uses.set(name, { raw, on: usesOf(condition), timed: condition.timed });
  }
  const fit = root
    .get('score')
    .get('fit')
    .items()
    .map((rule) => rule.get('when'));
  const fitConditions = fit.map((raw) => check(raw, 'none')).filter((condition) => condition !== undefined);
  uses.set(FIT, {
    raw: root.get('score').get('fit'),
    on: new Set(fitConditions.flatMap((condition) => [...usesOf(condition)])),
    timed: fitConditions.some(({ timed }) => timed),
  });
  for (const section of ['stages', 'routes', 'pools']) {
    for (const item of root.get(section).items()) check(item.get('when'), 'none');
  }
  for (const rule of root.get('buyingGroup').get('map').items()) check(rule.get('when'), 'none', roles);
  check(root.get('holdout').get('goal').get('when'), 'none');
  for (const rule of root.get('chat').items()) check(rule.get('when'), 'none', conditions, true);
  for (const cadence of cadences) checkCadenceConditions(cadence, check);
  reportCycles(uses, report);

  const timed = timedNames(uses);
  return {
    at(file, path) {
      const condition = checked.get(keyOf(file, path));
      if (!condition) throw new Error(`There is no condition at ${file} ${path.join('.')}.`);
      return {
        source: condition.source,
        timed: condition.timed || [...usesOf(condition)].some((name) => timed.has(name)),
        test: condition.test,
        fieldsAlone: condition.fieldsAlone,
        ...(condition.steady === undefined ? {} : { steady: condition.steady }),
        aboutLead: condition.aboutLead,
        place: condition.place,
        parts: condition.parts,
      };
    },
  };
}

function checkCadenceConditions(
  cadence: Source,
  check: (raw: Raw, clickable: KnownNames['clickable']) => unknown,
): void {
  const root = Raw.of(cadence);
  const clickable = cadence.broken ? 'unknown' : emailSteps(cadence);
  // Before the enrollment there is no step that could have been clicked.
  check(root.get('entry').get('when'), 'none');
  check(root.get('goal'), clickable);
  check(root.get('exit'), clickable);
  // Experiments outlive the run, so that what was clicked in it is no part of them.
  check(root.get('holdout').get('goal').get('when'), 'none');
  eachStep(root.get('steps'), (step) => {
    check(step.get('waitFor'), clickable);
    for (const arm of step.get('branch').items()) check(arm.get('when'), clickable);
    for (const what of ['goal', 'guard']) check(step.get('split').get(what).get('when'), 'none');
  });
}

interface Use {
  readonly raw: Raw;
  readonly on: ReadonlySet<string>;
  readonly timed: boolean;
}

const usesOf = ({ definitions, usesFit }: CheckedCondition): Set<string> =>
  new Set(usesFit ? [...definitions, FIT] : definitions);

const keyOf = (file: string, path: Path): string => JSON.stringify([file, ...path]);

/** Definitions (and the fit score) that need themselves to be computed; each circle is said once. */
function reportCycles(uses: ReadonlyMap<string, Use>, report: Report): void {
  const done = new Set<string>();
  const follow = (name: string, trail: readonly string[]): void => {
    const start = trail.indexOf(name);
    if (start !== -1) {
      const circle = trail.slice(start);
      const raw = uses.get(circle[0] ?? name)?.raw;
      const message = `${[...circle, name].map((part) => `'${part}'`).join(' uses ')}: this never ends`;
      if (raw) report.problems.push(raw.problem(message, 'conditions that do not use themselves', 'key'));
      return;
    }
    if (done.has(name)) return;
    for (const next of uses.get(name)?.on ?? []) follow(next, [...trail, name]);
    done.add(name);
  };
  for (const name of uses.keys()) follow(name, []);
}

/** Names whose value time alone can change, directly or through what they use. */
function timedNames(uses: ReadonlyMap<string, Use>): Set<string> {
  const timed = new Set([...uses].filter(([, use]) => use.timed).map(([name]) => name));
  for (let before = -1; before !== timed.size; ) {
    before = timed.size;
    for (const [name, { on }] of uses) if ([...on].some((used) => timed.has(used))) timed.add(name);
  }
  return timed;
}
