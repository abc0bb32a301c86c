/**
 * Plays leads through `decide` in virtual time. It decides nothing itself: what it says is what the
 * engine would do with these leads, this playbook and these people.
 */
import { createActors } from './actors.ts';
import { type Behaviour, NOBODY } from './behaviour.ts';
import type { JournalEntry } from './decision.ts';
import { type EndState, endStateOf } from './endstate.ts';
import { type Judged, judge } from './experiments/judge.ts';
import { createExperimentTally } from './experiments/tally.ts';
import type { Rep } from './facts.ts';
import type { Playbook } from './playbook.ts';
import { createDueQueue, type Due } from './queue.ts';
import { createAccounts } from './simulated-accounts.ts';
import { assumptionsOf } from './simulated-assumptions.ts';
import { createFunnel, type FunnelStep } from './simulated-funnel.ts';
import { createSimulatedLead, type LeadToSimulate, type Mail, type SimulatedLead } from './simulated-lead.ts';
import { type RepLoad, watchLoad } from './simulated-load.ts';
import { createLine, createPace, type Pace, type Paced, type Quota } from './simulated-pace.ts';
import { createPlaces } from './simulated-places.ts';
import { type Counts, createTally } from './tally.ts';
import { DAY, type Instant } from './time.ts';

export interface Simulation {
  readonly playbook: Playbook;
  readonly leads: readonly LeadToSimulate[];
  /** Absent: nobody reacts, and no rep answers. */
  readonly behaviour?: Behaviour;
  /** By id; one named in a pool and absent here works the company's hours. */
  readonly reps: Readonly<Record<string, Rep>>;
  readonly seed: number;
  readonly from: Instant;
  readonly days: number;
  /** Of the mail service; absent: it takes every message at once. */
  readonly quota?: Quota;
  /** Told of every journal entry, in order. */
  readonly onJournal?: (key: string, entry: JournalEntry) => void;
  /** Told of the virtual time reached, once a virtual day. */
  readonly onDay?: (day: number) => void;
}

export interface SimulationResult extends Omit<Counts, 'byDay' | 'perCadence' | 'repLoad'> {
  readonly leads: number;
  readonly days: number;
  readonly endStates: Record<EndState, number>;
  /** `open`: leads that reps have at the end of the day. */
  readonly byDay: readonly (Counts['byDay'][number] & { readonly open: number })[];
  /** Leads that ever got so far. */
  readonly funnel: Record<FunnelStep, number>;
  readonly perCadence: Counts['perCadence'];
  /** Leads by their stage at the end. */
  readonly perStage: Record<string, number>;
  readonly repLoad: Record<string, Counts['repLoad'][string] & RepLoad>;
  /** Leads that got no touch and no task in all that time. */
  readonly quiet: number;
  /** `pick` steps that had no email left for a lead: how often, by cadence and step. */
  readonly exhausted: readonly { cadence: string; step: string; times: number }[];
  /** By experiment of the playbook: what its groups did, and what that shows. */
  readonly experiments: Readonly<Record<string, Judged>>;
  readonly assumptions: readonly string[];
  /** With a quota: what it did to the plan. */
  readonly pace?: Paced;
  readonly perLead: readonly { key: string; endState: EndState; stage: string; touches: number; tasks: number }[];
}

/** The reps of a behaviour, with leads who do nothing of themselves: for leads that do what was recorded. */
export const repsAlone = ({ reps }: Behaviour): Behaviour => ({ ...NOBODY, reps });

const keyOf = ({ cadence, step }: { cadence: string; step: string }): string => `${cadence}/${step}`;

/** `nth`: of this lead's turns; only the newest counts, since a colleague may have asked for one before it. */
type Turn = Due & { readonly lead: SimulatedLead; readonly nth: number };
/** Whoever waits for the quota may have a turn: after all who join the line at that instant. */
type Room = Due & { readonly lead?: undefined };

/** Runs the simulation to its end. The same arguments give the same result, byte for byte. */
export function simulate(s: Simulation): SimulationResult {
  const until = s.from + s.days * DAY;
  const tally = createTally(s.from, s.days);
  const funnel = createFunnel();
  const load = watchLoad(s.playbook.pools, s.days);
  const experiments = createExperimentTally();
  const stopped: string[] = [];
  const exhausted = new Map<string, { cadence: string; step: string; times: number }>();
  const world = {
    playbook: s.playbook,
    actors: createActors(s.behaviour ?? NOBODY, s.playbook, s.seed),
    until,
    reps: s.reps,
    given: {},
    turns: {},
    open: {},
    talks: [],
    stopped,
    accounts: createAccounts(),
    places: createPlaces(),
    ...(s.quota === undefined ? {} : { pace: createPace(s.quota) }),
    wake: (key: string, at: Instant) => {
      const order = places.get(key);
      if (order !== undefined) takeTurn(order, Math.max(at, now));
    },
    onJournal: (key: string, entry: JournalEntry) => {
      tally.add(entry);
      funnel.add(key, entry);
      const scope = experiments.add(key, entry);
      if (scope !== undefined && !stopped.includes(scope)) stopped.push(scope);
      if (entry.type === 'step.exhausted') {
        const place = { cadence: entry.cadence ?? '', step: entry.step ?? '' };
        const times = exhausted.get(keyOf(place))?.times ?? 0;
        exhausted.set(keyOf(place), { ...place, times: times + 1 });
      }
      s.onJournal?.(key, entry);
    },
  };
  const leads = s.leads.map((lead) => createSimulatedLead(lead, world, s.from));
  const places = new Map(leads.map(({ key }, order) => [key, order]));
  const queue = createDueQueue<Turn | Room>();
  const line = createLine();
  let roomAt = Number.NEGATIVE_INFINITY;
  const newest = leads.map(() => 0);
  let now = s.from;
  function takeTurn(order: number, at: Instant): void {
    const lead = leads[order];
    if (lead === undefined) return;
    const nth = (newest[order] ?? 0) + 1;
    newest[order] = nth;
    queue.push({ at, order, lead, nth });
  }
  function play(order: number, lead: SimulatedLead, at: Instant, mail: Mail): void {
    const { next, waits } = lead.play(at, mail);
    if (next !== undefined) takeTurn(order, next);
    if (waits) line.join(order);
  }
  /** Has the line looked at when there is room next. */
  function seeToLine(at: Instant): void {
    if (world.pace === undefined || line.length === 0 || roomAt >= at) return;
    roomAt = world.pace.freeAt(at);
    queue.push({ at: roomAt, order: leads.length });
  }
  function serveLine(pace: Pace, at: Instant): void {
    // Who sends nothing after all leaves its room to the next; each is asked once an instant.
    for (let n = line.length; n > 0 && pace.freeAt(at) <= at; n--) {
      const order = line.shift();
      const lead = order === undefined ? undefined : leads[order];
      if (order !== undefined && lead !== undefined) play(order, lead, at, 'one');
    }
    roomAt = Number.NEGATIVE_INFINITY;
    seeToLine(at);
  }
  for (const [order, { since = s.from }] of s.leads.entries()) takeTurn(order, since);
  let day = 0;
  for (let turn = queue.pop(); turn !== undefined && turn.at < until; turn = queue.pop()) {
    if (turn.lead !== undefined && turn.nth !== newest[turn.order]) continue;
    now = turn.at;
    const today = Math.floor((turn.at - s.from) / DAY);
    if (today > day) {
      for (; day < today; day++) load.note(day + 1, world.open);
      s.onDay?.(day);
    }
    if (turn.lead !== undefined) play(turn.order, turn.lead, turn.at, world.pace === undefined ? 'free' : 'held');
    else if (world.pace !== undefined) serveLine(world.pace, turn.at);
    seeToLine(turn.at);
  }
  for (; day < s.days; day++) load.note(day + 1, world.open);
  s.onDay?.(s.days);

  const endStates: Record<EndState, number> = {
    'in-cadence': 0,
    'with-sales': 0,
    waiting: 0,
    customer: 0,
    disqualified: 0,
    expired: 0,
    suppressed: 0,
    unreached: 0,
  };
  const perStage = Object.fromEntries(s.playbook.stages.map((stage) => [stage.id, 0]));
  const perLead = leads.map((lead) => {
    const endState = endStateOf(lead.state(), lead.facts(), s.playbook, until);
    const { stage } = lead.state();
    endStates[endState] += 1;
    perStage[stage] = (perStage[stage] ?? 0) + 1;
    return { key: lead.key, endState, stage, touches: lead.touches(), tasks: lead.tasks() };
  });
  const counts = tally.counts();
  const open = load.byDay();
  return {
    leads: leads.length,
    days: s.days,
    ...counts,
    byDay: counts.byDay.map((one) => ({ ...one, open: open[one.day - 1] ?? 0 })),
    repLoad: Object.fromEntries(Object.entries(counts.repLoad).map(([rep, n]) => [rep, { ...n, ...load.of(rep) }])),
    funnel: funnel.counts(),
    endStates,
    perStage,
    quiet: perLead.filter((lead) => lead.touches === 0 && lead.tasks === 0).length,
    exhausted: [...exhausted.values()].sort((a, b) => b.times - a.times || (keyOf(a) < keyOf(b) ? -1 : 1)),
    experiments: Object.fromEntries(Object.entries(experiments.counts(until)).map(([id, found]) => [id, judge(found)])),
    assumptions: assumptionsOf(s),
    perLead,
    ...(world.pace === undefined ? {} : { pace: world.pace.result(line.length) }),
  };
}
