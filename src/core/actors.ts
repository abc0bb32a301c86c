/**
 * Plays a behaviour file. Every draw is a hash of the seed and of stable names (the lead's key,
 * cadence, step, how often), so the same seed gives the same people everywhere, whatever the order.
 */
import type { Behaviour } from './behaviour.ts';
import { chanceOf, delayAt, type RatedBy, timesOf } from './behaviour-rates.ts';
import { addWorking, timeOfDay } from './calendar.ts';
import { LOST, WON } from './deal-stage.ts';
import { durationMs, durationParts } from './duration.ts';
import { fraction } from './hash.ts';
import type { Calendar, Playbook } from './playbook.ts';
import { REVIEW } from './review.ts';
import type { Instant, IsoDuration } from './time.ts';

export interface TouchSeen {
  readonly cadence: string;
  readonly step: string;
  readonly email: string;
  readonly phase: 'thought-leadership' | 'call-to-action';
  /** How often this lead has had this step, from 1. */
  readonly nth: number;
  readonly at: Instant;
  /** What rates go by; absent: their factors for those are left out. */
  readonly by?: RatedBy;
}

export type ReplyClass = 'human' | 'positive' | 'not-now' | 'out-of-office' | 'auto';

/** Something a lead does, or a machine in its name. */
export interface SignalAct {
  readonly type: string;
  readonly at: Instant;
  readonly cadence?: string;
  readonly step?: string;
  /** Of replies; absent: somebody wrote something. */
  readonly reply?: ReplyClass;
  /** Until when, where the reply says so. */
  readonly until?: Instant;
  /** Of meetings: the date they speak of; absent: that moment. */
  readonly meetingAt?: Instant;
}

export type LeadAct =
  | ({ readonly kind: 'signal' } & SignalAct)
  /** On the preference page of the message: leaves, declines the message's topic, or asks for a pause. */
  | { readonly kind: 'unsubscribe'; readonly at: Instant }
  | { readonly kind: 'decline'; readonly at: Instant }
  | { readonly kind: 'pause'; readonly at: Instant };

export interface ReturnGiven {
  readonly reason: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly until?: Instant;
}

export type TaskAct = { readonly at: Instant } & (
  | { readonly answer: 'accept' }
  | ({ readonly answer: 'reject' } & ReturnGiven)
  | { readonly answer: 'complete'; readonly disposition: string }
  | { readonly answer: 'skip' }
);

export interface DealStage {
  readonly stage: string;
  readonly at: Instant;
  readonly lostReason?: string;
  readonly renewsAt?: Instant;
}

/** A sale as the CRM tells of it. */
export interface Sale {
  /** Hundredths of a euro. */
  readonly amountCents: number;
  /** In the order of time. */
  readonly stages: readonly DealStage[];
}

export type AfterAccept = { readonly at: Instant } & (
  | ({ readonly kind: 'recycle' } & ReturnGiven)
  | {
      readonly kind: 'signals';
      /** In the order of time; `at` of the act is that of the first. */
      readonly signals: readonly SignalAct[];
    }
  | ({ readonly kind: 'deal' } & Sale)
);

export interface TaskSeen {
  /** Handoff id; absent: a task of a cadence. */
  readonly handoff?: string;
  readonly kind?: string;
  /** How many tasks this lead has had, this one included. */
  readonly nth: number;
  /** How many reps have had it before: each is drawn anew. */
  readonly hand?: number;
  /** When this rep got it. */
  readonly openedAt: Instant;
  readonly calendar: Calendar;
}

export interface Actors {
  readonly bounces: (key: string) => boolean;
  /** `span`: up to when, and what rates go by; absent: without what leads do by rates. */
  readonly unprompted: (key: string, since: Instant, span?: { until: Instant; by: RatedBy }) => LeadAct[];
  /** Whether rates are played, which go by role, stage and zone. */
  readonly rated: boolean;
  /** Sales that no rep here made. */
  readonly deals: (key: string, since: Instant) => Sale[];
  readonly afterTouch: (key: string, touch: TouchSeen) => LeadAct[];
  /** Undefined: nobody answers. */
  readonly answer: (key: string, task: TaskSeen) => TaskAct | undefined;
  /** How the rep takes a chat that rings; `hand` counts the reps it rang at. Undefined: not at all. */
  readonly chat: (
    key: string,
    chat: { nth: number; hand: number },
  ) => { readonly lastsMs: number; readonly outcome?: string } | undefined;
  /** What the rep does with a lead after accepting it; `nth` counts the lead's acceptances. */
  readonly afterAccept: (
    key: string,
    accept: { nth: number; at: Instant; calendar: Calendar },
  ) => AfterAccept | undefined;
}

interface Delay {
  readonly from: IsoDuration;
  readonly to: IsoDuration;
}

const between = (from: number, to: number, share: number): number =>
  Math.round(from + (Math.max(from, to) - from) * share);

const plainDelay = (d: Delay, share: number): number => between(durationMs(d.from), durationMs(d.to), share);

function workingMs(text: IsoDuration, calendar: Calendar): number {
  const parts = durationParts(text);
  return parts.days * (timeOfDay(calendar.to) - timeOfDay(calendar.from)) + parts.ms;
}

function afterWork(calendar: Calendar, from: Instant, d: Delay, share: number): Instant {
  const ms = between(workingMs(d.from, calendar), workingMs(d.to, calendar), share);
  return addWorking(calendar, from, { months: 0, days: 0, ms });
}

/** The entry that a share in [0, 1) falls on, by weight. */
function weighted<T extends { readonly weight: number }>(entries: readonly T[], share: number): T | undefined {
  let left = share * entries.reduce((sum, entry) => sum + entry.weight, 0);
  for (const entry of entries) {
    left -= entry.weight;
    if (left < 0) return entry;
  }
  return undefined;
}

type SaleRule = Pick<Behaviour['leads']['personas'][number]['deals'][number], 'amount' | 'renews' | 'stages'>;
type Reaction = Behaviour['leads']['personas'][number]['unprompted'][number];
const SECOND = 1_000;

/** The people of a behaviour file, playing this playbook with this seed. */
export function createActors(behaviour: Behaviour, playbook: Playbook, seed: number): Actors {
  const draw = (...names: readonly string[]): number => fraction('behaviour', String(seed), ...names);
  const { leads, reps } = behaviour;

  function react(
    key: string,
    what: string,
    since: Instant,
    list: readonly Reaction[],
    place: { cadence?: string; step?: string },
  ): LeadAct[] {
    return list.flatMap((entry, index) => {
      const names = [key, what, String(index), entry.signal];
      if (entry.chance === 0 || draw('chance', ...names) >= entry.chance) return [];
      return Array.from({ length: entry.times }, (_, time) => {
        const exact = since + plainDelay(entry.after, draw('after', ...names, String(time)));
        // A message is dated to the second.
        const at = entry.signal === 'reply.received' ? exact - (exact % SECOND) : exact;
        return {
          kind: 'signal' as const,
          type: entry.signal,
          ...(entry.reply === undefined ? {} : { reply: entry.reply }),
          ...(entry.until && { until: at + plainDelay(entry.until, draw('until', ...names, String(time))) }),
          at,
          ...place,
        };
      });
    });
  }

  function returned(key: string, what: string, reason: string, at: Instant): ReturnGiven {
    const rule = playbook.returns[reason];
    const facts = Object.fromEntries(
      (rule?.facts ?? []).map((name) => {
        const texts = reps.facts[name] ?? [`example ${name}`];
        return [name, texts[Math.floor(draw('fact', key, what, name) * texts.length)] ?? ''];
      }),
    );
    if (rule?.after?.ask !== true || reps.until === undefined) return { reason, facts };
    return { reason, facts, until: at + plainDelay(reps.until, draw('until', key, what)) };
  }

  /** @param after the instant at which a delay that begins at `at` is over, at this share of its span */
  function saleOf(
    key: string,
    what: string,
    { amount, renews, stages }: SaleRule,
    from: Instant,
    after: (at: Instant, delay: Delay, share: number) => Instant,
  ): Sale {
    let at = from;
    const told = stages.map((rule): DealStage => {
      const { stage } = rule;
      at = after(at, rule.after, draw(`${what} ${stage}`, key));
      if (stage === WON && renews) return { stage, at, renewsAt: at + plainDelay(renews, draw(`${what} renews`, key)) };
      if (stage !== LOST) return { stage, at };
      const texts = reps.facts['lostReason'] ?? [];
      const lostReason = texts[Math.floor(draw('fact', key, what, 'lostReason') * texts.length)];
      return { stage, at, ...(lostReason === undefined ? {} : { lostReason }) };
    });
    // Whole hundreds, as offers are.
    const amountCents = between(amount.from / 100, amount.to / 100, draw(`${what} amount`, key)) * 10_000;
    return { amountCents, stages: told };
  }

  function signalsOf(
    key: string,
    what: string,
    list: readonly { readonly signal: string; readonly after: Delay }[],
    { at: from, calendar }: { readonly at: Instant; readonly calendar: Calendar },
  ): AfterAccept {
    let at = from;
    const signals = list.map(({ signal, after }, i) => {
      at = afterWork(calendar, at, after, draw(`${what} ${signal} ${i}`, key));
      return { type: signal, at };
    });
    // What is booked or moved is the meeting that the last of them is about.
    const dated = signals.map((act) => (act.type.startsWith('meeting.') ? { ...act, meetingAt: at } : act));
    return { at: signals[0]?.at ?? from, kind: 'signals', signals: dated };
  }

  /** What the lead does after a touch by the rates for all. */
  function byRates(key: string, what: string, touch: TouchSeen): LeadAct[] {
    return (leads.rates ?? []).flatMap((rate, n) => {
      const names = [key, what, `rate ${n}`];
      if (draw('chance', ...names) >= chanceOf(rate, touch, touch.by)) return [];
      const exact = touch.at + delayAt(rate.after, draw('after', ...names));
      const at = rate.signal === 'reply.received' ? exact - (exact % SECOND) : exact;
      return {
        ...{ kind: 'signal' as const, type: rate.signal, at, cadence: touch.cadence, step: touch.step },
        ...(rate.reply === undefined ? {} : { reply: rate.reply }),
        ...(rate.until === undefined ? {} : { until: at + delayAt(rate.until, draw('until', ...names)) }),
      };
    });
  }

  /** What a lead does by itself up to then, by the rates for all. */
  const byItself = (key: string, since: Instant, { until, by }: { until: Instant; by: RatedBy }): LeadAct[] =>
    (leads.byThemselves ?? []).flatMap((rate, n) =>
      timesOf(rate, { since, until, by }, (what, nth) => draw(what, key, `rate ${n}`, String(nth))).map((at) => ({
        ...{ kind: 'signal' as const, type: rate.signal, at },
        ...(rate.reply === undefined ? {} : { reply: rate.reply }),
      })),
    );

  return {
    rated: leads.rates !== undefined || leads.byThemselves !== undefined,

    bounces: (key) => leads.bounce !== undefined && draw('bounce', key) < leads.bounce.chance,

    unprompted: (key, since, span) => {
      const persona = weighted(leads.personas, draw('persona', key));
      const acts = persona === undefined ? [] : react(key, 'unprompted', since, persona.unprompted, {});
      return span === undefined || leads.byThemselves === undefined ? acts : [...acts, ...byItself(key, since, span)];
    },

    deals: (key, since) =>
      (weighted(leads.personas, draw('persona', key))?.deals ?? []).flatMap((rule, n) => {
        const what = `deals#${n}`;
        if (draw('chance', key, what) >= rule.chance) return [];
        return [saleOf(key, what, rule, since, (from, delay, share) => from + plainDelay(delay, share))];
      }),

    afterTouch: (key, touch) => {
      const what = `${touch.cadence}/${touch.step}#${touch.nth}`;
      const persona = weighted(leads.personas, draw('persona', key));
      const fitting = (persona?.touched ?? []).map((entry) => {
        const fits =
          (entry.phase === undefined || entry.phase === touch.phase) &&
          (entry.emails === undefined || entry.emails.includes(touch.email));
        // Kept in place with no chance: the draws of the others must not depend on it.
        return fits ? entry : { ...entry, chance: 0 };
      });
      const acts = react(key, what, touch.at, fitting, { cadence: touch.cadence, step: touch.step });
      if (leads.rates !== undefined) acts.push(...byRates(key, what, touch));
      for (const kind of ['unsubscribe', 'decline', 'pause'] as const) {
        const rule = leads[kind];
        if (rule === undefined || draw(kind, key, what) >= rule.chance) continue;
        const at = touch.at + plainDelay(rule.after, draw(`${kind} after`, key, what));
        acts.push({ kind, at });
      }
      return acts;
    },

    answer: (key, task) => {
      const what = `task#${task.nth}${task.hand ? `/${task.hand}` : ''}`;
      const share = draw(what, key);
      const when = (d: Delay): Instant => afterWork(task.calendar, task.openedAt, d, draw(`${what} after`, key));
      if (task.handoff !== undefined) {
        const passedOn = task.hand ? reps.passedOn : undefined;
        const choice = weighted(passedOn ?? reps.offered[task.handoff] ?? reps.offered.else ?? [], share);
        if (choice === undefined || choice.do === 'nothing') return undefined;
        const at = when(choice.after);
        if (choice.do === 'accept') return { at, answer: 'accept' };
        return { at, answer: 'reject', ...returned(key, what, choice.reason, at) };
      }
      const choice = weighted(reps.tasks, share);
      if (choice === undefined || choice.do === 'nothing') return undefined;
      const at = when(choice.after);
      if (choice.do === 'skip') return { at, answer: 'skip' };
      // Who gets their tasks done lets an email go as it stands.
      return { at, answer: 'complete', disposition: task.kind === REVIEW ? 'send' : choice.disposition };
    },

    chat: (key, { nth, hand }) => {
      const what = `chat#${nth}/${hand}`;
      const choice = weighted(reps.chats, draw(what, key));
      if (choice === undefined || choice.do === 'nothing') return undefined;
      const lastsMs = plainDelay(choice.talk, draw(`${what} talk`, key));
      return { lastsMs, ...(choice.outcome === undefined ? {} : { outcome: choice.outcome }) };
    },

    afterAccept: (key, accept) => {
      const what = `accepted#${accept.nth}`;
      const choice = weighted(reps.accepted, draw(what, key));
      if (choice === undefined || choice.do === 'nothing') return undefined;
      if (choice.do === 'deal') {
        const sale = saleOf(key, what, choice, accept.at, (from, delay, share) =>
          afterWork(accept.calendar, from, delay, share),
        );
        return { at: sale.stages[0]?.at ?? accept.at, kind: 'deal', ...sale };
      }
      if (choice.do === 'signals') return signalsOf(key, what, choice.signals, accept);
      const at = afterWork(accept.calendar, accept.at, choice.after, draw(`${what} after`, key));
      return { at, kind: 'recycle', ...returned(key, what, choice.reason, at) };
    },
  };
}

/** Whether somebody did it; the rest is machines. Mirrors what the API says of posted signals. */
export const isHumanSignal = (type: string, reply?: ReplyClass): boolean =>
  type !== 'email.opened' && reply !== 'out-of-office' && reply !== 'auto';
