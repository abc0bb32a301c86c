/** Tables of companies and of what is sold to them. */
import type { Nullable, Time, TimeOrNull } from './schema-values.ts';

export interface AccountsTable {
  id: string;
  domain: string;
  name: string;
  /** Bumped by who joins and by deals, so that they see each other. */
  revision: number;
  created_at: Time;
}

export interface DealsTable {
  id: string;
  account_id: Nullable<string>;
  /** Hundredths of one unit of the currency. */
  amount_cents: number;
  currency: string;
  stage: string;
  owner: Nullable<string>;
  lost_reason: Nullable<string>;
  renews_at: TimeOrNull;
  closed_at: TimeOrNull;
  /** When the newest change known happened. */
  changed_at: Time;
  created_at: Time;
  updated_at: Time;
  revision: number;
}

export interface DealEventsTable {
  deal_id: string;
  nth: number;
  at: Time;
  stage: string;
  amount_cents: number;
  currency: string;
  actor: string;
}

export interface DealLeadsTable {
  deal_id: string;
  lead_id: string;
  /** `lead`: the CRM named it; `account`: it is of the deal's account; `past`: it has left the company since. */
  via: string;
}
