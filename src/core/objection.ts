/** Objection to direct marketing (GDPR, Art. 21): absolute, so it comes before all else and is never undone. */
import { endAccepted, leaveOpenHandoff } from './custody/leave.ts';
import { moveCustody } from './custody-states.ts';
import { type Draft, journal, placeOf } from './draft.ts';
import { endEnrollment } from './enrollment.ts';
import type { InputBody } from './input.ts';
import { closeTask } from './task.ts';

/** Ends every run, task and custody of marketing and sales, and all scoring; what serves a customer goes on. */
export function applyObjection(d: Draft, { by, note }: Pick<Extract<InputBody, { kind: 'objected' }>, 'by' | 'note'>) {
  if (d.state.objected) {
    journal(d, { type: 'input.ignored', reason: 'objected', by, data: { kind: 'objected' } });
    return;
  }
  d.state.objected = { at: d.t };
  journal(d, { type: 'lead.objected', reason: 'objected', by, data: note === undefined ? {} : { note } });
  endContacts(d, by);
}

/** What an objection ends; called again when an objector and somebody else turn out to be one person. */
export function endContacts(d: Draft, by: string): void {
  // Art. 21 (2): profiling, to the extent that it is for marketing. Signals stay, as what happened.
  delete d.state.labels;
  delete d.state.context;
  d.state.routes = {};
  leaveOpenHandoff(d);
  for (const e of [...d.state.enrollments]) {
    if (placeOf(d, e).cadence.purpose !== 'service') endEnrollment(d, e, 'exited', 'objected', { by });
  }
  for (const { task } of Object.values(d.state.chats ?? {})) {
    if (task !== undefined) closeTask(d, task, 'no-longer-needed');
  }
  delete d.state.chats;
  endAccepted(d, 'objected');
  delete d.state.resume;
  moveCustody(d, 'object', { since: d.t, attempts: 0 }, { reason: 'objected', by });
}
