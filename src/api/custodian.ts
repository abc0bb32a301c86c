/** Who has a lead as things stand: its state, and what the engine has yet to look at. */
import type { Playbook, Pool } from '../core/playbook.ts';
import { initialState } from '../core/state.ts';
import type { Instant } from '../core/time.ts';
import { HISTORY, viewOf } from '../core/view.ts';
import { getRep } from '../store/reps.ts';
import type { Db } from '../store/schema.ts';
import type { Loaded } from '../store/states.ts';
import { Problem } from './problem/problem.ts';

/** What somebody who wants the lead must know. */
export interface Holding {
  readonly by: 'nobody' | 'sales';
  /** Absent while the offer waits in its pool for anyone. */
  readonly rep?: string;
  readonly pool?: string;
  readonly handoff?: string;
  /** The offer that has not been answered yet. */
  readonly offer?: string;
  /** Somebody has just handed the lead over, and the engine has yet to say to whom. */
  readonly offering?: true;
}

const NOBODY: Holding = { by: 'nobody' };

/** Who has the lead, with the answers that wait in its inbox taken as given. */
export function holdingOf({ state, inputs }: Loaded): Holding {
  let now: Holding = NOBODY;
  if (state?.custody.who === 'sales') {
    const { rep, pool, handoff, task } = state.custody;
    now = {
      by: 'sales',
      ...(rep === undefined ? {} : { rep }),
      ...(pool === undefined ? {} : { pool }),
      ...(handoff === undefined ? {} : { handoff }),
      ...(task === undefined ? {} : { offer: task }),
    };
  }
  for (const { body } of inputs) now = after(now, body);
  return now;
}

function after(now: Holding, body: Loaded['inputs'][number]['body']): Holding {
  switch (body.kind) {
    case 'recycle':
    case 'disqualify':
    case 'objected':
      return NOBODY;
    case 'handoff':
      return now.by === 'sales' ? now : { by: 'sales', handoff: body.handoff, offering: true };
    case 'lead.assigned':
      return body.left === undefined || body.left === now.rep ? { ...now, by: 'sales', rep: body.to } : now;
    case 'task.reassigned':
      return body.task === now.offer ? { ...now, rep: body.to } : now;
    case 'task.answered': {
      if (body.task !== now.offer) return now;
      if (body.answer === 'reject') return NOBODY;
      const { offer: _, ...taken } = now;
      return body.by.includes('@') ? { ...taken, rep: body.by } : taken;
    }
    default:
      return now;
  }
}

/** The pools of this rep that take the lead: any of the playbook's, or of the handoff it was offered by. */
export function ownPools(loaded: Loaded, rep: string, playbook: Playbook, now: Instant): readonly Pool[] {
  const { pool: waitsIn, handoff } = holdingOf(loaded);
  const state = loaded.state ?? initialState(playbook.stages[0]?.id ?? '', loaded.facts.createdAt);
  const scope = viewOf(state, loaded.facts, playbook, now, HISTORY);
  const offered = playbook.handoffs[handoff ?? '']?.pools;
  return playbook.pools.filter(
    (pool) =>
      pool.reps.includes(rep) &&
      (offered === undefined || offered.includes(pool.id)) &&
      (pool.id === waitsIn || pool.when.test(scope)),
  );
}

/**
 * Checks that this is a rep who may have leads: described and active, or named in a pool and not
 * described yet (a rep from the start, on company hours).
 * @throws Problem `unknown-rep`
 */
export async function activeRep(tx: Db, id: string, playbook: Playbook, path = 'rep'): Promise<void> {
  const rep = await getRep(tx, id);
  const named = playbook.pools.some((pool) => pool.reps.includes(id));
  if (rep === null ? named : rep.active) return;
  throw new Problem('unknown-rep', `${id} is ${rep === null ? 'no rep of the playbook’s pools' : 'not active'}`, {
    errors: [{ path, message: 'must be the id of an active rep' }],
  });
}
