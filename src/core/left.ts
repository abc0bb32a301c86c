/** What is left to send to a lead: the reports show where content runs out. */

import type { Fit } from './content.ts';
import type { Facts } from './facts.ts';
import { type EmailTemplate, isSending, type Playbook } from './playbook.ts';
import type { LeadState } from './state.ts';
import { type Circumstances, circumstancesOf, isOver, unfitOf } from './suits.ts';
import type { Instant } from './time.ts';

const sendable = new WeakMap<Playbook, readonly EmailTemplate[]>();

/** Emails that marketing's cadences can send: those of their email steps, and those of the topics they pick from. */
function emailsOfMarketing(playbook: Playbook): readonly EmailTemplate[] {
  const known = sendable.get(playbook);
  if (known) return known;
  const steps = Object.values(playbook.cadences)
    .filter((cadence) => cadence.purpose === 'marketing')
    .flatMap((cadence) => Object.values(cadence.steps).filter(isSending));
  const found = Object.values(playbook.emails).filter((email) =>
    steps.some((step) => (step.kind === 'email' ? step.email === email.id : step.topic === email.topic)),
  );
  sendable.set(playbook, found);
  return found;
}

/** What does not pass by itself, as a time of the year does. */
const LASTING: readonly Fit[] = ['role', 'stage', 'place'];

/**
 * How many emails of marketing this lead has not had and fits by role, stage and place, and whose dates are not over;
 * one that may repeat is always left.
 * @param declined topics the lead does not want
 */
export function leftToSend(
  state: LeadState,
  facts: Facts,
  playbook: Playbook,
  at: Instant,
  declined: ReadonlySet<string> = new Set(),
): number {
  const lead = circumstancesOf(state, facts, playbook, at);
  let left = 0;
  for (const email of lastingFor(playbook, lead)) {
    if (isOver(email, lead)) continue;
    if (email.topic !== undefined && declined.has(email.topic)) continue;
    if (email.repeat !== 'never' || state.seen[email.id] === undefined) left += 1;
  }
  return left;
}

const lasting = new WeakMap<Playbook, Map<string, readonly EmailTemplate[]>>();
/** Kept for each playbook; the bound is against a hostile caller. */
const MOST = 10_000;

/** Emails of marketing that fit such a lead. Leads are much alike, and every decision asks. */
function lastingFor(playbook: Playbook, lead: Circumstances): readonly EmailTemplate[] {
  const byLead = lasting.get(playbook) ?? new Map<string, readonly EmailTemplate[]>();
  lasting.set(playbook, byLead);
  const key = `${lead.role}\n${lead.stage}\n${lead.country}\n${lead.timeZone}`;
  const known = byLead.get(key);
  if (known) return known;
  const found = emailsOfMarketing(playbook).filter((email) => unfitOf(email, lead, LASTING) === undefined);
  if (byLead.size >= MOST) byLead.clear();
  byLead.set(key, found);
  return found;
}
