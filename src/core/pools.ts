/**
 * Which rep gets a lead: pools in order, round robin by count among those who are there and free.
 *
 * A count says how many turns a rep has had. Whoever is not there (away, full, gone) is carried
 * along with the lowest count of those who are, so that coming back brings no flood; a lead given
 * back takes one off, so that the next one is theirs. Equal counts go by whose turn was longest ago.
 */
import { instantOf } from './calendar.ts';
import type { Effect } from './decision.ts';
import { type Draft, routingOf } from './draft.ts';
import { repsBefore } from './earlier.ts';
import type { Rep, Routing } from './facts.ts';
import { type Playbook, type Pool, SAME_ACCOUNT } from './playbook.ts';
import { DAY, type Instant } from './time.ts';
import { calendarOf, HISTORY, viewOf } from './view.ts';

export type PoolCount = Extract<Effect, { kind: 'pool.count' }>;

export interface Choice {
  readonly pool: Pool;
  /** Absent: nobody is there, and the lead waits in the pool. */
  readonly rep?: Rep;
  /** Everybody was full: how many leads the least loaded one has. */
  readonly over?: { readonly open: number; readonly maxOpen: number };
  /** Not the pool's next one: who had the lead before, or who knows its account. */
  readonly knows?: 'lead' | 'account';
  /** Pools before it whose reps were all full. */
  readonly passed?: readonly string[];
  /** What the turn does to the pool's counts. */
  readonly counts: readonly PoolCount[];
}

export interface PickQuestion {
  /** Those whose conditions hold, in the order of the handoff. */
  readonly pools: readonly Pool[];
  readonly playbook: Playbook;
  readonly routing: Routing;
  readonly at: Instant;
  /** Reps who must not get it: they let it lie. */
  readonly except?: ReadonlySet<string>;
}

const NOBODY: ReadonlySet<string> = new Set();

/** A rep as the store knows them; one only named in a pool is active, on company hours. */
export const repOf = (id: string, routing: Routing, playbook: Playbook): Rep =>
  routing.reps[id] ?? { id, name: id, timeZone: playbook.company.timeZone, active: true };

/** A date is the rep's local day: absences begin with it and end with it. */
function edge(text: string, zone: string, end: boolean): Instant {
  if (text.length > 10) return Date.parse(text);
  return instantOf(zone, Math.round(Date.parse(`${text}T00:00:00Z`) / DAY) + (end ? 1 : 0), 0);
}

/** The absence that holds at `at`, if any. */
export const awayAt = (rep: Rep, at: Instant): NonNullable<Rep['away']>[number] | undefined =>
  rep.away?.find(({ from, to }) => edge(from, rep.timeZone, false) <= at && at < edge(to, rep.timeZone, true));

/** Who sits in for a rep: the rep, else the cover, else the cover's cover; nobody when that ends or goes in a circle. */
export function presentFor(id: string, { routing, playbook, at }: Omit<PickQuestion, 'pools'>): Rep | undefined {
  const asked = new Set<string>();
  for (let next: string | undefined = id; next !== undefined && !asked.has(next); ) {
    asked.add(next);
    const rep = repOf(next, routing, playbook);
    if (!rep.active) return undefined;
    const away = awayAt(rep, at);
    if (!away) return rep;
    next = away.cover;
  }
  return undefined;
}

/** Those of the pool who are there, covers in place of who is not; each once. */
function presentIn(pool: Pool, question: PickQuestion): Rep[] {
  const present = new Map<string, Rep>();
  for (const id of pool.reps) {
    const rep = presentFor(id, question);
    if (rep && !present.has(rep.id)) present.set(rep.id, rep);
  }
  return [...present.values()];
}

/**
 * The first pool with somebody who is there and free; all full: the least loaded of the last pool.
 * Nobody there at all: the first pool, without a rep. `undefined`: there is no pool.
 */
export function pickRep(question: PickQuestion): Choice | undefined {
  const { pools, routing, except = NOBODY } = question;
  const open = (rep: Rep): number => routing.open[rep.id] ?? 0;
  let full: { pool: Pool; reps: Rep[]; present: Rep[]; maxOpen: number } | undefined;
  const passed: string[] = [];
  for (const pool of pools) {
    const { maxOpen = Number.POSITIVE_INFINITY } = pool;
    const present = presentIn(pool, question);
    const able = present.filter((rep) => !except.has(rep.id));
    const free = present.filter((rep) => open(rep) < maxOpen);
    const best = byTurn(pool, free, routing).find((rep) => !except.has(rep.id));
    const after = passed.length === 0 ? {} : { passed };
    if (best) return { pool, rep: best, ...after, counts: turnOf(pool, best, free, routing) };
    if (able.length > 0) full = { pool, reps: able, present, maxOpen };
    if (able.length > 0) passed.push(pool.id);
  }
  if (full) {
    const { pool, reps, present, maxOpen } = full;
    const [rep] = byTurn(pool, reps, routing).sort((a, b) => open(a) - open(b));
    if (rep) return { pool, rep, over: { open: open(rep), maxOpen }, counts: turnOf(pool, rep, present, routing) };
  }
  return pools[0] && { pool: pools[0], counts: [] };
}

/** Counts in a pool; somebody without one begins as the next in turn, with nothing to catch up on. */
function countsIn(pool: Pool, present: readonly Rep[], routing: Routing): (id: string) => number {
  const given = routing.given[pool.id] ?? {};
  const theirs = present.flatMap(({ id }) => given[id] ?? []);
  // Where nobody present has had a turn, those who have are away: they come back to an even count too.
  const known = theirs.length > 0 ? theirs : Object.values(given);
  const start = Math.max(0, ...known.map((count) => count - 1));
  return (id) => given[id] ?? start;
}

/** Fewest turns first, then whose turn was longest ago, then by the order of the file. */
export function byTurn(pool: Pool, present: readonly Rep[], routing: Routing): Rep[] {
  const count = countsIn(pool, present, routing);
  const last = (rep: Rep): number => routing.turns[pool.id]?.[rep.id] ?? -1;
  return [...present].sort((a, b) => count(a.id) - count(b.id) || last(a) - last(b));
}

function turnOf(pool: Pool, rep: Rep, present: readonly Rep[], routing: Routing): PoolCount[] {
  const given = routing.given[pool.id] ?? {};
  const count = countsIn(pool, present, routing);
  const turn = 1 + Math.max(0, ...Object.values(routing.turns[pool.id] ?? {}));
  const mine = count(rep.id) + 1;
  const counts: PoolCount[] = [
    { kind: 'pool.count', pool: pool.id, rep: rep.id, by: mine - (given[rep.id] ?? 0), turn },
  ];
  const there = new Set(present.map(({ id }) => id));
  const lowest = Math.min(...present.map(({ id }) => (id === rep.id ? mine : count(id))), mine);
  for (const [id, had] of Object.entries(given)) {
    if (!there.has(id) && id !== rep.id && had < lowest) {
      counts.push({ kind: 'pool.count', pool: pool.id, rep: id, by: lowest - had });
    }
  }
  return counts;
}

/** The turn of a rep whom a person gave a lead of this pool; one the pool did not count yet has nothing to catch up on. */
export function turnFor(d: Draft, poolId: string, repId: string): readonly PoolCount[] {
  const playbook = d.playbooks.current;
  const pool = playbook.pools.find(({ id }) => id === poolId);
  if (!pool) return [];
  const routing = routingOf(d);
  const present = presentIn(pool, { pools: [pool], playbook, routing, at: d.t });
  return turnOf(pool, repOf(repId, routing, playbook), present, routing);
}

/** A rep chosen already, as a turn of the pool; undefined when the playbook has no such pool. */
export function choiceOf(d: Draft, poolId: string, repId: string): Choice | undefined {
  const pool = d.playbooks.current.pools.find(({ id }) => id === poolId);
  if (!pool) return undefined;
  return { pool, rep: repOf(repId, routingOf(d), d.playbooks.current), counts: turnFor(d, poolId, repId) };
}

/** The pools of this list that take the lead. */
export function poolsFor(d: Draft, ids: readonly string[]): Pool[] {
  const scope = viewOf(d.state, d.facts, d.playbooks.current, d.t, HISTORY);
  return ids.flatMap((id) => d.playbooks.current.pools.find((pool) => pool.id === id && pool.when.test(scope)) ?? []);
}

/** The rep for this lead now; throws Needs without the shared counters. */
export function chooseRep(d: Draft, pools: readonly string[], except?: ReadonlySet<string>): Choice | undefined {
  const question: PickQuestion = {
    pools: poolsFor(d, pools),
    playbook: d.playbooks.current,
    routing: routingOf(d),
    at: d.t,
    ...(except ? { except } : {}),
  };
  return (
    pickKnown(question, repsBefore(d.state), 'lead') ??
    (pools.includes(SAME_ACCOUNT) ? pickKnown(question, question.routing.sameAccount ?? [], 'account') : undefined) ??
    pickRep(question)
  );
}

/**
 * The first of these reps who is there, free and in one of the playbook's pools, those of the handoff
 * first: a lead goes back to who had it, or to who has a colleague. It is a turn of that pool as any
 * other, so that the pool stays even.
 */
export function pickKnown(
  question: PickQuestion,
  reps: readonly string[],
  knows: NonNullable<Choice['knows']>,
): Choice | undefined {
  const { playbook, routing, at, except = NOBODY } = question;
  for (const id of reps) {
    const pool = [...question.pools, ...playbook.pools].find((one) => one.reps.includes(id));
    const rep = repOf(id, routing, playbook);
    if (!pool || !rep.active || awayAt(rep, at) || except.has(id)) continue;
    if ((routing.open[id] ?? 0) >= (pool.maxOpen ?? Number.POSITIVE_INFINITY)) continue;
    return { pool, rep, knows, counts: turnOf(pool, rep, presentIn(pool, question), routing) };
  }
  return undefined;
}

/** The calendar of a rep; the shared facts are asked only for somebody else than the custodian. */
export function calendarFor(d: Draft, rep: string | undefined) {
  if (rep === undefined) return calendarOf(d.playbooks.current, undefined);
  const { custodian } = d.facts;
  if (custodian?.id === rep) return calendarOf(d.playbooks.current, custodian);
  return calendarOf(d.playbooks.current, repOf(rep, routingOf(d), d.playbooks.current));
}
