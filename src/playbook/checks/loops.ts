/**
 * Circles that no time passes in. Steps cannot go back, but a cadence can recycle into (or enroll in) one
 * that does the same with it, or let the same lead enter again for ever: without a wait on the way that would never end.
 */
import { blocksOf } from '../later.ts';
import { Raw } from '../raw.ts';
import { cadenceId, type Workspace } from '../workspace.ts';
import type { Report } from './references.ts';

interface Instant {
  /** Where `recycle` and `enroll` steps lead that a lead may get to at the instant it enters. */
  readonly recycles: readonly Raw[];
  /** Whether it may come out at the end at that instant. */
  readonly ends: boolean;
}

export function checkLoops({ cadences }: Workspace, report: Report): void {
  const instants = new Map<string, Instant>();
  for (const cadence of cadences) {
    const root = Raw.of(cadence);
    const instant = passInstantly(root.get('steps'));
    instants.set(cadenceId(cadence), instant);
    const again = root.get('entry').get('again');
    if (again.text === 'always' && root.get('entry').has('when') && instant.ends) {
      report.problems.push(
        again.problem(
          'a lead could enter and leave again and again at one instant',
          '{ after: P30D }, or a wait among the steps',
        ),
      );
    }
  }
  const follow = (id: string, trail: readonly string[]): boolean => {
    if (trail.includes(id)) return id === trail[0];
    const next = instants.get(id)?.recycles ?? [];
    return next.some(({ text }) => text !== undefined && follow(text, [...trail, id]));
  };
  for (const [id, { recycles }] of instants) {
    for (const recycle of recycles) {
      if (recycle.text === undefined || !follow(recycle.text, [id])) continue;
      const message = `'${id}' and '${recycle.text}' lead into each other without any time passing`;
      report.problems.push(
        recycle.problem(
          recycle.text === id ? `'${id}' leads into itself without any time passing` : message,
          'a wait before it',
        ),
      );
    }
  }
}

/** Steps that surely take time: a wait for a date may be past, a signal may be there, an email be skipped. */
function takesTime(step: Raw): boolean {
  const wait = step.get('wait');
  return wait.text !== undefined || wait.has('working') || step.has('task') || step.has('handoff');
}

function passInstantly(block: Raw): Instant {
  const recycles: Raw[] = [];
  let over = false;
  for (const step of block.items()) {
    if (takesTime(step)) return { recycles, ends: over };
    // A topic may be exhausted when the lead comes; an enrollment may be refused, and then the run goes on.
    if (step.get('onExhausted').text === 'end') over = true;
    if (step.has('enroll')) recycles.push(step.get('enroll'));
    if (step.has('recycle')) return { recycles: [...recycles, step.get('recycle')], ends: over };
    const inner = blocksOf(step)
      .filter(({ value }) => value !== undefined)
      .map(passInstantly);
    recycles.push(...inner.flatMap((instant) => instant.recycles));
    if (!inner.some(({ ends }) => ends) && !passesBy(step)) return { recycles, ends: over };
  }
  return { recycles, ends: true };
}

/** Whether a lead may go on at the next step without entering a block of this one. */
function passesBy(step: Raw): boolean {
  if (step.has('waitFor')) return !step.has('then') || !step.has('else');
  if (step.has('split')) return (step.get('split').get('holdout').number ?? 0) > 0;
  const arms = step.get('branch').items();
  return !arms.some((arm) => arm.has('else') || arm.get('when').text?.trim() === 'true');
}
