/** Tasks change hands: one by a manager's word, all of a rep's when the rep leaves. */
import type { Playbook } from '../core/playbook.ts';
import { pickRep, presentFor } from '../core/pools.ts';
import type { Instant } from '../core/time.ts';
import { HISTORY, viewOf } from '../core/view.ts';
import { putInputs } from '../store/inbox.ts';
import type { Db } from '../store/schema.ts';
import { countedReps, type Loaded, loadLead, loadRouting, withAccount } from '../store/states.ts';
import { lockTask } from '../store/task-lock.ts';
import { assignTask, leadsOf, openTasksOf } from '../store/tasks.ts';
import { activeRep } from './custodian.ts';
import { Problem } from './problem/problem.ts';
import { toTask } from './schemas/tasks.ts';

interface Frame {
  readonly playbook: Playbook;
  readonly now: Instant;
  readonly by: string;
}

/**
 * Gives an open task to a rep; to the one who has it, it changes nothing.
 * @throws Problem `not-found`, `unknown-rep`, `task-accepted`, `task-closed`
 */
export async function reassign(tx: Db, id: string, to: string, { playbook, now, by }: Frame) {
  const held = await lockTask(tx, id);
  if (held === null) throw new Problem('not-found', `There is no task ${id}`);
  const { task } = held;
  if (task.state === 'accepted') {
    throw new Problem('task-accepted', 'The handoff was accepted: the lead is that rep’s now', {
      more: { state: task.state },
    });
  }
  await activeRep(tx, to, playbook, 'to');
  if (task.state === 'open' && task.assignee === to) {
    return { status: 200 as const, body: toTask(task, now, playbook), nudge: [] };
  }
  if (!(await assignTask(tx, id, to, now))) {
    throw new Problem('task-closed', `The task is ${task.state}`, { more: { state: task.state } });
  }
  const body = { kind: 'task.reassigned' as const, task: id, to, by };
  await putInputs(tx, [{ leadId: task.leadId, at: now, body }], now);
  return {
    status: 200 as const,
    body: toTask({ ...task, assignee: to, assignedAt: now }, now, playbook),
    nudge: [task.leadId],
  };
}

export interface Moved {
  readonly tasks: { readonly moved: number; readonly left: number };
  readonly leads: { readonly moved: number; readonly left: number };
  readonly leadIds: readonly string[];
}

export const NOTHING_MOVED: Moved = { tasks: { moved: 0, left: 0 }, leads: { moved: 0, left: 0 }, leadIds: [] };

/**
 * A rep has left: every lead and open task of theirs goes on at once, each lead to one rep by the
 * rules of its pools, else to a manager of these. With nobody there it stays, for a manager to see.
 */
export async function moveAllOf(tx: Db, repId: string, { playbook, now, by }: Frame): Promise<Moved> {
  const open = await openTasksOf(tx, repId);
  const leads = await leadsOf(tx, repId);
  const counters = await sharedCounters(tx, playbook);
  const tasks = { moved: 0, left: 0 };
  const kept = { moved: 0, left: 0 };
  const leadIds: string[] = [];
  for (const leadId of [...new Set([...leads, ...open.map((task) => task.leadId)])].sort()) {
    const loaded = await loadLead(tx, leadId);
    if (loaded === null) continue;
    const has = loaded.state?.custody.who === 'sales' && loaded.state.custody.rep === repId;
    const theirs = (await openTasksOf(tx, repId)).filter((task) => task.leadId === leadId).map(({ id }) => id);
    if (!has && theirs.length === 0) continue;
    const to = successorOf(await withAccount(tx, loaded), { playbook, now, counters });
    if (to === undefined) {
      tasks.left += theirs.length;
      kept.left += has ? 1 : 0;
      continue;
    }
    for (const id of theirs) await assignTask(tx, id, to, now);
    const body = { kind: 'lead.assigned' as const, to, left: repId, tasks: theirs, by };
    await putInputs(tx, [{ leadId, at: now, body }], now);
    tasks.moved += theirs.length;
    kept.moved += has ? 1 : 0;
    leadIds.push(leadId);
  }
  return { tasks, leads: kept, leadIds };
}

/** Counters that count on while many leads move in one transaction; the leads' own decisions write them. */
async function sharedCounters(tx: Db, playbook: Playbook) {
  const routing = await loadRouting(tx, countedReps(playbook));
  const given: Record<string, Readonly<Record<string, number>>> = { ...routing.given };
  const open = { ...routing.open };
  return {
    routing: { ...routing, given, open },
    took(pool: string, rep: string): void {
      given[pool] = { ...given[pool], [rep]: (given[pool]?.[rep] ?? 0) + 1 };
      open[rep] = (open[rep] ?? 0) + 1;
    },
  };
}

interface Succession {
  readonly playbook: Playbook;
  readonly now: Instant;
  readonly counters: Awaited<ReturnType<typeof sharedCounters>>;
}

function successorOf({ state, facts }: Loaded, { playbook, now, counters }: Succession): string | undefined {
  if (state === null) return undefined;
  const { custody } = state;
  const handoff = playbook.handoffs[custody.handoff ?? ''];
  const scope = viewOf(state, facts, playbook, now, HISTORY);
  const all = handoff?.pools ?? playbook.pools.map((pool) => pool.id);
  const pools = all.flatMap((id) => playbook.pools.find((pool) => pool.id === id && pool.when.test(scope)) ?? []);
  const question = { playbook, routing: counters.routing, at: now };
  const choice = pickRep({ pools, ...question });
  if (choice?.rep) {
    counters.took(custody.pool ?? choice.pool.id, choice.rep.id);
    return choice.rep.id;
  }
  const managers = pools.flatMap((pool) =>
    pool.manager === undefined ? [] : (presentFor(pool.manager, question) ?? []),
  );
  return managers[0]?.id;
}
