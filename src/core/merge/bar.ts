/** What keeps one of two leads out of reach keeps the person out of reach. */
import { disqualify } from '../custody/leave.ts';
import type { Draft } from '../draft.ts';
import { endEnrollment } from '../enrollment.ts';
import { endContacts } from '../objection.ts';
import type { LeadState } from '../state.ts';

/** Whether no team may have the person any more, by what was so for either lead. */
export const isBarred = (...leads: readonly LeadState[]): boolean =>
  leads.some(({ disqualified, objected }) => disqualified !== undefined || objected !== undefined);

/** Ends whatever runs for the united lead, if either of the two was out of reach. */
export function bar(d: Draft, ours: LeadState, theirs: LeadState, by: string): void {
  const objected = ours.objected ?? theirs.objected;
  if (objected) {
    d.state.objected = objected;
    endContacts(d, by);
  }
  if (ours.disqualified) {
    for (const e of [...d.state.enrollments]) endEnrollment(d, e, 'exited', 'disqualified', { by });
  } else if (theirs.disqualified) disqualify(d, theirs.disqualified.reason, by);
}
