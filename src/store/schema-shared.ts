/** Tables that are not about one lead: reps, playbooks, keys, imports, the installation itself. */
import type { Nullable, Time, TimeOrNull } from './schema-values.ts';

export interface RepsTable {
  id: string;
  name: string;
  time_zone: string;
  working_hours: Nullable<string>;
  away: string;
  /** JSON: what the rep says about chats; null: nothing. */
  chat: Nullable<string>;
  active: boolean;
  /** JSON; null: what everybody gets. */
  notify: Nullable<string>;
  updated_at: Time;
}

export interface PoolCountsTable {
  pool: string;
  rep: string;
  /** Turns had; see src/core/pools.ts. */
  given: number;
  /** Number of the rep's last turn in this pool. */
  turn: Nullable<number>;
}

export interface PlaybookVersionsTable {
  hash: string;
  files: string;
  actor: string;
  created_at: Time;
}

export interface PlaybookCurrentTable {
  id: string;
  hash: string;
  actor: string;
  applied_at: Time;
}

export interface ApiKeysTable {
  id: string;
  /** SHA-256 of the key; the key itself is never stored. */
  hash: string;
  role: string;
  rep: Nullable<string>;
  label: string;
  created_at: Time;
  revoked_at: TimeOrNull;
  expires_at: TimeOrNull;
  used_at: TimeOrNull;
}

export interface IdempotencyKeysTable {
  api_key: string;
  key: string;
  request_hash: string;
  status: Nullable<number>;
  response: Nullable<string>;
  created_at: Time;
}

export interface ImportsTable {
  id: string;
  state: string;
  format: string;
  /** JSON: how the upload's columns map to fields. */
  header: string;
  pages: number;
  pages_done: number;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  failure: Nullable<string>;
  actor: string;
  created_at: Time;
  finished_at: TimeOrNull;
}

export interface ImportPagesTable {
  import_id: string;
  page: number;
  first_row: number;
  rows: number;
  /** JSON array of raw rows. */
  body: string;
}

export interface ImportErrorsTable {
  import_id: string;
  row: number;
  nth: number;
  field: string;
  message: string;
}

export interface SendingDomainsTable {
  domain: string;
  ready: boolean;
  detail: string;
  checked_at: Time;
}

export interface PausesTable {
  /** See `PAUSE_SCOPES` in src/core/pause-scopes.ts. */
  scope: string;
  reason: string;
  actor: string;
  created_at: Time;
}

/** See send-slots.ts. */
export interface SendSlotsTable {
  n: number;
  free_at: Time;
  lease: Nullable<string>;
  uses: number;
}

export interface SendPlacesTable {
  sender: string;
  /** `YYYY-MM-DD` in the company's zone. */
  day: string;
  /** Hash of a mail domain; `*`: all. */
  receiver: string;
  taken: number;
}

export interface MetaTable {
  key: string;
  value: string;
}

export interface SchemaMigrationsTable {
  name: string;
  applied_at: Time;
}
