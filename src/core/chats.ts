/**
 * What a chat means for its lead. Who takes it was decided when it began (`routeChat`), since the
 * visitor waits; here follows what goes into the books: the signal, the offer to sales or the task,
 * the acceptance, the first touch. The offer keeps its own clocks, whatever becomes of the chat.
 */
import { acceptHandoff } from './custody/accept.ts';
import { handOnByChat } from './custody/hand-on.ts';
import { offer } from './custody/offer.ts';
import { mayMove, phaseOf } from './custody-states.ts';
import { type Draft, journal } from './draft.ts';
import { hashId } from './hash.ts';
import type { InputBody } from './input.ts';
import { repTouched } from './sla.ts';
import { openTask, taskContext } from './task.ts';

type Body<K extends InputBody['kind']> = Extract<InputBody, { kind: K }>;

/** What a task is called that stands for a chat. */
export const CHAT_TASK = 'chat';

/** Whether the task stands for a chat: it is taken and ended as that. A cadence may call its tasks so, too. */
export const isChatTask = ({ kind, enrollment }: { kind: string; enrollment?: string | null | undefined }): boolean =>
  kind === CHAT_TASK && (enrollment ?? null) === null;

/** The name of the clock a chat runs under. */
export const CHAT_SLA = 'chat';

/** The chat's entry in the journal, and what it opens: an offer, or a task for who sits in. */
export function startChat(d: Draft, body: Body<'chat.started'>): void {
  const { chat, page, to, rep, pool, rule, acceptBy, skipped } = body;
  journal(d, {
    type: 'chat.started',
    reason: to === 'rep' ? 'chat' : 'chat-nobody',
    by: 'lead',
    data: {
      ...{ chat, page, to },
      ...(rep === undefined ? {} : { rep }),
      ...(rule === undefined ? {} : { rule }),
      ...(acceptBy === undefined ? {} : { acceptBy }),
      ...(skipped === undefined ? {} : { skipped }),
    },
  });
  if (to !== 'rep' || rep === undefined || d.state.disqualified || d.state.objected) return;
  const handoff = d.playbooks.current.handoffs[body.handoff ?? ''];
  const why = `The lead asks for a chat, on ${page}.`;
  const offers = handoff !== undefined && pool !== undefined && mayMove(d.state.custody, 'offer');
  if (offers && offer(d, { handoff, reason: 'chat', why, by: 'lead', to: { rep, pool }, note: `Chat ${chat}` })) {
    keep(d, chat, { rep, since: d.t });
    return;
  }
  const task = hashId('chat', d.facts.leadId, chat);
  openTask(
    d,
    {
      id: task,
      kind: CHAT_TASK,
      title: 'Chat with {{ lead.firstName }} {{ lead.lastName }} ({{ lead.company }})',
      assignee: rep,
      ...(pool === undefined ? {} : { pool }),
      priority: 'high',
      dueAt: acceptBy ?? d.t,
      sla: { name: CHAT_SLA, acceptBy: acceptBy ?? d.t },
      context: taskContext(d, why, { note: `Chat ${chat}` }),
    },
    'lead',
  );
  keep(d, chat, { rep, task, since: d.t });
}

type Kept = NonNullable<Draft['state']['chats']>[string];

function keep(d: Draft, chat: string, entry: Kept): void {
  d.state.chats = { ...d.state.chats, [chat]: entry };
}

function forget(d: Draft, chat: string): void {
  const { [chat]: _, ...rest } = d.state.chats ?? {};
  if (Object.keys(rest).length > 0) d.state.chats = rest;
  else delete d.state.chats;
}

/** Nobody took it in time: it rings at the next, or the lead gets the form and the offer keeps its clocks. */
export function passChat(d: Draft, body: Body<'chat.passed'>): void {
  const { chat, from, rep, pool, acceptBy, by } = body;
  journal(d, {
    type: 'chat.passed',
    reason: 'chat-unanswered',
    by,
    data: { chat, from, to: rep ?? 'form', ...(acceptBy === undefined ? {} : { acceptBy }) },
  });
  const kept = d.state.chats?.[chat];
  if (!kept) return;
  if (kept.task !== undefined) {
    if (rep === undefined) closeChatTask(d, kept.task, 'expired', 'chat-unanswered');
    else d.effects.push({ kind: 'task.assign', id: kept.task, assignee: rep, at: d.t });
  } else if (rep !== undefined) handOnByChat(d, { from, rep, pool, by });
  if (rep === undefined) forget(d, chat);
  else keep(d, chat, { ...kept, rep });
}

/** A rep took it: an offer that rings at that rep is accepted, and the talk is the first touch. */
export function acceptChat(d: Draft, { chat, rep }: Body<'chat.accepted'>): void {
  journal(d, { type: 'chat.accepted', reason: 'chat-taken', by: rep, data: { chat } });
  const { custody } = d.state;
  const task = d.state.chats?.[chat]?.task;
  if (task !== undefined) d.effects.push({ kind: 'task.accept', id: task, by: rep, at: d.t });
  else if (custody.task !== undefined && phaseOf(custody) === 'offered' && custody.rep === rep) {
    // An answer in the inbox has closed the task already, and is told of in its turn.
    if (d.answered.has(custody.task)) return;
    d.effects.push({ kind: 'task.accept', id: custody.task, by: rep, at: d.t });
    acceptHandoff(d, rep);
  }
  if (d.state.custody.rep === rep) repTouched(d, rep);
}

/** It is over, by a person or by the clock that frees forgotten ones. */
export function endChat(d: Draft, { chat, outcome, note, forgotten, by }: Body<'chat.ended'>): void {
  const reason = forgotten ? 'chat-forgotten' : 'chat-over';
  const kept = d.state.chats?.[chat];
  if (kept?.task !== undefined) closeChatTask(d, kept.task, forgotten ? 'expired' : 'done', reason);
  forget(d, chat);
  journal(d, {
    type: 'chat.ended',
    reason,
    by,
    data: { chat, ...(outcome === undefined ? {} : { outcome }), ...(note === undefined ? {} : { note }) },
  });
}

const closeChatTask = (
  d: Draft,
  id: string,
  state: 'done' | 'expired',
  reason: 'chat-unanswered' | 'chat-over' | 'chat-forgotten',
) => d.effects.push({ kind: 'task.close', id, state, reason, at: d.t });
