/** Touches: whether one may go now, and what follows from how it ended. */
import { capData, countTouch, deferCapped, heldByCap, reasonOfCap } from './caps.ts';
import { choiceAbout, topicsOf } from './choices.ts';
import type { TouchRequest } from './decision.ts';
import { type Draft, journal, placeOf, windowZone } from './draft.ts';
import { endEnrollment, enterStep, slotFor } from './enrollment.ts';
import { heldOutBy, stoppedArm } from './experiments/track.ts';
import { hashId } from './hash.ts';
import type { InputBody } from './input.ts';
import { wordsFor } from './language.ts';
import { reasonOfScope, scopesOf } from './pause-scopes.ts';
import { permissionFor } from './permission.ts';
import { emailFor, maySendAgain, whyPicked } from './pick.ts';
import type { Cadence, Playbook, SendingStep } from './playbook.ts';
import { quietFor } from './quiet-hours.ts';
import type { Reason } from './reasons.ts';
import { awaitsRep } from './replies.ts';
import { askForReview, endReview } from './review.ts';
import { inWindow, quietAt } from './send-window.ts';
import { repayTouch } from './sla.ts';
import type { Enrollment } from './state.ts';
import { MINUTE } from './time.ts';
import { waitsForWarmUp } from './warm-up.ts';

/**
 * How long a touch may stay `sending` before it is parked as `unconfirmed`. SES publishes `Send`
 * within seconds; a retried worker needs up to a minute (the activity's time limit) to look.
 */
export const GIVE_UP_AFTER = 15 * MINUTE;

/** The pause that holds this cadence's touches back, if any. */
export const pauseScope = (d: Draft, cadence: Pick<Cadence, 'id' | 'purpose'>): string | undefined =>
  d.facts.pauses.length === 0 ? undefined : scopesOf(cadence).find((scope) => d.facts.pauses.includes(scope));

/**
 * A due email at the moment of its send: sends, skips, waits for a later slot, or is held by a
 * pause. Answers whether the run moved, so that the caller settles again.
 */
export function runEmail(d: Draft, e: Enrollment, step: SendingStep): boolean {
  const { playbook, cadence } = placeOf(d, e);
  if (e.task !== undefined) return endReview(d, e);
  if (e.review?.answer === 'skip') {
    const request = requestFor(d, e, step, e.review.email, d.t);
    return skip(d, e, step, request, e.review.late === true ? 'not-reviewed' : 'kept-back');
  }
  const at = d.sendAt(d.t);
  // Nothing has to be waited for that will not go.
  if (spare(d, e, step)) return true;
  const scope = pauseScope(d, cadence);
  if (scope !== undefined) {
    if (e.held !== scope) {
      e.held = scope;
      journal(d, {
        type: 'touch.held',
        cadence: e.cadence,
        step: step.id,
        reason: reasonOfScope(scope),
        playbook: e.playbook,
        data: { scope },
      });
    }
    return false;
  }
  if (cadence.purpose === 'marketing' && awaitsRep(d)) {
    if (e.silenced === true) return false;
    e.silenced = true;
    const reason = 'rep-conversation';
    journal(d, { type: 'touch.held', cadence: e.cadence, step: step.id, reason, playbook: e.playbook });
    return true;
  }
  if (e.silenced === true) {
    delete e.silenced;
    e.dueAt = slotFor(d, playbook, cadence, at, 'rest');
    return true;
  }
  if (e.held !== undefined) {
    // The pause is over: all that it held would go at once, so each takes its place in the window.
    delete e.held;
    e.dueAt = slotFor(d, playbook, cadence, at, 'rest');
    return true;
  }
  // Whatever else happened up to the moment of the send is decided first.
  if (!d.maySend || at > d.t) return false;
  // What a rep has let go is what goes.
  const email = e.review?.email ?? emailFor(d, e, step, at);
  if (email === undefined) return exhausted(d, e, step);
  const request = requestFor(d, e, step, email, at);
  const permission = permissionFor(cadence.purpose, d.facts, playbook, at, d.sendKnows);
  if (permission.kind === 'no') return skip(d, e, step, request, permission.reason);
  const topics = topicsOf(step, email, playbook);
  const choice = choiceAbout({ purpose: cadence.purpose, topics }, d.facts, at, d.sendKnows);
  if (choice.kind === 'declined') return skip(d, e, step, request, 'topic-declined', { topic: choice.topic });
  if (!maySendAgain(d, playbook, email, at)) return skip(d, e, step, request, 'already-seen');
  if (permission.kind === 'not-before') return rest(d, e, step, permission.at, 'suppressed-until');
  if (choice.kind === 'paused') return rest(d, e, step, choice.until, 'paused-by-lead');
  const quiet = quietFor(d.facts, d.playbooks.current);
  if (!inWindow(cadence.window, windowZone(d.facts, playbook, cadence), at, quiet)) {
    return defer(d, e, step, at, quietAt(quiet, at) ?? 'outside-window');
  }
  const held = heldByCap(d, e, 'email', at);
  if (held && d.playbooks.current.caps?.onCap === 'skip') {
    return skip(d, e, step, request, reasonOfCap(held.by), capData(d, held.by));
  }
  if (held) return deferCapped(d, e, step, held.by, slotFor(d, playbook, cadence, held.until, 'daily'));
  if (askForReview(d, e, request)) return true;
  const waits = waitsForWarmUp(d, e, {
    ...{ email, purpose: cadence.purpose, playbook, at },
    slot: (from) => slotFor(d, playbook, cadence, from, 'daily'),
  });
  if (waits) return defer(d, e, step, waits.until, 'warming-up', waits.data);
  e.touch = request.id;
  if (step.kind === 'pick') e.picked = email;
  e.dueAt = null;
  const fits = whyPicked(d, e, step, email, at);
  d.state.sending = [
    ...d.state.sending,
    {
      touch: request.id,
      enrollment: e.id,
      cadence: e.cadence,
      step: step.id,
      email,
      ...(request.language === undefined ? {} : { language: request.language }),
      ...(fits.length === 0 ? {} : { fits: [...fits] }),
      playbook: e.playbook,
      dueAt: request.dueAt,
      at,
      giveUpAt: at + GIVE_UP_AFTER,
    },
  ];
  d.touch = request;
  return true;
}

/** A touch for a lead that marketing leaves alone, or of an arm that its guard has stopped, does not go. */
function spare(d: Draft, e: Enrollment, step: SendingStep): boolean {
  const { cadence } = placeOf(d, e);
  const by = heldOutBy(d.state, d.playbooks.current, cadence);
  const stopped = by === undefined ? stoppedArm(d.facts, e, cadence) : undefined;
  if (by === undefined && stopped === undefined) return false;
  const email = e.review?.email ?? emailFor(d, e, step, d.t);
  if (email === undefined) return exhausted(d, e, step);
  const request = requestFor(d, e, step, email, d.t);
  if (by !== undefined) return skip(d, e, step, request, 'held-out', { experiment: by });
  return skip(d, e, step, request, 'arm-stopped', { scope: stopped });
}

/** The touch as it would go at this instant. */
function requestFor(d: Draft, e: Enrollment, step: SendingStep, email: string, at: number): TouchRequest {
  const { playbook, cadence } = placeOf(d, e);
  const { review } = e;
  return {
    id: hashId('touch', e.madeFor ?? d.facts.leadId, e.id, step.id),
    enrollment: e.id,
    cadence: e.cadence,
    step: step.id,
    email,
    ...(review === undefined ? languageOf(playbook, email, d.facts.lead.locale) : languageIn(review)),
    purpose: cadence.purpose,
    ...(step.topic === undefined ? {} : { topic: step.topic }),
    ...(review?.answer === 'edit' ? { draft: review.task } : {}),
    playbook: e.playbook,
    dueAt: e.dueAt ?? d.t,
    at,
  };
}

const languageIn = ({ language }: { readonly language?: string | undefined }): { language?: string } =>
  language === undefined ? {} : { language };

/** The language to write in, where the playbook leaves a choice. */
function languageOf({ emails, company }: Playbook, id: string, locale: string): { language?: string } {
  const email = emails[id];
  return email?.languages === undefined ? {} : { language: wordsFor(email, locale, company.language).language };
}

/** Nothing of the topic is left for this lead: the run ends or goes on, as the step says. */
function exhausted(d: Draft, e: Enrollment, step: SendingStep): true {
  const end = step.kind === 'pick' && step.onExhausted === 'end';
  journal(d, {
    type: 'step.exhausted',
    cadence: e.cadence,
    step: step.id,
    reason: 'exhausted',
    playbook: e.playbook,
    data: { topic: step.topic ?? null, then: end ? 'end' : 'continue' },
  });
  if (end) endEnrollment(d, e, 'ended', 'exhausted', { by: 'rule' });
  else enterStep(d, e, step.next, d.t, e.spread);
  return true;
}

function skip(
  d: Draft,
  e: Enrollment,
  step: SendingStep,
  touch: TouchRequest,
  reason: Reason,
  data: Readonly<Record<string, unknown>> = {},
): true {
  d.effects.push({ kind: 'touch.skip', touch, reason });
  journal(d, {
    type: 'touch.skipped',
    cadence: e.cadence,
    step: step.id,
    reason,
    playbook: e.playbook,
    data: { touch: touch.id, email: touch.email, ...data },
  });
  enterStep(d, e, step.next, d.t, e.spread);
  return true;
}

/** Waits for an end that may be taken back: see `letGo` in choices.ts. */
function rest(d: Draft, e: Enrollment, step: SendingStep, until: number, reason: Reason): true {
  e.rests = true;
  return defer(d, e, step, until, reason);
}

function defer(
  d: Draft,
  e: Enrollment,
  step: SendingStep,
  from: number,
  reason: Reason,
  more: Readonly<Record<string, unknown>> = {},
): true {
  const { playbook, cadence } = placeOf(d, e);
  const dueAt = slotFor(d, playbook, cadence, from, 'daily');
  e.dueAt = dueAt;
  journal(d, {
    type: 'touch.deferred',
    cadence: e.cadence,
    step: step.id,
    reason,
    playbook: e.playbook,
    data: { dueAt, ...more },
  });
  return true;
}

/** The detail of a refusal that is no answer of the mail service: its message surely was not handed over. */
export const NOT_SENT = 'not-sent';
const refusalOf = (detail: string | undefined): Reason => (detail === NOT_SENT ? 'not-sent' : 'throttled');

/** Records how a touch ended and lets its step go on. False when no touch of this lead waits for it. */
export function endTouch(d: Draft, result: Extract<InputBody, { kind: 'touch.result' }>): boolean {
  const { state } = d;
  const index = state.sending.findIndex((s) => s.touch === result.touch);
  const sending = state.sending[index];
  if (!sending) return false;
  state.sending = state.sending.toSpliced(index, 1);
  const e = state.enrollments.find((x) => x.touch === result.touch);
  const place = { cadence: sending.cadence, step: sending.step, playbook: sending.playbook };
  const template = d.playbooks.get(sending.playbook).emails[sending.email];
  const data = {
    touch: sending.touch,
    email: sending.email,
    ...(sending.language === undefined ? {} : { language: sending.language }),
    ...(sending.fits === undefined ? {} : { fits: sending.fits }),
    ...(template ? { phase: template.phase } : {}),
    dueAt: sending.dueAt,
    ...(result.detail === undefined ? {} : { detail: result.detail }),
  };
  const ended = (ledger: 'sent' | 'failed' | 'unconfirmed' | 'claimed') =>
    d.effects.push({
      kind: 'touch.end',
      id: sending.touch,
      state: ledger,
      stage: state.stage,
      at: d.t,
      ...(result.detail === undefined ? {} : { detail: result.detail }),
    });
  if (result.outcome === 'refused' && e) {
    ended('claimed');
    delete e.touch;
    e.dueAt = result.retryAt ?? d.t;
    e.refusals = (e.refusals ?? 0) + 1;
    // Only the first refusal of a touch is news; an outage would otherwise fill the journal.
    if (e.refusals === 1) journal(d, { type: 'touch.refused', ...place, reason: refusalOf(result.detail), data });
    return true;
  }
  if (result.outcome === 'sent' || result.outcome === 'unconfirmed') {
    ended(result.outcome);
    state.seen = { ...state.seen, [sending.email]: sending.at };
    countTouch(d, 'email', sending.at);
    if (e) e.sent = { ...e.sent, [sending.step]: sending.at };
    if (result.outcome === 'sent') journal(d, { type: 'touch.sent', ...place, reason: 'due', by: 'clock', data });
    else journal(d, { type: 'touch.unconfirmed', ...place, reason: 'no-answer-from-ses', by: 'clock', data });
    repayTouch(d, sending.at);
  } else {
    // A refusal whose run has ended meanwhile will not be tried again either.
    ended('failed');
    const reason: Reason = result.detail === 'render-failed' ? 'render-failed' : 'rejected';
    journal(d, { type: 'touch.failed', ...place, reason, by: 'clock', data });
  }
  if (e) {
    const { step } = placeOf(d, e);
    if (step) enterStep(d, e, step.next, d.t, 'after');
  }
  return true;
}

/**
 * The proof that a parked touch went: the ledger calls it `sent` as of when it went. Its step, the caps and what
 * the lead has seen took it for sent when it was parked, so nothing else follows.
 */
export function proveTouch(d: Draft, proven: Extract<InputBody, { kind: 'touch.proven' }>): void {
  const { touch, cadence, step, email, playbook, dueAt, sentAt } = proven;
  const template = d.playbooks.current.emails[email];
  d.effects.push({ kind: 'touch.end', id: touch, state: 'sent', stage: d.state.stage, at: sentAt });
  journal(d, {
    type: 'touch.sent',
    cadence,
    step,
    playbook,
    reason: 'proven-late',
    by: 'ses',
    data: { touch, email, ...(template ? { phase: template.phase } : {}), dueAt, sentAt },
  });
}

/**
 * The mail service took the message and then refused to send it. Its step has passed, and what the lead has
 * seen and the caps stay as they are: the same message would be refused again.
 */
export function rejectTouch(d: Draft, rejected: Extract<InputBody, { kind: 'touch.rejected' }>): void {
  const { touch, cadence, step, email, playbook, dueAt, detail } = rejected;
  // Nobody has read yet that it was taken: the run goes on by that first.
  endTouch(d, { kind: 'touch.result', touch, outcome: 'sent' });
  d.effects.push({ kind: 'touch.end', id: touch, state: 'failed', stage: d.state.stage, at: d.t, detail });
  journal(d, {
    ...{ type: 'touch.failed', cadence, step, playbook, reason: 'rejected-later', by: 'ses' },
    data: { touch, email, dueAt, detail },
  });
}
