/** What each input does to the lead, at the instant being decided. */
import { applyActivity } from './activity.ts';
import { CHAT_SIGNAL } from './chat.ts';
import { acceptChat, endChat, passChat, startChat } from './chats.ts';
import { applyPreferences, letGo } from './choices.ts';
import { applyColleagueReplied } from './colleagues.ts';
import { tellConsents } from './consent-journal.ts';
import { keepTold } from './context.ts';
import { acceptHandoff, claim } from './custody/accept.ts';
import { returnLead } from './custody/give-back.ts';
import { movedTo } from './custody/hand-on.ts';
import { disqualify, leaveOpenHandoff, requalify } from './custody/leave.ts';
import { offer } from './custody/offer.ts';
import { revive } from './custody-states.ts';
import { applyDeal, leaveDeal } from './deal.ts';
import { type Draft, journal, placeOf } from './draft.ts';
import { endEnrollment, enterStep, moveDatedWaits, resumeEnrollment, startEnrollment } from './enrollment.ts';
import { mayEnter } from './entry.ts';
import { askForRoles, foundRole } from './find-role.ts';
import type { Input, InputBody } from './input.ts';
import { applyMoved } from './moved.ts';
import { applyObjection } from './objection.ts';
import { pauseEnrollment } from './pause.ts';
import type { Reason } from './reasons.ts';
import { rememberClosed, reopen } from './reopen.ts';
import { applyReply } from './replies.ts';
import { repTouched } from './sla.ts';
import { moveStage } from './stage.ts';
import { type Enrollment, type LeadState, SIGNALS_KEPT } from './state.ts';
import { closeTask } from './task.ts';
import { endTouch, proveTouch, rejectTouch } from './touch.ts';

type Body<K extends InputBody['kind']> = Extract<InputBody, { kind: K }>;

/** Of a reply, kept for the rep; the journal has the whole of it. */
const SAID_KEPT = 500;

/** Clicks kept per step: `clicked` asks only whether there is one since the run began. */
const CLICKS_KEPT = 20;

const ignore = (d: Draft, input: Input, reason: Reason, data: Readonly<Record<string, unknown>>): void =>
  journal(d, {
    type: 'input.ignored',
    reason,
    by: byOf(input.body),
    data: { input: input.id, kind: input.body.kind, ...data },
  });

/** Why no team may take the lead up any more, if so. */
const outOfReach = ({ disqualified, objected }: LeadState): Reason | undefined =>
  disqualified ? 'disqualified' : objected ? 'objected' : undefined;

const byOf = (body: InputBody): string => ('by' in body ? body.by : 'lead');

export function applyInput(d: Draft, input: Input): void {
  const body = input.body;
  switch (body.kind) {
    case 'lead.changed':
      tellConsents(d, body.consents ?? [], body.by);
      // The facts are new already; settling looks at them.
      letGo(d);
      return;
    case 'signal':
      applySignal(d, input, body);
      return;
    case 'colleague.replied':
      if (d.state.disqualified) ignore(d, input, 'disqualified', { colleague: body.colleague });
      else applyColleagueReplied(d, body);
      return;
    case 'suppressed':
      // The playbook's word for it: `seen('unsubscribed')`. No human signal: it must not fire a route.
      if (body.reason === 'unsubscribed' && body.channel === undefined)
        logSignal(d, 'unsubscribed', Math.min(input.at, d.t), true);
      journal(d, {
        type: 'lead.suppressed',
        reason: 'suppressed',
        by: body.by,
        data: {
          why: body.reason,
          ...(body.purpose ? { purpose: body.purpose } : {}),
          ...(body.channel ? { channel: body.channel } : {}),
        },
      });
      return;
    case 'preferences':
      applyPreferences(d, body);
      return;
    case 'objected':
      applyObjection(d, body);
      return;
    case 'moved':
      applyMoved(d, body);
      return;
    case 'activity':
      applyActivity(d, body);
      return;
    case 'enroll':
      applyEnroll(d, input, body);
      return;
    case 'enrollment.control':
      applyControl(d, input, body);
      return;
    case 'handoff': {
      const handoff = d.playbooks.current.handoffs[body.handoff];
      if (!handoff) {
        ignore(d, input, 'unknown-in-playbook', { handoff: body.handoff });
        return;
      }
      offer(d, {
        handoff,
        reason: 'by-request',
        why: body.note ?? 'A person handed this lead over.',
        by: body.by,
        ...(body.note === undefined ? {} : { note: body.note }),
      });
      return;
    }
    case 'chat.started':
      applySignal(d, input, { kind: 'signal', type: CHAT_SIGNAL, human: true });
      startChat(d, body);
      return;
    case 'chat.passed':
      passChat(d, body);
      return;
    case 'chat.accepted':
      acceptChat(d, body);
      return;
    case 'chat.ended':
      endChat(d, body);
      return;
    case 'task.answered':
      applyAnswer(d, input, body);
      return;
    case 'task.reassigned':
      applyReassigned(d, input, body);
      return;
    case 'task.reopened':
      applyReopened(d, input, body);
      return;
    case 'lead.assigned':
      applyAssigned(d, input, body);
      return;
    case 'recycle':
      applyRecycle(d, input, body);
      return;
    case 'disqualify':
      if (d.state.disqualified) {
        ignore(d, input, 'disqualified', { why: body.reason });
        return;
      }
      disqualify(d, body.reason, body.by);
      return;
    case 'requalify':
      if (d.state.disqualified) requalify(d, body.reason, body.by);
      else ignore(d, input, 'not-disqualified', { why: body.reason });
      return;
    case 'deal':
      applyDeal(d, input, body);
      return;
    case 'deal.left':
      leaveDeal(d, body.deal, body.by);
      return;
    case 'stage':
      applyStage(d, input, body);
      return;
    case 'touch.result':
      if (!endTouch(d, body)) ignore(d, input, 'unknown-touch', { touch: body.touch });
      return;
    case 'touch.proven':
      proveTouch(d, body);
      return;
    case 'touch.rejected':
      rejectTouch(d, body);
  }
}

function applyStage(d: Draft, input: Input, body: Body<'stage'>): void {
  const known = d.playbooks.current.stages.some((stage) => stage.id === body.stage);
  if (!known || d.state.disqualified) {
    ignore(d, input, known ? 'disqualified' : 'unknown-in-playbook', { stage: body.stage });
    return;
  }
  if (body.stage === d.state.stage) {
    ignore(d, input, 'stage-kept', { stage: body.stage, why: body.reason });
    return;
  }
  moveStage(d, { to: body.stage, reason: 'stage-by-person', by: body.by, data: { why: body.reason } });
}

function applySignal(d: Draft, input: Input, body: Body<'signal'>): void {
  const { state } = d;
  // A signal that reached us late counts from its own time, but never from the future of the decision.
  const at = Math.min(input.at, d.t);
  if (leavesTrace(body.type, body.human)) logSignal(d, body.type, at, body.human);
  if (body.human) {
    if (!state.objected) keepTold(state, body.context ?? {}, at);
    state.humanAt = Math.max(state.humanAt ?? at, at);
    if (at > state.custody.since) d.humanNow = true;
    revive(d, 'lead');
    if (body.type === 'email.clicked' && body.cadence && body.step) {
      const key = `${body.cadence}/${body.step}`;
      const clicks = state.clicks[key] ?? [];
      insertSorted(clicks, at);
      state.clicks[key] = clicks.slice(-CLICKS_KEPT);
    }
  }
  if (body.type === 'meeting.booked' || body.type === 'meeting.rescheduled') {
    if (body.meetingAt !== undefined) state.meetingAt = body.meetingAt;
  }
  if (body.type === 'meeting.cancelled') delete state.meetingAt;
  if (body.type.startsWith('meeting.')) moveDatedWaits(d);
  journal(d, {
    type: 'signal.received',
    ...(body.sign === undefined ? {} : { reason: 'followed-by-program' as const }),
    ...(body.cadence ? { cadence: body.cadence } : {}),
    ...(body.step ? { step: body.step } : {}),
    by: 'lead',
    data: {
      type: body.type,
      signalAt: at,
      human: body.human,
      ...(body.link === undefined ? {} : { link: body.link }),
      ...(body.sign === undefined ? {} : { sign: body.sign }),
      ...(body.context ? { context: body.context } : {}),
      ...wordsOfReply(body.reply),
    },
  });
  const { text } = body.reply ?? {};
  if (body.human && text !== undefined) state.said = { at, text: text.slice(0, SAID_KEPT) };
  if (body.reply) applyReply(d, body.reply);
}

const wordsOfReply = (reply: Body<'signal'>['reply']): Readonly<Record<string, unknown>> =>
  reply === undefined
    ? {}
    : {
        class: reply.class,
        ...(reply.until === undefined ? {} : { until: reply.until }),
        ...(reply.text === undefined ? {} : { text: reply.text }),
      };

/**
 * Whether conditions see it. An automatic reply is no reply, and what a program followed nobody has clicked:
 * `seen('reply.received')` and `seen('email.clicked')` must not hold by them.
 */
export const leavesTrace = (type: string, human: boolean): boolean =>
  human || (type !== 'reply.received' && type !== 'email.clicked');

function logSignal({ state }: Draft, type: string, at: number, human: boolean): void {
  const log = state.signals[type] ?? { n: 0, at: [] };
  log.n += 1;
  insertSorted(log.at, at);
  if (!human) {
    log.machine ??= [];
    insertSorted(log.machine, at);
  }
  if (log.at.length > SIGNALS_KEPT) {
    for (const dropped of log.at.splice(0, log.at.length - SIGNALS_KEPT)) {
      if (log.machine?.[0] === dropped) log.machine.shift();
    }
  }
  state.signals[type] = log;
}

function insertSorted(list: number[], at: number): void {
  let i = list.length;
  while (i > 0 && (list[i - 1] ?? 0) > at) i -= 1;
  list.splice(i, 0, at);
}

function applyEnroll(d: Draft, input: Input, body: Body<'enroll'>): void {
  const playbook = d.playbooks.current;
  const cadence = playbook.cadences[body.cadence];
  const answer = cadence
    ? mayEnter({ state: d.state, facts: d.facts, playbook, cadence, now: d.t })
    : ({ ok: false, reason: 'unknown-in-playbook' } as const);
  if (cadence) d.reserved.delete(cadence.lane);
  if (cadence && answer.ok) {
    startEnrollment(d, cadence, { id: body.enrollment, reason: 'by-request', by: body.by });
    return;
  }
  // The API had opened the row; it must not stay open when the rules have turned meanwhile.
  d.effects.push({
    kind: 'enrollment',
    id: body.enrollment,
    cadence: body.cadence,
    lane: cadence?.lane ?? '',
    state: 'exited',
    step: null,
    dueAt: null,
    startedAt: d.t,
    endedAt: d.t,
    playbook: playbook.hash,
  });
  ignore(d, input, answer.ok ? 'unknown-in-playbook' : answer.reason, {
    cadence: body.cadence,
    enrollment: body.enrollment,
  });
}

function applyControl(d: Draft, input: Input, body: Body<'enrollment.control'>): void {
  const e = d.state.enrollments.find((x) => x.id === body.enrollment);
  if (!e) {
    ignore(d, input, 'unknown-enrollment', { enrollment: body.enrollment });
    return;
  }
  if (body.action === 'stop') endEnrollment(d, e, 'stopped', 'stopped', { by: body.by });
  else if (body.action === 'resume') resumeEnrollment(d, e, 'by-request', body.by);
  else if (e.state === 'paused') {
    e.pausedBy = 'person';
    delete e.pausedUntil;
  } else pauseEnrollment(d, e, 'person', 'by-request', body.by);
}

/** Whether the playbook names this disposition: such a word tells nothing of anybody. */
function isOutcome(d: Draft, e: Enrollment, disposition: string | undefined): boolean {
  const { step } = placeOf(d, e);
  return step?.kind === 'task' && disposition !== undefined && Object.hasOwn(step.outcomes, disposition);
}

function applyAnswer(d: Draft, input: Input, body: Body<'task.answered'>): void {
  const { custody } = d.state;
  const e = d.state.enrollments.find((x) => x.task === body.task);
  const isHandoff = custody.task === body.task;
  const finding = d.state.finding?.some((one) => one.task === body.task) === true;
  if (!isHandoff && !e && !finding) {
    ignore(d, input, 'unknown-task', { task: body.task });
    return;
  }
  journal(d, {
    type: 'task.answered',
    ...(e ? { cadence: e.cadence, ...(e.step ? { step: e.step } : {}) } : {}),
    by: body.by,
    data: {
      task: body.task,
      answer: body.answer,
      ...(body.disposition === undefined ? {} : { disposition: body.disposition }),
      ...(e && isOutcome(d, e, body.disposition) ? { outcome: body.disposition } : {}),
      ...(body.note === undefined ? {} : { note: body.note }),
    },
  });
  if (isHandoff) {
    if (body.answer === 'accept') {
      acceptHandoff(d, body.by);
      askForRoles(d);
      return;
    }
    // The rep was told that the lead is given back: a reason that has left the playbook only leads nowhere.
    const id = body.reason ?? 'unknown';
    const rule = d.playbooks.current.returns[id] ?? { id, facts: [], disqualify: false };
    returnLead(d, { rule, by: body.by, outcome: 'rejected', ...wordsOf(body) });
    return;
  }
  // Somebody else was looked for: that was no attempt at this lead.
  if (foundRole(d, body.task)) return;
  const { since, firstTouchAt, repliedAt } = custody;
  if (custody.who === 'sales') {
    custody.attempts += 1;
    delete custody.repliedAt;
  }
  if (body.answer === 'complete') repTouched(d, body.by);
  if (!e || e.step === null) return;
  const firstTouch = firstTouchAt === undefined && custody.firstTouchAt !== undefined;
  const sales = { since, firstTouch, ...(repliedAt === undefined ? {} : { repliedAt }) };
  const closed = {
    ...{ task: body.task, run: e.id, step: e.step, enteredAt: e.enteredAt, dueAt: e.dueAt ?? d.t, spread: e.spread },
    ...(custody.who === 'sales' ? { custody: sales } : {}),
  };
  goOnAfterTask(d, e.id, body.disposition ?? (body.answer === 'skip' ? 'skipped' : 'done'));
  rememberClosed(d, closed);
}

/** The step of an answered or expired task goes on by its outcome. */
export function goOnAfterTask(d: Draft, enrollment: string, outcome: string): void {
  const e = d.state.enrollments.find((x) => x.id === enrollment);
  if (!e) return;
  const { step } = placeOf(d, e);
  if (step?.kind !== 'task') return;
  const to = step.outcomes[outcome] ?? step.outcomes.else;
  const named = step.outcomes[outcome] !== undefined || step.outcomes.else !== undefined;
  delete e.task;
  enterStep(d, e, named ? (to ?? null) : step.next, d.t, 'none');
}

const wordsOf = (body: {
  facts?: Record<string, string> | undefined;
  note?: string | undefined;
  until?: number | undefined;
}) => ({
  ...(body.facts === undefined ? {} : { facts: body.facts }),
  ...(body.note === undefined ? {} : { note: body.note }),
  ...(body.until === undefined ? {} : { until: body.until }),
});

/** Whether the lead waits for an answer to this task, whatever it is for. */
const isOpenIn = ({ custody, enrollments, finding }: LeadState, task: string): boolean =>
  custody.task === task ||
  enrollments.some((e) => e.task === task) ||
  finding?.some((one) => one.task === task) === true;

function applyReopened(d: Draft, input: Input, body: Body<'task.reopened'>): void {
  const open = isOpenIn(d.state, body.task);
  // The answer was taken back before anybody had looked at it.
  if (open) journal(d, { type: 'task.reopened', reason: 'closed-by-mistake', by: body.by, data: { task: body.task } });
  else if (!reopen(d, body.task, body.by)) {
    // The store has opened it, and something came in between: what it is for has ended.
    ignore(d, input, 'unknown-task', { task: body.task });
    closeTask(d, body.task, 'no-longer-needed');
  }
}

function applyReassigned(d: Draft, input: Input, body: Body<'task.reassigned'>): void {
  const { custody } = d.state;
  if (!isOpenIn(d.state, body.task)) {
    ignore(d, input, 'unknown-task', { task: body.task });
    return;
  }
  // The lead's custodian follows its handoff; reassigning restarts no clock.
  if (custody.task === body.task) movedTo(d, body.to, body.by);
  // The store has it already, unless a rung of the ladder came in between.
  d.effects.push({ kind: 'task.assign', id: body.task, assignee: body.to, at: d.t });
  const lead = custody.task === body.task;
  journal(d, { type: 'task.reassigned', by: body.by, data: { task: body.task, to: body.to, lead } });
}

function applyAssigned(d: Draft, input: Input, body: Body<'lead.assigned'>): void {
  const { custody } = d.state;
  const out = outOfReach(d.state);
  if (out) {
    ignore(d, input, out, { to: body.to });
    return;
  }
  // The store has these already; a rung of the ladder may have moved one in between.
  for (const id of body.tasks) d.effects.push({ kind: 'task.assign', id, assignee: body.to, at: d.t });
  const reason: Reason = body.left === undefined ? 'by-request' : 'rep-left';
  const theirs = body.left === undefined || custody.rep === body.left;
  if (theirs) {
    if (custody.who === 'sales') {
      movedTo(d, body.to, body.by);
      // An offer that was made since is not among the tasks the store has moved.
      if (custody.task !== undefined && !body.tasks.includes(custody.task)) {
        d.effects.push({ kind: 'task.assign', id: custody.task, assignee: body.to, at: d.t });
      }
    } else if (body.left === undefined) {
      claim(d, body.to, body.by);
      askForRoles(d);
    }
  }
  if (!theirs && body.tasks.length === 0) return;
  journal(d, {
    type: 'lead.assigned',
    reason,
    by: body.by,
    data: { from: body.left ?? custody.rep ?? null, to: body.to, tasks: body.tasks.length, lead: theirs },
  });
}

function applyRecycle(d: Draft, input: Input, body: Body<'recycle'>): void {
  const rule = d.playbooks.current.returns[body.reason];
  if (!rule) {
    ignore(d, input, 'unknown-in-playbook', { reason: body.reason });
    return;
  }
  const out = outOfReach(d.state);
  if (out) {
    ignore(d, input, out, { reason: body.reason });
    return;
  }
  leaveOpenHandoff(d);
  returnLead(d, { rule, by: body.by, outcome: 'returned', ...wordsOf(body) });
}
