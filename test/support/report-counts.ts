/** What the reports should say, counted from journals alone and in the plainest way there is. */
import type { Playbook } from '../../src/core/playbook.ts';
import type { Instant } from '../../src/core/time.ts';
import type { Journalled } from './report-world.ts';

export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

export const within = (at: Instant, { from, to }: Span): boolean => at >= from && at < to;

export const rate = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 1e4) / 1e4;

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return null;
  const value =
    sorted.length % 2 === 1
      ? (sorted[Math.floor(middle)] ?? 0)
      : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return Math.round(value * 1e4) / 1e4;
}

/** Where a lead was, from when until when. */
export function staysOf({ createdAt, entries }: Journalled, stages: readonly string[], to: Instant) {
  const moves = entries.filter((entry) => entry.type === 'stage.changed' && entry.at < to);
  const starts = [
    { stage: stages[0] ?? '', at: createdAt },
    ...moves.map((move) => ({ stage: String(move.data['to']), at: move.at })),
  ];
  return starts.map((start, i) => ({ ...start, next: starts[i + 1] }));
}

export function funnelOf(leads: readonly Journalled[], playbook: Playbook, span: Span) {
  const stages = playbook.stages.map(({ id }) => id);
  const stays = leads.flatMap((lead) => staysOf(lead, stages, span.to)).filter((stay) => within(stay.at, span));
  return stages.map((stage) => {
    const here = stays.filter((stay) => stay.stage === stage);
    const moved = here.flatMap(({ at, next }) =>
      next && stages.indexOf(next.stage) > stages.indexOf(stage) ? [(next.at - at) / 86_400_000] : [],
    );
    return {
      stage,
      entered: here.length,
      movedOn: moved.length,
      conversion: rate(moved.length, here.length),
      medianDays: median(moved),
    };
  });
}

export interface Handoff {
  readonly lead: Journalled;
  readonly pool: string;
  /** Who has it, or had it last. */
  rep: string | null;
  readonly at: Instant;
  readonly acceptBy: Instant;
  /** Who had it when the time to answer was over. */
  lateRep?: string | undefined;
  accepted?: { at: Instant; by: string; workedMs: number };
  touch?: { by: Instant; at?: Instant; lateRep?: string | undefined };
  ended?: { at: Instant; reason: string };
  returned?: { reason: string; facts: Record<string, string> };
}

/** Every offer with what became of it. */
export function handoffsOf(lead: Journalled): Handoff[] {
  const found: Handoff[] = [];
  for (const { type, at, by, reason, data } of lead.entries) {
    const open = found.at(-1);
    if (type === 'handoff.offered') {
      const rep = typeof data['rep'] === 'string' ? data['rep'] : null;
      found.push({ lead, pool: String(data['pool']), rep, at, acceptBy: Number(data['acceptBy']) });
    } else if (!open || open.ended) continue;
    else if (type === 'handoff.accepted') {
      open.accepted = { at, by, workedMs: Number(data['workedMs']) };
      open.rep = by;
      if (typeof data['firstTouchBy'] === 'number') open.touch = { by: data['firstTouchBy'] };
    } else if (type === 'handoff.touched' && open.touch) open.touch.at = at;
    else if (type === 'sla.breached') {
      const rep = typeof data['rep'] === 'string' ? data['rep'] : 'nobody';
      if (data['clock'] === 'accept') open.lateRep = rep;
      if (data['clock'] === 'firstTouch' && open.touch) open.touch.lateRep = rep;
    } else if (['handoff.reassigned', 'handoff.escalated', 'lead.assigned'].includes(type))
      open.rep = String(data['to']);
    else if (type === 'handoff.rejected' || type === 'lead.returned')
      open.returned = { reason: String(data['returnReason']), facts: data['facts'] as Record<string, string> };
    else if (type === 'custody.changed' && data['from'] === 'sales') open.ended = { at, reason: reason ?? '' };
  }
  return found;
}

/** Whose an offer's clocks are. */
export interface Whose {
  readonly answer: (handoff: Handoff, late: boolean) => string;
  readonly accepted: (handoff: Handoff) => string;
  readonly touch: (handoff: Handoff) => string;
}
export const byRep: Whose = {
  answer: ({ rep, lateRep, accepted }, late) => (late ? (lateRep ?? rep) : (accepted?.by ?? rep)) ?? 'nobody',
  accepted: ({ accepted }) => accepted?.by ?? '',
  touch: ({ touch, accepted }) => touch?.lateRep ?? accepted?.by ?? '',
};
export const byPool: Whose = { answer: ({ pool }) => pool, accepted: ({ pool }) => pool, touch: ({ pool }) => pool };

export function slaOf(handoffs: readonly Handoff[], whose: Whose, now: Instant, span: Span) {
  const answered = (one: Handoff): Instant | undefined =>
    one.accepted?.at ?? (one.ended?.reason === 'sla-breached' ? undefined : one.ended?.at);
  const isLate = (one: Handoff): boolean => (answered(one) ?? now) > one.acceptBy;
  const offers = handoffs.filter((one) => within(one.at, span));
  const touchLate = ({ touch, ended }: Handoff): boolean =>
    touch !== undefined && (touch.at ?? ended?.at ?? now) > touch.by;
  const answerOf = (one: Handoff): string => whose.answer(one, isLate(one));
  const names = [
    ...new Set(
      offers.flatMap((one) => [
        answerOf(one),
        ...(one.accepted ? [whose.accepted(one)] : []),
        ...(one.touch ? [whose.touch(one)] : []),
      ]),
    ),
  ].sort();
  return names.map((name) => {
    const mine = offers.filter((one) => answerOf(one) === name);
    const accepted = offers.filter((one) => one.accepted && whose.accepted(one) === name);
    const touches = offers.filter((one) => one.touch && whose.touch(one) === name);
    const breached = mine.filter(isLate).length;
    const waiting = mine.filter((one) => answered(one) === undefined && one.acceptBy >= now).length;
    const touchInTime = touches.filter(({ touch }) => touch?.at !== undefined && touch.at <= touch.by).length;
    const touchBreached = touches.filter(touchLate).length;
    return {
      who: name,
      offered: mine.length,
      accepted: accepted.length,
      inTime: mine.filter((one) => one.accepted && one.accepted.at <= one.acceptBy).length,
      rejected: mine.filter((one) => !one.accepted && one.returned).length,
      breached,
      waiting,
      kept: rate(mine.length - waiting - breached, mine.length - waiting),
      medianWorkingHours: median(accepted.flatMap((one) => (one.accepted ? [one.accepted.workedMs / 3_600_000] : []))),
      touchInTime,
      touchBreached,
      touchWaiting: touches.filter(({ touch, ended }) => touch && touch.at === undefined && !ended && touch.by >= now)
        .length,
      touchKept: rate(touchInTime, touchInTime + touchBreached),
    };
  });
}

/** What marketing owed leads that came back, by when it was settled. */
export function resumesOf(leads: readonly Journalled[], span: Span) {
  const settled = (type: string): number =>
    leads
      .flatMap(({ entries }) => entries)
      .filter((one) => one.type === type && one.data['clock'] === 'resume' && within(one.at, span)).length;
  return { kept: settled('sla.kept'), breached: settled('sla.breached') };
}

/** Contacts by sales of a lead between two instants, both included; a look at an email before it goes is none. */
export function contactsOf(lead: Journalled, playbook: Playbook, since: Instant, at: Instant) {
  const looks = new Set(
    lead.entries
      .filter((one) => one.type === 'task.opened' && one.data['kind'] === 'review-email')
      .map((one) => one.data['task']),
  );
  return lead.entries.filter((entry) => {
    if (entry.at < since || entry.at > at) return false;
    if (entry.type === 'touch.sent') return playbook.cadences[entry.cadence ?? '']?.purpose === 'sales';
    const { answer, disposition, task } = entry.data;
    return entry.type === 'task.answered' && answer === 'complete' && disposition !== 'skipped' && !looks.has(task);
  });
}

/** Wins and leads given up, with their contacts. */
export function endedOf(leads: readonly Journalled[], playbook: Playbook, span: Span) {
  const won = leads.flatMap((lead) => {
    const win = lead.entries.find(
      (one) => one.type === 'stage.changed' && one.data['to'] === 'customer' && within(one.at, span),
    );
    if (!win) return [];
    const since = handoffsOf(lead)[0]?.at ?? Number.POSITIVE_INFINITY;
    return [{ outcome: 'won', rep: '', contacts: contactsOf(lead, playbook, since, win.at).length }];
  });
  const givenUp = leads.flatMap(handoffsOf).flatMap((one) => {
    if (!one.accepted || !one.ended || !within(one.ended.at, span)) return [];
    if (!['step', 'returned'].includes(one.ended.reason)) return [];
    const contacts = contactsOf(one.lead, playbook, one.accepted.at, one.ended.at).length;
    return [{ outcome: 'given up', rep: one.accepted.by, contacts }];
  });
  return [...won, ...givenUp];
}
