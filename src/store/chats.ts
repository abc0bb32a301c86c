/**
 * Live chats. A row that is `ringing` or `open` is a place of its rep; places are counted with the
 * row of `loadRouting` locked, so that of many chats at once none takes a place twice.
 */
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { ChatReason } from '../core/chat.ts';
import type { Instant } from '../core/time.ts';
import { decodeCursor, type Page, type PageRequest, pageLimit, toPage } from './cursor.ts';
import type { ChatsTable, Db } from './schema.ts';
import { at, date, dateOrNull, readJson } from './values.ts';

/** Rings at a rep, is under way, is over; `form`: nobody took it. */
export const chatStateSchema = z.enum(['ringing', 'open', 'ended', 'form']);
export type ChatState = z.infer<typeof chatStateSchema>;
/** Those that keep a rep busy. */
export const BUSY: readonly ChatState[] = ['ringing', 'open'];

export interface Chat {
  readonly id: string;
  readonly leadId: string | null;
  readonly visitor: string | null;
  readonly page: string;
  readonly language: string;
  readonly state: ChatState;
  readonly rep: string | null;
  /** Of the playbook's list, from 1. */
  readonly rule: number | null;
  readonly handoff: string | null;
  readonly pool: string | null;
  readonly answerBy: Instant | null;
  /** Reps it rang at in vain. */
  readonly passed: readonly string[];
  readonly because: readonly ChatReason[];
  readonly startedAt: Instant;
  readonly acceptedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly outcome: string | null;
  readonly note: string | null;
  readonly endedBy: string | null;
}

const passedSchema = z.array(z.string());
const becauseSchema: z.ZodType<ChatReason[]> = z.array(
  z.object({
    rule: z.number().int(),
    when: z.string(),
    code: z.enum(['suppressed', 'not-met', 'unknown-visitor', 'no-custodian', 'nobody-free', 'rep', 'form']),
    reps: z.array(
      z.object({
        rep: z.string(),
        code: z.enum(['passed', 'not-active', 'away', 'off-hours', 'language', 'busy', 'full']),
      }),
    ),
  }),
);

const toChat = (row: Selectable<ChatsTable>): Chat => ({
  id: row.id,
  leadId: row.lead_id,
  visitor: row.visitor,
  page: row.page,
  language: row.language,
  state: chatStateSchema.parse(row.state),
  rep: row.rep,
  rule: row.rule,
  handoff: row.handoff,
  pool: row.pool,
  answerBy: row.answer_by,
  passed: readJson(passedSchema, row.passed, `chat ${row.id}`),
  because: readJson(becauseSchema, row.because, `chat ${row.id}`),
  startedAt: row.started_at,
  acceptedAt: row.accepted_at,
  endedAt: row.ended_at,
  outcome: row.outcome,
  note: row.note,
  endedBy: row.ended_by,
});

const toRow = (chat: Chat) => ({
  lead_id: chat.leadId,
  visitor: chat.visitor,
  page: chat.page,
  language: chat.language,
  state: chat.state,
  rep: chat.rep,
  rule: chat.rule,
  handoff: chat.handoff,
  pool: chat.pool,
  answer_by: dateOrNull(chat.answerBy),
  passed: JSON.stringify(chat.passed),
  because: JSON.stringify(chat.because),
  started_at: date(chat.startedAt),
  accepted_at: dateOrNull(chat.acceptedAt),
  ended_at: dateOrNull(chat.endedAt),
  outcome: chat.outcome,
  note: chat.note,
  ended_by: chat.endedBy,
});

export async function getChat(db: Db, id: string): Promise<Chat | null> {
  const row = await db.selectFrom('chats').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toChat(row);
}

/** The same with the row locked until the transaction ends. */
export async function lockChat(tx: Db, id: string): Promise<Chat | null> {
  const row = await tx.selectFrom('chats').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return row === undefined ? null : toChat(row);
}

export async function insertChat(tx: Db, chat: Chat): Promise<void> {
  await tx
    .insertInto('chats')
    .values({ id: chat.id, ...toRow(chat) })
    .execute();
}

/** Writes a chat whose row the caller has locked. */
export async function saveChat(tx: Db, chat: Chat): Promise<void> {
  await tx.updateTable('chats').set(toRow(chat)).where('id', '=', chat.id).execute();
}

/** Chats each rep has now; the caller holds the lock of `loadRouting`. */
export async function chatsOfReps(tx: Db): Promise<Readonly<Record<string, number>>> {
  const rows = await tx
    .selectFrom('chats')
    .select(['rep', sql<number>`count(*)`.as('n')])
    .where('state', 'in', BUSY)
    .where('rep', 'is not', null)
    .groupBy('rep')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.rep ?? '', Number(row.n)]));
}

/** Who is behind a chat, as far as anybody says. */
export interface Who {
  readonly leadId: string | null;
  readonly visitor: string | null;
}

/** A lead's by the lead alone: another person may have used the same browser. */
const theirs = ({ leadId, visitor }: Who) =>
  leadId === null ? sql<boolean>`visitor = ${visitor ?? ''}` : sql<boolean>`lead_id = ${leadId}`;

/** Their newest chat that keeps a rep busy; null when there is none. */
export async function busyChatOf(tx: Db, who: Who): Promise<Chat | null> {
  const row = await tx
    .selectFrom('chats')
    .selectAll()
    .where(theirs(who))
    .where('state', 'in', BUSY)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : toChat(row);
}

/** How many chats they began after this instant. */
export async function chatsSince(tx: Db, who: Who, since: Instant): Promise<number> {
  const row = await tx
    .selectFrom('chats')
    .select(sql<number>`count(*)`.as('n'))
    .where(theirs(who))
    .where('started_at', '>', at(since))
    .executeTakeFirst();
  return Number(row?.n ?? 0);
}

/** How many chats began after this instant of which nobody says who is behind them. */
export async function namelessSince(tx: Db, since: Instant): Promise<number> {
  const row = await tx
    .selectFrom('chats')
    .select(sql<number>`count(*)`.as('n'))
    .where('visitor', 'is', null)
    .where('lead_id', 'is', null)
    .where('started_at', '>', at(since))
    .executeTakeFirst();
  return Number(row?.n ?? 0);
}

/** The lead a visitor turned out to be, by an earlier chat; null when nobody knows. */
export async function leadOfVisitor(tx: Db, visitor: string): Promise<string | null> {
  const row = await tx
    .selectFrom('chats')
    .select('lead_id')
    .where('visitor', '=', visitor)
    .where('lead_id', 'is not', null)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.lead_id ?? null;
}

/** Chats of a visitor that no lead is known for, oldest first. */
export async function unknownChatsOf(tx: Db, visitor: string): Promise<readonly Chat[]> {
  const rows = await tx
    .selectFrom('chats')
    .selectAll()
    .where('visitor', '=', visitor)
    .where('lead_id', 'is', null)
    .orderBy('started_at')
    .orderBy('id')
    .execute();
  return rows.map(toChat);
}

/** Chats that rang too long, and those begun before `forgotten` that nobody ended. */
export async function overdueChats(
  db: Db,
  { now, forgotten, limit }: { now: Instant; forgotten: Instant; limit: number },
): Promise<readonly Pick<Chat, 'id' | 'state'>[]> {
  const rows = await db
    .selectFrom('chats')
    .select(['id', 'state'])
    .where('state', 'in', BUSY)
    .where(({ or, and, eb }) =>
      or([and([eb('state', '=', 'ringing'), eb('answer_by', '<=', at(now))]), eb('started_at', '<=', at(forgotten))]),
    )
    .orderBy('started_at')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ id: row.id, state: chatStateSchema.parse(row.state) }));
}

export interface ChatFilter extends PageRequest {
  readonly states?: readonly ChatState[] | undefined;
  readonly rep?: string | undefined;
  readonly leadId?: string | undefined;
}

/** Chats, the newest first. */
export async function listChats(db: Db, filter: ChatFilter): Promise<Page<Chat>> {
  const limit = pageLimit(filter);
  const after = decodeCursor('chats', filter.cursor, ['instant', 'text']);
  let query = db.selectFrom('chats').selectAll();
  if (filter.states !== undefined) query = query.where('state', 'in', filter.states);
  if (filter.rep !== undefined) query = query.where('rep', '=', filter.rep);
  if (filter.leadId !== undefined) query = query.where('lead_id', '=', filter.leadId);
  if (after !== null) {
    query = query.where(sql<boolean>`(started_at, id) < (${date(Number(after[0]))}, ${String(after[1])})`);
  }
  const rows = await query
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return toPage('chats', rows, limit, (row) => [row.started_at, row.id], toChat);
}
