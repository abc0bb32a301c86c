/** Where a lead stands, as one of a closed list: every lead is in exactly one. */
import type { Facts } from './facts.ts';
import { permissionFor } from './permission.ts';
import type { Playbook } from './playbook.ts';
import type { LeadState } from './state.ts';
import type { Instant } from './time.ts';

export const END_STATES = [
  'in-cadence',
  'with-sales',
  'waiting',
  'customer',
  'disqualified',
  'expired',
  'suppressed',
  'unreached',
] as const;
export type EndState = (typeof END_STATES)[number];

/** Stages in which somebody has bought. */
export const CUSTOMER_STAGES = ['customer', 'advocate'] as const;
export const isCustomer = (stage: string): boolean => CUSTOMER_STAGES.some((one) => one === stage);

/**
 * `waiting`: has been touched or heard of and nothing runs now; `unreached`: nothing has ever
 * happened to it.
 */
export function endStateOf(state: LeadState | null, facts: Facts, playbook: Playbook, now: Instant): EndState {
  if (state?.disqualified) return 'disqualified';
  if (state?.custody.who === 'sales') return 'with-sales';
  if (state && isCustomer(state.stage)) return 'customer';
  const marketing = permissionFor('marketing', facts, playbook, now);
  if (marketing.kind === 'no' && marketing.reason === 'suppressed') return 'suppressed';
  if (state?.expired) return 'expired';
  if (state && state.enrollments.length > 0) return 'in-cadence';
  const known =
    state && (state.humanAt !== undefined || Object.keys(state.seen).length > 0 || Object.keys(state.past).length > 0);
  return known ? 'waiting' : 'unreached';
}
