/** Somebody in sales takes the lead. */
import { workingBetween } from '../calendar.ts';
import { moveCustody } from '../custody-states.ts';
import { type Draft, journal } from '../draft.ts';
import { startEnrollment } from '../enrollment.ts';
import { calendarFor, turnFor } from '../pools.ts';
import { firstTouchBy } from '../sla.ts';
import { calendarOf } from '../view.ts';
import { followOutcome } from './outcome.ts';

export function acceptHandoff(d: Draft, by: string): void {
  const { custody } = d.state;
  // Whoever answers has it, also when somebody else's turn it was.
  const rep = by.includes('@') ? by : custody.rep;
  const handoff = d.playbooks.current.handoffs[custody.handoff ?? ''];
  const sla = d.playbooks.current.slas[handoff?.sla ?? ''];
  const touchBy = firstTouchBy(d, sla, () => calendarFor(d, rep));
  const { since, pool, offeredAt, escalated, attempts, from } = custody;
  if (custody.task !== undefined && rep !== undefined && rep !== custody.rep) {
    d.effects.push({ kind: 'task.assign', id: custody.task, assignee: rep, at: d.t });
  }
  // Whoever takes what waited in the pool has had a turn.
  if (custody.rep === undefined && rep !== undefined && pool !== undefined) d.effects.push(...turnFor(d, pool, rep));
  moveCustody(
    d,
    'accept',
    {
      since,
      ...(rep === undefined ? {} : { rep }),
      ...(pool === undefined ? {} : { pool }),
      ...(custody.handoff === undefined ? {} : { handoff: custody.handoff }),
      ...(offeredAt === undefined ? {} : { offeredAt }),
      ...(escalated ? { escalated } : {}),
      ...(custody.task === undefined ? {} : { accepted: custody.task }),
      ...(touchBy === undefined ? {} : { firstTouchBy: touchBy }),
      acceptedAt: d.t,
      attempts,
    },
    { reason: 'accepted', by },
  );
  journal(d, {
    type: 'handoff.accepted',
    reason: 'accepted',
    by,
    data: {
      handoff: custody.handoff ?? null,
      offeredAt: offeredAt ?? null,
      ...(offeredAt === undefined
        ? {}
        : { workedMs: workingBetween(calendarOf(d.playbooks.current, d.facts.custodian), offeredAt, d.t) }),
      ...(touchBy === undefined ? {} : { firstTouchBy: touchBy }),
    },
  });
  followOutcome(d, from, 'accepted');
  const cadence = d.playbooks.current.cadences[handoff?.cadence ?? ''];
  if (cadence) startEnrollment(d, cadence, { reason: 'entry-event', by, data: { on: 'handoff.accepted' } });
  d.state.events = [...d.state.events, 'handoff.accepted'];
}

/** A rep takes a lead nobody offered, or a manager gives it to one: there is nothing to answer. */
export function claim(d: Draft, rep: string, by: string): void {
  delete d.state.resume;
  moveCustody(d, 'claim', { since: d.t, rep, acceptedAt: d.t, attempts: 0 }, { reason: 'by-request', by });
}
