/**
 * Somebody is to be found for a role that a sale needs and nobody at the account has: a task for the
 * rep who takes a lead of it over. One for an account and role, whoever of its leads asks first.
 */
import { accountIn, accountScopeOf } from './account-scope.ts';
import { addDuration, addSpan } from './calendar.ts';
import { type Draft, turnOf } from './draft.ts';
import { hashId } from './hash.ts';
import { calendarFor } from './pools.ts';
import type { Reason } from './reasons.ts';
import type { LeadState } from './state.ts';
import { closeTask, openTask, taskContext } from './task.ts';
import type { Instant } from './time.ts';
import { leadZone } from './view.ts';

/** The rep who has the lead now is asked for each role that is missing and that nobody was asked for of late. */
export function askForRoles(d: Draft): void {
  const { current } = d.playbooks;
  const rule = current.buyingGroup?.onMissing;
  const account = rule && accountIn(d.facts);
  if (!rule || !account) return;
  const { missing } = accountScopeOf(d.state, d.facts, current, d.t, () => 0);
  if (missing.length === 0) return;
  const { asked } = turnOf(d);
  const recent = (at: Instant): boolean => addDuration(at, rule.again, leadZone(d.facts, current)) > d.t;
  const { rep, pool } = d.state.custody;
  for (const role of missing) {
    const open = d.state.finding?.some((one) => one.role === role);
    const looked = d.state.looked?.[role];
    const others = asked.some((one) => one.role === role && (one.open || recent(one.at)));
    if (open || others || (looked !== undefined && recent(looked))) continue;
    const task = hashId('find-role', account.id, role, d.facts.leadId, String(d.t));
    const dueAt = Math.max(addSpan(rule.due, calendarFor(d, rep), d.t), d.t + 1);
    d.state.finding = [...(d.state.finding ?? []), { task, role, dueAt }];
    openTask(
      d,
      {
        id: task,
        kind: rule.task,
        title: rule.title,
        ...(rule.body === undefined ? {} : { body: rule.body }),
        ...(rep === undefined ? {} : { assignee: rep }),
        ...(pool === undefined ? {} : { pool }),
        priority: 'normal',
        dueAt,
        role,
        context: taskContext(d, `Nobody known at ${account.name || d.facts.lead.domain} is ${role}.`),
      },
      'rule',
      'role-missing',
    );
  }
}

/** The rep has answered: nobody is asked again for a while. Answers whether the task was one of these. */
export function foundRole(d: Draft, task: string): boolean {
  const one = d.state.finding?.find((x) => x.task === task);
  if (!one) return false;
  const { role } = one;
  const before = d.state.looked?.[role];
  const others = d.state.found?.filter((x) => x.role !== role) ?? [];
  d.state.found = [...others, { ...one, ...(before === undefined ? {} : { looked: before }) }];
  forget(d, task, role);
  return true;
}

export type FoundAnswer = NonNullable<LeadState['found']>[number];

/** Of a task of these that was answered: what it takes to ask again, or why that cannot be. */
export function answerOf(state: LeadState, task: string, at: Instant): FoundAnswer | string | undefined {
  const one = state.found?.find((x) => x.task === task);
  if (!one) return undefined;
  if (one.dueAt <= at) return 'Its due time is over';
  return state.finding?.some(({ role }) => role === one.role) ? 'Somebody is asked for this role again' : one;
}

/** The answer is taken back: the task is open, and nobody has looked. */
export function askAgain(d: Draft, { task, role, dueAt, looked }: FoundAnswer): void {
  d.state.found = d.state.found?.filter((x) => x.task !== task) ?? [];
  d.state.finding = [...(d.state.finding ?? []), { task, role, dueAt }];
  const { [role]: _, ...rest } = d.state.looked ?? {};
  d.state.looked = looked === undefined ? rest : { ...rest, [role]: looked };
}

/** Tasks whose time is over; true when there was one. */
export function expireFinding(d: Draft): boolean {
  const late = d.state.finding?.filter(({ task, dueAt }) => dueAt <= d.t && !d.answered.has(task)) ?? [];
  for (const { task, role } of late) {
    closeTask(d, task, 'not-answered');
    forget(d, task, role);
  }
  return late.length > 0;
}

/** Sales no longer has the lead: whoever takes one of the account over next may be asked. */
export function stopFinding(d: Draft, reason: Reason): void {
  for (const { task } of d.state.finding ?? []) closeTask(d, task, reason);
  delete d.state.finding;
  delete d.state.found;
}

function forget(d: Draft, task: string, role: string): void {
  d.state.finding = d.state.finding?.filter((x) => x.task !== task) ?? [];
  d.state.looked = { ...d.state.looked, [role]: d.t };
}
