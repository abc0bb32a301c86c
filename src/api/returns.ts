/** What a person says when a lead comes back, checked against what marketing and sales agreed on. */
import { z } from '@hono/zod-openapi';
import type { Playbook, ReturnRule } from '../core/playbook.ts';
import type { Instant } from '../core/time.ts';
import type { Loaded } from '../store/states.ts';
import { Problem } from './problem/problem.ts';
import { dateIn, factsIn, name, noteIn } from './schemas/common.ts';

export const returnIn = z.strictObject({
  reason: name.openapi({ description: 'One of the playbook’s `returns`.', example: 'not-ready' }),
  facts: factsIn.optional().openapi({ description: 'What the reason asks for, by name.' }),
  until: dateIn.optional().openapi({ description: 'Only where the reason asks for a date.' }),
  note: noteIn.optional(),
});
export type Return = z.infer<typeof returnIn>;

/**
 * The agreed rule of a return.
 * @throws Problem `unknown-in-playbook`, `facts-missing`, `until-not-asked`, `date-past`, `attempts-missing`
 */
export function ruleOf(given: Return, playbook: Playbook, loaded: Loaded, now: Instant): ReturnRule {
  const rule = playbook.returns[given.reason];
  if (rule === undefined) {
    const known = Object.keys(playbook.returns).join(', ');
    throw new Problem('unknown-in-playbook', `The playbook has no return ${given.reason}`, {
      errors: [{ path: 'reason', message: `is none of ${known}` }],
    });
  }
  const missing = rule.facts.filter((fact) => (given.facts?.[fact] ?? '').trim() === '');
  if (missing.length > 0) {
    throw new Problem('facts-missing', `${rule.id} asks for ${missing.join(', ')}`, {
      errors: missing.map((fact) => ({ path: `facts.${fact}`, message: `is what ${rule.id} asks for` })),
    });
  }
  if (given.until !== undefined) {
    if (rule.after?.ask !== true) {
      throw new Problem('until-not-asked', `${rule.id} does not ask for a date`, {
        errors: [{ path: 'until', message: 'is not asked for' }],
      });
    }
    if (given.until <= now) {
      throw new Problem('date-past', 'The lead cannot come back in the past', {
        errors: [{ path: 'until', message: 'must lie ahead' }],
      });
    }
  }
  const attempts = attemptsOf(loaded);
  if (rule.minAttempts !== undefined && attempts < rule.minAttempts) {
    throw new Problem('attempts-missing', `${rule.id} asks for ${rule.minAttempts} attempts; there were ${attempts}`, {
      errors: [{ path: 'reason', message: `needs ${rule.minAttempts} attempts, there were ${attempts}` }],
      more: { attempts, minAttempts: rule.minAttempts },
    });
  }
  return rule;
}

/** Tasks closed and activities logged since sales has the lead, those the engine has not looked at yet included. */
function attemptsOf({ state, inputs }: Loaded): number {
  const waiting = inputs.filter(
    ({ body }) =>
      body.kind === 'activity' ||
      (body.kind === 'task.answered' &&
        (body.answer === 'complete' || body.answer === 'skip') &&
        // A look at an email before it goes is none.
        state?.enrollments.some(({ review }) => review?.task === body.task) !== true),
  );
  return (state?.custody.attempts ?? 0) + waiting.length;
}

/** What the inbox keeps of a return. */
export const wordsOf = (given: Omit<Return, 'reason'> & { readonly reason?: string | undefined }) => ({
  ...(given.reason === undefined ? {} : { reason: given.reason }),
  ...(given.facts === undefined ? {} : { facts: given.facts }),
  ...(given.note === undefined ? {} : { note: given.note }),
  ...(given.until === undefined ? {} : { until: given.until }),
});
