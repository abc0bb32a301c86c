/** A chat begins: who takes it is decided at once, and the lead hears of it. */
import type { z } from '@hono/zod-openapi';
import { type ChatRoute, languageOf, routeChat, skippedOf } from '../core/chat.ts';
import type { InputBody } from '../core/input.ts';
import type { Playbook } from '../core/playbook.ts';
import { initialState } from '../core/state.ts';
import { HOUR, type Instant } from '../core/time.ts';
import {
  busyChatOf,
  type Chat,
  chatsOfReps,
  chatsSince,
  getChat,
  insertChat,
  leadOfVisitor,
  lockChat,
  namelessSince,
  saveChat,
  unknownChatsOf,
} from '../store/chats.ts';
import { type NewInput, putInputs } from '../store/inbox.ts';
import { findLeadIds } from '../store/leads.ts';
import type { Db } from '../store/schema.ts';
import { asksSameAccount, countedReps, type Loaded, loadLead, loadRouting, withAccount } from '../store/states.ts';
import { nameOf } from './find-lead.ts';
import { Problem } from './problem/problem.ts';
import type { chatIn } from './schemas/chats.ts';

export type ChatGiven = z.infer<typeof chatIn>;

export interface ChatFrame {
  /** Null: none has been applied, so there are no rules, and every chat gets the form. */
  readonly playbook: Playbook | null;
  readonly now: Instant;
  readonly by: string;
}

/** Nobody begins more chats than this in an hour but a machine. */
const MOST_AN_HOUR = 20;
/** Of all together of which the tool does not say whose they are: nobody else bounds them. */
const MOST_NAMELESS_AN_HOUR = 200;

export interface Begun {
  readonly chat: Chat;
  readonly nudge: readonly string[];
}

/**
 * Begins a chat, or answers the one there is: the same id is the same chat, and somebody who has one
 * open gets that one and no second rep. With a lead where none was known, all chats of the visitor
 * become that lead's.
 * @throws Problem `unknown-lead`, `chat-clash`, `too-many-chats`
 */
export async function startChat(tx: Db, given: ChatGiven, frame: ChatFrame): Promise<Begun> {
  const leadId = await leadIdOf(tx, given);
  const lead = await chatLead(tx, leadId);
  const counters = await routingFor(tx, frame.playbook, lead);
  // With the counters locked no two of these look at the same moment.
  const known = await getChat(tx, given.id);
  if (known) return again(tx, known, lead, frame);
  const visitor = given.visitor ?? null;
  const nudge: string[] = [];
  if (lead && visitor !== null) nudge.push(...(await identify(tx, await unknownChatsOf(tx, visitor), lead, frame)));
  if (leadId !== null || visitor !== null) {
    const who = { leadId, visitor };
    const open = await busyChatOf(tx, who);
    if (open) return { chat: open, nudge };
    if ((await chatsSince(tx, who, frame.now - HOUR)) >= MOST_AN_HOUR) {
      throw new Problem('too-many-chats', `More than ${MOST_AN_HOUR} chats of one visitor in an hour: show the form`);
    }
  }
  if (leadId === null && visitor === null && (await namelessSince(tx, frame.now - HOUR)) >= MOST_NAMELESS_AN_HOUR) {
    throw new Problem(
      'too-many-chats',
      `More than ${MOST_NAMELESS_AN_HOUR} chats in an hour without a \`visitor\`: show the form, and say whose they are`,
    );
  }
  const language = languageOf(given.language ?? lead?.facts.lead.locale ?? '');
  const { page } = given;
  const route = routeFor(frame, { lead, language, page, passed: new Set(), ...counters });
  const chat: Chat = {
    ...{ id: given.id, leadId, visitor, page, language },
    ...placed(route),
    ...{ passed: [], startedAt: frame.now, acceptedAt: null },
    ...{ endedAt: route.to === 'form' ? frame.now : null, outcome: null, note: null, endedBy: null },
  };
  await insertChat(tx, chat);
  if (leadId !== null) {
    await putInputs(tx, [startedInput(chat, leadId, frame.by)], frame.now);
    nudge.push(leadId);
  }
  return { chat, nudge };
}

/** The columns a decision sets. */
export const placed = (route: ChatRoute) => ({
  state: route.to === 'form' ? ('form' as const) : ('ringing' as const),
  rep: route.to === 'form' ? null : route.rep.id,
  rule: route.rule ?? null,
  handoff: route.to === 'form' ? null : (route.handoff ?? null),
  pool: route.to === 'form' ? null : (route.pool ?? null),
  answerBy: route.to === 'form' ? null : route.answerBy,
  because: route.because,
});

/** An address nobody knows is a visitor nobody knows; an id nobody knows is a mistake. */
async function leadIdOf(tx: Db, { lead, visitor }: ChatGiven): Promise<string | null> {
  if (lead === undefined) return visitor === undefined ? null : leadOfVisitor(tx, visitor);
  const [id = null] = await findLeadIds(tx, [lead]);
  if (id === null && 'id' in lead) {
    throw new Problem('unknown-lead', `There is no lead with ${nameOf(lead)}`, {
      errors: [{ path: 'lead', message: 'is not known' }],
    });
  }
  return id;
}

export interface Counters {
  readonly routing: Awaited<ReturnType<typeof loadRouting>>;
  readonly chats: Readonly<Record<string, number>>;
}

/** What chats share, locked until the transaction ends. The lead's row is locked before it, as the engine does. */
export async function routingFor(tx: Db, playbook: Playbook | null, lead: Loaded | null): Promise<Counters> {
  const colleaguesOf = lead && playbook && asksSameAccount(playbook) ? lead.leadId : undefined;
  const routing = await loadRouting(tx, playbook ? countedReps(playbook) : [], colleaguesOf);
  return { routing, chats: await chatsOfReps(tx) };
}

/** The lead of a chat with its account, locked; null for a visitor nobody knows. */
export async function chatLead(tx: Db, leadId: string | null): Promise<Loaded | null> {
  const loaded = leadId === null ? null : await loadLead(tx, leadId);
  return loaded && withAccount(tx, loaded);
}

interface Asked extends Counters {
  readonly lead: Loaded | null;
  readonly language: string;
  readonly page: string;
  readonly passed: ReadonlySet<string>;
}

export function routeFor({ playbook, now }: ChatFrame, { lead, ...asked }: Asked): ChatRoute {
  if (!playbook) return { to: 'form', because: [] };
  const known = lead && {
    state: lead.state ?? initialState(playbook.stages[0]?.id ?? '', lead.facts.createdAt),
    facts: lead.facts,
  };
  // Nobody contacts them; that they come by themselves changes nothing about it.
  if (known?.state.disqualified || known?.state.objected) return { to: 'form', because: [] };
  return routeChat({ playbook, at: now, ...asked, ...(known ? { lead: known } : {}) });
}

async function again(tx: Db, chat: Chat, lead: Loaded | null, frame: ChatFrame): Promise<Begun> {
  if (lead === null || chat.leadId === lead.leadId) return { chat, nudge: [] };
  if (chat.leadId !== null) {
    throw new Problem('chat-clash', 'This id is the chat of another lead', { more: { lead: { id: chat.leadId } } });
  }
  const others = chat.visitor === null ? [] : await unknownChatsOf(tx, chat.visitor);
  const nudge = await identify(tx, [...new Map([...others, chat].map((one) => [one.id, one])).values()], lead, frame);
  return { chat: { ...chat, leadId: lead.leadId }, nudge };
}

/** The visitor is this lead: what became of each chat is told to it now, dated when it was. */
async function identify(tx: Db, chats: readonly Chat[], lead: Loaded, { now, by }: ChatFrame): Promise<string[]> {
  const { leadId } = lead;
  const told: NewInput[] = [];
  for (const { id } of chats) {
    const chat = await lockChat(tx, id);
    if (chat === null || chat.leadId !== null) continue;
    await saveChat(tx, { ...chat, leadId });
    told.push(...historyOf(chat, leadId, by));
  }
  await putInputs(tx, told, now);
  return told.length === 0 ? [] : [leadId];
}

function historyOf(chat: Chat, leadId: string, by: string): NewInput[] {
  const row = (at: Instant, key: string, body: InputBody): NewInput => ({
    leadId,
    key: `chat:${chat.id}:${key}`,
    at,
    body,
  });
  const { id, rep, acceptedAt, endedAt, outcome, note, endedBy } = chat;
  const told = [startedInput(chat, leadId, by)];
  if (acceptedAt !== null && rep !== null) {
    told.push(row(acceptedAt, 'accepted', { kind: 'chat.accepted', chat: id, rep, by: rep }));
  }
  if (chat.state === 'ended' && endedAt !== null) {
    const words = { ...(outcome === null ? {} : { outcome }), ...(note === null ? {} : { note }) };
    const ended = {
      kind: 'chat.ended' as const,
      chat: id,
      ...words,
      forgotten: endedBy === 'clock',
      by: endedBy ?? by,
    };
    told.push(row(endedAt, 'ended', ended));
  }
  return told;
}

function startedInput(chat: Chat, leadId: string, by: string): NewInput {
  const skipped = skippedOf(chat.because);
  const { id, page, rep, pool, handoff, rule, answerBy } = chat;
  return {
    leadId,
    key: `chat:${id}:started`,
    at: chat.startedAt,
    body: {
      kind: 'chat.started',
      ...{ chat: id, page, to: rep === null ? 'form' : 'rep' },
      ...(rep === null ? {} : { rep }),
      ...(pool === null ? {} : { pool }),
      ...(handoff === null ? {} : { handoff }),
      ...(rule === null ? {} : { rule }),
      ...(answerBy === null ? {} : { acceptBy: answerBy }),
      ...(skipped === undefined ? {} : { skipped }),
      by,
    },
  };
}
