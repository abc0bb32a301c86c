/** Tables of who a lead was before, and of what it chose. */
import type { Time, TimeOrNull } from './schema-values.ts';

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
