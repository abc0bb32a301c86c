/** What follows an answer to a handoff: the step that asked goes on, the pool counts its turns. */
import { type Draft, journal, placeOf } from '../draft.ts';
import { enterStep } from '../enrollment.ts';
import type { Choice } from '../pools.ts';

/** The step that offered the lead goes on by the outcome, unless what happened ended or replaced its run. */
export function followOutcome(d: Draft, from: { enrollment: string; step: string } | undefined, outcome: string): void {
  const e = from && d.state.enrollments.find((x) => x.id === from.enrollment && x.step === from.step);
  if (!e) return;
  const { step } = placeOf(d, e);
  if (step?.kind !== 'handoff') return;
  const to = step.outcomes[outcome];
  enterStep(d, e, to === undefined ? step.next : to, d.t, 'daily');
}

/** A ladder that does not end with `recycle`: the step that asked goes on, the offer stays open. */
export function afterLastRung(d: Draft): void {
  const { ladder, from } = d.state.custody;
  if (ladder?.length === 0) followOutcome(d, from, 'breached');
}

/** The counts of the pool, and what is to be said when nobody was free. */
export function takeTurn(d: Draft, { pool, rep, over, counts }: Choice, by: string): void {
  d.effects.push(...counts);
  if (!rep || !over) return;
  journal(d, {
    type: 'pool.full',
    reason: 'over-capacity',
    by,
    data: { pool: pool.id, rep: rep.id, open: over.open, maxOpen: over.maxOpen },
  });
}

/** A lead that a person gave back, or moved on, was no turn of this rep. */
export function creditTurn(d: Draft): void {
  const { who, pool, rep, escalated } = d.state.custody;
  if (who === 'sales' && pool && rep && !escalated) d.effects.push({ kind: 'pool.count', pool, rep, by: -1 });
}
