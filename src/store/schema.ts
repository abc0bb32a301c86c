/**
 * The tables as Kysely sees them; `migrations/` is what creates them. Instants are `timestamptz` in
 * SQL, read as epoch ms and written as `Date` (see `at` in values.ts). JSON is kept in text columns,
 * since Aurora DSQL has no JSON column types.
 */
import type { Generated, Kysely } from 'kysely';
import type { ChatsTable } from './schema-chats.ts';
import type { AccountsTable, DealEventsTable, DealLeadsTable, DealsTable } from './schema-deals.ts';
import type { MailSchedulesTable, NoticesTable } from './schema-notices.ts';
import type { OutboxTable, RepCalendarsTable, WebhooksTable } from './schema-outbox.ts';
import type {
  ErasedNamesTable,
  ErasuresTable,
  LeadAliasesTable,
  PreferencesTable,
  RecordedWakesTable,
} from './schema-people.ts';
import type {
  ApiKeysTable,
  IdempotencyKeysTable,
  ImportErrorsTable,
  ImportPagesTable,
  ImportsTable,
  MetaTable,
  PausesTable,
  PlaybookCurrentTable,
  PlaybookVersionsTable,
  PoolCountsTable,
  RepsTable,
  SchemaMigrationsTable,
  SendingDomainsTable,
  SendPlacesTable,
  SendSlotsTable,
} from './schema-shared.ts';
import type { Nullable, Time, TimeOrNull } from './schema-values.ts';

export type { ChatsTable } from './schema-chats.ts';
export type { ImportsTable, RepsTable } from './schema-shared.ts';

export interface LeadsTable {
  id: string;
  email: string;
  /** What makes two addresses the same. */
  email_normal: string;
  /** Part after the @ of `email_normal`: what a domain suppression matches. */
  email_domain: string;
  external_id: Nullable<string>;
  /** From the first address; never changes. */
  key: string;
  first_name: string;
  last_name: string;
  company: string;
  domain: string;
  role: string;
  title: string;
  country: string;
  time_zone: string;
  locale: string;
  phone: string;
  source: string;
  campaign: string;
  freemail: boolean;
  /** JSON object of strings. */
  attributes: string;
  /** Bumped by every write; a writer that read another one starts over. */
  revision: number;
  created_at: Time;
  updated_at: Time;
}

export interface LeadStatesTable {
  lead_id: string;
  /** Bumped by everything a send depends on, so that it serialises with the send. */
  guard: number;
  seq: number;
  /** LeadState as JSON; null until the first decision. */
  state: Nullable<string>;
  stage: Nullable<string>;
  custody: string;
  custodian: Nullable<string>;
  due_at: TimeOrNull;
  queue: Nullable<string>;
  /** Pause scope that holds back a due touch. */
  held: Nullable<string>;
  /** Version in force at its last decision; null before the first. */
  playbook: Nullable<string>;
  /** Emails marketing could still send, as of its last decision; null before one. */
  left_to_send: Generated<number | null>;
  /** What colleagues' decisions see of it (`Standing` as JSON), as of its last decision; null before one. */
  standing: Generated<string | null>;
  /** Since when its activity fails, how often it has, and the code of the last error; null while it does not. */
  failing_since: TimeOrNull;
  failures: Generated<number | null>;
  failure: Generated<string | null>;
  updated_at: Time;
}

export interface ConsentsTable {
  lead_id: string;
  purpose: string;
  basis: string;
  source: string;
  at: Time;
  expires: TimeOrNull;
  withdrawn_at: TimeOrNull;
  withdrawn_by: Nullable<string>;
}

export interface SuppressionsTable {
  id: string;
  /** `email:ADDRESS`, `domain:DOMAIN` or `lead:ID`. */
  subject: string;
  /** Empty: every purpose; not null, so that it can be part of a unique key. */
  purpose: string;
  until_at: TimeOrNull;
  reason: string;
  actor: string;
  created_at: Time;
}

export interface InboxTable {
  id: string;
  lead_id: string;
  dedupe_key: Nullable<string>;
  at: Time;
  received_at: Time;
  body: string;
  /** Sequence number of the commit that used it; 0: not used yet. */
  applied_seq: Generated<number>;
  /** Wakes nobody; null is false. */
  quiet: Nullable<boolean>;
  /** When it took effect, where that was after its own time; null: at its own. */
  taken_at: TimeOrNull;
}

export interface ClicksTable {
  touch_id: string;
  id: string;
  lead_id: string;
  /** A hash of the address, which tells two links apart. */
  link: string;
  /** Host and path of the address; empty for the trap. */
  place: string;
  at: Time;
  hint: Nullable<string>;
  verdict: string;
}

export interface JournalTable {
  lead_id: string;
  seq: number;
  at: Time;
  type: string;
  cadence: Nullable<string>;
  step: Nullable<string>;
  reason: Nullable<string>;
  actor: string;
  playbook: string;
  data: string;
}

export interface TouchesTable {
  id: string;
  lead_id: string;
  enrollment: string;
  cadence: string;
  step: string;
  email: string;
  purpose: string;
  topic: Nullable<string>;
  playbook: string;
  state: string;
  attempts: number;
  due_at: Time;
  decided_at: Time;
  to_email: Nullable<string>;
  /** Proof from the mail service that it took the message. */
  accepted_at: TimeOrNull;
  /** When the receiving server took it. */
  delivered_at: TimeOrNull;
  ses_message_id: Nullable<string>;
  /** As it went out, for emails that answer in its thread. */
  subject: Nullable<string>;
  ended_at: TimeOrNull;
  /** The attempt by which it last went to `sending`. */
  holder: Nullable<string>;
  /** When it was given up as `unconfirmed`; stays when it is proven afterwards. */
  parked_at: TimeOrNull;
  /** When the mail service said that it will not send what it had taken. */
  rejected_at: TimeOrNull;
  reason: Nullable<string>;
  detail: Nullable<string>;
  bounced_at: TimeOrNull;
  bounce: Nullable<string>;
  complained_at: TimeOrNull;
  account_id: Nullable<string>;
  /** The lead's stage when it ended; null before. */
  stage: Nullable<string>;
  /** The lead's next stage, if it came within 30 days of a touch that was sent. */
  next_stage: Nullable<string>;
}

export interface TasksTable {
  id: string;
  lead_id: string;
  enrollment: Nullable<string>;
  cadence: Nullable<string>;
  step: Nullable<string>;
  handoff: Nullable<string>;
  kind: string;
  title: string;
  body: Nullable<string>;
  assignee: Nullable<string>;
  /** When it last changed hands; null: it is with who had it first. */
  assigned_at: TimeOrNull;
  /** Out of the way until then; no SLA and no due time waits for it. */
  snoozed_until: TimeOrNull;
  pool: Nullable<string>;
  priority: string;
  state: string;
  due_at: Time;
  sla: Nullable<string>;
  accept_by: TimeOrNull;
  context: string;
  opened_at: Time;
  accepted_at: TimeOrNull;
  closed_at: TimeOrNull;
  disposition: Nullable<string>;
  reason: Nullable<string>;
  facts: Nullable<string>;
  note: Nullable<string>;
  until_at: TimeOrNull;
  answered_by: Nullable<string>;
  account_id: Nullable<string>;
  /** Of the buying group, that somebody is to be found for. */
  role: Nullable<string>;
  /** What a rep has put in place of an email's words. */
  draft_subject: Nullable<string>;
  draft_text: Nullable<string>;
}

export interface EnrollmentsTable {
  id: string;
  lead_id: string;
  cadence: string;
  lane: string;
  state: string;
  step: Nullable<string>;
  due_at: TimeOrNull;
  started_at: Time;
  ended_at: TimeOrNull;
  playbook: string;
  /** `open`, or null once it has ended: unique with lead and lane. */
  open_marker: Nullable<string>;
}

export interface MilestonesTable {
  lead_id: string;
  /** Of the journal entry. */
  seq: number;
  /** When it happened, which for a signal is before it was decided about. */
  at: Time;
  /** `stage`, `label`, `signal`, `activity` or `sla`. */
  kind: string;
  name: string;
}

/** One offer to sales; what a column says is set once, but for `rep`. */
export interface HandoffsTable {
  lead_id: string;
  /** Of the journal entry that offered it. */
  seq: number;
  handoff: string;
  pool: string;
  /** Who has it, or had it last. */
  rep: Nullable<string>;
  offered_at: Time;
  accept_by: Time;
  accepted_at: TimeOrNull;
  accepted_by: Nullable<string>;
  /** Who had it when the time to answer was over without an answer. */
  late_rep: Nullable<string>;
  /** By when the first touch was agreed, when it came, and who had the lead when that was over without one. */
  touch_by: TimeOrNull;
  touched_at: TimeOrNull;
  touch_late_rep: Nullable<string>;
  /** From the offer to the acceptance in the rep's working time. */
  worked_ms: number | null;
  breached_at: TimeOrNull;
  /** When custody left sales, and why. */
  ended_at: TimeOrNull;
  ended: Nullable<string>;
  return_reason: Nullable<string>;
  /** JSON object of strings. */
  facts: Nullable<string>;
}

export interface Schema {
  leads: LeadsTable;
  lead_states: LeadStatesTable;
  lead_aliases: LeadAliasesTable;
  erasures: ErasuresTable;
  erased_names: ErasedNamesTable;
  consents: ConsentsTable;
  suppressions: SuppressionsTable;
  preferences: PreferencesTable;
  inbox: InboxTable;
  journal: JournalTable;
  milestones: MilestonesTable;
  handoffs: HandoffsTable;
  touches: TouchesTable;
  clicks: ClicksTable;
  recorded_wakes: RecordedWakesTable;
  tasks: TasksTable;
  enrollments: EnrollmentsTable;
  outbox: OutboxTable;
  webhooks: WebhooksTable;
  rep_calendars: RepCalendarsTable;
  accounts: AccountsTable;
  deals: DealsTable;
  deal_events: DealEventsTable;
  deal_leads: DealLeadsTable;
  chats: ChatsTable;
  reps: RepsTable;
  pool_counts: PoolCountsTable;
  notices: NoticesTable;
  mail_schedules: MailSchedulesTable;
  playbook_versions: PlaybookVersionsTable;
  playbook_current: PlaybookCurrentTable;
  api_keys: ApiKeysTable;
  idempotency_keys: IdempotencyKeysTable;
  imports: ImportsTable;
  import_pages: ImportPagesTable;
  import_errors: ImportErrorsTable;
  pauses: PausesTable;
  sending_domains: SendingDomainsTable;
  send_slots: SendSlotsTable;
  send_places: SendPlacesTable;
  meta: MetaTable;
  schema_migrations: SchemaMigrationsTable;
}

/** Any handle: the pool, the embedded database, or a transaction of either. */
export type Db = Kysely<Schema>;
