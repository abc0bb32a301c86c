/** Conflicts a caller handles by loading again; each names what was found and what to do. */
import { VolleyError } from '../core/errors.ts';

/** Somebody else committed for this lead since it was loaded: load again and decide again. */
export class SequenceConflict extends VolleyError {
  override readonly name = 'SequenceConflict';
  constructor(leadId: string, expected: number) {
    super('sequence-conflict', `lead ${leadId} is no longer at sequence ${expected}`, {
      fix: 'Load the lead again and decide again.',
    });
  }
}

/** The task this decision would close is closed already; its answer is in the inbox. */
export class TaskConflict extends VolleyError {
  override readonly name = 'TaskConflict';
  readonly of: string;
  constructor(taskId: string) {
    super('task-conflict', `task ${taskId} is no longer open`, { fix: 'Load the lead again and decide again.' });
    this.of = taskId;
  }
}

/** The touch is `sending` or has ended: it must never go out again. */
export class TouchConflict extends VolleyError {
  override readonly name = 'TouchConflict';
  readonly of: string;
  constructor(touchId: string, expected: string) {
    super('touch-conflict', `touch ${touchId} is not ${expected}`, {
      fix: 'Do not send; load the lead again and decide again.',
    });
    this.of = touchId;
  }
}

/** Another open enrollment took the lane since the lead was loaded. */
export class LaneConflict extends VolleyError {
  override readonly name = 'LaneConflict';
  constructor(leadId: string) {
    super('lane-taken', `lead ${leadId} has an open enrollment in that lane`, {
      fix: 'Load the lead again and decide again.',
    });
  }
}

/** Asks `transact` to run its function again: a concurrent writer got there first. */
export class RetryTransaction extends VolleyError {
  override readonly name = 'RetryTransaction';
  constructor(why: string) {
    super('retry-transaction', why, { fix: 'Run the transaction again.' });
  }
}

/** The SQLSTATE of a database error, or undefined when it is none. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** Operator intervention (57P01 to 57P03: shutting down, crashed, starting up) and class 08 (connection). */
const AWAY = /^(08|57P0)/;
const NO_CONNECTION = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** Whether the store is away or the connection to it broke: what a commit did then is not known. */
export function isStoreAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // The driver's own errors have no code.
  if (/^(Connection terminated|Client has encountered a connection error|timeout e)/.test(error.message)) return true;
  if (!('code' in error) || typeof error.code !== 'string') return false;
  return NO_CONNECTION.has(error.code) || AWAY.test(sqlState(error) ?? '');
}
