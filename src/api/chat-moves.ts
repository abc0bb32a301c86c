/** What becomes of a chat: taken, passed on to the next, ended. */
import type { InputBody } from '../core/input.ts';
import { type Chat, getChat, lockChat, saveChat } from '../store/chats.ts';
import { putInputs } from '../store/inbox.ts';
import type { Db } from '../store/schema.ts';
import { type Loaded, loadLead } from '../store/states.ts';
import { ownerOf } from './auth.ts';
import { type Begun, type ChatFrame, chatLead, placed, routeFor, routingFor } from './chat-start.ts';
import type { Caller } from './deps.ts';
import { Problem } from './problem/problem.ts';
import { isBusy } from './schemas/chats.ts';

/**
 * @param rang reps the chat rang at may ask for it too: they are told who has it
 * @throws Problem `not-found`, `not-yours`
 */
export async function chatFor(db: Db, caller: Caller, id: string, rang = false): Promise<Chat> {
  const chat = await getChat(db, id);
  if (chat === null) throw new Problem('not-found', `There is no chat ${id}`);
  const own = ownerOf(caller);
  const theirs = chat.rep === own || (rang && chat.passed.includes(own ?? ''));
  if (own !== null && !theirs) throw new Problem('not-yours', 'This chat is with another rep, or with none');
  return chat;
}

interface Locked {
  readonly chat: Chat;
  readonly lead: Loaded | null;
}

/** The chat with its lead locked before it, as the engine does; what the caller knew of it may be old by now. */
async function locked(tx: Db, id: string, leadId: string | null): Promise<Locked> {
  const lead = leadId === null ? null : await loadLead(tx, leadId);
  const chat = await lockChat(tx, id);
  if (chat === null) throw new Problem('not-found', `There is no chat ${id}`);
  return { chat, lead };
}

async function write(tx: Db, chat: Chat, body: InputBody, { now }: ChatFrame): Promise<Begun> {
  await saveChat(tx, chat);
  if (chat.leadId === null) return { chat, nudge: [] };
  await putInputs(tx, [{ leadId: chat.leadId, at: now, body }], now);
  return { chat, nudge: [chat.leadId] };
}

/**
 * A rep takes the chat that rings. Again by the same rep changes nothing.
 * @throws Problem `chat-taken`, `chat-over`
 */
export async function acceptChat(tx: Db, seen: Chat, rep: string | null, frame: ChatFrame): Promise<Begun> {
  const { chat } = await locked(tx, seen.id, seen.leadId);
  const taker = rep ?? chat.rep;
  if (chat.state === 'open' && chat.rep === taker) return { chat, nudge: [] };
  if (!isBusy(chat) || taker === null) throw over(chat);
  if (chat.rep !== taker) {
    throw new Problem('chat-taken', `The chat ${chat.state === 'open' ? 'was taken by' : 'rings at'} ${chat.rep}`, {
      more: { rep: chat.rep, state: chat.state },
    });
  }
  const after: Chat = { ...chat, state: 'open', acceptedAt: frame.now, answerBy: null };
  return write(tx, after, { kind: 'chat.accepted', chat: chat.id, rep: taker, by: frame.by }, frame);
}

/**
 * Nobody took it: the rules are asked again, without those it rang at. Somebody next, or the form.
 * @param due only when it has rung its time: the sweep may come late, to a chat that rings anew
 * @throws Problem `chat-taken`, `chat-over`
 */
export async function passChat(tx: Db, seen: Chat, frame: ChatFrame, due = false): Promise<Begun> {
  const lead = await chatLead(tx, seen.leadId);
  const counters = await routingFor(tx, frame.playbook, lead);
  const chat = await lockChat(tx, seen.id);
  if (chat === null) throw new Problem('not-found', `There is no chat ${seen.id}`);
  if (due && (chat.state !== 'ringing' || (chat.answerBy ?? frame.now + 1) > frame.now)) return { chat, nudge: [] };
  if (chat.state === 'open') {
    throw new Problem('chat-taken', `The chat was taken by ${chat.rep}`, {
      more: { rep: chat.rep, state: chat.state },
    });
  }
  const from = chat.rep;
  if (chat.state !== 'ringing' || from === null) throw over(chat);
  const passed = [...chat.passed, from];
  const { language, page } = chat;
  // Its own place is free for this question: it is about to go.
  const chats = { ...counters.chats, [from]: (counters.chats[from] ?? 1) - 1 };
  const route = routeFor(frame, { lead, language, page, passed: new Set(passed), ...counters, chats });
  const ended = route.to === 'form' ? { endedAt: frame.now } : {};
  const after: Chat = { ...chat, ...placed(route), passed, ...ended };
  const next =
    route.to === 'form'
      ? {}
      : { rep: route.rep.id, acceptBy: route.answerBy, ...(route.pool === undefined ? {} : { pool: route.pool }) };
  return write(tx, after, { kind: 'chat.passed', chat: chat.id, from, ...next, by: frame.by }, frame);
}

/** How a chat ended; without words, by the clock. */
export interface ChatEnd {
  readonly outcome?: string | undefined;
  readonly note?: string | undefined;
  readonly forgotten?: true;
}

/** Ends a chat, and its rep has a place more. Again changes nothing. */
export async function endChat(
  tx: Db,
  seen: Chat,
  { outcome, note, forgotten }: ChatEnd,
  frame: ChatFrame,
): Promise<Begun> {
  const { chat } = await locked(tx, seen.id, seen.leadId);
  if (!isBusy(chat)) return { chat, nudge: [] };
  const after: Chat = {
    ...chat,
    ...{ state: 'ended', answerBy: null, endedAt: frame.now, endedBy: frame.by },
    ...{ outcome: outcome ?? null, note: note ?? null },
  };
  const words = { ...(outcome === undefined ? {} : { outcome }), ...(note === undefined ? {} : { note }) };
  const body = { kind: 'chat.ended' as const, chat: chat.id, ...words, forgotten: forgotten === true, by: frame.by };
  return write(tx, after, body, frame);
}

const over = (chat: Chat): Problem =>
  new Problem(
    'chat-over',
    chat.state === 'form' ? 'Nobody took the chat: the visitor got the form' : 'The chat is over',
    {
      more: { state: chat.state },
    },
  );
