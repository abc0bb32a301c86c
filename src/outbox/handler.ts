/** What sends the rows of one kind, and the words for how it can fail. */
import type { z } from 'zod';
import { VolleyError } from '../core/errors.ts';
import type { Delivery } from '../store/outbox.ts';
import { readJson } from '../store/values.ts';

/** What is kept of a delivery that arrived; nothing when there is nothing to keep. */
export type Delivered = { readonly answer: string } | undefined;

export interface DeliveryHandler {
  readonly kind: string;
  /**
   * Sends one row, within less than a minute (the lease is two). Returning means that it arrived. It may be
   * called again with the same `row.id` after it did, when the process died before that was written.
   * @throws DeliveryError to say whether to try again; anything else thrown is tried again.
   */
  deliver(row: Delivery): Promise<Delivered>;
}

/** A handler that reads its payload by a schema; one that does not fit is dead at once. */
export const handler = <T>(
  kind: string,
  payload: z.ZodType<T>,
  deliver: (payload: T, row: Delivery) => Promise<Delivered>,
): DeliveryHandler => ({
  kind,
  async deliver(row) {
    return deliver(readPayload(payload, row), row);
  },
});

function readPayload<T>(schema: z.ZodType<T>, row: Delivery): T {
  try {
    return readJson(schema, row.payload, `outbox ${row.id} payload`);
  } catch (cause) {
    throw new DeliveryError('giveUp', 'corrupt-row', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** A delivery that failed, with what to do next. */
export class DeliveryError extends VolleyError {
  override readonly name = 'DeliveryError';
  /** `retry`: again by the schedule. `giveUp`: it cannot arrive as it is; the row is dead at once. */
  readonly decision: 'retry' | 'giveUp';
  /** Not before this many ms from now, whatever the schedule says (`Retry-After`). */
  readonly afterMs: number;

  constructor(
    decision: 'retry' | 'giveUp',
    code: string,
    message: string,
    options: { fix?: string; cause?: unknown; afterMs?: number } = {},
  ) {
    super(code, message, options);
    this.decision = decision;
    this.afterMs = options.afterMs ?? 0;
  }
}
