/** Tables of who a lead was before, and of what it chose. */
import type { Nullable, Time, TimeOrNull } from './schema-values.ts';

export interface LeadAliasesTable {
  /** `id:ID`, `email:ADDRESS` (normalised) or `external:ID`. */
  alias: string;
  lead_id: string;
  /** `merged`: of a lead that was merged into this one; `moved`: of a job this person left. */
  why: string;
  /** JSON: what was known under that name. */
  before: string;
  actor: string;
  created_at: Time;
}

export interface PreferencesTable {
  lead_id: string;
  /** One it does not want; empty: a pause. */
  topic: string;
  until_at: TimeOrNull;
  created_at: Time;
}

/** Who was erased; see erase.ts. */
export interface ErasuresTable {
  lead_id: string;
  /** The id it was asked for by; other rows of it are leads that had been merged into that one. */
  person: string;
  actor: string;
  /** JSON: what finds the person in other rows; null once they are gone from there. */
  names: Nullable<string>;
  requested_at: Time;
  /** When all of the person was gone. */
  erased_at: TimeOrNull;
  /** When nothing was left either of what was being written at that moment. */
  swept_at: TimeOrNull;
}

export interface ErasedNamesTable {
  /** Keyed hash of an alias (see lead-aliases.ts). */
  hash: string;
  erased_at: Time;
}

/** Wakes as they were decided; see recorded-wakes.ts. */
export interface RecordedWakesTable {
  /** The lead's id and the number of the commit. */
  id: string;
  lead_id: string;
  at: Time;
  /** Version of Volley that decided. */
  volley: string;
  /** JSON: see core/replay/recording.ts. */
  document: string;
}
