/** Why a touch does not go at a time at which its window is open. */
import { windowZone } from '../draft.ts';
import { shareOf } from '../enrollment.ts';
import { isSending } from '../playbook.ts';
import { quietFor } from '../quiet-hours.ts';
import { nextSlot, quietAt } from '../send-window.ts';
import type { Enrollment } from '../state.ts';
import { type Because, type Question, say } from './question.ts';

/** The quiet hours or the holiday that the touch this run stands at would otherwise have gone in. */
export function whatIsQuiet(
  q: Question,
  { cadence: id, playbook: hash, step, enteredAt, dueAt, spread }: Enrollment,
): Because[] {
  const playbook = q.playbooks.get(hash);
  const cadence = playbook.cadences[id];
  if (cadence === undefined || step === null || dueAt === null || !isSending(cadence.steps[step])) return [];
  const quiet = quietFor(q.facts, q.playbooks.current);
  if (quiet === undefined) return [];
  const zone = windowZone(q.facts, playbook, cadence);
  const otherwise = nextSlot(cadence.window, zone, enteredAt, shareOf(q.facts.key), spread);
  const why = quietAt(quiet, otherwise);
  if (why === undefined || otherwise >= dueAt) return [];
  const [expr, value] =
    why === 'holiday'
      ? ['sending.holidays', `${say(q, otherwise)} is a holiday at the lead’s place`]
      : ['sending.quietHours', `${quiet.hours?.from} to ${quiet.hours?.to} on the clock of ${quiet.zone}`];
  return [{ code: 'rule', expr, value, source: 'playbook.yaml' }];
}
