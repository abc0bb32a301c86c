/** Where runs can go. */
import type { Step } from './playbook.ts';

/** Where a run can go from this step; `null` is the end. */
export function exitsOf(step: Step): readonly (string | null)[] {
  switch (step.kind) {
    case 'waitFor':
      return [step.then, step.else];
    case 'branch':
    case 'split':
      return [...step.arms.map((arm) => arm.to), step.next];
    case 'task':
    case 'handoff':
      return [...Object.values(step.outcomes), step.next];
    case 'recycle':
      return [];
    case 'email':
    case 'pick':
    case 'enroll':
    case 'notify':
    case 'wait':
    case 'webhook':
      return [step.next];
  }
}
