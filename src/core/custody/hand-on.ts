/** An offered lead goes to somebody else: by the ladder, by a person, or with the chat that rings on. */
import { moveCustody, phaseOf } from '../custody-states.ts';
import { type Draft, journal, routingOf } from '../draft.ts';
import type { Rep } from '../facts.ts';
import { chooseRep, presentFor, turnFor } from '../pools.ts';
import type { Reason } from '../reasons.ts';
import { afterLastRung, creditTurn, takeTurn } from './outcome.ts';

/** The rung `reassign`: the next rep by the same rules, none of those who let it lie. The clocks go on. */
export function handOffered(d: Draft): void {
  const { custody } = d.state;
  const passed = [...(custody.passed ?? []), ...(custody.rep ? [custody.rep] : [])];
  const pools = d.playbooks.current.handoffs[custody.handoff ?? '']?.pools ?? [];
  const choice = chooseRep(d, pools, new Set(passed));
  if (!choice?.rep) {
    stay(d, 'nobody-else');
    return;
  }
  const { pool, rep } = choice;
  giveOffered(d, { rep, passed, pool: pool.id }, 'not-accepted-in-time');
  takeTurn(d, choice, 'clock');
}

/** The rung `manager`: of the pool it is in, else of one of the handoff's other pools. */
export function escalate(d: Draft): void {
  const { custody } = d.state;
  const { handoffs, pools } = d.playbooks.current;
  const passed = [...(custody.passed ?? []), ...(custody.rep ? [custody.rep] : [])];
  const ids = [custody.pool, ...(handoffs[custody.handoff ?? '']?.pools ?? [])];
  const named = ids.flatMap((id) => pools.find((pool) => pool.id === id)?.manager ?? []);
  const question = { routing: routingOf(d), playbook: d.playbooks.current, at: d.t };
  const present = named.flatMap((id) => presentFor(id, question) ?? []);
  const manager = present.find((rep) => rep.id !== custody.rep);
  if (!manager) {
    stay(d, named.length === 0 ? 'no-manager' : 'nobody-else');
    return;
  }
  giveOffered(d, { rep: manager, passed, escalated: true }, 'not-accepted-in-time');
}

/** The rung found nobody: said once, and what is left of the ladder goes on. */
function stay(d: Draft, reason: Reason): void {
  const { task, handoff, rep, pool } = d.state.custody;
  journal(d, {
    type: 'handoff.stayed',
    reason,
    by: 'clock',
    data: { task: task ?? null, handoff: handoff ?? null, rep: rep ?? null, pool: pool ?? null },
  });
  afterLastRung(d);
}

interface GivenTo {
  readonly rep: Rep;
  readonly passed: string[];
  readonly pool?: string;
  readonly escalated?: boolean;
}

function giveOffered(d: Draft, { rep, passed, pool, escalated }: GivenTo, reason: Reason): void {
  const { custody } = d.state;
  const { who: _, escalated: __, ...kept } = custody;
  const at = pool ?? custody.pool;
  moveCustody(
    d,
    'hand-on',
    {
      ...kept,
      rep: rep.id,
      ...(at === undefined ? {} : { pool: at }),
      passed,
      ...(escalated ? { escalated } : {}),
    },
    { reason, by: 'clock' },
  );
  const { task, handoff } = custody;
  if (task !== undefined) d.effects.push({ kind: 'task.assign', id: task, assignee: rep.id, at: d.t });
  journal(d, {
    type: escalated ? 'handoff.escalated' : 'handoff.reassigned',
    reason,
    by: 'clock',
    data: { task: task ?? null, handoff: handoff ?? null, from: custody.rep ?? null, to: rep.id, pool: at ?? null },
  });
  afterLastRung(d);
}

/** A person gave the lead to another rep: the turn is that one's. */
export function movedTo(d: Draft, to: string, by: string): void {
  const { custody } = d.state;
  if (custody.rep === to) return;
  creditTurn(d);
  if (custody.pool) d.effects.push(...turnFor(d, custody.pool, to));
  const { who: _, escalated: __, ...kept } = custody;
  moveCustody(d, 'hand-on', { ...kept, rep: to }, { reason: 'by-request', by });
}

/** The chat an offer began with rings at another rep now, and the offer goes with it. The clocks go on. */
export function handOnByChat(
  d: Draft,
  { from, rep, pool, by }: { from: string; rep: string; pool: string | undefined; by: string },
): void {
  const { custody } = d.state;
  if (phaseOf(custody) !== 'offered' || custody.rep !== from || d.answered.has(custody.task ?? '')) return;
  const at = pool ?? custody.pool;
  if (at !== undefined) d.effects.push(...turnFor(d, at, rep));
  const { who: _, escalated: __, ...kept } = custody;
  const passed = [...(custody.passed ?? []), from];
  const fields = { ...kept, rep, passed, ...(at === undefined ? {} : { pool: at }) };
  moveCustody(d, 'hand-on', fields, { reason: 'chat-unanswered', by });
  const { task, handoff } = custody;
  if (task !== undefined) d.effects.push({ kind: 'task.assign', id: task, assignee: rep, at: d.t });
  journal(d, {
    type: 'handoff.reassigned',
    reason: 'chat-unanswered',
    by,
    data: { task: task ?? null, handoff: handoff ?? null, from, to: rep, pool: at ?? null },
  });
}
