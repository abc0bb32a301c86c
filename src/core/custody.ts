/** What each move of custody brings with it; the moves themselves are in custody-states.ts. */
import { accountContext } from './account-context.ts';
import { addDuration, workingBetween } from './calendar.ts';
import { type CustodyEvent, mayMove, moveCustody, phaseOf } from './custody-states.ts';
import { type Draft, journal, placeOf, routingOf } from './draft.ts';
import { type Ending, rememberSales } from './earlier.ts';
import { endEnrollment, enterStep, startEnrollment } from './enrollment.ts';
import type { Rep } from './facts.ts';
import { stopFinding } from './find-role.ts';
import { hashId } from './hash.ts';
import type { Handoff, ReturnRule } from './playbook.ts';
import { type Choice, calendarFor, choiceOf, chooseRep, presentFor, turnFor } from './pools.ts';
import type { Reason } from './reasons.ts';
import { evaluateRoutes } from './route.ts';
import { clocksOf, firstTouchBy, oweTouch } from './sla.ts';
import type { Enrollment } from './state.ts';
import { closeTask, openTask, taskContext } from './task.ts';
import { calendarOf, leadZone } from './view.ts';

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

/** The step that offered the lead goes on by the outcome, unless what happened ended or replaced its run. */
function followOutcome(d: Draft, from: { enrollment: string; step: string } | undefined, outcome: string): void {
  const e = from && d.state.enrollments.find((x) => x.id === from.enrollment && x.step === from.step);
  if (!e) return;
  const { step } = placeOf(d, e);
  if (step?.kind !== 'handoff') return;
  const to = step.outcomes[outcome];
  enterStep(d, e, to === undefined ? step.next : to, d.t, 'daily');
}

/** The counts of the pool, and what is to be said when nobody was free. */
function takeTurn(d: Draft, { pool, rep, over, counts }: Choice, by: string): void {
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
function creditTurn(d: Draft): void {
  const { who, pool, rep, escalated } = d.state.custody;
  if (who === 'sales' && pool && rep && !escalated) d.effects.push({ kind: 'pool.count', pool, rep, by: -1 });
}

/** The rung `reassign`: the next rep by the same rules, none of those who let it lie. The clocks go on. */
export function handOffered(d: Draft): void {
  const { custody } = d.state;
  const passed = [...(custody.passed ?? []), ...(custody.rep ? [custody.rep] : [])];
  const pools = d.playbooks.current.handoffs[custody.handoff ?? '']?.pools ?? [];
  const choice = chooseRep(d, pools, new Set(passed));
  if (!choice?.rep) {
    stay(d, 'nobody-else');
    return;
  }
  const { pool, rep } = choice;
  giveOffered(d, { rep, passed, pool: pool.id }, 'not-accepted-in-time');
  takeTurn(d, choice, 'clock');
}

/** The rung `manager`: of the pool it is in, else of one of the handoff's other pools. */
export function escalate(d: Draft): void {
  const { custody } = d.state;
  const { handoffs, pools } = d.playbooks.current;
  const passed = [...(custody.passed ?? []), ...(custody.rep ? [custody.rep] : [])];
  const ids = [custody.pool, ...(handoffs[custody.handoff ?? '']?.pools ?? [])];
  const named = ids.flatMap((id) => pools.find((pool) => pool.id === id)?.manager ?? []);
  const question = { routing: routingOf(d), playbook: d.playbooks.current, at: d.t };
  const present = named.flatMap((id) => presentFor(id, question) ?? []);
  const manager = present.find((rep) => rep.id !== custody.rep);
  if (!manager) {
    stay(d, named.length === 0 ? 'no-manager' : 'nobody-else');
    return;
  }
  giveOffered(d, { rep: manager, passed, escalated: true }, 'not-accepted-in-time');
}

/** The rung found nobody: said once, and what is left of the ladder goes on. */
function stay(d: Draft, reason: Reason): void {
  const { task, handoff, rep, pool } = d.state.custody;
  journal(d, {
    type: 'handoff.stayed',
    reason,
    by: 'clock',
    data: { task: task ?? null, handoff: handoff ?? null, rep: rep ?? null, pool: pool ?? null },
  });
  afterLastRung(d);
}

interface GivenTo {
  readonly rep: Rep;
  readonly passed: string[];
  readonly pool?: string;
  readonly escalated?: boolean;
}

function giveOffered(d: Draft, { rep, passed, pool, escalated }: GivenTo, reason: Reason): void {
  const { custody } = d.state;
  const { who: _, escalated: __, ...kept } = custody;
  const at = pool ?? custody.pool;
  moveCustody(
    d,
    'hand-on',
    {
      ...kept,
      rep: rep.id,
      ...(at === undefined ? {} : { pool: at }),
      passed,
      ...(escalated ? { escalated } : {}),
    },
    { reason, by: 'clock' },
  );
  const { task, handoff } = custody;
  if (task !== undefined) d.effects.push({ kind: 'task.assign', id: task, assignee: rep.id, at: d.t });
  journal(d, {
    type: escalated ? 'handoff.escalated' : 'handoff.reassigned',
    reason,
    by: 'clock',
    data: { task: task ?? null, handoff: handoff ?? null, from: custody.rep ?? null, to: rep.id, pool: at ?? null },
  });
  afterLastRung(d);
}

/** A person gave the lead to another rep: the turn is that one's. */
export function movedTo(d: Draft, to: string, by: string): void {
  const { custody } = d.state;
  if (custody.rep === to) return;
  creditTurn(d);
  if (custody.pool) d.effects.push(...turnFor(d, custody.pool, to));
  const { who: _, escalated: __, ...kept } = custody;
  moveCustody(d, 'hand-on', { ...kept, rep: to }, { reason: 'by-request', by });
}

/** The chat an offer began with rings at another rep now, and the offer goes with it. The clocks go on. */
export function handOnByChat(
  d: Draft,
  { from, rep, pool, by }: { from: string; rep: string; pool: string | undefined; by: string },
): void {
  const { custody } = d.state;
  if (phaseOf(custody) !== 'offered' || custody.rep !== from || d.answered.has(custody.task ?? '')) return;
  const at = pool ?? custody.pool;
  if (at !== undefined) d.effects.push(...turnFor(d, at, rep));
  const { who: _, escalated: __, ...kept } = custody;
  const passed = [...(custody.passed ?? []), from];
  const fields = { ...kept, rep, passed, ...(at === undefined ? {} : { pool: at }) };
  moveCustody(d, 'hand-on', fields, { reason: 'chat-unanswered', by });
  const { task, handoff } = custody;
  if (task !== undefined) d.effects.push({ kind: 'task.assign', id: task, assignee: rep, at: d.t });
  journal(d, {
    type: 'handoff.reassigned',
    reason: 'chat-unanswered',
    by,
    data: { task: task ?? null, handoff: handoff ?? null, from, to: rep, pool: at ?? null },
  });
}

/** A rep takes a lead nobody offered, or a manager gives it to one: there is nothing to answer. */
export function claim(d: Draft, rep: string, by: string): void {
  delete d.state.resume;
  moveCustody(d, 'claim', { since: d.t, rep, acceptedAt: d.t, attempts: 0 }, { reason: 'by-request', by });
}

/** A ladder that does not end with `recycle`: the step that asked goes on, the offer stays open. */
function afterLastRung(d: Draft): void {
  const { ladder, from } = d.state.custody;
  if (ladder?.length === 0) followOutcome(d, from, 'breached');
}

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
  d.state.events.push('handoff.accepted');
}

export interface ReturnWords {
  readonly rule: ReturnRule;
  readonly by: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly note?: string;
  readonly until?: number;
  readonly outcome: 'rejected' | 'returned';
  /** Why, when it was no rep. */
  readonly reason?: Reason;
}

/** A rep gives the lead back with an agreed reason, and what was agreed for it follows. */
export function returnLead(d: Draft, words: ReturnWords): void {
  const { rule, by, facts, note, until, outcome, reason = 'returned' } = words;
  const { from, acceptedAt } = d.state.custody;
  creditTurn(d);
  journal(d, {
    type: outcome === 'rejected' ? 'handoff.rejected' : 'lead.returned',
    reason,
    by,
    data: {
      returnReason: rule.id,
      facts: facts ?? {},
      ...(note === undefined ? {} : { note }),
      ...(until === undefined ? {} : { until }),
      ...(acceptedAt === undefined ? {} : { acceptedAt }),
    },
  });
  leaveSales(d, 'return', {
    reason,
    by,
    ending: { ended: outcome, reason: rule.id, ...(facts && { facts }), ...(note !== undefined && { note }) },
  });
  if (rule.engagement === 'halve') d.state.dampened.push({ at: d.t, factor: 0.5 });
  if (rule.disqualify) {
    disqualify(d, rule.id, by);
    return;
  }
  const cadence = rule.recycle === undefined ? undefined : d.playbooks.current.cadences[rule.recycle];
  const pause = pauseEnd(d, rule, until);
  if (pause !== undefined) d.state.agreedAt = pause;
  if (cadence) recycleInto(d, cadence.id, reason, by, pause, rule.id);
  oweTouch(d, pause ?? d.t);
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
  if (d.state.objected && cadence.purpose !== 'service') {
    journal(d, { type: 'entry.refused', cadence: cadenceId, reason: 'objected', by });
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
  const { task, from, rep, handoff, acceptBy } = d.state.custody;
  if (task) closeTask(d, task, 'sla-breached');
  journal(d, {
    type: 'handoff.breached',
    reason: 'sla-breached',
    by: 'clock',
    data: { handoff: handoff ?? null, rep: rep ?? null, acceptBy: acceptBy ?? null },
  });
  leaveSales(d, 'breach', { reason: 'sla-breached', by: 'clock', ending: { ended: 'breached' } });
  oweTouch(d, d.t);
  followOutcome(d, from, 'breached');
  forgetRoutes(d);
}

/** A `recycle` step: nurture again, out of sales' hands if they have the lead. */
export function recycleByStep(d: Draft, e: Enrollment, into: string): void {
  const withSales = d.state.custody.who === 'sales';
  if (withSales) {
    leaveOpenHandoff(d);
    leaveSales(d, 'return', { reason: 'step', by: 'rule', ending: { ended: 'recycled' } });
    oweTouch(d, d.t);
  }
  const place = `${e.cadence}/${e.step}`;
  if (d.playbooks.current.cadences[into]?.lane !== e.lane) endEnrollment(d, e, 'ended', 'completed', { by: 'rule' });
  recycleInto(d, into, 'step', 'rule', undefined, place);
  if (withSales) forgetRoutes(d);
}

/** The sale is made: the custody of sales ends, and nobody has to answer for the lead any more. */
export function endSales(d: Draft, reason: Reason, by: string): void {
  if (!mayMove(d.state.custody, 'won')) return;
  const { from } = d.state.custody;
  leaveOpenHandoff(d);
  rememberSales(d, { ended: 'won' });
  endAccepted(d, reason);
  delete d.state.resume;
  moveCustody(d, 'won', { since: d.t, attempts: 0 }, { reason, by });
  followOutcome(d, from, 'accepted');
  forgetRoutes(d);
}

interface Leave {
  readonly reason: Reason;
  readonly by: string;
  readonly ending: Ending;
}

function leaveSales(d: Draft, event: Extract<CustodyEvent, 'return' | 'breach'>, { reason, by, ending }: Leave): void {
  rememberSales(d, ending);
  endAccepted(d, reason);
  d.state.returnedAt = d.t;
  moveCustody(d, event, { since: d.t, attempts: 0 }, { reason, by });
}

/** An accepted handoff is work until sales no longer has the lead. */
export function endAccepted(d: Draft, reason: Reason): void {
  const { accepted } = d.state.custody;
  if (accepted) d.effects.push({ kind: 'task.close', id: accepted, state: 'done', reason, at: d.t });
  stopFinding(d, 'no-longer-needed');
}

/** What is true right after a return is the ground a route must rise from again. */
export function forgetRoutes(d: Draft): void {
  for (const { id, on } of evaluateRoutes(d)) {
    d.state.routes[id] = { ...d.state.routes[id], on, armed: false };
  }
}

/** Never again: every run and task ends, nobody has the next move. */
export function disqualify(d: Draft, why: string, by: string): void {
  leaveOpenHandoff(d);
  d.state.disqualified = { at: d.t, reason: why };
  for (const e of [...d.state.enrollments]) endEnrollment(d, e, 'exited', 'disqualified', { by });
  endAccepted(d, 'disqualified');
  delete d.state.resume;
  moveCustody(d, 'disqualify', { since: d.t, attempts: 0 }, { reason: 'disqualified', by });
  journal(d, { type: 'lead.disqualified', reason: 'disqualified', by, data: { why } });
}
