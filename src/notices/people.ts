/** Whom a notice reaches: the rep, whoever covers for them, a pool's manager, or one of those who agreed. */

import type { Calendar, Playbook } from '../core/playbook.ts';
import { awayAt, presentFor, repOf } from '../core/pools.ts';
import type { Recipient } from '../core/recipient.ts';
import type { Instant } from '../core/time.ts';
import { calendarOf } from '../core/view.ts';
import { listReps, NOTIFY_DEFAULT, type RepNotify, type RepRow } from '../store/reps.ts';
import type { Db } from '../store/schema.ts';

export interface Person {
  /** Also the address. */
  readonly id: string;
  readonly name: string;
  readonly calendar: Calendar;
  readonly notify: RepNotify;
  /** The rep this person sits in for, who is away. */
  readonly covers?: { readonly id: string; readonly name: string };
}

/** Nobody to tell, with why. */
export interface Nobody {
  readonly nobody: 'nobody-named' | 'not-active' | 'away' | 'not-wanted';
}

export interface Frame {
  readonly playbook: Playbook;
  readonly now: Instant;
}

/** Every rep there is: those described, and those only named in a pool, on company hours. */
export async function everyRep(db: Db, playbook: Playbook): Promise<ReadonlyMap<string, RepRow>> {
  const reps = new Map((await listReps(db)).map((rep) => [rep.id, rep]));
  const named = playbook.pools.flatMap((pool) => [...pool.reps, ...(pool.manager === undefined ? [] : [pool.manager])]);
  for (const id of named) {
    if (!reps.has(id)) reps.set(id, { ...repOf(id, NO_REPS, playbook), away: [] });
  }
  return reps;
}

const NO_REPS = { reps: {}, given: {}, turns: {}, open: {} };

/** Who sits in for a rep who is away now; undefined for one who is there, or whom nobody covers. */
export function coveredBy(
  rep: RepRow,
  reps: ReadonlyMap<string, RepRow>,
  { playbook, now }: Frame,
): string | undefined {
  if (!rep.active || awayAt(rep, now) === undefined) return undefined;
  return presentFor(rep.id, { routing: { ...NO_REPS, reps: Object.fromEntries(reps) }, playbook, at: now })?.id;
}

/** Who is behind a recipient now. */
export async function personOfRecipient(db: Db, to: Recipient, frame: Frame): Promise<Person | Nobody> {
  const { playbook } = frame;
  const id = to.slice(to.indexOf(':') + 1);
  if (to.startsWith('rep:')) return present(db, id, frame);
  if (to.startsWith('manager:')) {
    const manager = playbook.pools.find((pool) => pool.id === id)?.manager;
    return manager === undefined ? team('sales', playbook) : present(db, manager, frame);
  }
  if (to.startsWith('team:')) return team(id === 'marketing' ? 'marketing' : 'sales', playbook);
  return outsider(id, playbook);
}

/** One of those who agreed on the playbook: no rep, so nothing to prefer. */
export function team(which: 'marketing' | 'sales', playbook: Playbook): Person | Nobody {
  const address = playbook.agreed?.[which];
  return address === undefined ? { nobody: 'nobody-named' } : outsider(address, playbook);
}

const outsider = (address: string, playbook: Playbook): Person => ({
  id: address,
  name: address,
  calendar: calendarOf(playbook, undefined),
  notify: NOTIFY_DEFAULT,
});

async function present(db: Db, id: string, { playbook, now }: Frame): Promise<Person | Nobody> {
  const reps = await everyRep(db, playbook);
  const routing = { ...NO_REPS, reps: Object.fromEntries(reps) };
  const rep = repOf(id, routing, playbook);
  if (!rep.active) return { nobody: 'not-active' };
  const there = presentFor(id, { routing, playbook, at: now });
  if (there === undefined) return { nobody: 'away' };
  const notify = reps.get(there.id)?.notify ?? NOTIFY_DEFAULT;
  if (notify.tasks !== 'each') return { nobody: 'not-wanted' };
  return {
    id: there.id,
    name: there.name,
    calendar: calendarOf(playbook, there),
    notify,
    ...(there.id === id ? {} : { covers: { id, name: rep.name } }),
  };
}
