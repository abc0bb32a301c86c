/**
 * The frequency cap of a lead: never more than so many touches in any span of that length, whatever
 * cadences run. Decided from the state alone; messages under way count, since they may have arrived.
 */
import { accountFullUntil } from './account-cap.ts';
import { type Draft, journal, placeOf } from './draft.ts';
import { durationMs } from './duration.ts';
import { isSending, type Step } from './playbook.ts';
import type { Reason } from './reasons.ts';
import type { Enrollment, TouchKind } from './state.ts';
import type { Instant } from './time.ts';

/** Touches kept of each kind: as many as a cap may allow. */
export const TOUCHES_KEPT = 100;

/** Remembers a touch that went out, for caps of today's and later playbooks. */
export function countTouch({ state }: Draft, kind: TouchKind, at: Instant): void {
  const kept = state.touched?.[kind] ?? [];
  const all = [...kept, at].sort((a, b) => a - b).slice(-TOUCHES_KEPT);
  state.touched = { ...state.touched, [kind]: all };
}

/** What would count as a touch when this step is done. */
const kindOf = (step: Step | undefined): TouchKind | undefined =>
  isSending(step) ? 'email' : step?.kind === 'task' ? 'task' : undefined;

/** Until when the lead's cap holds back this touch; undefined when it may go at `at`. */
function cappedUntil(d: Draft, e: Enrollment, kind: TouchKind, at: Instant): Instant | undefined {
  const caps = d.playbooks.current.caps;
  if (!caps?.lead || !caps.count.includes(kind)) return undefined;
  const { touches, per } = caps.lead;
  const span = durationMs(per);
  const counted = caps.count.flatMap((each) => d.state.touched?.[each] ?? []);
  if (caps.count.includes('email')) counted.push(...d.state.sending.map((s) => s.at));
  const within = counted.filter((t) => t > at - span).sort((a, b) => a - b);
  const over = within.length - touches;
  // The span ends when enough of the oldest have left it; exactly `per` after a touch it has.
  if (over >= 0) return Math.ceil((within[over] ?? at) + span);
  // Where nothing waits, nothing is kept free for who does.
  if (caps.onCap === 'skip') return undefined;
  const ahead = waitingAhead(d, e, caps.count);
  return ahead.length > -over - 1 ? Math.max(at, ...ahead.map((x) => x.dueAt ?? at)) + 1 : undefined;
}

/** Touches of higher priority that the cap made wait: what becomes free is theirs first. */
function waitingAhead(d: Draft, e: Enrollment, count: readonly TouchKind[]): Enrollment[] {
  return d.state.enrollments.filter((x) => {
    if (x === e || x.capped !== true || x.state !== 'running' || x.held !== undefined) return false;
    // What is under way or open has been counted itself.
    if (x.touch !== undefined || x.task !== undefined) return false;
    const kind = kindOf(placeOf(d, x).step);
    return kind !== undefined && count.includes(kind) && byRank(d)(x, e) < 0;
  });
}

/** Who goes first under a cap: the cadence of higher priority, then by id. */
export function byRank(d: Draft): (a: Enrollment, b: Enrollment) => number {
  const priority = (e: Enrollment): number => placeOf(d, e).cadence.priority;
  return (a, b) => priority(b) - priority(a) || (a.cadence < b.cadence ? -1 : 1);
}

export interface Held {
  readonly until: Instant;
  readonly by: 'lead' | 'account';
}

/** What holds back this touch at `at`: the lead's cap, then its account's. */
export function heldByCap(d: Draft, e: Enrollment, kind: TouchKind, at: Instant): Held | undefined {
  const capped = cappedUntil(d, e, kind, at);
  if (capped !== undefined) return { until: capped, by: 'lead' };
  const full = accountFullUntil(d, kind, at);
  return full === undefined ? undefined : { until: full, by: 'account' };
}

export const reasonOfCap = (by: Held['by']): Reason => (by === 'lead' ? 'capped' : 'account-capped');

/** The cap, for the journal. */
export function capData(d: Draft, by: Held['by']): Readonly<Record<string, unknown>> {
  const { touches, per } = d.playbooks.current.caps?.[by] ?? {};
  return { touches, per };
}

/** Moves the touch to `dueAt` and says so, once for each touch and cap. */
export function deferCapped(d: Draft, e: Enrollment, step: Step, by: Held['by'], dueAt: Instant): true {
  e.dueAt = dueAt;
  const mark = by === 'lead' ? 'capped' : 'full';
  if (e[mark] !== true) {
    journal(d, {
      type: 'touch.deferred',
      cadence: e.cadence,
      step: step.id,
      reason: reasonOfCap(by),
      playbook: e.playbook,
      data: { dueAt, ...capData(d, by) },
    });
  }
  e[mark] = true;
  return true;
}
