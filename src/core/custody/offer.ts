/** Offers a lead to sales: custody is theirs from here. */
import { accountContext } from '../account-context.ts';
import { mayMove, moveCustody } from '../custody-states.ts';
import { type Draft, journal } from '../draft.ts';
import { hashId } from '../hash.ts';
import type { Handoff } from '../playbook.ts';
import { choiceOf, chooseRep } from '../pools.ts';
import type { Reason } from '../reasons.ts';
import { clocksOf } from '../sla.ts';
import type { Enrollment } from '../state.ts';
import { openTask, taskContext } from '../task.ts';
import { calendarOf } from '../view.ts';
import { takeTurn } from './outcome.ts';

export interface Offer {
  readonly handoff: Handoff;
  readonly reason: Reason;
  /** In words, for the rep. */
  readonly why: string;
  readonly by: string;
  readonly note?: string;
  /** The route that fired. */
  readonly route?: string;
  /** The handoff step that asked. */
  readonly from?: Enrollment;
  /** Who has been chosen already, by a chat. */
  readonly to?: { readonly rep: string; readonly pool: string };
}

/** Offers the lead to sales: custody is theirs from here. Answers whether it was offered. */
export function offer(d: Draft, { handoff, reason, why, by, note, route, from, to }: Offer): boolean {
  const { state } = d;
  const place = from ? { cadence: from.cadence, ...(from.step ? { step: from.step } : {}) } : {};
  if (state.objected) {
    journal(d, { type: 'handoff.skipped', ...place, reason: 'objected', by, data: { handoff: handoff.id } });
    return false;
  }
  if (!mayMove(state.custody, 'offer')) {
    journal(d, { type: 'handoff.skipped', ...place, reason: 'already-with-sales', by, data: { handoff: handoff.id } });
    return false;
  }
  const choice = to ? choiceOf(d, to.pool, to.rep) : chooseRep(d, handoff.pools);
  if (!choice) {
    journal(d, { type: 'handoff.skipped', ...place, reason: 'no-pool', by, data: { handoff: handoff.id } });
    return false;
  }
  const { pool, rep } = choice;
  const sla = d.playbooks.current.slas[handoff.sla];
  if (!sla) throw new Error(`handoff ${handoff.id} names an SLA that is not there: ${handoff.sla}`);
  const clocks = clocksOf(sla, calendarOf(d.playbooks.current, rep), d.t);
  const { acceptBy } = clocks;
  const task = hashId('handoff', d.facts.leadId, handoff.id, String(d.t), String(state.journal));
  const account = accountContext(d);
  const context = { ...taskContext(d, why, { note, brief: handoff.brief }), ...(account && { account }) };
  delete state.resume;
  moveCustody(
    d,
    'offer',
    {
      since: d.t,
      ...(rep ? { rep: rep.id } : {}),
      pool: pool.id,
      handoff: handoff.id,
      task,
      offeredAt: d.t,
      ...clocks,
      ...(from?.step ? { from: { enrollment: from.id, step: from.step } } : {}),
      attempts: 0,
    },
    { reason, by },
  );
  journal(d, {
    type: 'handoff.offered',
    ...place,
    reason: rep === undefined ? 'no-rep' : choice.knows === 'lead' ? 'same-rep' : reason,
    by,
    data: {
      handoff: handoff.id,
      pool: pool.id,
      rep: rep?.id ?? null,
      ...(choice.passed === undefined ? {} : { full: choice.passed.join(', ') }),
      ...(choice.knows === 'account' ? { sameAccount: 'has a colleague, or had one last' } : {}),
      ...(route === undefined ? {} : { route }),
      acceptBy,
      why,
    },
  });
  takeTurn(d, choice, by);
  openTask(
    d,
    {
      id: task,
      kind: 'handoff',
      title: 'Take over {{ lead.firstName }} {{ lead.lastName }} ({{ lead.company }})',
      ...(rep ? { assignee: rep.id } : {}),
      pool: pool.id,
      priority: 'high',
      dueAt: acceptBy,
      handoff: handoff.id,
      sla: { name: sla.id, acceptBy },
      ...place,
      ...(from ? { enrollment: from.id } : {}),
      context,
    },
    by,
  );
  return true;
}
