/** What one lead's reply means for its colleagues: marketing keeps quiet with them while sales talks to one of them. */
import { accountIn } from './account-scope.ts';
import { addDuration } from './calendar.ts';
import { type Draft, journal, placeOf } from './draft.ts';
import type { InputBody } from './input.ts';
import { pauseEnrollment } from './pause.ts';
import type { Enrollment } from './state.ts';
import type { Instant } from './time.ts';
import { leadZone } from './view.ts';

/** The others of the group are told by their inboxes; each decides for itself. */
export function tellColleagues(d: Draft): void {
  const span = d.playbooks.current.buyingGroup?.pauseColleagues;
  if (span === undefined) return;
  const others = accountIn(d.facts)?.colleagues.filter(({ standing }) => standing?.out !== true) ?? [];
  if (others.length === 0) return;
  const until = addDuration(d.t, span, leadZone(d.facts, d.playbooks.current));
  const body = { kind: 'colleague.replied', colleague: d.facts.leadId, until } as const;
  for (const { id } of others) d.effects.push({ kind: 'colleague', lead: id, at: d.t, body });
  journal(d, { type: 'colleagues.told', reason: 'replied', data: { colleagues: others.length, until } });
}

export function applyColleagueReplied(
  d: Draft,
  { colleague, until }: Extract<InputBody, { kind: 'colleague.replied' }>,
): void {
  d.state.quiet = { until: Math.max(until, d.state.quiet?.until ?? until), colleague };
  journal(d, { type: 'colleague.replied', reason: 'colleague-replied', data: { colleague, until } });
  for (const e of d.state.enrollments) keepQuiet(d, e);
}

/** Until when marketing keeps quiet with this lead, if it does. */
export const quietUntil = ({ state, t }: Draft): Instant | undefined =>
  state.quiet !== undefined && state.quiet.until > t ? state.quiet.until : undefined;

/**
 * Pauses a run of marketing for as long as a colleague's reply asks for. Longer pauses, and those
 * that a person or a change of custody has to end, stay what they are. Answers whether it is quiet by that.
 */
export function keepQuiet(d: Draft, e: Enrollment): boolean {
  const until = quietUntil(d);
  if (until === undefined || e.startedAt >= until || placeOf(d, e).cadence.purpose !== 'marketing') return false;
  if (e.state === 'paused' && e.pausedBy !== 'colleague') return false;
  pauseEnrollment(d, e, 'colleague', 'colleague-replied', 'rule', until);
  e.pausedUntil = until;
  return true;
}
