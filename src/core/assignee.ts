/** Who gets a task that a cadence opens. */
import { dealScopeOf } from './deal-scope.ts';
import { type Draft, routingOf } from './draft.ts';
import type { Rep } from './facts.ts';
import type { Playbook } from './playbook.ts';
import { chooseRep, presentFor } from './pools.ts';

/** The custodian's, while sales has the lead; else the owner's of its deal, or whoever the pools name. */
export function assigneeFor(d: Draft, playbook: Playbook): { rep: Rep | undefined; pool: string | undefined } {
  const { who, rep, pool } = d.state.custody;
  if (who === 'sales' && rep !== undefined) {
    const known = d.facts.custodian?.id === rep ? d.facts.custodian : routingOf(d).reps[rep];
    return { rep: known ?? { id: rep, name: rep, timeZone: playbook.company.timeZone, active: true }, pool };
  }
  if (who === 'sales') return { rep: undefined, pool };
  const { owner } = dealScopeOf(d.state);
  // An owner the CRM has and nobody here knows is no rep of ours.
  const known = routingOf(d).reps[owner] !== undefined || d.playbooks.current.pools.some((p) => p.reps.includes(owner));
  const asked = { playbook: d.playbooks.current, routing: routingOf(d), at: d.t };
  const present = known ? presentFor(owner, asked) : undefined;
  if (present) return { rep: present, pool: undefined };
  const choice = chooseRep(
    d,
    d.playbooks.current.pools.map((p) => p.id),
  );
  return { rep: choice?.rep, pool: choice?.pool.id };
}
