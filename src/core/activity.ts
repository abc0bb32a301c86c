/** What sales did that no task asked for: a call, a meeting, a message that a rep writes down. */
import { countTouch } from './caps.ts';
import { type Draft, journal } from './draft.ts';
import type { InputBody } from './input.ts';
import { repTouched } from './sla.ts';

export const ACTIVITY_KINDS = ['call', 'meeting', 'email', 'message', 'other'] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

interface Dispositions {
  /** The lead heard or read it, as far as sales can tell. */
  readonly reached: readonly string[];
  readonly missed: readonly string[];
}

/** How each kind may have ended. */
export const DISPOSITIONS: Readonly<Record<ActivityKind, Dispositions>> = {
  call: { reached: ['connected', 'left-voicemail'], missed: ['no-answer', 'busy', 'gatekeeper', 'wrong-number'] },
  meeting: { reached: ['held'], missed: ['no-show', 'cancelled', 'rescheduled'] },
  email: { reached: ['sent', 'replied'], missed: ['bounced'] },
  message: { reached: ['sent', 'replied'], missed: ['not-delivered'] },
  other: { reached: ['done'], missed: ['not-done'] },
};

/**
 * Whether an activity that ended so reached the lead; `undefined` when its kind does not end so.
 * @param more dispositions the playbook's own tasks of this kind may have; who uses them says done
 */
export function reachedBy(kind: ActivityKind, disposition: string, more: ReadonlySet<string>): boolean | undefined {
  const { reached, missed } = DISPOSITIONS[kind];
  if (missed.includes(disposition)) return false;
  return reached.includes(disposition) || more.has(disposition) ? true : undefined;
}

/** It counts as an attempt, as the first touch since accepting, under the caps; a contact answers a waiting reply. */
export function applyActivity(d: Draft, body: Extract<InputBody, { kind: 'activity' }>): void {
  const { custody } = d.state;
  const { activity, disposition, reached, note, by } = body;
  journal(d, {
    type: 'activity.logged',
    by,
    data: { kind: activity, disposition, reached, ...(note === undefined ? {} : { note }) },
  });
  if (custody.who === 'sales') {
    custody.attempts += 1;
    if (reached) delete custody.repliedAt;
  }
  countTouch(d, 'task', d.t);
  repTouched(d, by);
}
