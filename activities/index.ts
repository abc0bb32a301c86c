/** Everything workflows ask for, made from one set of dependencies. */

import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { VolleyError } from '../src/core/errors.ts';
import type { Logger } from '../src/log.ts';
import { EMAIL_QUEUE } from '../src/temporal/names.ts';
import { type AdvanceDeps, createAdvance, type LeadActivities } from './advance.ts';

export {
  ADVANCE_POINTS,
  type AdvanceAnswer,
  type AdvanceDeps,
  type AdvancePoint,
  type LeadActivities,
} from './advance.ts';

/** The lead workflow's activities. The queue a task came by decides whether it may send. */
export function createLeadActivities(deps: AdvanceDeps): LeadActivities {
  const advance = createAdvance(deps);
  return {
    advance: (leadId) => {
      const { taskQueue, priority } = Context.current().info;
      const options = { maySend: taskQueue === EMAIL_QUEUE, urgency: priority?.priorityKey };
      return withoutDetails(deps.log, { leadId }, () => advance(leadId, options));
    },
  };
}

/**
 * Logs an error and throws one with its code alone: what an activity throws is kept in Temporal's
 * history, and a database's message may quote what a person entered.
 */
export async function withoutDetails<T>(log: Logger, about: Record<string, string>, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (err) {
    const { attempt } = Context.current().info;
    log.error({ ...about, attempt, err }, 'an activity failed; it runs again');
    const code = err instanceof VolleyError ? err.code : 'unexpected';
    throw ApplicationFailure.create({ type: code, message: `failed (${code}); the log has the details` });
  }
}
