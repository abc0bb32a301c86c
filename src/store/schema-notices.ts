/** Tables of what people are told. */
import type { Time } from './schema-values.ts';

export interface NoticesTable {
  /** Of the lead's journal: what it is about. */
  lead_id: string;
  seq: number;
  /** See `Recipient` in src/core/recipient.ts. */
  recipient: string;
  at: Time;
  /** Id of the outbox row whose mail tells of it; empty: none has yet. */
  mail: string;
}

export interface MailSchedulesTable {
  name: string;
  done_until: Time;
}
