/** Which email a step sends, and whether this lead may have it: nothing it has had comes again unasked. */
import { type Draft, placeOf } from './draft.ts';
import { durationMs } from './duration.ts';
import type { EmailTemplate, PickStep, Playbook, SendingStep } from './playbook.ts';
import type { Enrollment } from './state.ts';
import { circumstancesOf, fitsOf, mayPick, whySuited } from './suits.ts';
import type { Instant } from './time.ts';

/** When this lead last had the email, or is getting it right now: a touch under way may have arrived. */
function lastHad(d: Draft, email: string): Instant | undefined {
  const under = d.state.sending.findLast((s) => s.email === email)?.at;
  const seen = d.state.seen[email];
  return under === undefined ? seen : Math.max(under, seen ?? under);
}

/** Whether the lead has never had the email, or long enough ago for its `repeat`. */
export function maySendAgain(d: Draft, playbook: Playbook, email: string, at: Instant): boolean {
  const had = lastHad(d, email);
  if (had === undefined) return true;
  const repeat = playbook.emails[email]?.repeat ?? 'never';
  return repeat !== 'never' && had + durationMs(repeat.after) <= at;
}

/** The email this step sends; `undefined` when a `pick` has nothing left. */
export function emailFor(d: Draft, e: Enrollment, step: SendingStep, at: Instant): string | undefined {
  if (step.kind === 'email') return step.email;
  const { playbook } = placeOf(d, e);
  if (e.picked !== undefined && maySendAgain(d, playbook, e.picked, at)) return e.picked;
  // One that was tried keeps the step's name in the ledger even when nothing is left: it is skipped, not lost.
  return pickEmail(d, playbook, step, at)?.id ?? e.picked;
}

/**
 * Of the topic's emails that suit the lead: the first by id that it has never had; when it has had
 * all, the one it had longest ago among those whose `repeat` lets it come again.
 */
function pickEmail(d: Draft, playbook: Playbook, step: PickStep, at: Instant): EmailTemplate | undefined {
  const lead = circumstancesOf(d.state, d.facts, playbook, at);
  const fitting = Object.values(playbook.emails)
    .filter((email) => mayPick(step, email, lead))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const fresh = fitting.find((email) => lastHad(d, email.id) === undefined);
  if (fresh) return fresh;
  let oldest: EmailTemplate | undefined;
  for (const email of fitting) {
    if (!maySendAgain(d, playbook, email.id, at)) continue;
    if (!oldest || (lastHad(d, email.id) ?? 0) < (lastHad(d, oldest.id) ?? 0)) oldest = email;
  }
  return oldest;
}

/** What made an email the choice of a `pick` for this lead, in words; empty for a step that names its email. */
export function whyPicked(d: Draft, e: Enrollment, step: SendingStep, email: string, at: Instant): readonly string[] {
  const { playbook } = placeOf(d, e);
  const template = playbook.emails[email];
  if (step.kind !== 'pick' || template === undefined) return [];
  return whySuited(template, circumstancesOf(d.state, d.facts, playbook, at), fitsOf(step));
}
