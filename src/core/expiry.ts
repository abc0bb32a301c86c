/**
 * Expiry by the clock: a lead that nobody has heard of for a time gets a last call, and then leaves
 * every cadence. The clock counts from the last human signal, or from a person's word about the lead
 * (its return from sales, and the date agreed with it), and stands still while sales has the lead.
 */
import { addDuration } from './calendar.ts';
import { moveCustody } from './custody-states.ts';
import { isOpenDeal } from './deal-stage.ts';
import { type Draft, journal } from './draft.ts';
import { endEnrollment, startEnrollment } from './enrollment.ts';
import { permissionFor } from './permission.ts';
import type { Expiry } from './playbook.ts';
import type { Instant } from './time.ts';
import { leadZone } from './view.ts';

/** What `not` may name beside stages. */
const OPEN_DEAL = 'open-deal';

export type ExpiryDue =
  | { readonly what: 'warn'; readonly at: Instant; readonly from: Instant }
  | { readonly what: 'expire'; readonly at: Instant; readonly from: Instant };

/** What the clock of expiry brings next; undefined while it does not count for this lead. */
export function nextExpiry(d: Pick<Draft, 'state' | 'facts' | 'playbooks'>): ExpiryDue | undefined {
  const { state, facts } = d;
  const rule = d.playbooks.current.expiry;
  if (
    !rule ||
    state.disqualified ||
    state.objected ||
    state.expired ||
    state.custody.who === 'sales' ||
    isSpared(d, rule)
  ) {
    return undefined;
  }
  // A lead that no cadence ever took up is a gap of the playbook, and shows as one: it gets no last call.
  if (state.humanAt === undefined && Object.keys(state.seen).length === 0) return undefined;
  const zone = leadZone(facts, d.playbooks.current);
  const from = Math.max(
    facts.createdAt,
    state.humanAt ?? 0,
    state.returnedAt ?? 0,
    state.agreedAt ?? 0,
    pausedUntil(d),
  );
  const at = addDuration(from, rule.after, zone);
  if (!rule.warning) return { what: 'expire', at, from };
  // A playbook that learns of expiry late still calls first: the warning comes before the end, always.
  const last = state.warned?.from === from ? state.warned.at : undefined;
  if (last === undefined) return { what: 'warn', at: backBy(at, rule.warning.before, zone), from };
  return { what: 'expire', at: Math.max(at, addDuration(last, rule.warning.before, zone)), from };
}

/** Whoever asked for a pause is not expected to stir before its end. */
const pausedUntil = ({ facts }: Pick<Draft, 'facts'>): Instant => facts.choices?.pause?.until ?? 0;

const backBy = (at: Instant, span: string, zone: string): Instant => addDuration(at, `-${span}`, zone);

/** Leads at one of these stages, or beyond it, never expire; nor do those with an open deal if `not` says so. */
function isSpared(d: Pick<Draft, 'state' | 'playbooks'>, { not }: Expiry): boolean {
  const deals = Object.values(d.state.deals ?? {});
  if (not.includes(OPEN_DEAL) && deals.some(({ stage }) => isOpenDeal(stage))) return true;
  const ids = d.playbooks.current.stages.map(({ id }) => id);
  const at = ids.indexOf(d.state.stage);
  return not.some((id) => at >= ids.indexOf(id) && ids.includes(id));
}

/** A last call is made at the moment it is, never in the past: the lead has all of its time to answer. */
export const dueAt = (d: Draft, due: ExpiryDue): Instant => (due.what === 'warn' ? d.sendAt(due.at) : due.at);

/** Warns or expires if its time has come. True when something changed. */
export function settleExpiry(d: Draft): boolean {
  const due = nextExpiry(d);
  if (!due || dueAt(d, due) > d.t) return false;
  if (due.what === 'warn') lastCall(d, due.from);
  else expire(d, due.from);
  return true;
}

function lastCall(d: Draft, from: Instant): void {
  const playbook = d.playbooks.current;
  const id = playbook.expiry?.warning?.cadence ?? '';
  d.state.warned = { from, at: d.t };
  const expiresAt = nextExpiry(d)?.at ?? d.t;
  journal(d, { type: 'lead.expiring', reason: 'no-signal', by: 'clock', data: { cadence: id, expiresAt, from } });
  const cadence = playbook.cadences[id];
  if (!cadence || d.state.enrollments.some((e) => e.cadence === id)) return;
  const permission = permissionFor(cadence.purpose, d.facts, playbook, d.t);
  if (permission.kind === 'no') {
    journal(d, { type: 'entry.refused', cadence: id, reason: permission.reason, by: 'clock' });
    return;
  }
  startEnrollment(d, cadence, { reason: 'expiry-warning', by: 'clock' });
}

function expire(d: Draft, from: Instant): void {
  d.state.expired = { at: d.t };
  for (const e of [...d.state.enrollments]) endEnrollment(d, e, 'exited', 'expired', { by: 'clock' });
  delete d.state.resume;
  moveCustody(d, 'expire', { since: d.t, attempts: 0 }, { reason: 'expired', by: 'clock' });
  journal(d, { type: 'lead.expired', reason: 'no-signal', by: 'clock', data: { from } });
}
