/** What a signal does to the lead: it is kept for conditions, tells of the person, and may be a reply. */
import type { Body } from './applying.ts';
import { keepTold } from './context.ts';
import { revive } from './custody-states.ts';
import { type Draft, journal } from './draft.ts';
import { moveDatedWaits } from './enrollment.ts';
import type { Input } from './input.ts';
import { applyReply } from './replies.ts';
import { type LeadState, SIGNALS_KEPT } from './state.ts';

/** Of a reply, kept for the rep; the journal has the whole of it. */
const SAID_KEPT = 500;

/** Clicks kept per step: `clicked` asks only whether there is one since the run began. */
const CLICKS_KEPT = 20;

export function applySignal(d: Draft, input: Input, body: Body<'signal'>): void {
  const { state } = d;
  // A signal that reached us late counts from its own time, but never from the future of the decision.
  const at = Math.min(input.at, d.t);
  if (leavesTrace(body.type, body.human)) logSignal(d.state, body.type, at, body.human);
  if (body.human) {
    if (!state.objected) keepTold(state, body.context ?? {}, at);
    state.humanAt = Math.max(state.humanAt ?? at, at);
    if (at > state.custody.since) d.humanNow = true;
    revive(d, 'lead');
    if (body.type === 'email.clicked' && body.cadence && body.step) {
      const key = `${body.cadence}/${body.step}`;
      const clicks = insertSorted(state.clicks[key] ?? [], at).slice(-CLICKS_KEPT);
      state.clicks = { ...state.clicks, [key]: clicks };
    }
  }
  if (body.type === 'meeting.booked' || body.type === 'meeting.rescheduled') {
    if (body.meetingAt !== undefined) state.meetingAt = body.meetingAt;
  }
  if (body.type === 'meeting.cancelled') delete state.meetingAt;
  if (body.type.startsWith('meeting.')) moveDatedWaits(d);
  journal(d, {
    type: 'signal.received',
    ...(body.sign === undefined ? {} : { reason: 'followed-by-program' as const }),
    ...(body.cadence ? { cadence: body.cadence } : {}),
    ...(body.step ? { step: body.step } : {}),
    by: 'lead',
    data: {
      type: body.type,
      signalAt: at,
      human: body.human,
      ...(body.link === undefined ? {} : { link: body.link }),
      ...(body.sign === undefined ? {} : { sign: body.sign }),
      ...(body.context ? { context: body.context } : {}),
      ...wordsOfReply(body.reply),
    },
  });
  const { text } = body.reply ?? {};
  if (body.human && text !== undefined) state.said = { at, text: text.slice(0, SAID_KEPT) };
  if (body.reply) applyReply(d, body.reply);
}

const wordsOfReply = (reply: Body<'signal'>['reply']): Readonly<Record<string, unknown>> =>
  reply === undefined
    ? {}
    : {
        class: reply.class,
        ...(reply.until === undefined ? {} : { until: reply.until }),
        ...(reply.text === undefined ? {} : { text: reply.text }),
      };

/**
 * Whether conditions see it. An automatic reply is no reply, and what a program followed nobody has clicked:
 * `seen('reply.received')` and `seen('email.clicked')` must not hold by them.
 */
export const leavesTrace = (type: string, human: boolean): boolean =>
  human || (type !== 'reply.received' && type !== 'email.clicked');

export function logSignal(state: LeadState, type: string, at: number, human: boolean): void {
  const log = state.signals[type] ?? { n: 0, at: [] };
  const all = insertSorted(log.at, at);
  const machine = human ? log.machine : insertSorted(log.machine ?? [], at);
  const dropped = all.splice(0, Math.max(0, all.length - SIGNALS_KEPT));
  state.signals = {
    ...state.signals,
    [type]: { n: log.n + 1, at: all, ...(machine === undefined ? {} : { machine: without(machine, dropped) }) },
  };
}

/** Machines' instants less the oldest ones, each of which may be among them. */
function without(machine: readonly number[], dropped: readonly number[]): readonly number[] {
  let first = 0;
  for (const at of dropped) if (machine[first] === at) first += 1;
  return first === 0 ? machine : machine.slice(first);
}

function insertSorted(list: readonly number[], at: number): number[] {
  let i = list.length;
  while (i > 0 && (list[i - 1] ?? 0) > at) i -= 1;
  return list.toSpliced(i, 0, at);
}
