/** What `decide` answers: the next state, what the store must write with it, and what the world must do. */

import type { AccountContext } from './account-context-schema.ts';
import type { InputBody } from './input.ts';
import type { Shared } from './needs.ts';
import type { JournalType, Reason } from './reasons.ts';
import type { Notice } from './recipient.ts';
import type { Standing } from './standing.ts';
import type { EnrollmentState, LeadState } from './state.ts';
import type { Instant } from './time.ts';
import type { PlaceTaken } from './warm-up.ts';

export interface JournalEntry {
  /** Position in this lead's journal, from 1. */
  readonly seq: number;
  readonly at: Instant;
  readonly type: JournalType;
  readonly cadence?: string;
  readonly step?: string;
  readonly reason?: Reason;
  /** A rep's or key's id, `rule`, `clock` or `lead`. */
  readonly by: string;
  readonly playbookVersion: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface TaskOpened {
  readonly id: string;
  readonly kind: string;
  /** Liquid template, rendered by the store's caller with the lead and rep. */
  readonly title: string;
  readonly body?: string;
  readonly assignee?: string;
  readonly pool?: string;
  readonly priority: 'high' | 'normal';
  readonly dueAt: Instant;
  readonly handoff?: string;
  readonly sla?: { readonly name: string; readonly acceptBy: Instant };
  readonly cadence?: string;
  readonly step?: string;
  readonly enrollment?: string;
  /** Of the buying group, that somebody is to be found for. */
  readonly role?: string;
  readonly openedAt: Instant;
  readonly context: {
    readonly why: string;
    readonly score: { readonly fit: number; readonly engagement: number; readonly reasons: readonly string[] };
    readonly signals: readonly { readonly type: string; readonly count: number; readonly last: string }[];
    readonly asked: readonly string[];
    readonly lastTouches: readonly { readonly email: string; readonly at: string }[];
    readonly note?: string;
    /** What the lead last wrote, the beginning of it. */
    readonly said?: { readonly at: string; readonly text: string };
    /** The times sales has had the lead before, oldest first. */
    readonly earlier?: readonly {
      readonly from: string;
      readonly to: string;
      readonly ended: string;
      readonly rep?: string | undefined;
      readonly handoff?: string | undefined;
      readonly acceptedAt?: string | undefined;
      readonly reason?: string | undefined;
      readonly facts?: Readonly<Record<string, string>> | undefined;
      readonly note?: string | undefined;
    }[];
    /** The same in sentences, and what the lead did since. */
    readonly story?: readonly string[];
    /** Of a lead that is handed over: who else is at its account. */
    readonly account?: AccountContext;
  };
}

export type Effect =
  | { readonly kind: 'journal'; readonly entry: JournalEntry }
  | {
      readonly kind: 'enrollment';
      readonly id: string;
      readonly cadence: string;
      readonly lane: string;
      readonly state: EnrollmentState;
      readonly step: string | null;
      readonly dueAt: Instant | null;
      readonly startedAt: Instant;
      readonly endedAt?: Instant;
      readonly playbook: string;
    }
  | { readonly kind: 'task.open'; readonly task: TaskOpened }
  /**
   * Compare-and-set: when the task is no longer open or accepted the commit must fail with
   * `TaskConflict`, since its answer is in the inbox by then; the caller loads again.
   */
  | {
      readonly kind: 'task.close';
      readonly id: string;
      readonly state: 'done' | 'rejected' | 'expired';
      readonly reason: Reason;
      readonly at: Instant;
    }
  | { readonly kind: 'task.assign'; readonly id: string; readonly assignee: string; readonly at: Instant }
  /** Compare-and-set, as a close is: taken by another door than the task's own (a chat). */
  | { readonly kind: 'task.accept'; readonly id: string; readonly by: string; readonly at: Instant }
  /** A rep's turns in a pool: had one (with its number), credited back, or carried along while not there. */
  | {
      readonly kind: 'pool.count';
      readonly pool: string;
      readonly rep: string;
      readonly by: number;
      readonly turn?: number;
    }
  /** A place of a day of a domain that warms up: see warm-up.ts. */
  | ({ readonly kind: 'place.take' } & PlaceTaken)
  /** Something that happened to this lead means something for another one: it goes into that one's inbox. */
  | { readonly kind: 'colleague'; readonly lead: string; readonly at: Instant; readonly body: InputBody }
  /** A touch that will not go: written to the ledger as `skipped`. */
  | { readonly kind: 'touch.skip'; readonly touch: TouchRequest; readonly reason: Reason }
  /** A touch whose end is known: `sent`, `failed`, `unconfirmed`, or back to `claimed`. */
  | {
      readonly kind: 'touch.end';
      readonly id: string;
      readonly state: 'sent' | 'failed' | 'unconfirmed' | 'claimed';
      /** The lead's, at that moment. */
      readonly stage: string;
      readonly at: Instant;
      readonly detail?: string;
    };

/** One message the world must send; its ledger row goes to `sending` with this decision's commit. */
export interface TouchRequest {
  /** From lead, enrollment and step: the same touch has the same id on every try. */
  readonly id: string;
  readonly enrollment: string;
  readonly cadence: string;
  readonly step: string;
  readonly email: string;
  /** Of an email that there is in more than one. BCP 47. */
  readonly language?: string;
  readonly purpose: 'marketing' | 'sales' | 'service';
  readonly topic?: string;
  /** The task whose answer holds the words a rep has put in place of the playbook's. */
  readonly draft?: string;
  readonly playbook: string;
  readonly dueAt: Instant;
  /** When it was decided to go. */
  readonly at: Instant;
}

export interface Wake {
  readonly at: Instant;
  readonly queue: 'lead' | 'email';
  /** Words for Temporal's UI, e.g. `evaluation-guide / compare: email, Tue 09:12 +01:00`. */
  readonly summary: string;
  /** A send that goes ahead of bulk: mail of sales and of service. */
  readonly urgent?: true;
}

export interface Decided {
  readonly kind: 'decided';
  readonly state: LeadState;
  readonly effects: readonly Effect[];
  /** Ids of inputs this decision used up. */
  readonly applied: readonly string[];
  /** Of those, when each took effect that came too late for its own time: that had been decided. Absent: none. */
  readonly late?: Readonly<Record<string, Instant>>;
  /** At most one; after it has gone, `decide` is called again with its `touch.result`. */
  readonly touch?: TouchRequest;
  /** Next instant something is due; null: only a nudge can wake this lead. */
  readonly wake: Wake | null;
  /** Pause scope that holds back a due touch: it goes on when that pause ends. */
  readonly held?: string;
  /** Steps that runs entered in this decision, in order: waits leave no journal entry of their own. */
  readonly entered: readonly StepEntered[];
  /** Whom this decision concerns beside the lead. */
  readonly notices?: readonly Notice[];
  /** Emails marketing could still send this lead, for the reports. */
  readonly left?: number;
  /** What colleagues see of this lead from here on. */
  readonly standing?: Standing;
}

export interface StepEntered {
  readonly enrollment: string;
  readonly cadence: string;
  readonly step: string;
  /** When it was decided; a run that rests until later stands on its first step from then on. */
  readonly at: Instant;
}

export type Decision = Decided | { readonly kind: 'needs'; readonly what: Shared };
