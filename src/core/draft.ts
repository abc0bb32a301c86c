/** The working copy one decision is made on: the state being changed, and what must be written with it. */
import type { Effect, JournalEntry, StepEntered, TouchRequest } from './decision.ts';
import type { AccountTurn, Facts, Playbooks, Routing } from './facts.ts';
import type { InputBody } from './input.ts';
import { NEEDS } from './needs.ts';
import type { Cadence, Playbook, Step } from './playbook.ts';
import type { Enrollment, LeadState } from './state.ts';
import type { Instant } from './time.ts';
import { zoneOfCountry } from './zones.ts';

export type TaskAnswerKind = Extract<InputBody, { kind: 'task.answered' }>['answer'];

export interface Draft {
  readonly state: LeadState;
  facts: Facts;
  /** Who in sales had the lead when its facts were read. */
  readonly repBefore: string | undefined;
  readonly playbooks: Playbooks;
  readonly effects: Effect[];
  readonly entered: StepEntered[];
  /** The instant being decided. */
  t: Instant;
  /** The real moment of the decision; later than `t` when the wake was late. */
  readonly sendAt: (t: Instant) => Instant;
  readonly maySend: boolean;
  /** Which suppressions bind a send: all there are, or those of its instant (a sped-up clock). */
  readonly sendKnows: 'then' | 'now';
  /**
   * Answers to tasks that wait in the inbox: the store has closed those tasks, and whoever answered
   * was told so. No clock and no other end may go before them, however late this decision is.
   */
  readonly answered: ReadonlyMap<string, TaskAnswerKind>;
  /**
   * Lanes that enrollments in the inbox take: somebody has been told yes, and an entry rule that
   * would have come a moment earlier must not make that untrue.
   */
  readonly reserved: Set<string>;
  /** Inputs that came too late for their own time, and when they took effect. */
  late?: Record<string, Instant>;
  touch: TouchRequest | undefined;
  /** Whether a human signal newer than the last custody change came at this instant. */
  humanNow: boolean;
}

export type JournalWords = Omit<JournalEntry, 'seq' | 'at' | 'playbookVersion' | 'data' | 'by'> & {
  readonly by?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly playbook?: string;
};

/** Appends one entry at the instant being decided. `by` is `rule` when nobody is named. */
export function journal(d: Draft, { by, data, playbook, ...words }: JournalWords): void {
  d.state.journal += 1;
  d.effects.push({
    kind: 'journal',
    entry: {
      ...words,
      seq: d.state.journal,
      at: d.t,
      by: by ?? 'rule',
      playbookVersion: playbook ?? d.playbooks.current.hash,
      data: data ?? {},
    },
  });
}

export const routingOf = (d: Draft): Routing => {
  if (!d.facts.routing) throw NEEDS.routing;
  return d.facts.routing;
};

export const turnOf = (d: Draft): AccountTurn => {
  if (!d.facts.turn) throw NEEDS.turn;
  return d.facts.turn;
};

/** The version this run is pinned to, and its cadence and step there. */
export function placeOf(d: Draft, e: Enrollment): { playbook: Playbook; cadence: Cadence; step: Step | undefined } {
  const playbook = d.playbooks.get(e.playbook);
  const cadence = playbook.cadences[e.cadence];
  if (!cadence)
    throw new Error(`playbook ${e.playbook} has no cadence ${e.cadence}, but an enrollment is pinned to it`);
  return { playbook, cadence, step: e.step === null ? undefined : cadence.steps[e.step] };
}

/** The zone a cadence's window is read in: the lead's, its country's or the company's, as the window says. */
export function windowZone(facts: Facts, playbook: Playbook, cadence: Cadence): string {
  for (const source of cadence.window.zones) {
    if (source === 'company') break;
    const zone = source === 'lead' ? facts.lead.timeZone : zoneOfCountry(facts.lead.country);
    if (zone) return zone;
  }
  return playbook.company.timeZone;
}
