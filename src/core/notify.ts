/** The step that tells a person: the journal says whom, and the mail is put together when it goes. */
import { type Draft, journal } from './draft.ts';
import { enterStep } from './enrollment.ts';
import type { NotifyStep } from './playbook.ts';
import type { Recipient } from './recipient.ts';
import type { Enrollment } from './state.ts';

export function runNotify(d: Draft, e: Enrollment, step: NotifyStep): void {
  journal(d, {
    type: 'person.notified',
    cadence: e.cadence,
    step: step.id,
    reason: 'due',
    playbook: e.playbook,
    data: { to: recipientOf(d, step.to) },
  });
  enterStep(d, e, step.next, d.t, e.spread);
}

/** Whoever has the lead stands in for a rep who is not there: the pool's manager, else marketing. */
function recipientOf(d: Draft, to: NotifyStep['to']): Recipient {
  const { who, rep, pool } = d.state.custody;
  if (typeof to === 'object') return `address:${to.address}`;
  if (to === 'marketing' || to === 'sales') return `team:${to}`;
  if (to === 'rep' && who === 'sales' && rep !== undefined) return `rep:${rep}`;
  if (who === 'sales' && pool !== undefined) return `manager:${pool}`;
  return to === 'rep' ? 'team:marketing' : 'team:sales';
}
