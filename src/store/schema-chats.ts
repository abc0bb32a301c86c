/** The table of live chats. */
import type { Nullable, Time, TimeOrNull } from './schema-values.ts';

export interface ChatsTable {
  id: string;
  /** Null while nobody knows who the visitor is. */
  lead_id: Nullable<string>;
  /** What the chat tool calls the visitor. */
  visitor: Nullable<string>;
  page: string;
  language: string;
  state: string;
  rep: Nullable<string>;
  rule: Nullable<number>;
  handoff: Nullable<string>;
  pool: Nullable<string>;
  /** Until when it rings at the rep. */
  answer_by: TimeOrNull;
  /** JSON array of reps it rang at in vain. */
  passed: string;
  /** JSON array of what each rule said. */
  because: string;
  started_at: Time;
  accepted_at: TimeOrNull;
  ended_at: TimeOrNull;
  outcome: Nullable<string>;
  note: Nullable<string>;
  ended_by: Nullable<string>;
}
