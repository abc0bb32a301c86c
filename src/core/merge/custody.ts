/** One person has one custodian: sales before marketing, the older handoff before the younger. */
import { type Custody, moveCustody, phaseOf } from '../custody-states.ts';
import type { Draft } from '../draft.ts';
import { closeTask } from '../task.ts';

export type ClosedHandoff = 'survivor' | 'other' | undefined;

/** When sales got it: what makes one handoff the older of two. */
const sinceOf = (custody: Custody): number => custody.offeredAt ?? custody.acceptedAt ?? custody.since;

/**
 * Unites the other lead's custody with the draft's. The task of a handoff that gives way closes.
 * @param how.adopt false when no team may have the person: the other's handoff then ends
 */
export function uniteCustody(d: Draft, theirs: Custody, how: { by: string; adopt: boolean }): ClosedHandoff {
  const { by, adopt } = how;
  const ours = d.state.custody;
  const move = { reason: 'merged', by } as const;
  if (theirs.who !== 'sales') {
    if (theirs.who === 'marketing' && ours.who === 'nobody' && adopt) {
      moveCustody(d, 'take-up', { since: d.t, attempts: 0 }, move);
    }
    return undefined;
  }
  const both = ours.who === 'sales';
  if (!adopt || (both && sinceOf(ours) <= sinceOf(theirs))) {
    closeHandoff(d, theirs);
    if (both) Object.assign(ours, sumOf(ours, theirs));
    return 'other';
  }
  if (both) closeHandoff(d, ours);
  const { who: _, ...kept } = theirs;
  const event = phaseOf(theirs) === 'offered' ? 'adopt-offer' : 'adopt-sale';
  moveCustody(d, event, both ? { ...kept, ...sumOf(ours, theirs) } : kept, move);
  return both ? 'survivor' : undefined;
}

/** What the reps of both did, and what waits for either. */
function sumOf(a: Custody, b: Custody): Pick<Custody, 'attempts' | 'repliedAt'> {
  const repliedAt = Math.max(a.repliedAt ?? 0, b.repliedAt ?? 0);
  return { attempts: a.attempts + b.attempts, ...(repliedAt === 0 ? {} : { repliedAt }) };
}

/** The task of a handoff that gives way; it was no turn of its rep. */
function closeHandoff(d: Draft, { task, accepted, pool, rep, escalated }: Custody): void {
  if (task !== undefined) closeTask(d, task, 'merged');
  if (accepted !== undefined) {
    d.effects.push({ kind: 'task.close', id: accepted, state: 'done', reason: 'merged', at: d.t });
  }
  if (pool && rep && !escalated) d.effects.push({ kind: 'pool.count', pool, rep, by: -1 });
}
