/** What came of leads that reps accepted: given back, met, sold to, or nothing. */
import type { Behaviour } from '../behaviour.ts';
import { dealStageOf } from '../deal-stage.ts';
import type { RecordedEntry, RecordedLead } from '../simulated-history.ts';
import type { Instant } from '../time.ts';
import { type Span, spansOf } from './delays.ts';
import { type RepsKnown, worked } from './reps.ts';

type Accepted = Behaviour['reps']['accepted'];

interface Event {
  readonly name: string;
  /** Working time since the one before. */
  readonly delay: number;
  readonly amount?: number;
  readonly renews?: number;
}

/** The same course: recycled for a reason, or the same signals or stages one after another. */
interface Course {
  readonly kind: 'recycle' | 'signals' | 'deal' | 'nothing';
  readonly events: readonly Event[];
}

/** @returns `until`: how far ahead the dates lay that reps gave with a return, ms */
export function afterwardsOf(
  leads: readonly RecordedLead[],
  known: RepsKnown,
): { accepted: Accepted; until: number[] } {
  const courses = new Map<string, Course[]>();
  const until: number[] = [];
  for (const { journal = [] } of leads) {
    for (const [n, entry] of journal.entries()) {
      if (entry.type === 'lead.returned' && typeof entry.data['until'] === 'number')
        until.push(entry.data['until'] - entry.at);
      if (entry.type !== 'handoff.accepted') continue;
      const course = courseOf(entry, journal.slice(n + 1), known);
      const name = [course.kind, ...course.events.map((one) => one.name)].join(' ');
      courses.set(name, [...(courses.get(name) ?? []), course]);
    }
  }
  const accepted = [...courses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, same]) => choiceOf(same));
  return { accepted: accepted.length === 0 ? [{ weight: 1, do: 'nothing' }] : accepted, until };
}

function courseOf({ at: since, by: rep }: RecordedEntry, journal: readonly RecordedEntry[], known: RepsKnown): Course {
  let kind: Course['kind'] = 'nothing';
  let deal: unknown;
  let before: Instant = since;
  const events: Event[] = [];
  for (const { type, at, by, data } of journal) {
    if (type === 'handoff.offered') break;
    const delay = worked(known, rep, before, at);
    if (type === 'lead.returned') {
      // By its rep: what a deal or the clock ends is told by those.
      if (kind === 'nothing' && by === rep)
        return { kind: 'recycle', events: [{ name: String(data['returnReason']), delay }] };
      break;
    }
    if (type === 'signal.received' && String(data['type']).startsWith('meeting.')) {
      if (kind === 'nothing') kind = 'signals';
      if (kind !== 'signals') continue;
      events.push({ name: String(data['type']), delay });
      before = at;
    } else if (type === 'deal.changed') {
      if (kind === 'nothing') [kind, deal] = ['deal', data['deal']];
      if (kind !== 'deal' || data['deal'] !== deal) continue;
      const renews = typeof data['renewsAt'] === 'number' ? { renews: data['renewsAt'] - at } : {};
      events.push({ name: String(data['stage']), delay, amount: Number(data['amount']), ...renews });
      before = at;
    }
  }
  return { kind, events };
}

function choiceOf(same: readonly Course[]): Accepted[number] {
  const weight = same.length;
  const [first] = same;
  const after = (n: number): Span => span(same.map(({ events }) => events[n]?.delay ?? 0));
  const names = (first?.events ?? []).map(({ name }) => name);
  switch (first?.kind) {
    case 'recycle':
      return { weight, do: 'recycle', reason: names[0] ?? '', after: after(0) };
    case 'signals':
      return { weight, do: 'signals', signals: names.map((signal, n) => ({ signal, after: after(n) })) };
    case 'deal': {
      const amounts = same.flatMap(({ events }) => events[0]?.amount ?? []);
      const renewals = same.flatMap(({ events }) => events.flatMap(({ renews }) => renews ?? []));
      return {
        ...{ weight, do: 'deal' },
        amount: { from: Math.min(...amounts), to: Math.max(...amounts) },
        ...(renewals.length === 0 ? {} : { renews: span(renewals) }),
        stages: names.map((stage, n) => ({ stage: dealStageOf(stage), after: after(n) })),
      };
    }
    default:
      return { weight, do: 'nothing' };
  }
}

const span = (delays: readonly number[]): Span => spansOf(delays, 1)[0] ?? { from: 'PT0M', to: 'PT0M' };
