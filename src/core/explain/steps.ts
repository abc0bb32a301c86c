/** What each kind of step does, for answers about it. A new kind of step does not compile without its line here. */
import { exitsOf } from '../exits.ts';
import type { Cadence, Step } from '../playbook.ts';
import type { JournalType } from '../reasons.ts';

interface Kind {
  /** Entries that say it has done what it does. */
  readonly done: readonly JournalType[];
  /** Entries that say it came and did not. */
  readonly not: readonly JournalType[];
  /** Changes only the lead's place, so that it is decided as of its own time at the next wake. */
  readonly quiet: boolean;
  /** What it is, as a subject. */
  readonly words: string;
}

const SENDING: Omit<Kind, 'words'> = {
  done: ['touch.sent', 'touch.unconfirmed'],
  not: ['touch.skipped', 'touch.failed'],
  quiet: false,
};

export const STEP_KINDS: Readonly<Record<Step['kind'], Kind>> = {
  email: { ...SENDING, words: 'the email' },
  pick: { ...SENDING, not: [...SENDING.not, 'step.exhausted'], words: 'the pick' },
  wait: { done: [], not: [], quiet: true, words: 'the wait' },
  waitFor: { done: ['step.waited'], not: [], quiet: true, words: 'the wait' },
  branch: { done: ['step.branched'], not: [], quiet: true, words: 'the branch' },
  split: { done: ['step.split'], not: [], quiet: true, words: 'the split' },
  task: { done: ['task.opened'], not: ['task.skipped'], quiet: false, words: 'the task' },
  handoff: { done: ['handoff.offered'], not: ['handoff.skipped'], quiet: false, words: 'the handoff' },
  recycle: { done: ['enrollment.ended'], not: [], quiet: false, words: 'the move into another cadence' },
  notify: { done: ['person.notified'], not: [], quiet: false, words: 'the notice' },
  enroll: { done: ['enrollment.started'], not: ['entry.refused'], quiet: false, words: 'the start of another cadence' },
  webhook: { done: ['webhook.called'], not: [], quiet: false, words: 'the webhook' },
};

/** Whether a run that stands on `from` can still come to `to`. */
export function reaches(cadence: Cadence, from: string | null | undefined, to: string): boolean {
  const seen = new Set<string>();
  const todo = [from];
  while (todo.length > 0) {
    const id = todo.pop();
    if (id === null || id === undefined || seen.has(id)) continue;
    if (id === to) return true;
    seen.add(id);
    const step = cadence.steps[id];
    if (step === undefined) continue;
    todo.push(...exitsOf(step));
    // A wait may skip the step after it.
    if (step.kind === 'wait' && step.next !== null) todo.push(cadence.steps[step.next]?.next);
  }
  return false;
}
