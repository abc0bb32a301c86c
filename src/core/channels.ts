/** Ways to a lead beside mail: whether somebody may call or chat with it, and what a do-not-call does to a call. */
import type { Draft } from './draft.ts';
import { journal, placeOf } from './draft.ts';
import type { Facts } from './facts.ts';
import type { Purpose, TaskStep } from './playbook.ts';
import type { Enrollment } from './state.ts';
import type { Instant } from './time.ts';

/** What a suppression is about. Mail is what every suppression without a channel is about. */
export const CHANNELS = ['email', 'phone', 'chat'] as const;
export type Channel = (typeof CHANNELS)[number];
export type OtherChannel = Exclude<Channel, 'email'>;

/** The kind of a task that is a call. */
export const CALL = 'call';
/** The disposition of a call that may not be made: `outcomes` may have a block for it. */
export const DO_NOT_CALL = 'do-not-call';

export type Reach =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no' }
  | { readonly kind: 'not-before'; readonly at: Instant };

/** Whether the lead may be reached this way for the purpose, at `at`. */
export function reachBy(channel: OtherChannel, purpose: Purpose, { doNot = [] }: Facts, at: Instant): Reach {
  let notBefore = 0;
  for (const one of doNot) {
    if (one.channel !== channel || one.at > at) continue;
    if (one.purpose !== undefined && one.purpose !== purpose) continue;
    if (one.until === undefined) return { kind: 'no' };
    if (one.until > at) notBefore = Math.max(notBefore, one.until);
  }
  return notBefore > 0 ? { kind: 'not-before', at: notBefore } : { kind: 'yes' };
}

/** What a due call does that may not be made: `go` when it may, `wait` when it waits, `skip` when it is none. */
export function holdCall(d: Draft, e: Enrollment, step: TaskStep): 'go' | 'wait' | 'skip' {
  if (step.task.kind !== CALL) return 'go';
  const reach = reachBy('phone', placeOf(d, e).cadence.purpose, d.facts, d.t);
  if (reach.kind === 'yes') return 'go';
  const place = { cadence: e.cadence, step: step.id, playbook: e.playbook };
  if (reach.kind === 'no') {
    journal(d, { type: 'task.skipped', ...place, reason: DO_NOT_CALL, data: { kind: CALL } });
    return 'skip';
  }
  e.dueAt = reach.at;
  e.rests = true;
  journal(d, { type: 'touch.deferred', ...place, reason: 'do-not-call-until', data: { dueAt: reach.at } });
  return 'wait';
}

/** The first open call of a run that may not be made any more, and that nobody has answered. */
export const forbiddenCall = (d: Draft): Enrollment | undefined =>
  d.facts.doNot === undefined
    ? undefined
    : d.state.enrollments.find((e) => {
        const { step, cadence } = placeOf(d, e);
        if (e.task === undefined || step?.kind !== 'task' || step.task.kind !== CALL) return false;
        return !d.answered.has(e.task) && reachBy('phone', cadence.purpose, d.facts, d.t).kind === 'no';
      });
