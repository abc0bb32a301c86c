/** What goes out to others, and who gets it. */
import type { Nullable, Time, TimeOrNull } from './schema-values.ts';

export interface OutboxTable {
  id: string;
  /** Which handler sends it. */
  kind: string;
  key: string;
  /** Rows of one lane share a receiver: one that is slow holds up nobody else's. */
  lane: string;
  /** Whom it is about, so that erasing a lead finds it. */
  lead_id: Nullable<string>;
  /** JSON. */
  payload: string;
  /** `waiting`, `sending`, `sent` or `dead`. */
  state: string;
  /** When to try, the first time or next, on the store's clock. */
  due_at: Time;
  /** Times it was taken to be sent. */
  attempts: number;
  /** Who sends it at the moment. */
  lease: Nullable<string>;
  /** Until when, in real time. */
  lease_until: TimeOrNull;
  last_error: Nullable<string>;
  /** What the receiver answered when it took it. */
  answer: Nullable<string>;
  created_at: Time;
  done_at: TimeOrNull;
}

export interface WebhooksTable {
  id: string;
  name: string;
  url: string;
  /** JSON array of event types. */
  events: string;
  enabled: boolean;
  /** `gone` (it answered 410), `failing` (for days), `person`; null while enabled. */
  disabled_why: Nullable<string>;
  /** Since when nothing has arrived there; null when the last attempt did. */
  failing_since: TimeOrNull;
  /** Counts rotations; the secret follows from it. */
  secret_version: number;
  rotated_at: TimeOrNull;
  created_at: Time;
  updated_at: Time;
}

export interface RepCalendarsTable {
  rep_id: string;
  /** Counts rotations; the feed's address follows from it. */
  version: number;
  updated_at: Time;
}
