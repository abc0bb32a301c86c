/** How a touch ended, between the mail service's answer and the decision that records it. */
import type { Clock } from '../src/clock.ts';
import type { TouchRequest } from '../src/core/decision.ts';
import type { Input, InputBody } from '../src/core/input.ts';
import type { LeadState } from '../src/core/state.ts';
import type { Instant } from '../src/core/time.ts';
import type { forgetLate } from '../src/store/erase.ts';
import type { Delivery } from './deliver.ts';

/** How a touch ended, on its way into the next decision; no `body`: nobody knows. */
export interface Ended {
  readonly touch: TouchRequest;
  readonly body?: Extract<InputBody, { kind: 'touch.result' }>;
  readonly at: Instant;
  readonly messageId?: string;
  readonly subject?: string;
  /** Counts only while the touch is `sending` by this attempt: nobody knows whether its commit took effect. */
  readonly holder?: string;
}

export const isSpedUp = (clock: Clock): boolean => clock.anchor.factor > 1;

/** What came of a send, in the words of the next decision. */
export function endOf(touch: TouchRequest, delivery: Delivery, state: LeadState, clock: Clock): Ended {
  // Sped up, a touch goes at its due time, and what follows from it is dated then too.
  const at = isSpedUp(clock) ? touch.at : clock.now();
  const result = { kind: 'touch.result', touch: touch.id } as const;
  switch (delivery.kind) {
    case 'accepted':
      return {
        touch,
        at,
        messageId: delivery.messageId,
        subject: delivery.subject,
        body: { ...result, outcome: 'sent' },
      };
    case 'refused': {
      const refusals = state.enrollments.find((enrollment) => enrollment.touch === touch.id)?.refusals ?? 0;
      const retryAt = clock.now() + Math.ceil(delivery.retryAfterMs(refusals) * clock.anchor.factor);
      return { touch, at, body: { ...result, outcome: 'refused', retryAt, detail: delivery.detail } };
    }
    case 'failed':
      return { touch, at, body: { ...result, outcome: 'failed', detail: delivery.detail } };
    case 'unknown':
      return { touch, at };
  }
}

/** How a touch ended whose lead was erased while it was on its way. */
export const lateEndOf = ({ touch, body }: Ended): Parameters<typeof forgetLate>[2] => ({
  touch: touch.id,
  state: body === undefined ? 'unconfirmed' : body.outcome === 'sent' ? 'sent' : 'failed',
});

/** How the touch just tried ended, if anybody knows. */
export const resultOf = ({ touch, body, at }: Ended): Input[] =>
  body === undefined ? [] : [{ id: `result:${touch.id}`, at, body }];

/** Results the inbox does not hold: of the touch just tried, and of those SES has said it took. */
export function resultsOf(
  state: LeadState,
  accepted: readonly string[],
  ended: Ended | undefined,
  now: Instant,
): Input[] {
  const results = ended === undefined ? [] : resultOf(ended);
  for (const touch of accepted) {
    if (touch === ended?.touch.id && ended.body !== undefined) continue;
    const sending = state.sending.find((one) => one.touch === touch);
    if (sending === undefined) continue;
    // Before the time to give up, whenever it is looked at: what is proven must not be parked by a late wake.
    const at = Math.min(now, sending.giveUpAt);
    results.push({ id: `result:${touch}`, at, body: { kind: 'touch.result', touch, outcome: 'sent' } });
  }
  return results;
}
