/**
 * What erasing a person does to every table: the one list, which the code goes by, docs/privacy.md is made
 * from, and a test holds against the database. A table that is not here does not compile; a column that
 * could hold text about a person and is not accounted for fails the test.
 */
import type { Schema } from './schema.ts';

/** How the rows that are about the person go. */
export type Fate =
  /** With the person's identity, in the first transaction. */
  | 'identity'
  /** Deleted, found by `lead_id`, a part at a time by the column `part`. */
  | 'owned'
  /** Kept as figures about nobody: another id, and no text. */
  | 'figures'
  /** In a way of its own, which `how` says. */
  | 'special'
  /** None is about a lead. */
  | 'none';

export interface TableFate {
  readonly fate: Fate;
  readonly part?: string;
  /** What it holds of a person, and what becomes of it, in words. */
  readonly how: string;
  /** Columns of other people's rows in which somebody may have named the person. */
  readonly mentions?: { readonly key: readonly string[]; readonly columns: readonly string[] };
}

const none = (how: string): TableFate => ({ fate: 'none', how });

export const TABLES: { readonly [T in keyof Schema]: TableFate } = {
  leads: {
    fate: 'identity',
    how: 'name, address, company and all other fields: deleted',
    mentions: { key: ['id'], columns: ['company', 'role', 'title', 'source', 'campaign', 'attributes'] },
  },
  lead_states: {
    fate: 'identity',
    how: 'position, custody, notes and replies a decision needs: deleted',
    mentions: { key: ['lead_id'], columns: ['state'] },
  },
  lead_aliases: {
    fate: 'identity',
    how: 'what the person went by before, with the data of merged leads and of jobs left: deleted',
    mentions: { key: ['alias'], columns: ['before'] },
  },
  consents: { fate: 'identity', how: 'who agreed to what: deleted' },
  suppressions: {
    fate: 'identity',
    how: 'those of the person, of every address the person had, and of a phone number nobody else has: deleted, the hash of the address stands for them',
    mentions: { key: ['id'], columns: ['reason'] },
  },
  erasures: {
    fate: 'special',
    how: 'the id, who asked and when: kept as proof. Until the rest is gone also what finds it: addresses, names, phone numbers, company domains',
  },
  erased_names: { fate: 'special', how: 'keyed hashes of addresses and external ids: kept' },
  inbox: {
    fate: 'owned',
    part: 'id',
    how: 'what happened, what fields were before a change, and what was written in replies: deleted',
    mentions: { key: ['id'], columns: ['body'] },
  },
  journal: {
    fate: 'owned',
    part: 'seq',
    how: 'what was done and why, with notes and facts: deleted',
    mentions: { key: ['lead_id', 'seq'], columns: ['data'] },
  },
  enrollments: { fate: 'owned', part: 'id', how: 'runs of cadences: deleted' },
  notices: { fate: 'owned', part: 'seq', how: 'what reps were to be told: deleted' },
  outbox: {
    fate: 'owned',
    part: 'id',
    how: 'webhooks about the person, sent, waiting and dead: deleted, but that the id was erased (`lead.erased`)',
    mentions: { key: ['id'], columns: ['payload', 'last_error', 'answer'] },
  },
  tasks: {
    fate: 'special',
    how: 'titles, notes, facts, context and emails reworded by reps: deleted; what was done stays as a contact of nobody',
    mentions: {
      key: ['id'],
      columns: ['title', 'body', 'context', 'facts', 'note', 'reason', 'disposition', 'draft_subject', 'draft_text'],
    },
  },
  chats: {
    fate: 'special',
    how: 'page and notes, those of the same visitor before the name was known too: deleted',
    mentions: { key: ['id'], columns: ['page', 'note'] },
  },
  milestones: { fate: 'figures', how: 'stages, labels and signals with their times: kept as nobody’s' },
  handoffs: {
    fate: 'figures',
    how: 'offers to sales with their times: kept as nobody’s, without facts',
    mentions: { key: ['lead_id', 'seq'], columns: ['facts'] },
  },
  touches: {
    fate: 'figures',
    how: 'messages with their times: kept as nobody’s, without address, subject, account and the mail service’s id',
  },
  preferences: { fate: 'owned', part: 'topic', how: 'topics the person declined, and a pause: deleted' },
  clicks: { fate: 'owned', part: 'id', how: 'which links were followed, when, and whether by a program: deleted' },
  recorded_wakes: {
    fate: 'owned',
    part: 'id',
    how: 'some decisions with all that they were made from, kept for 14 days: deleted',
    mentions: { key: ['id'], columns: ['document'] },
  },
  deal_leads: { fate: 'owned', part: 'deal_id', how: 'whose deal it is: deleted' },
  deals: {
    fate: 'special',
    how: 'a deal stays, as the company’s; why it was lost goes, where the person was the only one in it',
    mentions: { key: ['id'], columns: ['lost_reason'] },
  },
  deal_events: none('amounts and stages of deals, by the CRM’s id'),
  accounts: {
    fate: 'special',
    how: 'the company’s name and domain: deleted when nobody else of it is known',
    mentions: { key: ['id'], columns: ['name'] },
  },
  import_pages: { fate: 'special', how: 'uploads not taken in yet: the rows with an address of the person go' },
  import_errors: {
    fate: 'none',
    how: 'row numbers and what was wrong, never what the row said',
    mentions: { key: ['import_id', 'row', 'nth'], columns: ['message'] },
  },
  imports: none('names of columns, and counts'),
  idempotency_keys: {
    fate: 'special',
    how: 'answers to calls, kept for a day: those with the person’s id, address or name go',
  },
  pauses: { fate: 'none', how: 'why sending is paused', mentions: { key: ['scope'], columns: ['reason'] } },
  sending_domains: none('domains mail is sent from'),
  send_places: none('how many messages a new domain has sent a day, in all and by hashes of mail domains'),
  send_slots: none('how fast messages follow each other'),
  webhooks: none('where events go'),
  rep_calendars: none('addresses of reps’ calendars'),
  reps: none('reps, who are not erased with a lead'),
  pool_counts: none('turns of reps'),
  mail_schedules: none('when digests are due'),
  playbook_versions: none('the playbook'),
  playbook_current: none('which playbook is in force'),
  api_keys: none('hashes of keys, and what they are for'),
  meta: none('the installation’s own settings'),
  schema_migrations: none('which migrations have run'),
};

const named = Object.entries(TABLES) as [keyof Schema, TableFate][];

/** Tables whose rows are deleted by `lead_id` alone. */
export const OWNED: readonly { readonly table: string; readonly part: string }[] = named.flatMap(([table, { part }]) =>
  part === undefined ? [] : [{ table, part }],
);

/** Where somebody may have named the person. */
export const MENTIONS: readonly {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
}[] = named.flatMap(([table, { mentions }]) => (mentions === undefined ? [] : [{ table, ...mentions }]));
