/** Custody as one state machine: offered, accepted, rejected, returned, breached, disqualified. */
import { addDuration, addSpan, workingBetween } from './calendar.ts';
import { type Draft, journal, placeOf, routingOf } from './draft.ts';
import { endEnrollment, enterStep, setCustody, startEnrollment } from './enrollment.ts';
import type { Rep } from './facts.ts';
import { hashId } from './hash.ts';
import type { Handoff, Pool, ReturnRule } from './playbook.ts';
import type { Reason } from './reasons.ts';
import { evaluateRoutes } from './route.ts';
import type { Enrollment } from './state.ts';
import { closeTask, openTask, taskContext } from './task.ts';
import { calendarOf, HISTORY, leadZone, viewOf } from './view.ts';

export interface Offer {
  readonly handoff: Handoff;
  readonly reason: Reason;
  /** In words, for the rep. */
  readonly why: string;
  readonly by: string;
  readonly note?: string;
  /** The handoff step that asked. */
  readonly from?: Enrollment;
}

interface Choice {
  readonly pool: Pool;
  readonly rep: Rep | undefined;
}

/** First pool whose condition holds and who has an active rep; its rep with the fewest so far, by the file's order. */
export function chooseRep(d: Draft, pools: readonly string[]): Choice | undefined {
  const routing = routingOf(d);
  const scope = viewOf(d.state, d.facts, d.playbooks.current, d.t, HISTORY);
  let waiting: Pool | undefined;
  for (const id of pools) {
    const pool = d.playbooks.current.pools.find((p) => p.id === id);
    if (!pool?.when.test(scope)) continue;
    waiting ??= pool;
    const given = routing.given[pool.id] ?? {};
    let best: Rep | undefined;
    for (const repId of pool.reps) {
      const rep = routing.reps[repId] ?? {
        id: repId,
        name: repId,
        timeZone: d.playbooks.current.company.timeZone,
        active: true,
      };
      if (rep.active && (!best || (given[rep.id] ?? 0) < (given[best.id] ?? 0))) best = rep;
    }
    if (best) return { pool, rep: best };
  }
  return waiting && { pool: waiting, rep: undefined };
}

/** Offers the lead to sales: custody is theirs from here. Answers whether it was offered. */
export function offer(d: Draft, { handoff, reason, why, by, note, from }: Offer): boolean {
  const { state } = d;
  const place = from ? { cadence: from.cadence, ...(from.step ? { step: from.step } : {}) } : {};
  if (state.custody.who === 'sales') {
    journal(d, { type: 'handoff.skipped', ...place, reason: 'already-with-sales', by, data: { handoff: handoff.id } });
    return false;
  }
  const choice = chooseRep(d, handoff.pools);
  if (!choice) {
    journal(d, { type: 'handoff.skipped', ...place, reason: 'no-pool', by, data: { handoff: handoff.id } });
    return false;
  }
  const { pool, rep } = choice;
  const sla = d.playbooks.current.slas[handoff.sla];
  if (!sla) throw new Error(`handoff ${handoff.id} names an SLA that is not there: ${handoff.sla}`);
  const calendar = calendarOf(d.playbooks.current, rep);
  const acceptBy = addSpan(sla.accept, calendar, d.t);
  const task = hashId('handoff', d.facts.leadId, handoff.id, String(d.t), String(state.journal));
  const context = taskContext(d, why, { note, brief: handoff.brief });
  setCustody(
    d,
    {
      who: 'sales',
      since: d.t,
      ...(rep ? { rep: rep.id } : {}),
      pool: pool.id,
      handoff: handoff.id,
      task,
      offeredAt: d.t,
      acceptBy,
      breachAt: addSpan(sla.accept, calendar, d.t, sla.recycleAt),
      ...(from?.step ? { from: { enrollment: from.id, step: from.step } } : {}),
      attempts: 0,
    },
    reason,
    by,
  );
  journal(d, {
    type: 'handoff.offered',
    ...place,
    reason: rep ? reason : 'no-rep',
    by,
    data: { handoff: handoff.id, pool: pool.id, rep: rep?.id ?? null, acceptBy, why },
  });
  if (rep) d.effects.push({ kind: 'pool.count', pool: pool.id, rep: rep.id, by: 1 });
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

/** The step that offered the lead goes on by the outcome, unless what happened ended or replaced its run. */
function followOutcome(d: Draft, from: { enrollment: string; step: string } | undefined, outcome: string): void {
  const e = from && d.state.enrollments.find((x) => x.id === from.enrollment && x.step === from.step);
  if (!e) return;
  const { step } = placeOf(d, e);
  if (step?.kind !== 'handoff') return;
  const to = step.outcomes[outcome];
  enterStep(d, e, to === undefined ? step.next : to, d.t, 'daily');
}

export function acceptHandoff(d: Draft, by: string): void {
  const { custody } = d.state;
  const { task: _task, acceptBy: _by, breachAt: _breach, from, ...kept } = custody;
  d.state.custody = { ...kept, acceptedAt: d.t };
  journal(d, {
    type: 'handoff.accepted',
    reason: 'accepted',
    by,
    data: {
      handoff: custody.handoff ?? null,
      offeredAt: custody.offeredAt ?? null,
      ...(custody.offeredAt === undefined
        ? {}
        : { workedMs: workingBetween(calendarOf(d.playbooks.current, d.facts.custodian), custody.offeredAt, d.t) }),
    },
  });
  followOutcome(d, from, 'accepted');
  const handoff = d.playbooks.current.handoffs[custody.handoff ?? ''];
  const cadence = d.playbooks.current.cadences[handoff?.cadence ?? ''];
  if (cadence) startEnrollment(d, cadence, { reason: 'entry-event', by, data: { on: 'handoff.accepted' } });
  d.state.events.push('handoff.accepted');
}

export interface ReturnWords {
  readonly rule: ReturnRule;
  readonly by: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly note?: string;
  readonly until?: number;
  readonly outcome: 'rejected' | 'returned';
}

/** A rep gives the lead back with an agreed reason, and what was agreed for it follows. */
export function returnLead(d: Draft, { rule, by, facts, note, until, outcome }: ReturnWords): void {
  const { from, pool, rep, acceptedAt } = d.state.custody;
  if (d.state.custody.who === 'sales' && pool && rep) d.effects.push({ kind: 'pool.count', pool, rep, by: -1 });
  journal(d, {
    type: outcome === 'rejected' ? 'handoff.rejected' : 'lead.returned',
    reason: 'returned',
    by,
    data: {
      returnReason: rule.id,
      facts: facts ?? {},
      ...(note === undefined ? {} : { note }),
      ...(until === undefined ? {} : { until }),
      ...(acceptedAt === undefined ? {} : { acceptedAt }),
    },
  });
  leaveSales(d, 'returned', by);
  if (rule.engagement === 'halve') d.state.dampened.push({ at: d.t, factor: 0.5 });
  if (rule.disqualify) {
    disqualify(d, rule.id, by);
    return;
  }
  const cadence = rule.recycle === undefined ? undefined : d.playbooks.current.cadences[rule.recycle];
  if (cadence) recycleInto(d, cadence.id, 'returned', by, pauseEnd(d, rule, until), rule.id);
  followOutcome(d, from, 'rejected');
  forgetRoutes(d);
}

function pauseEnd(d: Draft, rule: ReturnRule, until: number | undefined): number | undefined {
  if (!rule.after) return undefined;
  if (rule.after.ask && until !== undefined) return until > d.t ? until : undefined;
  return addDuration(d.t, rule.after.else, leadZone(d.facts, d.playbooks.current));
}

/** Into nurture again, from `from` on. Entry rules do not bind: this is what both teams agreed on. */
function recycleInto(
  d: Draft,
  cadenceId: string,
  reason: Reason,
  by: string,
  from: number | undefined,
  why: string,
): void {
  const cadence = d.playbooks.current.cadences[cadenceId];
  if (!cadence) {
    journal(d, { type: 'input.ignored', reason: 'unknown-in-playbook', by, data: { cadence: cadenceId } });
    return;
  }
  startEnrollment(d, cadence, { reason, by, ...(from === undefined ? {} : { from }), data: { returnReason: why } });
}

/** A lead given back before its handoff was answered: the question is no longer open. */
export function leaveOpenHandoff(d: Draft): void {
  const { task } = d.state.custody;
  if (task) closeTask(d, task, 'no-longer-needed');
}

/** Nobody accepted in time: marketing has the lead again, with the reason, and the step goes on. */
export function breach(d: Draft): void {
  const { task, from, pool, rep, handoff, acceptBy } = d.state.custody;
  if (task) closeTask(d, task, 'sla-breached');
  if (pool && rep) d.effects.push({ kind: 'pool.count', pool, rep, by: -1 });
  journal(d, {
    type: 'handoff.breached',
    reason: 'sla-breached',
    by: 'clock',
    data: { handoff: handoff ?? null, rep: rep ?? null, acceptBy: acceptBy ?? null },
  });
  leaveSales(d, 'sla-breached', 'clock');
  followOutcome(d, from, 'breached');
  forgetRoutes(d);
}

/** A `recycle` step: nurture again, out of sales' hands if they have the lead. */
export function recycleByStep(d: Draft, e: Enrollment, into: string): void {
  const withSales = d.state.custody.who === 'sales';
  if (withSales) {
    leaveOpenHandoff(d);
    leaveSales(d, 'step', 'rule');
  }
  const place = `${e.cadence}/${e.step}`;
  if (d.playbooks.current.cadences[into]?.lane !== e.lane) endEnrollment(d, e, 'ended', 'completed', { by: 'rule' });
  recycleInto(d, into, 'step', 'rule', undefined, place);
  if (withSales) forgetRoutes(d);
}

function leaveSales(d: Draft, reason: Reason, by: string): void {
  d.state.returnedAt = d.t;
  setCustody(d, { who: 'marketing', since: d.t, attempts: 0 }, reason, by);
}

/** What is true right after a return is the ground a route must rise from again. */
function forgetRoutes(d: Draft): void {
  for (const { id, on } of evaluateRoutes(d)) {
    d.state.routes[id] = { ...d.state.routes[id], on, armed: false };
  }
}

/** Never again: every run and task ends, nobody has the next move. */
export function disqualify(d: Draft, why: string, by: string): void {
  leaveOpenHandoff(d);
  d.state.disqualified = { at: d.t, reason: why };
  for (const e of [...d.state.enrollments]) endEnrollment(d, e, 'exited', 'disqualified', { by });
  setCustody(d, { who: 'nobody', since: d.t, attempts: 0 }, 'disqualified', by);
  journal(d, { type: 'lead.disqualified', reason: 'disqualified', by, data: { why } });
}
