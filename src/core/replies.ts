/** What a lead's reply does at once, by what kind of reply it is. Automatic ones count for nothing. */
import { addDuration } from './calendar.ts';
import { tellColleagues } from './colleagues.ts';
import { returnLead } from './custody/give-back.ts';
import { leaveOpenHandoff } from './custody/leave.ts';
import { offer } from './custody/offer.ts';
import type { Draft } from './draft.ts';
import { placeOf } from './draft.ts';
import type { InputBody } from './input.ts';
import { pauseEnrollment } from './pause.ts';
import type { Reason } from './reasons.ts';
import type { Instant } from './time.ts';
import { leadZone } from './view.ts';

export type Reply = NonNullable<Extract<InputBody, { kind: 'signal' }>['reply']>;

/** What machines write: journalled, and nothing follows. */
const MACHINES: readonly Reply['class'][] = ['auto', 'list'];

export function applyReply(d: Draft, reply: Reply): void {
  const { replies, returns, handoffs } = d.playbooks.current;
  if (d.state.disqualified || d.state.objected || MACHINES.includes(reply.class)) return;
  if (reply.class === 'out-of-office') {
    if (!replies?.outOfOffice) return;
    const { returnDate, else: span } = replies.outOfOffice;
    const said = returnDate && reply.until !== undefined && reply.until > d.t ? reply.until : undefined;
    pauseAll(d, 'out-of-office', said ?? addDuration(d.t, span, leadZone(d.facts, d.playbooks.current)));
    return;
  }
  // Marketing keeps still until a rep has answered: see `awaitsRep`.
  if (d.state.custody.who === 'sales') d.state.custody.repliedAt = d.t;
  tellColleagues(d);
  const back = reply.class === 'not-now' ? returns[replies?.notNow ?? ''] : undefined;
  if (back) {
    leaveOpenHandoff(d);
    const until = reply.until === undefined ? {} : { until: reply.until };
    returnLead(d, { rule: back, by: 'lead', outcome: 'returned', ...until });
    return;
  }
  if (replies?.human) {
    const { for: span } = replies.human;
    pauseAll(
      d,
      'replied',
      span === undefined ? undefined : addDuration(d.t, span, leadZone(d.facts, d.playbooks.current)),
    );
  }
  const handoff = reply.class === 'positive' ? handoffs[replies?.positive ?? ''] : undefined;
  if (handoff) offer(d, { handoff, reason: 'replied', why: 'The lead answered, and wants to talk.', by: 'lead' });
}

/** Every run but those of a service somebody uses; a later reply sets the time anew. */
function pauseAll(d: Draft, reason: Reason, until: Instant | undefined): void {
  for (const e of d.state.enrollments) {
    if (placeOf(d, e).cadence.purpose === 'service') continue;
    if (e.state === 'paused' && e.pausedBy !== 'reply') continue;
    pauseEnrollment(d, e, 'reply', reason, 'lead', until);
    if (until === undefined) delete e.pausedUntil;
    else e.pausedUntil = until;
  }
}

/** Whether the lead's last reply waits for its rep: marketing does not talk over that. */
export const awaitsRep = (d: Draft): boolean =>
  d.state.custody.who === 'sales' && d.state.custody.repliedAt !== undefined;
