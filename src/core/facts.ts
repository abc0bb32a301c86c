/** What the store knows of a lead beside its state, read in the transaction that decides. */
import type { OtherChannel } from './channels.ts';
import type { Playbook, Purpose, WorkingHours } from './playbook.ts';
import type { CustodyHolder, LeadFields } from './scope.ts';
import type { Standing } from './standing.ts';
import type { Instant } from './time.ts';
import type { TakenPlaces } from './warm-up.ts';

export interface Consent {
  readonly purpose: Purpose;
  readonly basis: string;
  readonly at: Instant;
  readonly expires?: Instant;
  /** When the person took it back. */
  readonly withdrawn?: Instant;
  /** It was for a job the person left: it says nothing about them now. */
  readonly lapsed?: true;
}

export interface Suppression {
  /** Absent: every purpose. */
  readonly purpose?: Purpose;
  readonly until?: Instant;
  readonly reason: string;
  /** When it was made: what was decided for an earlier instant does not know it. */
  readonly at: Instant;
}

/** Of another way to the lead than mail: see channels.ts. */
export interface ChannelSuppression extends Suppression {
  readonly channel: OtherChannel;
}

/** What the lead has chosen about marketing's mail: see choices.ts. */
export interface Choices {
  readonly declined: readonly { readonly topic: string; readonly at: Instant }[];
  /** Asked for at `at`. */
  readonly pause?: { readonly until: Instant; readonly at: Instant };
}

export interface Rep {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly workingHours?: WorkingHours;
  readonly active: boolean;
  /** Absences; `from` and `to` are dates (the rep's local days, both included) or ISO instants. */
  readonly away?: readonly { readonly from: string; readonly to: string; readonly cover?: string | undefined }[];
  /** ISO 639 codes of what the rep speaks; absent or empty: whatever comes. Asked for chats. */
  readonly languages?: readonly string[];
  /** Chats at once; absent: MAX_CHATS. */
  readonly maxChats?: number;
}

/** Shared between leads; read only when a decision asks for it (`needs: 'routing'`). */
export interface Routing {
  /** Reps known to the store, by id. A rep named in a pool and absent here is active, on company hours. */
  readonly reps: Readonly<Record<string, Rep>>;
  /** Turns had so far, `pool` to `rep` to count. */
  readonly given: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** When the last turn was, as a number that grows with every turn of the pool. */
  readonly turns: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Leads a rep has, offered and accepted; counted for the reps of pools with `maxOpen`. */
  readonly open: Readonly<Record<string, number>>;
  /** Reps who have a colleague at the lead's account, then those who last took one over; the latest first. */
  readonly sameAccount?: readonly string[];
}

/** Another lead of the same account. */
export interface Colleague {
  readonly id: string;
  readonly fields: LeadFields;
  readonly custody: CustodyHolder;
  /** Who in sales has it. */
  readonly rep?: string;
  /** Absent: nothing has been decided about it yet. */
  readonly standing?: Standing;
}

/** The company of a lead; read only when a decision asks for it (`needs: 'account'`). */
export interface Account {
  readonly id: string;
  readonly name: string;
  /** The others of its group, in the order they came in; at most 49. */
  readonly colleagues: readonly Colleague[];
  /** Ids of their deals that are open. */
  readonly openDeals: readonly string[];
}

/**
 * What a lead's account has had: read only when a decision asks for it (`needs: 'turn'`), under a lock
 * that lets one lead of the account decide at a time.
 */
export interface AccountTurn {
  /** Newest touches of colleagues, which went or may have gone. */
  readonly touches: Readonly<Record<'email' | 'task', readonly Instant[]>>;
  /** Roles that reps of colleagues were asked to find somebody for: open still, or since when no more. */
  readonly asked: readonly { readonly role: string; readonly open: boolean; readonly at: Instant }[];
}

export interface Facts {
  readonly leadId: string;
  /** Stable text that splits and spreading hash; from the first address, so that simulator and engine agree. */
  readonly key: string;
  readonly createdAt: Instant;
  readonly lead: LeadFields;
  readonly consents: readonly Consent[];
  /** Of mail. */
  readonly suppressions: readonly Suppression[];
  /** Of calls and chats; absent: none. */
  readonly doNot?: readonly ChannelSuppression[];
  /** Absent: none. */
  readonly choices?: Choices;
  /** `*` and ids of cadences that are paused for everybody. */
  readonly pauses: readonly string[];
  /** The custodian, when a rep has the lead. */
  readonly custodian?: Rep;
  readonly routing?: Routing;
  /** `null`: the lead has none. */
  readonly account?: Account | null;
  readonly turn?: AccountTurn;
  /** Of domains that warm up; read only when a decision asks for it (`needs: 'places'`). */
  readonly places?: TakenPlaces;
}

/** The version for new things and those that open enrollments are pinned to. */
export interface Playbooks {
  readonly current: Playbook;
  /** Throws when the version is not in the store. */
  readonly get: (hash: string) => Playbook;
}
