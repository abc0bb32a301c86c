/** Whether a message for a purpose may go to this lead: suppression and consent. */
import { addDuration } from './calendar.ts';
import type { Facts } from './facts.ts';
import type { Playbook, Purpose } from './playbook.ts';
import type { Instant } from './time.ts';

export type Permission =
  | { readonly kind: 'yes' }
  /** For good: cadences of the purpose end. */
  | { readonly kind: 'no'; readonly reason: 'suppressed' | 'no-consent' }
  /** A temporary suppression: the touch waits. */
  | { readonly kind: 'not-before'; readonly at: Instant };

/**
 * The standing permission at `at`. Service mail needs no consent; every suppression without a
 * purpose binds it too (a bounced address cannot be served either). With `known: 'now'` every
 * suppression there is binds, whatever its time: for a send, clocks of two machines may differ.
 */
export function permissionFor(
  purpose: Purpose,
  facts: Facts,
  playbook: Playbook,
  at: Instant,
  known: 'then' | 'now' = 'then',
): Permission {
  let notBefore = 0;
  for (const s of facts.suppressions) {
    if (known === 'then' && s.at > at) continue;
    if (s.purpose !== undefined && s.purpose !== purpose) continue;
    if (s.until === undefined) return { kind: 'no', reason: 'suppressed' };
    if (s.until > at) notBefore = Math.max(notBefore, s.until);
  }
  if (!hasConsent(purpose, facts, playbook, at)) return { kind: 'no', reason: 'no-consent' };
  return notBefore > 0 ? { kind: 'not-before', at: notBefore } : { kind: 'yes' };
}

function hasConsent(purpose: Purpose, facts: Facts, playbook: Playbook, at: Instant): boolean {
  if (purpose === 'service') return true;
  if (facts.consents.some((c) => c.purpose === purpose && c.at <= at && (c.expires === undefined || c.expires > at))) {
    return true;
  }
  const rule = playbook.consent[purpose];
  if (rule.kind === 'require') return false;
  return rule.for === undefined || addDuration(facts.createdAt, rule.for, 'UTC') > at;
}
