/** How reps answer, from the journals: shares of each answer, and how long it takes in their working time. */
import type { Behaviour } from '../behaviour.ts';
import { workingBetween } from '../calendar.ts';
import type { Rep } from '../facts.ts';
import type { Playbook } from '../playbook.ts';
import { REVIEW } from '../review.ts';
import type { RecordedEntry, RecordedLead } from '../simulated-history.ts';
import type { Instant } from '../time.ts';
import { calendarOf } from '../view.ts';
import { afterwardsOf } from './afterwards.ts';
import { type Span, spansOf } from './delays.ts';
import { round } from './smooth.ts';

export interface RepsKnown {
  readonly playbook: Playbook;
  readonly reps: Readonly<Record<string, Rep>>;
}

/** What became of something a rep was asked; `name` tells answers apart. */
export interface Answer {
  readonly name: string;
  /** Working time; absent: there was none. */
  readonly delay?: number;
}

/** How many answers to other handoffs weigh as much as one's own. */
const OTHERS = 5;
/** Spans that the delays of one answer are kept in. */
const PARTS = 4;
const NOTHING: Answer = { name: 'nothing' };

/** Working time of the rep between two instants, ms. */
export const worked = ({ playbook, reps }: RepsKnown, rep: string | undefined, from: Instant, to: Instant): number =>
  workingBetween(calendarOf(playbook, rep === undefined ? undefined : reps[rep]), from, to);

export function fitReps(leads: readonly RecordedLead[], known: RepsKnown): Behaviour['reps'] {
  const offers = new Map<string, Answer[]>();
  const tasks: Answer[] = [];
  const chats: { readonly taken: boolean; readonly talk?: number }[] = [];
  for (const { journal = [] } of leads) {
    offersIn(journal, known, offers);
    tasks.push(...tasksIn(journal, known));
    chats.push(...chatsIn(journal));
  }
  const all = [...offers.values()].flat();
  const offered = Object.fromEntries(
    [...offers]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([handoff, own]) => [handoff, offerChoices(own, all)] as const),
  );
  const { accepted, until } = afterwardsOf(leads, known);
  const [back] = spansOf(until, 1);
  return {
    offered: { ...offered, else: offerChoices(all, []) },
    accepted,
    tasks: choicesOf(tasks, []).map(({ name, weight, after }): Behaviour['reps']['tasks'][number] => {
      if (after === undefined) return { weight, do: 'nothing' };
      if (name === 'skip') return { weight, do: 'skip', after };
      return { weight, do: 'complete', disposition: name, after };
    }),
    chats: chatChoices(chats),
    facts: {},
    ...(until.length === 0 || back === undefined ? {} : { until: back }),
  };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Offers up to their end; those taken in a chat are no answer to an offer. */
function offersIn(journal: readonly RecordedEntry[], known: RepsKnown, into: Map<string, Answer[]>): void {
  let open: { handoff: string; rep: string | undefined; at: Instant } | undefined;
  const inChat = new Set(journal.filter(({ type }) => type === 'chat.accepted').map(({ at }) => at));
  const end = (answer: Answer | undefined): void => {
    if (open !== undefined && answer !== undefined) {
      const list = into.get(open.handoff) ?? [];
      into.set(open.handoff, list);
      list.push(answer);
    }
    open = undefined;
  };
  for (const { type, at, by, data } of journal) {
    if (type === 'handoff.offered') {
      end(NOTHING);
      open = { handoff: String(data['handoff']), rep: text(data['rep']), at };
    } else if (open === undefined) continue;
    else if (type === 'handoff.reassigned' || type === 'handoff.escalated') {
      // Who let it lie gave no answer; the next one is asked anew.
      const { handoff } = open;
      end(NOTHING);
      open = { handoff, rep: text(data['to']), at };
    } else if (type === 'handoff.accepted') {
      end(inChat.has(at) ? undefined : { name: 'accept', delay: worked(known, by, open.at, at) });
    } else if (type === 'handoff.rejected') {
      end({ name: `reject ${text(data['returnReason'])}`, delay: worked(known, by, open.at, at) });
    } else if (type === 'handoff.breached') end(NOTHING);
    else if (type === 'custody.changed' && data['to'] !== 'sales') end(undefined);
  }
}

function tasksIn(journal: readonly RecordedEntry[], known: RepsKnown): Answer[] {
  const open = new Map<string, { at: Instant; rep: string | undefined }>();
  const answers: Answer[] = [];
  for (const { type, at, by, cadence, data } of journal) {
    const task = String(data['task']);
    if (type === 'task.opened' && cadence !== undefined && data['kind'] !== REVIEW)
      open.set(task, { at, rep: text(data['assignee']) });
    const found = open.get(task);
    if (found === undefined) continue;
    if (type === 'task.answered') {
      const name = data['answer'] === 'skip' ? 'skip' : (text(data['outcome']) ?? 'done');
      answers.push({ name, delay: worked(known, by, found.at, at) });
    } else if (type === 'task.expired') answers.push(NOTHING);
    else if (type !== 'task.cancelled') continue;
    open.delete(task);
  }
  return answers;
}

function chatsIn(journal: readonly RecordedEntry[]): { taken: boolean; talk?: number }[] {
  const rung: { taken: boolean; talk?: number }[] = [];
  const taken = new Map<string, Instant>();
  for (const { type, at, reason, data } of journal) {
    const chat = String(data['chat']);
    if (type === 'chat.passed') rung.push({ taken: false });
    else if (type === 'chat.accepted') taken.set(chat, at);
    else if (type === 'chat.ended' && taken.has(chat) && reason !== 'chat-forgotten')
      rung.push({ taken: true, talk: at - (taken.get(chat) ?? at) });
  }
  return rung;
}

interface Choice {
  readonly name: string;
  readonly weight: number;
  readonly after?: Span;
}

/** An answer in as many choices as its delays have spans; of all answers' shares, `OTHERS` go by `all`. */
function choicesOf(own: readonly Answer[], all: readonly Answer[]): Choice[] {
  const names = [...new Set([...own, ...all].map(({ name }) => name))].sort();
  const count = (list: readonly Answer[], name: string): number => list.filter((one) => one.name === name).length;
  const choices = names.flatMap((name): Choice[] => {
    const weight = count(own, name) + (all.length === 0 ? 0 : (OTHERS * count(all, name)) / all.length);
    const mine = own.flatMap((one) => (one.name === name ? (one.delay ?? []) : []));
    const delays = mine.length >= PARTS ? mine : all.flatMap((one) => (one.name === name ? (one.delay ?? []) : mine));
    const spans = spansOf(delays, PARTS);
    if (delays.length === 0) return [{ name, weight: round(weight) }];
    return spans.map((after) => ({ name, weight: round(weight / spans.length), after }));
  });
  return choices.length === 0 ? [{ name: NOTHING.name, weight: 1 }] : choices;
}

const offerChoices = (own: readonly Answer[], all: readonly Answer[]): Behaviour['reps']['offered'][string] =>
  choicesOf(own, all).map(({ name, weight, after }) => {
    if (after === undefined) return { weight, do: 'nothing' };
    if (name === 'accept') return { weight, do: 'accept', after };
    return { weight, do: 'reject', reason: name.slice('reject '.length), after };
  });

function chatChoices(chats: readonly { taken: boolean; talk?: number }[]): Behaviour['reps']['chats'] {
  const talks = chats.flatMap(({ talk }) => talk ?? []);
  const spans = talks.length === 0 ? [] : spansOf(talks, PARTS);
  const missed = chats.filter(({ taken }) => !taken).length;
  return [
    ...spans.map((talk) => ({ weight: round(talks.length / spans.length), do: 'accept' as const, talk })),
    ...(missed === 0 && spans.length > 0 ? [] : [{ weight: Math.max(1, missed), do: 'nothing' as const }]),
  ];
}
