/** What a condition can see at one instant. `src/playbook/cel.ts` binds CEL's names to these. */
import type { ContextScope } from './context.ts';
import type { Instant, IsoDuration } from './time.ts';

/** Who has the next move. */
export type CustodyHolder = 'marketing' | 'sales' | 'nobody';

/** A lead's own fields; absent strings are `''`. */
export interface LeadFields {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly company: string;
  readonly domain: string;
  readonly role: string;
  readonly title: string;
  readonly country: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly phone: string;
  readonly source: string;
  readonly campaign: string;
  /** Whether the address is at a free-mail provider. */
  readonly freemail: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The deal a condition sees; '', 0, false and undefined without one. */
export interface DealScope {
  readonly stage: string;
  /** In units of its currency. */
  readonly amount: number;
  readonly open: boolean;
  /** When it is renewed, or the newest sale that says so; undefined when none does. */
  readonly renewsAt: Instant | undefined;
  /** The rep whose deal it is; `''` when the CRM did not say. */
  readonly owner: string;
}

/** The lead's account; '', 0 and empty for a lead that has none. */
export interface AccountScope {
  readonly name: string;
  readonly domain: string;
  /** The lead's own role in the buying group, which needs no account; '' without one. */
  readonly role: string;
  /** People known of it, the lead among them; at most 50. */
  readonly leads: number;
  /** How many of them sales has. */
  readonly withSales: number;
  readonly openDeals: number;
  /** What they have earned together. */
  readonly engagement: number;
  /** Roles somebody has. */
  readonly roles: readonly string[];
  /** Needed roles that too few have. */
  readonly missing: readonly string[];
  /** Share of the needed roles that is there, 0 to 1. */
  readonly completeness: number;
}

export const NO_ACCOUNT: AccountScope = {
  name: '',
  domain: '',
  role: '',
  leads: 0,
  withSales: 0,
  openDeals: 0,
  engagement: 0,
  roles: [],
  missing: [],
  completeness: 0,
};

/** The live chat a condition is asked about. */
export interface ChatScope {
  /** ISO 639 code in lower case; '' when nobody knows. */
  readonly language: string;
  /** Path of the page, without the site. */
  readonly page: string;
  /** Chats that all reps together have now. */
  readonly open: number;
}

export interface Scope {
  /** What is known of how the lead comes. */
  readonly context: ContextScope;
  readonly now: Instant;
  readonly lead: LeadFields;
  readonly score: { readonly fit: number; readonly engagement: number };
  readonly stage: string;
  readonly deal: DealScope;
  readonly account: AccountScope;
  readonly custody: CustodyHolder;
  /** Whether it is working time for the custodian, else for the company. */
  readonly working: boolean;
  /** Tasks closed since sales took custody. */
  readonly attempts: number;
  /** Only in the rules of `chat`. */
  readonly chat?: ChatScope | undefined;
  /** Instants of a signal type in the span this condition counts over, oldest first. */
  readonly signals: (type: string, within?: IsoDuration) => { readonly count: number };
  /** Newest instant of the type over the same span; `undefined` when never. */
  readonly last: (type: string) => Instant | undefined;
  /** Whether a human clicked a link in the touch of this step of the cadence at hand. */
  readonly clicked: (step: string) => boolean;
  /** `now` less a duration, by the calendar in UTC. */
  readonly ago: (duration: IsoDuration) => Instant;
  /** A definition of the playbook by its name, evaluated over its own span. */
  readonly definition: (name: string) => boolean;
}
