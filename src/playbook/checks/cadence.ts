/** Cross-checks of one cadence: references, ids, windows, and steps that no lead can get to. */
import { HOLDOUT } from '../../core/experiments/experiment.ts';
import { idOfFile } from '../files.ts';
import { eachStep } from '../later.ts';
import { didYouMean } from '../nearest.ts';
import { isRecord, Raw } from '../raw.ts';
import type { Source } from '../source.ts';
import type { Workspace } from '../workspace.ts';
import { mustBeSpan, mustBeUnique, mustExist, type Report } from './references.ts';
import { checkHeard } from './sending.ts';

export function checkCadence(source: Source, { playbook, names }: Workspace, report: Report): void {
  const root = Raw.of(source);
  const id = root.get('cadence');
  if (id.text !== undefined && id.text !== idOfFile(source.file)) {
    report.warnings.push(id.problem(`the cadence '${id.text}' is in ${source.file}`, `cadences/${id.text}.yaml`));
  }

  mustBeUnique('holder', root.get('runs').get('custody').items(), report);
  const entry = root.get('entry');
  if (isRecord(entry.value) && !entry.has('when') && !entry.has('on')) {
    report.problems.push(entry.problem('nobody can enter by this rule', "'when', 'on' or both", 'key'));
  }
  checkEvent(entry.get('on'), names.stages, report);

  const window = root.get('window');
  mustBeSpan(window, { from: '09:00', to: '17:00' }, report);
  mustBeUnique('day', window.get('days').items(), report);
  checkDays(window.get('days'), Raw.of(playbook), report);
  checkHeard(window, Raw.of(playbook).get('sending').get('quietHours'), root, report);

  const spares = root.get('holdout');
  if (spares.value !== undefined && root.get('purpose').text !== 'marketing') {
    report.problems.push(spares.problem('only marketing leaves leads alone', 'a cadence of marketing', 'key'));
  }

  const ids: Raw[] = [];
  eachStep(root.get('steps'), (step) => {
    ids.push(step.get('id'));
    mustExist('email', step.get('email'), names.emails, report);
    mustExist('handoff', step.get('handoff'), names.handoffs, report);
    mustExist('cadence', step.get('recycle'), names.cadences, report);
    mustExist('cadence', step.get('enroll'), names.cadences, report);
    checkPick(step.get('pick'), names.topics, report);
    checkTold(step.get('notify'), Raw.of(playbook), report);
    checkArms(step, report);
  });
  mustBeUnique('step', ids, report);
  checkReachable(root.get('steps'), report);
}

/** The two teams are told at the addresses of those who agreed; so is whoever stands in for a rep that is not there. */
function checkTold(notify: Raw, playbook: Raw, report: Report): void {
  if (notify.text === undefined || playbook.has('agreed') || notify.text.includes('@')) return;
  if (notify.text === 'marketing' || notify.text === 'sales') {
    report.problems.push(
      notify.problem(
        `nobody is named for ${notify.text}`,
        "'agreed: { marketing, sales }' in playbook.yaml, or an address",
      ),
    );
  } else {
    report.warnings.push(
      notify.problem('while no rep has the lead, nobody is told', "'agreed: { marketing, sales }' in playbook.yaml"),
    );
  }
}

/** A topic without emails is allowed, since they may be yet to be written; but the step does nothing till then. */
function checkPick(pick: Raw, topics: ReadonlySet<string>, report: Report): void {
  mustBeUnique('fit', pick.get('fits').items(), report);
  const topic = pick.get('topic');
  if (topic.text === undefined || topics.has(topic.text)) return;
  const message = `no email has the topic '${topic.text}'${didYouMean(topic.text, topics)}`;
  report.warnings.push(topic.problem(message, 'a topic that the front matter of an email names'));
}

function checkEvent(on: Raw, stages: ReadonlySet<string> | undefined, report: Report): void {
  if (on.text === undefined || on.text === 'handoff.accepted') return;
  const expected = '"handoff.accepted", or "stage." and the id of a stage';
  if (!on.text.startsWith('stage.')) report.problems.push(on.problem(`unknown event '${on.text}'`, expected));
  else if (stages && !stages.has(on.text.slice('stage.'.length))) {
    report.problems.push(on.problem(`unknown stage '${on.text.slice('stage.'.length)}'`, expected));
  }
}

/** Mail on days the company does not work is allowed, but rarely meant. */
function checkDays(days: Raw, playbook: Raw, report: Report): void {
  const workdays = playbook.get('company').get('workingHours').get('days').items();
  if (workdays.length === 0 || days.items().length === 0) return;
  const works = new Set(workdays.map(({ text }) => text));
  if (days.items().every(({ text }) => !works.has(text))) {
    report.warnings.push(days.problem('the company works on none of these days', 'days of its working hours'));
  }
}

function checkArms(step: Raw, report: Report): void {
  const arms = step.get('branch').items();
  for (const arm of arms) {
    if (arm.has('when') && arm.has('else')) {
      report.problems.push(arm.problem("an arm has 'when' or 'else', not both", "'when' or 'else'"));
    } else if (typeof arm.value === 'object' && !arm.has('when') && !arm.has('else')) {
      report.problems.push(arm.problem('this arm has no condition', "'when', or 'else: true' for the last"));
    }
  }
  const otherwise = arms.findIndex(takesAll);
  for (const arm of otherwise === -1 ? [] : arms.slice(otherwise + 1)) {
    report.problems.push(
      arm.problem('no lead gets to this arm: the one before takes every lead', 'the arm that takes every lead last'),
    );
  }
  checkExperiment(step.get('split'), report);
  const split = step.get('split').get('arms');
  if (step.has('split') && split.entries().length === 0 && typeof split.value === 'object') {
    report.problems.push(split.problem('this split has no arms', 'at least one arm', 'key'));
  }
}

/** An experiment compares groups; an arm called as the holdout is could not be told from it. */
function checkExperiment(split: Raw, report: Report): void {
  const arms = split.get('arms').entries();
  for (const [name, arm] of arms) {
    if (name === HOLDOUT)
      report.problems.push(arm.problem(`an arm cannot be called '${HOLDOUT}'`, 'another name', 'key'));
  }
  const held = (split.get('holdout').number ?? 0) > 0;
  if (split.has('goal') && arms.length + (held ? 1 : 0) === 1) {
    const expected = "a second arm, or a 'holdout'";
    report.problems.push(split.get('goal').problem('there is nothing to compare this arm with', expected, 'key'));
  }
}

const takesAll = (arm: Raw): boolean => arm.get('else').value === true || arm.get('when').text?.trim() === 'true';

/**
 * Whether a lead can come out at the end of a block, reporting the first step of each stretch that no lead
 * can get to. By the shape of the steps alone, whatever the conditions say.
 */
function checkReachable(block: Raw, report: Report): boolean {
  let alive = true;
  let skips = false;
  let said = false;
  const steps = block.items();
  for (const [index, step] of steps.entries()) {
    if (!alive) {
      if (!said) {
        const name = step.get('id').text;
        report.problems.push(
          step.problem(
            `no lead gets to the step ${name === undefined ? 'here' : `'${name}'`}`,
            'nothing after a step that always recycles',
          ),
        );
      }
      said = true;
      continue;
    }
    const out = comesOut(step, report);
    alive = out || skips;
    const skip = step.get('wait').get('orElse');
    skips = out && skip.text === 'skip';
    if (skips && index === steps.length - 1) {
      report.problems.push(
        skip.problem('there is no step to skip after this wait', 'a step after it in the same list'),
      );
    }
  }
  return alive;
}

function comesOut(step: Raw, report: Report): boolean {
  // Every block is looked at, so that what is unreachable inside of each is said.
  const each = (blocks: readonly Raw[]) => blocks.map((block) => checkReachable(block, report)).some(Boolean);
  const outcomes = step.get('outcomes');
  if (step.has('recycle')) return false;
  if (step.has('waitFor')) return each([step.get('then'), step.get('else')]);
  if (step.has('branch')) {
    const arms = step.get('branch').items();
    const out = each(arms.map((arm) => arm.get('steps')));
    return out || !arms.some(takesAll);
  }
  if (step.has('split')) {
    const arms = step.get('split').get('arms').entries();
    const out = each(arms.map(([, arm]) => arm.get('steps')));
    return out || arms.length === 0 || (step.get('split').get('holdout').number ?? 0) > 0;
  }
  if (step.has('task') || step.has('handoff')) {
    const out = each(outcomes.entries().map(([, block]) => block));
    const all = step.has('task') ? ['else', 'expired'] : ['accepted', 'rejected', 'breached'];
    return out || !all.every((name) => outcomes.has(name));
  }
  return true;
}
