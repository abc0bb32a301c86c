/**
 * The times sales has had a lead before: who is to have it again, and what that rep is told. The last
 * few are kept with the lead.
 */
import type { TaskOpened } from './decision.ts';
import type { Draft } from './draft.ts';
import type { LeadState } from './state.ts';
import { type Instant, iso } from './time.ts';
import { dayAndTime } from './words.ts';

export type Earlier = NonNullable<LeadState['earlier']>[number];

/** Times kept; what was longer ago helps nobody talk. */
export const EARLIER_KEPT = 5;
/** Of a fact or a note. */
const WORDS_KEPT = 300;
const SIGNALS_TOLD = 5;

/** How it ended, and what the rep said about it. */
export type Ending = Pick<Earlier, 'ended' | 'reason' | 'facts' | 'note'>;

/** Keeps who has the lead now, as it leaves sales. */
export function rememberSales(d: Draft, { ended, reason, facts, note }: Ending): void {
  const { who, rep, handoff, since, offeredAt, acceptedAt, passed, task } = d.state.custody;
  if (who !== 'sales') return;
  // Whoever let it lie knows nothing of the lead: an offer that is open still when it ends is a case of that.
  const lay = [...(passed ?? []), ...(ended === 'breached' && task !== undefined && rep !== undefined ? [rep] : [])];
  const kept: Earlier = {
    from: offeredAt ?? since,
    to: d.t,
    ended,
    ...(rep === undefined ? {} : { rep }),
    ...(handoff === undefined ? {} : { handoff }),
    ...(acceptedAt === undefined ? {} : { acceptedAt }),
    ...(lay.length === 0 ? {} : { lay }),
    ...(reason === undefined ? {} : { reason }),
    ...(facts === undefined || Object.keys(facts).length === 0
      ? {}
      : { facts: Object.fromEntries(Object.entries(facts).map(([name, text]) => [name, text.slice(0, WORDS_KEPT)])) }),
    ...(note === undefined ? {} : { note: note.slice(0, WORDS_KEPT) }),
  };
  d.state.earlier = [...(d.state.earlier ?? []), kept].slice(-EARLIER_KEPT);
}

/** Reps who had the lead and acted on it, the latest first; none who has let it lie since. */
export function repsBefore({ earlier = [] }: LeadState): readonly string[] {
  const reps = new Set<string>();
  const lay = new Set<string>();
  for (const one of earlier.toReversed()) {
    for (const rep of one.lay ?? []) lay.add(rep);
    const had = one.acceptedAt !== undefined || one.ended === 'rejected';
    if (had && one.rep !== undefined && !lay.has(one.rep)) reps.add(one.rep);
  }
  return [...reps];
}

/** The lead's story for a task's context: the times before, and what it did since. Nothing for a new lead. */
export function storyBefore(d: Draft): Pick<TaskOpened['context'], 'earlier' | 'story'> {
  const { earlier = [] } = d.state;
  const last = earlier.at(-1);
  if (last === undefined) return {};
  const zone = d.playbooks.current.company.timeZone;
  return {
    earlier: earlier.map(({ from, to, acceptedAt, lay: _lay, ...words }) => ({
      ...words,
      from: iso(from),
      to: iso(to),
      ...(acceptedAt === undefined ? {} : { acceptedAt: iso(acceptedAt) }),
    })),
    story: [...earlier.map((one) => sentenceOf(one, zone)), sinceOf(d, last.to)],
  };
}

const ENDINGS: Readonly<Record<Earlier['ended'], string>> = {
  rejected: 'did not take it',
  returned: 'gave it back',
  recycled: 'had it until a cadence took it back',
  breached: 'did not answer in time',
  won: 'had it when the deal was won',
  moved: 'had it until the person changed company',
};

function sentenceOf(one: Earlier, zone: string): string {
  const who = one.rep ?? 'Nobody';
  const facts = Object.entries(one.facts ?? {}).map(([name, text]) => `${name}: ${text}`);
  const words = [...(one.reason === undefined ? [] : [one.reason]), ...facts].join('; ');
  const note = one.note === undefined ? '' : ` Note: ${one.note}`;
  const days = `offered ${dayAndTime(one.from, zone)}, over ${dayAndTime(one.to, zone)}`;
  return `${who} ${ENDINGS[one.ended]} (${days})${words === '' ? '' : `: ${words}`}.${note}`;
}

/** What a person did and what went out after `since`, newest signal first. */
function sinceOf({ state }: Draft, since: Instant): string {
  const signals = Object.entries(state.signals)
    .flatMap(([type, { at, machine = [] }]) => {
      const human = at.filter((t) => t > since).length - machine.filter((t) => t > since).length;
      return human > 0 ? [{ type, human, last: at.at(-1) ?? 0 }] : [];
    })
    .sort((a, b) => b.last - a.last || (a.type < b.type ? -1 : 1))
    .slice(0, SIGNALS_TOLD)
    .map(({ type, human }) => (human === 1 ? type : `${type} ${human} times`));
  const emails = Object.values(state.seen).filter((at) => at > since).length;
  const did = signals.length === 0 ? 'nothing' : signals.join(', ');
  return `Since then the lead did: ${did}. It got ${emails === 1 ? '1 email' : `${emails} emails`}.`;
}
