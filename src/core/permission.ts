/** Whether a message for a purpose may go to this lead: suppression and consent. */
import { addDuration } from './calendar.ts';
import { consentState } from './consent.ts';
import type { Facts } from './facts.ts';
import type { Playbook, Purpose } from './playbook.ts';
import type { Instant } from './time.ts';

/** `suppressed` is for good: cadences of the purpose end. Without consent a touch is skipped. */
export type Refusal = 'suppressed' | ConsentRefusal;
export type ConsentRefusal = 'no-consent' | 'consent-expired' | 'consent-withdrawn';

const REFUSALS: ReadonlySet<string> = new Set<Refusal>([
  'suppressed',
  'no-consent',
  'consent-expired',
  'consent-withdrawn',
]);

/** Whether a reason is that nobody may write to the lead for the purpose. */
export const isRefusal = (reason: string): boolean => REFUSALS.has(reason);

export type Permission =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no'; readonly reason: Refusal }
  /** A temporary suppression: the touch waits. */
  | { readonly kind: 'not-before'; readonly at: Instant };

/**
 * The standing permission at `at`. Service mail needs no consent; every suppression without a
 * purpose binds it too (a bounced address cannot be served either). With `known: 'now'` every
 * suppression and withdrawal there is binds, whatever its time: for a send, clocks of two machines may differ.
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
  const refusal = consentRefusal(purpose, known === 'now' ? withdrawnNow(facts, at) : facts, playbook, at);
  if (refusal !== undefined) return { kind: 'no', reason: refusal };
  return notBefore > 0 ? { kind: 'not-before', at: notBefore } : { kind: 'yes' };
}

/** Why there is no consent at `at`; absent: there is. What is recorded goes before what the playbook assumes. */
export function consentRefusal(
  purpose: Purpose,
  { consents, createdAt }: Pick<Facts, 'consents' | 'createdAt'>,
  playbook: Pick<Playbook, 'consent'>,
  at: Instant,
): ConsentRefusal | undefined {
  if (purpose === 'service') return undefined;
  const state = consentState(purpose, consents, at);
  if (state.kind === 'given') return undefined;
  if (state.kind !== 'none') return `consent-${state.kind}`;
  const rule = playbook.consent[purpose];
  if (rule.kind === 'require') return 'no-consent';
  if (rule.for === undefined || addDuration(createdAt, rule.for, 'UTC') > at) return undefined;
  return 'consent-expired';
}

/** What has been taken back by now binds a send, whatever its time. */
const withdrawnNow = ({ consents, createdAt }: Facts, at: Instant): Pick<Facts, 'consents' | 'createdAt'> => ({
  createdAt,
  consents: consents.map((one) =>
    one.withdrawn === undefined || one.withdrawn <= at ? one : { ...one, at: Math.min(one.at, at), withdrawn: at },
  ),
});
