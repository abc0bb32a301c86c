/**
 * Settles one instant in the contract's order: erasure and objection, suppression, deal, goal, exit,
 * route, expiry, step, entry. Each pass may open the way for the next, so it goes on until nothing changes.
 */
import { goOnAfterTask } from './apply-task.ts';
import { byRank } from './caps.ts';
import { DO_NOT_CALL, forbiddenCall } from './channels.ts';
import { keepQuiet } from './colleagues.ts';
import { offer } from './custody/offer.ts';
import { moveCustody } from './custody-states.ts';
import { type Draft, journal, placeOf } from './draft.ts';
import { endEnrollment, isResting, resumeEnrollment, startEnrollment } from './enrollment.ts';
import { mayEnter } from './entry.ts';
import { noteExperiments } from './experiments/track.ts';
import { settleExpiry } from './expiry.ts';
import { expireFinding } from './find-role.ts';
import { noteLabels } from './labels.ts';
import { pauseEnrollment } from './pause.ts';
import { isRefusal, permissionFor } from './permission.ts';
import type { Cadence } from './playbook.ts';
import { firingRoute } from './route.ts';
import { runClocks } from './sla-clocks.ts';
import { raiseStage } from './stage.ts';
import { runStep } from './steps.ts';
import { closeTask } from './task.ts';
import { HISTORY, SINCE_ENROLLMENT, viewOf } from './view.ts';

/** Far above what a playbook that `check` passed can need in one instant. */
const MAX_PASSES = 200;

export function settle(d: Draft): void {
  if (d.state.disqualified) return;
  let mayRise = raiseStage(d);
  // Once an instant, before what follows from it: the journal reads as a story.
  noteLabels(d);
  noteExperiments(d);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    if (d.touch) return;
    if (!settleOnce(d, mayRise)) return;
    mayRise = true;
  }
  throw new Error(`lead ${d.facts.leadId} does not settle at ${d.t}: a rule turns in a circle`);
}

/**
 * One pass; true when something changed and a further look is due.
 * @param mayRise whether anything has happened since the stage was looked at
 */
function settleOnce(d: Draft, mayRise: boolean): boolean {
  if (d.state.disqualified) return false;
  if (mayRise) raiseStage(d);
  if (endBySuppression(d) || dropCall(d) || endByGoalOrExit(d)) return true;
  const route = firingRoute(d);
  if (route) {
    const handoff = d.playbooks.current.handoffs[route.handoff];
    if (handoff) {
      offer(d, {
        handoff,
        reason: 'route',
        why: `The route ${route.id} turned true: ${route.when.source}`,
        by: 'rule',
        route: route.id,
      });
      return true;
    }
  }
  if (runClocks(d) || expireFinding(d)) return true;
  if (followCustody(d)) return true;
  if (settleExpiry(d)) return true;
  // Under a cap the first to go takes what is free: the higher priority does.
  const runs = d.playbooks.current.caps ? d.state.enrollments.toSorted(byRank(d)) : d.state.enrollments;
  for (const e of runs) if (runStep(d, e)) return true;
  // An event is used up when nobody enters by it any more: two cadences may start by the same one.
  if (enterByRule(d)) return true;
  if (d.state.events.length > 0) d.state.events = [];
  restCustody(d);
  return false;
}

function endBySuppression(d: Draft): boolean {
  for (const e of d.state.enrollments) {
    const { cadence, playbook } = placeOf(d, e);
    const permission = permissionFor(cadence.purpose, d.facts, playbook, d.t);
    // A consent that is missing or over may come; one taken back is a no.
    if (permission.kind === 'no' && (permission.reason === 'suppressed' || permission.reason === 'consent-withdrawn')) {
      endEnrollment(d, e, 'exited', permission.reason, { by: 'rule' });
      return true;
    }
  }
  return false;
}

/** A call that waits for a rep is none any more once the lead may not be called. */
function dropCall(d: Draft): boolean {
  const e = forbiddenCall(d);
  if (e?.task === undefined) return false;
  closeTask(d, e.task, DO_NOT_CALL, e);
  goOnAfterTask(d, e.id, DO_NOT_CALL);
  return true;
}

function endByGoalOrExit(d: Draft): boolean {
  for (const e of d.state.enrollments) {
    if (isResting(d, e)) continue;
    const { playbook, cadence } = placeOf(d, e);
    const scope = viewOf(d.state, d.facts, playbook, d.t, SINCE_ENROLLMENT, e);
    if (cadence.goal?.test(scope)) {
      endEnrollment(d, e, 'met', 'goal-met', { by: 'rule', data: { goal: cadence.goal.source } });
      return true;
    }
    if (cadence.exit?.test(scope)) {
      endEnrollment(d, e, 'exited', 'exit-met', { by: 'rule', data: { exit: cadence.exit.source } });
      return true;
    }
  }
  return false;
}

function followCustody(d: Draft): boolean {
  const { who } = d.state.custody;
  for (const e of d.state.enrollments) {
    const { runs } = placeOf(d, e).cadence;
    const mayRun = runs.custody.includes(who);
    if (e.state === 'paused' && e.pausedUntil !== undefined && e.pausedUntil <= d.t) {
      resumeEnrollment(d, e, e.pausedBy === 'colleague' ? 'colleague-pause-over' : 'reply-pause-over', 'clock');
      keepQuiet(d, e);
      return true;
    }
    if (mayRun && e.state === 'paused' && e.pausedBy === 'custody') {
      resumeEnrollment(d, e, 'custody-back', 'rule');
      keepQuiet(d, e);
      return true;
    }
    if (mayRun || e.state === 'paused') {
      if (!mayRun && runs.else === 'exit') {
        endEnrollment(d, e, 'exited', 'custody-changed', { by: 'rule' });
        return true;
      }
      continue;
    }
    if (runs.else === 'exit') endEnrollment(d, e, 'exited', 'custody-changed', { by: 'rule' });
    else pauseEnrollment(d, e, 'custody', 'custody-changed', 'rule');
    return true;
  }
  return false;
}

/** Cadences by priority, then id: who enters first when a lane is free. */
export function byPriority(cadences: Readonly<Record<string, Cadence>>): readonly Cadence[] {
  const known = sorted.get(cadences);
  if (known) return known;
  const found = Object.values(cadences).sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1));
  sorted.set(cadences, found);
  return found;
}

const sorted = new WeakMap<Readonly<Record<string, Cadence>>, readonly Cadence[]>();

function enterByRule(d: Draft): boolean {
  const playbook = d.playbooks.current;
  const scope = viewOf(d.state, d.facts, playbook, d.t, HISTORY);
  for (const cadence of byPriority(playbook.cadences)) {
    const { entry } = cadence;
    if (!entry || d.reserved.has(cadence.lane)) continue;
    const byEvent = entry.on !== undefined && d.state.events.includes(entry.on);
    if (!byEvent && !(entry.on === undefined && entry.when)) continue;
    if (entry.when && !entry.when.test(scope)) continue;
    const answer = mayEnter({ state: d.state, facts: d.facts, playbook, cadence, now: d.t });
    if (answer.ok) {
      startEnrollment(d, cadence, {
        reason: byEvent ? 'entry-event' : 'entry-rule',
        by: 'rule',
        data: byEvent ? { on: entry.on } : { when: entry.when?.source },
      });
      return true;
    }
    // Waiting for a lane or a rest is the rule at work; what keeps a lead out is said once.
    const said = isRefusal(answer.reason);
    if (said && d.state.refused[cadence.id] !== answer.reason) {
      d.state.refused = { ...d.state.refused, [cadence.id]: answer.reason };
      journal(d, { type: 'entry.refused', cadence: cadence.id, reason: answer.reason });
    }
  }
  return false;
}

/** Marketing has the lead while one of its cadences does; with none, nobody has the next move. */
function restCustody(d: Draft): void {
  if (d.state.custody.who !== 'marketing' || d.state.enrollments.length > 0) return;
  moveCustody(d, 'rest', { since: d.state.custody.since, attempts: 0 }, { reason: 'nothing-running', by: 'rule' });
}
