/** What a due step does. */
import { goOnAfterTask } from './apply-task.ts';
import { assigneeFor } from './assignee.ts';
import { addSpan } from './calendar.ts';
import { capData, countTouch, deferCapped, heldByCap, reasonOfCap } from './caps.ts';
import { DO_NOT_CALL, holdCall } from './channels.ts';
import { recycleByStep } from './custody/give-back.ts';
import { offer } from './custody/offer.ts';
import { type Draft, journal, placeOf } from './draft.ts';
import { dateOf, enterStep, isResting, spreadAfterWait, startEnrollment } from './enrollment.ts';
import { mayReplace } from './entry.ts';
import { armOf, heldOutBy, stoppedArm } from './experiments/track.ts';
import { hashId } from './hash.ts';
import { runNotify } from './notify.ts';
import type {
  BranchStep,
  EnrollStep,
  HandoffStep,
  SplitStep,
  TaskStep,
  WaitForStep,
  WaitUntil,
  WebhookStep,
} from './playbook.ts';
import type { Enrollment } from './state.ts';
import { closeTask, openTask, taskContext } from './task.ts';
import { runEmail } from './touch.ts';
import { calendarOf, HISTORY, SINCE_ENROLLMENT, viewOf } from './view.ts';

/** Runs the step the enrollment stands on if it is due or answered. True when something changed. */
export function runStep(d: Draft, e: Enrollment): boolean {
  const { step } = placeOf(d, e);
  if (!step || e.state !== 'running' || e.touch !== undefined) return false;
  if (step.kind === 'waitFor') return runWaitFor(d, e, step);
  if (e.dueAt === null || e.dueAt > d.t) return false;
  switch (step.kind) {
    case 'email':
    case 'pick':
      return runEmail(d, e, step);
    case 'wait': {
      const skips = 'until' in step.wait && step.wait.orElse === 'skip' && dateIsPast(d, e, step.wait.until);
      const { cadence } = placeOf(d, e);
      const to = skips && step.next !== null ? (cadence.steps[step.next]?.next ?? null) : step.next;
      enterStep(d, e, to, d.t, spreadAfterWait(step));
      return true;
    }
    case 'branch':
      return runBranch(d, e, step);
    case 'split':
      return runSplit(d, e, step);
    case 'task':
      return runTask(d, e, step);
    case 'handoff':
      return runHandoff(d, e, step);
    case 'notify':
      runNotify(d, e, step);
      return true;
    case 'recycle':
      recycleByStep(d, e, step.into);
      return true;
    case 'enroll':
      runEnroll(d, e, step);
      return true;
    case 'webhook':
      runWebhook(d, e, step);
      return true;
  }
}

/** `wait.until` has no date, or one that was past when the step was entered. */
const dateIsPast = (d: Draft, e: Enrollment, until: WaitUntil): boolean =>
  dateOf(d, until) === undefined || d.t <= e.enteredAt;

function runWaitFor(d: Draft, e: Enrollment, step: WaitForStep): boolean {
  if (isResting(d, e)) return false;
  const { playbook } = placeOf(d, e);
  const met = step.when.test(viewOf(d.state, d.facts, playbook, d.t, SINCE_ENROLLMENT, e));
  if (!met && (e.dueAt === null || e.dueAt > d.t)) return false;
  journal(d, {
    type: 'step.waited',
    cadence: e.cadence,
    step: step.id,
    reason: met ? 'wait-met' : 'wait-timeout',
    playbook: e.playbook,
    data: { for: step.when.source },
  });
  enterStep(d, e, met ? step.then : step.else, d.t, met ? 'none' : 'daily');
  return true;
}

function runBranch(d: Draft, e: Enrollment, step: BranchStep): boolean {
  const { playbook } = placeOf(d, e);
  const scope = viewOf(d.state, d.facts, playbook, d.t, HISTORY, e);
  const arm = step.arms.find((a) => a.when === undefined || a.when.test(scope));
  journal(d, {
    type: 'step.branched',
    cadence: e.cadence,
    step: step.id,
    reason: arm ? 'branch-taken' : 'no-arm',
    playbook: e.playbook,
    data: { when: arm ? (arm.when?.source ?? 'else') : null },
  });
  enterStep(d, e, arm ? arm.to : step.next, d.t, e.spread);
  return true;
}

function runSplit(d: Draft, e: Enrollment, step: SplitStep): boolean {
  // By lead and experiment, not by run: a lead that comes again stays in its arm.
  const { arm, data } = armOf(d, e, step);
  if (arm) e.arms = { ...e.arms, [step.id]: arm.id };
  journal(d, {
    type: 'step.split',
    cadence: e.cadence,
    step: step.id,
    reason: arm ? 'arm-assigned' : 'holdout',
    playbook: e.playbook,
    data,
  });
  enterStep(d, e, arm ? arm.to : step.next, d.t, e.spread);
  return true;
}

function runTask(d: Draft, e: Enrollment, step: TaskStep): boolean {
  if (e.task !== undefined) {
    if (d.answered.has(e.task)) return false;
    closeTask(d, e.task, 'not-answered', e);
    goOnAfterTask(d, e.id, 'expired');
    return true;
  }
  if (sparedTask(d, e, step)) return true;
  const call = holdCall(d, e, step);
  if (call === 'skip') goOnAfterTask(d, e.id, DO_NOT_CALL);
  if (call !== 'go') return true;
  delete e.rests;
  const held = heldByCap(d, e, 'task', d.t);
  if (held && d.playbooks.current.caps?.onCap === 'skip') {
    journal(d, {
      type: 'task.skipped',
      cadence: e.cadence,
      step: step.id,
      reason: reasonOfCap(held.by),
      playbook: e.playbook,
      data: { kind: step.task.kind, ...capData(d, held.by) },
    });
    enterStep(d, e, step.next, d.t, e.spread);
    return true;
  }
  if (held) return deferCapped(d, e, step, held.by, held.until);
  countTouch(d, 'task', d.t);
  const { playbook } = placeOf(d, e);
  const { rep, pool } = assigneeFor(d, playbook);
  const id = hashId('task', d.facts.leadId, e.id, step.id);
  const dueAt = addSpan(step.task.due, calendarOf(playbook, rep), d.t);
  e.task = id;
  // A task that is due at once would expire before anybody saw it.
  e.dueAt = Math.max(dueAt, d.t + 1);
  openTask(
    d,
    {
      id,
      kind: step.task.kind,
      title: step.task.title,
      ...(step.task.body === undefined ? {} : { body: step.task.body }),
      ...(rep === undefined ? {} : { assignee: rep.id }),
      ...(pool === undefined ? {} : { pool }),
      priority: 'normal',
      dueAt: e.dueAt,
      cadence: e.cadence,
      step: step.id,
      enrollment: e.id,
      context: taskContext(d, `Step ${step.id} of ${e.cadence}.`),
    },
    'rule',
  );
  return true;
}

/** A task that would reach a lead marketing leaves alone, or is of a stopped arm: none is opened. */
function sparedTask(d: Draft, e: Enrollment, step: TaskStep): boolean {
  const { cadence } = placeOf(d, e);
  const by = heldOutBy(d.state, d.playbooks.current, cadence);
  const stopped = by === undefined ? stoppedArm(d.facts, e, cadence) : undefined;
  if (by === undefined && stopped === undefined) return false;
  journal(d, {
    type: 'task.skipped',
    cadence: e.cadence,
    step: step.id,
    reason: by === undefined ? 'arm-stopped' : 'held-out',
    playbook: e.playbook,
    data: { kind: step.task.kind, ...(by === undefined ? { scope: stopped } : { experiment: by }) },
  });
  enterStep(d, e, step.next, d.t, e.spread);
  return true;
}

/** Starts the other cadence if its entry rules let this lead in; a refusal is said and the run goes on. */
function runEnroll(d: Draft, e: Enrollment, step: EnrollStep): void {
  const playbook = d.playbooks.current;
  const cadence = playbook.cadences[step.into];
  const answer = cadence
    ? mayReplace({ state: d.state, facts: d.facts, playbook, cadence, now: d.t })
    : ({ ok: false, reason: 'unknown-in-playbook' } as const);
  if (!cadence || !answer.ok) {
    journal(d, {
      type: 'entry.refused',
      cadence: step.into,
      reason: answer.ok ? 'unknown-in-playbook' : answer.reason,
      data: { step: `${e.cadence}/${step.id}` },
    });
    enterStep(d, e, step.next, d.t, e.spread);
    return;
  }
  // This run first: the other cadence may take over its lane, and then there is nothing to go on with.
  if (cadence.lane !== e.lane) enterStep(d, e, step.next, d.t, e.spread);
  startEnrollment(d, cadence, { reason: 'step', by: 'rule', data: { step: `${e.cadence}/${step.id}` } });
}

/** Who listens is no decision of the playbook's: the journal says what was told, the store whom. */
function runWebhook(d: Draft, e: Enrollment, step: WebhookStep): void {
  journal(d, {
    type: 'webhook.called',
    cadence: e.cadence,
    step: step.id,
    reason: 'step',
    playbook: e.playbook,
    data: { name: step.name, with: step.data },
  });
  enterStep(d, e, step.next, d.t, e.spread);
}

function runHandoff(d: Draft, e: Enrollment, step: HandoffStep): boolean {
  const handoff = d.playbooks.current.handoffs[step.handoff] ?? placeOf(d, e).playbook.handoffs[step.handoff];
  e.dueAt = null;
  const offered =
    handoff !== undefined &&
    offer(d, {
      handoff,
      reason: 'step',
      why: `Step ${step.id} of ${e.cadence} hands this lead over.`,
      by: 'rule',
      from: e,
    });
  if (!offered) enterStep(d, e, step.next, d.t, 'daily');
  return true;
}
