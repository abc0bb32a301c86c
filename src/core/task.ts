/** Tasks of a lead: opened with their context, closed by compare-and-set in the store. */
import type { TaskOpened } from './decision.ts';
import { type Draft, journal } from './draft.ts';
import { storyBefore } from './earlier.ts';
import type { BriefPart } from './playbook.ts';
import type { Reason } from './reasons.ts';
import type { Enrollment } from './state.ts';
import { iso } from './time.ts';
import { scoreOf } from './view.ts';

const TOUCHES_SHOWN = 5;
const SIGNALS_SHOWN = 8;

const FULL_BRIEF: readonly BriefPart[] = ['why', 'asked', 'seen'];

/**
 * What a rep needs to act: why now and the score with its reasons (`why`), what the lead asked for
 * (`asked`), what it did and got (`seen`). A handoff's `brief` says which of them go along. The story of
 * a lead that was with sales before always does.
 */
export function taskContext(
  d: Draft,
  why: string,
  { note, brief = FULL_BRIEF }: { note?: string | undefined; brief?: readonly BriefPart[] } = {},
): TaskOpened['context'] {
  const { fit, engagement, reasons } = scoreOf(d.state, d.facts, d.playbooks.current, d.t);
  const signals = Object.entries(d.state.signals)
    .map(([type, log]) => ({ type, count: log.n, last: log.at.at(-1) ?? 0 }))
    .sort((a, b) => b.last - a.last || (a.type < b.type ? -1 : 1))
    .map((s) => ({ ...s, last: iso(s.last) }));
  const touches = Object.entries(d.state.seen)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([email, at]) => ({ email, at: iso(at) }));
  const seen = brief.includes('seen');
  return {
    why: brief.includes('why') ? why : '',
    score: { fit, engagement: Math.round(engagement * 10) / 10, reasons: brief.includes('why') ? reasons : [] },
    signals: seen ? signals.slice(0, SIGNALS_SHOWN) : [],
    asked: brief.includes('asked') ? signals.filter((s) => s.type.endsWith('.requested')).map((s) => s.type) : [],
    lastTouches: seen ? touches.slice(0, TOUCHES_SHOWN) : [],
    ...(note === undefined ? {} : { note }),
    ...(d.state.said && brief.includes('asked') ? { said: { at: iso(d.state.said.at), text: d.state.said.text } } : {}),
    ...storyBefore(d),
  };
}

export function openTask(d: Draft, task: Omit<TaskOpened, 'openedAt'>, by: string, reason?: Reason): void {
  d.effects.push({ kind: 'task.open', task: { ...task, openedAt: d.t } });
  journal(d, {
    type: 'task.opened',
    ...(task.cadence ? { cadence: task.cadence } : {}),
    ...(task.step ? { step: task.step } : {}),
    ...(reason === undefined ? {} : { reason }),
    by,
    data: {
      task: task.id,
      kind: task.kind,
      ...(task.role === undefined ? {} : { role: task.role }),
      assignee: task.assignee ?? null,
      pool: task.pool ?? null,
      dueAt: task.dueAt,
    },
  });
}

/** Nobody let these lie. */
const WITHDRAWN: ReadonlySet<Reason> = new Set<Reason>(['no-longer-needed', 'merged', 'do-not-call']);

/**
 * Closes a task nobody has answered. The store fails the commit when somebody just did; an answer
 * that is in the inbox already has closed it, all but an acceptance.
 */
export function closeTask(d: Draft, id: string, reason: Reason, place?: Pick<Enrollment, 'cadence' | 'step'>): void {
  // Whatever closes it: what is closed is not looked for any more, and is never closed again.
  if (d.state.finding) d.state.finding = d.state.finding.filter(({ task }) => task !== id);
  const answer = d.answered.get(id);
  if (answer === undefined || answer === 'accept') {
    d.effects.push({ kind: 'task.close', id, state: 'expired', reason, at: d.t });
  }
  journal(d, {
    type: WITHDRAWN.has(reason) ? 'task.cancelled' : 'task.expired',
    ...(place ? { cadence: place.cadence, ...(place.step ? { step: place.step } : {}) } : {}),
    reason,
    by: 'clock',
    data: { task: id },
  });
}
