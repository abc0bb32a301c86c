/** One lead of a simulation: its state, what is still to happen to it, and the people around it. */
import { type Actors, isHumanSignal, type Sale, type SignalAct } from './actors.ts';
import type { RatedBy } from './behaviour-rates.ts';
import { addDuration, instantOf, localDay } from './calendar.ts';
import { CHAT_SIGNAL } from './chat.ts';
import { isChatTask } from './chats.ts';
import { PAUSE, topicsOf } from './choices.ts';
import { consentsTold } from './consent-told.ts';
import { decideWith } from './decide.ts';
import type { Decided, JournalEntry, TaskOpened, TouchRequest } from './decision.ts';
import { isCustomer } from './endstate.ts';
import type { ChannelSuppression, Choices, Consent, Facts, Rep, Routing, Suppression } from './facts.ts';
import type { Input, InputBody } from './input.ts';
import { permissionFor } from './permission.ts';
import type { Playbook } from './playbook.ts';
import type { LeadFields } from './scope.ts';
import type { Member, SimulatedAccounts } from './simulated-accounts.ts';
import { playChat, type Talk } from './simulated-chats.ts';
import { isReplayed, knownTasks, type LeadHistory } from './simulated-history.ts';
import type { Pace } from './simulated-pace.ts';
import type { SimulatedPlaces } from './simulated-places.ts';
import type { Standing } from './standing.ts';
import { initialState, type LeadState } from './state.ts';
import type { Instant } from './time.ts';
import { calendarOf, leadZone } from './view.ts';

export interface LeadToSimulate {
  /** Stable text that splits, spreading and behaviour hash; ids of touches, tasks and runs are made from it. */
  readonly key: string;
  /** What splits and spreading hash instead, for a lead whose key is its id in a store. */
  readonly hashKey?: string;
  readonly lead: LeadFields;
  readonly consents: readonly (Consent & { readonly source?: string })[];
  /** What holds back mail from the start, such as an opt-out that came with the lead. */
  readonly suppressions: readonly Omit<Suppression, 'at'>[];
  readonly doNot?: readonly Omit<ChannelSuppression, 'at'>[];
  /** What it did, as recorded; none of it before the start. */
  readonly signals?: readonly SignalAct[];
  /** When it comes in; absent: at the start. */
  readonly since?: Instant;
  /** All that happened to it in a running system, in place of `signals`. */
  readonly history?: LeadHistory;
}

export interface World {
  readonly playbook: Playbook;
  readonly actors: Actors;
  /** When it ends. */
  readonly until: Instant;
  readonly reps: Readonly<Record<string, Rep>>;
  /** What leads share: turns had and when, pool to rep; leads a rep has. */
  readonly given: Record<string, Record<string, number>>;
  readonly turns: Record<string, Record<string, number>>;
  readonly open: Record<string, number>;
  readonly accounts: SimulatedAccounts;
  /** Of domains that warm up. */
  readonly places: SimulatedPlaces;
  /** Has the lead played at this instant, too. */
  readonly wake: (key: string, at: Instant) => void;
  /** Of the mail service, where it has a quota. */
  readonly pace?: Pace;
  /** Arms that their guards have stopped. */
  readonly stopped: readonly string[];
  /** Reps in chats. */
  readonly talks: Talk[];
  readonly onJournal: (key: string, entry: JournalEntry) => void;
}

/** Whether mail may go: any, none, or one message. */
export type Mail = 'free' | 'held' | 'one';

export interface SimulatedLead {
  readonly key: string;
  /** Lives through the instant; answers when something is due next, if anything is, and whether mail waits for room. */
  play(now: Instant, mail?: Mail): { readonly next: Instant | undefined; readonly waits: boolean };
  state(): LeadState;
  facts(): Facts;
  touches(): number;
  tasks(): number;
}

interface OpenTask {
  readonly task: TaskOpened;
  readonly nth: number;
  /** How many have had it before who has it. */
  readonly hand: number;
  readonly rep: string | undefined;
}

/** What somebody will do, if it still makes sense by then. */
interface Act {
  readonly at: Instant;
  /** When it says that it happened; absent: then. */
  readonly dated?: Instant;
  /** Of the lead's history. */
  readonly again?: true;
  /** After all else of its instant: that had been decided when it came. */
  readonly late?: true;
  readonly possible: () => boolean;
  readonly body: InputBody;
  /** What the store would keep of it. */
  readonly keep?: () => void;
}

/** A chat is decided about when it begins, and not before. */
interface ChatAct {
  readonly at: Instant;
  readonly chat: number;
}

/** By which a preference centre or CRM tells that a person has left. */
const LEAVING_SIGNAL = 'unsubscribed';
/** A lead that decides more often than this at one instant would never settle: that is a mistake in the core. */
const MOST_ROUNDS = 500;

export function createSimulatedLead(given: LeadToSimulate, world: World, begin: Instant): SimulatedLead {
  const { key, history } = given;
  const from = given.since ?? begin;
  const { playbook, actors } = world;
  const first = playbook.stages[0];
  if (first === undefined) throw new Error('a playbook has at least one stage');
  let state = initialState(first.id, from);
  let standing: Standing | undefined;
  let fields = given.lead;
  const member: Member = {
    key,
    get fields() {
      return fields;
    },
    state: () => state,
    standing: () => standing,
    take: (at, body) => {
      put(at, body);
      world.wake(key, at);
    },
  };
  // A lead that comes in later is nobody's colleague before.
  let joined = given.since === undefined;
  if (joined) world.accounts.join(member);
  const suppressions: Suppression[] = history
    ? [...history.suppressions]
    : given.suppressions.map((suppression) => ({ ...suppression, at: from }));
  let choices: Choices = history?.choices ?? { declined: [] };
  const doNot = history?.doNot ?? (given.doNot ?? []).map((one) => ({ ...one, at: from }));
  let inputs: Input[] = [];
  let acts: Act[] = [];
  let chats: ChatAct[] = [];
  const openTasks = new Map<string, OpenTask>();
  const seen = new Map<string, number>();
  const count = { inputs: 0, touches: 0, tasks: 0, accepts: 0, chats: 0 };
  /** Tasks that the history has as well: they are answered as they were, or not at all. */
  const known = history && knownTasks(history.opened);
  /** When somebody last accepted the lead who did not in its history. */
  let acceptedAnew: Instant | undefined;

  const put = (at: Instant, body: InputBody): void => {
    count.inputs += 1;
    inputs.push({ id: `${count.inputs}`, at, body });
  };
  const facts = (): Facts => {
    const custodian = state.custody.rep === undefined ? undefined : world.reps[state.custody.rep];
    return {
      leadId: key,
      key: given.hashKey ?? key,
      createdAt: from,
      lead: fields,
      consents: given.consents,
      suppressions,
      ...(doNot.length === 0 ? {} : { doNot }),
      choices,
      pauses: world.stopped,
      ...(custodian === undefined ? {} : { custodian }),
    };
  };

  const routing = (): Routing => ({
    reps: world.reps,
    given: world.given,
    turns: world.turns,
    open: world.open,
    sameAccount: world.accounts.repsFor(member),
  });

  /** What the lead does by itself: a signal, or a chat. */
  function does(act: SignalAct): void {
    if (act.type !== CHAT_SIGNAL) {
      put(act.at, signalBody(act));
      return;
    }
    count.chats += 1;
    chats.push({ at: act.at, chat: count.chats });
  }

  /** Chats that begin by now: told to their end, which lies ahead. */
  function takeChats(now: Instant): void {
    const due = chats.filter(({ at }) => at <= now);
    chats = chats.filter(({ at }) => at > now);
    for (const { at, chat: nth } of due) {
      const lead = { state, facts: { ...facts(), account: world.accounts.seenBy(member) } };
      for (const told of playChat(world, { key, nth, at, lead, routing: routing() })) put(told.at, told.body);
    }
  }

  function ask(now: Instant, maySend: boolean): Decided {
    const request = {
      state,
      facts: facts(),
      playbooks: { current: playbook, get: () => playbook },
      inputs,
      now,
      maySend,
      // Who waited in line is decided at its turn.
      sendAs: world.pace === undefined ? ('due' as const) : ('now' as const),
    };
    return decideWith(request, {
      routing,
      account: () => world.accounts.seenBy(member),
      turn: () => world.accounts.turnOf(member),
      places: () => world.places.seenBy(fields.email),
    });
  }

  function answerLater(id: string, rep: string, openedAt: Instant): void {
    const open = openTasks.get(id);
    if (open === undefined || known?.has(id)) return;
    const { task, nth, hand } = open;
    const calendar = calendarOf(playbook, world.reps[rep]);
    const handoff = task.handoff === undefined ? {} : { handoff: task.handoff };
    const act = actors.answer(key, { ...handoff, kind: task.kind, nth, hand, openedAt, calendar });
    if (act === undefined) return;
    const { at, ...answer } = act;
    const body: InputBody = { kind: 'task.answered', task: id, ...answer, by: rep };
    acts.push({ at, body, possible: () => openTasks.get(id)?.rep === rep });
  }

  /** The CRM tells of a sale, stage by stage. */
  function tellOf({ amountCents, stages }: Sale, id: string, owner?: string): void {
    const deal = {
      kind: 'deal' as const,
      deal: id,
      currency: 'EUR',
      by: 'crm',
      ...(owner === undefined ? {} : { owner }),
    };
    for (const { at, ...words } of stages) put(at, { ...deal, ...words, amountCents });
  }

  function afterAccept(at: Instant, rep: string): void {
    count.accepts += 1;
    const calendar = calendarOf(playbook, world.reps[rep]);
    const act = actors.afterAccept(key, { nth: count.accepts, at, calendar });
    // What the lead did, and the CRM told, is in its history.
    if (act === undefined || (history && act.kind !== 'recycle')) return;
    if (act.kind === 'deal') {
      tellOf(act, `deal-${key}-${count.accepts}`, rep);
      return;
    }
    if (act.kind === 'signals') {
      for (const one of act.signals) put(one.at, signalBody(one));
      return;
    }
    const least = playbook.returns[act.reason]?.minAttempts ?? 0;
    const possible = (): boolean =>
      state.custody.who === 'sales' && state.custody.rep === rep && state.custody.attempts >= least;
    const { at: _at, kind, ...words } = act;
    acts.push({ at: act.at, possible, body: { kind, ...words, by: rep } });
  }

  const ratedBy = (): { by?: RatedBy } =>
    actors.rated ? { by: { role: fields.role, stage: state.stage, zone: leadZone(facts(), playbook) } } : {};

  function reactTo(touch: TouchRequest): void {
    const place = `${touch.cadence}/${touch.step}`;
    const nth = (seen.get(place) ?? 0) + 1;
    seen.set(place, nth);
    if (count.touches === 0 && actors.bounces(key)) {
      acts.push(suppressed(suppressions, touch.at, 'bounced'));
      return;
    }
    const phase = playbook.emails[touch.email]?.phase ?? 'thought-leadership';
    for (const act of actors.afterTouch(key, { ...touch, phase, nth, ...ratedBy() })) {
      if (act.kind === 'unsubscribe') acts.push(suppressed(suppressions, act.at, 'unsubscribed', touch.purpose));
      else if (act.kind === 'pause' || act.kind === 'decline') acts.push(...chosen(act.kind, act.at, touch));
      else does(asWritten(act));
    }
  }

  /** What the lead does on its preference page, which offers nothing to who has left. */
  function chosen(kind: 'pause' | 'decline', at: Instant, touch: TouchRequest): Act[] {
    const [topic] = topicsOf(touch, touch.email, playbook);
    if (touch.purpose !== 'marketing') return [];
    const stays = (): boolean => permissionFor('marketing', facts(), playbook, at).kind !== 'no';
    const said = { kind: 'preferences' as const, declined: [], wanted: [], subscribed: [], by: 'lead' };
    if (kind === 'pause') {
      const until = addDuration(at, PAUSE, leadZone(facts(), playbook));
      const keep = (): void => {
        choices = { ...choices, pause: { until, at } };
      };
      return [{ at, possible: stays, body: { ...said, pausedUntil: until }, keep }];
    }
    if (topic === undefined) return [];
    const possible = (): boolean => stays() && !choices.declined.some((one) => one.topic === topic);
    const keep = (): void => {
      choices = { ...choices, declined: [...choices.declined, { topic, at }] };
    };
    return [{ at, possible, body: { ...said, declined: [topic] }, keep }];
  }

  /** Customers are with sales too, but no work that is waiting. */
  const heldBy = ({ custody, stage }: LeadState): string | undefined =>
    custody.who === 'sales' && !isCustomer(stage) ? custody.rep : undefined;

  function apply(decided: Decided): void {
    const before = heldBy(state);
    world.accounts.note(member, state.custody, decided.state.custody);
    state = decided.state;
    standing = decided.standing;
    const after = heldBy(state);
    if (before !== after) {
      if (before !== undefined) world.open[before] = (world.open[before] ?? 0) - 1;
      if (after !== undefined) world.open[after] = (world.open[after] ?? 0) + 1;
    }
    const applied = new Set(decided.applied);
    inputs = inputs.filter((input) => !applied.has(input.id));
    for (const effect of decided.effects) {
      if (effect.kind === 'journal') {
        world.onJournal(key, effect.entry);
        const { type, at, by } = effect.entry;
        if (type === 'handoff.accepted' && (!history || at === acceptedAnew)) afterAccept(at, by);
      } else if (effect.kind === 'task.open') {
        count.tasks += 1;
        const { task } = effect;
        openTasks.set(task.id, { task, nth: count.tasks, hand: 0, rep: task.assignee });
        known?.isKnown(task);
        // Chats are taken where they ring.
        if (task.assignee !== undefined && !isChatTask(task)) answerLater(task.id, task.assignee, task.openedAt);
      } else if (effect.kind === 'task.assign') {
        const open = openTasks.get(effect.id);
        if (open === undefined || open.rep === effect.assignee) continue;
        openTasks.set(effect.id, { ...open, hand: open.hand + (open.rep === undefined ? 0 : 1), rep: effect.assignee });
        answerLater(effect.id, effect.assignee, effect.at);
      } else if (effect.kind === 'task.close' || effect.kind === 'task.accept') openTasks.delete(effect.id);
      else if (effect.kind === 'colleague') world.accounts.find(member, effect.lead)?.take(effect.at, effect.body);
      else if (effect.kind === 'place.take') world.places.take(effect);
      else if (effect.kind === 'pool.count') {
        const pool = world.given[effect.pool] ?? {};
        world.given[effect.pool] = pool;
        pool[effect.rep] = (pool[effect.rep] ?? 0) + effect.by;
        if (effect.turn === undefined) continue;
        const turns = world.turns[effect.pool] ?? {};
        world.turns[effect.pool] = turns;
        turns[effect.rep] = effect.turn;
      }
    }
  }

  /** Turns what people meant to do by now into inputs, as the API would: what makes no sense any more is refused. */
  function takeActs(now: Instant, late = false): boolean {
    const isDue = (act: Act): boolean => act.at <= now && (late || act.late === undefined);
    const due = acts.filter(isDue).sort((a, b) => a.at - b.at);
    if (due.length === 0) return false;
    acts = acts.filter((act) => !isDue(act));
    for (const act of due) {
      if (!act.possible()) continue;
      const body = act.again ? known?.translated(act.body) : act.body;
      if (body === undefined) continue;
      act.keep?.();
      if (body.kind === 'task.answered') {
        openTasks.delete(body.task);
        if (body.answer === 'accept' && !known?.has(body.task)) acceptedAnew = act.at;
      }
      put(act.dated ?? act.at, body);
    }
    return true;
  }

  /** A note of absence names a day: the lead is back at the midnight that begins it. */
  function asWritten(act: SignalAct): SignalAct {
    if (act.reply !== 'out-of-office' || act.until === undefined) return act;
    const zone = leadZone(facts(), playbook);
    return { ...act, until: instantOf(zone, localDay(zone, act.until), 0) };
  }

  for (const { at, taken, body, fields: next } of history?.inputs ?? []) {
    if (!isReplayed(body)) continue;
    const late = taken === undefined ? {} : { dated: at, late: true as const };
    acts.push({
      at: taken ?? at,
      again: true,
      ...late,
      body,
      possible: () => body.kind !== 'recycle' || state.custody.who === 'sales',
      keep: () => {
        fields = next ?? fields;
      },
    });
  }
  if (!history) put(from, { kind: 'lead.changed', ...consentsTold(given.consents), by: 'import' });
  const { by } = ratedBy();
  const span = by === undefined ? undefined : { until: world.until, by };
  for (const act of actors.unprompted(key, from, span)) if (act.kind === 'signal') does(act);
  for (const act of given.signals ?? []) {
    if (act.type === LEAVING_SIGNAL) acts.push(suppressed(suppressions, act.at, 'unsubscribed', 'marketing'));
    else does(act);
  }
  for (const [n, sale] of actors.deals(key, from).entries()) tellOf(sale, `deal-${key}-crm-${n + 1}`);

  return {
    key,
    state: () => state,
    facts: () => ({ ...facts(), account: world.accounts.seenBy(member), turn: world.accounts.turnOf(member) }),
    touches: () => count.touches,
    tasks: () => count.tasks,
    play(now, mail = 'free') {
      let maySend = mail !== 'held';
      if (!joined) world.accounts.join(member);
      joined = true;
      takeActs(now);
      takeChats(now);
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const decided = ask(now, maySend);
        apply(decided);
        if (decided.touch === undefined) {
          const times = [...acts, ...chats, ...inputs].map(({ at }) => at);
          const { wake } = decided;
          const waits = !maySend && wake?.queue === 'email' && wake.at <= now;
          if (wake !== null && !waits) times.push(wake.at);
          const next = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
          if (next > now) return { next: Number.isFinite(next) ? next : undefined, waits };
          // What came late comes when all else of the instant is done.
          if (!takeActs(now) && (waits || wake === null || wake.at > now)) takeActs(now, true);
          takeChats(now);
          continue;
        }
        reactTo(decided.touch);
        world.pace?.sent(decided.touch.at, decided.touch.dueAt);
        if (mail === 'one') maySend = false;
        count.touches += 1;
        put(decided.touch.at, { kind: 'touch.result', touch: decided.touch.id, outcome: 'sent' });
      }
      throw new Error(`lead ${key} does not settle at ${now}`);
    },
  };
}

const signalBody = (act: SignalAct): InputBody => ({
  kind: 'signal',
  type: act.type,
  human: isHumanSignal(act.type, act.reply),
  ...(act.type === 'reply.received'
    ? { reply: { class: act.reply ?? 'human', ...(act.until === undefined ? {} : { until: act.until }) } }
    : {}),
  ...((act.type === 'email.clicked' || act.type === 'reply.received') &&
  act.cadence !== undefined &&
  act.step !== undefined
    ? { cadence: act.cadence, step: act.step }
    : {}),
  ...(act.type.startsWith('meeting.') ? { meetingAt: act.meetingAt ?? act.at } : {}),
});

const suppressed = (all: Suppression[], at: Instant, reason: string, purpose?: TouchRequest['purpose']): Act => ({
  at,
  possible: () => true,
  keep: () => void all.push({ reason, at, ...(purpose === undefined ? {} : { purpose }) }),
  body: { kind: 'suppressed', reason, ...(purpose === undefined ? {} : { purpose }), by: 'lead' },
});
