/** Cross-checks of SLAs: which keys go with which, and whether the ladder can be climbed. */
import type { Raw } from '../raw.ts';
import type { Report } from './references.ts';

/** The one SLA that binds marketing: how soon a lead that came back is touched again. */
export const MARKETING_SLA = 'recycle';

export function checkSlas(root: Raw, report: Report): void {
  for (const [id, sla] of root.get('slas').entries()) {
    if (typeof sla.value !== 'object' || sla.value === null) continue;
    if (id === MARKETING_SLA) checkMarketing(sla, report);
    else checkSales(sla, report);
  }
  checkManagers(root, report);
}

function checkMarketing(sla: Raw, { problems }: Report): void {
  for (const key of ['accept', 'firstTouch', 'remind', 'onBreach']) {
    if (sla.has(key)) {
      problems.push(
        sla.get(key).problem(`'recycle' is marketing's SLA and has no '${key}'`, '{ resume: PT24H }', 'key'),
      );
    }
  }
  if (!sla.has('resume')) problems.push(sla.problem("'resume' is missing", '{ resume: PT24H }'));
}

function checkSales(sla: Raw, { problems, warnings }: Report): void {
  if (sla.has('resume')) {
    const expected = "'resume' under the SLA 'recycle'";
    problems.push(sla.get('resume').problem("only marketing's SLA 'recycle' has 'resume'", expected, 'key'));
  }
  if (!sla.has('accept')) {
    problems.push(sla.problem("'accept' is missing", 'until when a rep must answer, such as { working: PT2H }'));
  }
  const rungs = sla.get('onBreach').items();
  const recycle = rungs.findIndex((rung) => rung.get('do').text === 'recycle');
  rungs.forEach((rung, index) => {
    const before = rungs[index - 1]?.get('at').number;
    const at = rung.get('at').number;
    if (before !== undefined && at !== undefined && at < before) {
      problems.push(rung.get('at').problem('the ladder goes back in time here', `${before} or later`));
    }
    if (recycle !== -1 && index > recycle) {
      problems.push(rung.problem('the breach has recycled the lead already', "'do: recycle' as the last one"));
    }
  });
  const last = rungs.at(-1);
  if (last?.get('do').text !== undefined && recycle === -1) {
    warnings.push(last.problem('a lead nobody answers stays there for good', "'do: recycle' as the last one", 'value'));
  }
}

/** A rung that asks for the manager needs one among the pools of every handoff under that SLA. */
function checkManagers(root: Raw, { problems }: Report): void {
  const managed = new Set(
    root
      .get('pools')
      .items()
      .flatMap((pool) => (pool.has('manager') ? (pool.get('id').text ?? []) : [])),
  );
  for (const [id, handoff] of root.get('handoffs').entries()) {
    const sla = root.get('slas').get(handoff.get('sla').text ?? '');
    const pools = handoff.get('pools').items();
    if (pools.length === 0 || pools.some(({ text }) => text !== undefined && managed.has(text))) continue;
    for (const rung of sla.get('onBreach').items()) {
      if (rung.get('do').text !== 'manager') continue;
      problems.push(
        rung.problem(`no pool of the handoff '${id}' has a manager`, "'manager: ADDRESS' at one of its pools"),
      );
    }
  }
}
